/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --pairs: which pairs of GPUs are measured. A pair means both of its directions. Pure.
 */
#ifndef GST_RUN_PAIRS_H
#define GST_RUN_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/options.h"

struct gst_pair {
    int first; /* GPUs by the index that reports call them by */
    int second;
};

/* Zeroed: none was given, which means all. */
struct gst_pairs {
    size_t count;
    struct gst_pair rows[GST_OPTION_LIST_MAX];
};

/* Reads "0-1", "2-3". False with one line in `error` if an entry is no pair, or one GPU twice. */
bool gst_pairs_read(struct gst_pairs *pairs, const struct gst_option_list *list, char *error,
                    size_t size);

/* Is copying from `source` to `target` asked for? True for every two GPUs where no pair was given;
 * `pairs` may be NULL for that, too. */
bool gst_pairs_have(const struct gst_pairs *pairs, int source, int target);

/* False with one line in `error` if a pair names a GPU that is not among the `count` GPUs of
 * `gpus`, which are those to be tested; it names these. */
bool gst_pairs_check(const struct gst_pairs *pairs, const int *gpus, int count, char *error,
                     size_t size);

#endif
