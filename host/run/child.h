/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervised process, seen from both sides: how the parent starts it, and what it does until it
 * leaves. After every step it waits until the parent has taken over what was printed, so that only
 * one of the two ever writes into the report.
 */
#ifndef GST_RUN_CHILD_H
#define GST_RUN_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/status.h"
#include "run/supervise.h"

/* What the child says; the parent answers the first two with any byte. */
#define GST_CHILD_OPENED    'o'
#define GST_CHILD_STEP_OVER 's'
#define GST_CHILD_FINISHED  'f'

struct gst_child {
    pid_t pid;
    int output;  /* what it prints, for reading; does not block */
    int control; /* its words above */
};

/* How a child goes about the GPUs. */
enum gst_child_opening {
    GST_CHILD_OPENS_FIRST, /* the first to open them */
    GST_CHILD_OPENS_AGAIN,
    GST_CHILD_OPENS_NONE, /* its steps go without */
};

/* Forks a child for the steps from `first` up to but not including `end`. False if there are no
 * descriptors or no process left. */
bool gst_child_start(struct gst_child *child, const struct gst_supervisor *supervisor, size_t first,
                     size_t end, enum gst_child_opening opening, struct gst_status *st);

/* Closes the parent's ends; the process must have been waited for, or given up. */
void gst_child_release(struct gst_child *child);

/* Called in the child before it enters another phase: waits, at most some milliseconds, until the
 * parent has read what was printed in this one. */
void gst_child_hand_over_output(void);

#endif
