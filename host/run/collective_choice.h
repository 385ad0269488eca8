/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which collectives are run, with what data, in which processes, and where the ranks meet: the
 * options that mean something to collectives alone, from words to a choice. Pure.
 */
#ifndef GST_RUN_COLLECTIVE_CHOICE_H
#define GST_RUN_COLLECTIVE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/collective_names.h"
#include "core/options.h"
#include "core/rendezvous.h"

/* As they were written; the option rows fill it. */
struct gst_collective_words {
    struct gst_option_list collectives;
    struct gst_option_list elements;
    struct gst_option_list reductions;
    const char *min_bytes; /* NULL: not given */
    const char *max_bytes;
    int processes; /* enum gst_process_model */
    const char *rendezvous;
};

struct gst_collective_choice {
    bool has_collective[GST_COLLECTIVE_COUNT];
    bool has_element[GST_ELEMENT_COUNT];
    bool has_reduction[GST_REDUCTION_COUNT];
    uint64_t min_bytes; /* 0: the workload's own; each a multiple of every element chosen */
    uint64_t max_bytes;
    enum gst_process_model processes;
    struct gst_rendezvous rendezvous; /* of --rendezvous alone: a launcher's variables are read by
                                         whoever meets */
};

/* False with one line in `error`: an unknown name, with the valid ones; a size of zero, or no
 * multiple of an element; a smallest size above the largest; or a reduction that means nothing to
 * what was chosen. */
bool gst_collective_choose(struct gst_collective_choice *choice,
                           const struct gst_collective_words *words, bool has_reductions_given,
                           char *error, size_t size);

/* "all-reduce,broadcast of float by sum, 8 to 1024 B, both": the same text for the same choice, in
 * whatever order it was written. The rendezvous is no part of it. Returns `text`. */
const char *gst_collective_describe(const struct gst_collective_choice *choice, char *text,
                                    size_t size);

#endif
