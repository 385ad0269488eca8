/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From how a child ended, and where it was, to the finding that says whose fault it is. Pure.
 */
#ifndef GST_RUN_BLAME_H
#define GST_RUN_BLAME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/report.h"
#include "core/status.h"

/* Why the supervisor ended a child. */
enum gst_end_reason {
    GST_END_OWN, /* it did not: the child ended by itself */
    GST_END_DEADLINE,
    GST_END_MEMORY,
    GST_END_INTERRUPTED, /* somebody asked the supervisor to stop */
};

struct gst_ending {
    enum gst_end_reason reason;
    bool is_finished; /* the child said that it was done before it left */
    bool is_stuck;    /* it outlived SIGKILL; there is no wait_status */
    int wait_status;  /* of waitpid(2) */
    double allowed_s; /* the deadline that passed */
    uint64_t memory_bytes;
    uint64_t memory_limit_bytes;
    char signal_name[GST_NAME_SIZE]; /* that interrupted the supervisor */
};

/* Fills `st` with finding, GPU, call and cause; false, and `st` untouched, if nobody is to blame.
 */
bool gst_blame(const struct gst_ending *ending, const struct gst_progress *where,
               struct gst_status *st);

/* "SIGSEGV"; "signal 40" for those without a name of their own. Returns `text`. */
const char *gst_signal_name(int number, char *text, size_t size);

#endif
