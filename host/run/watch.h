/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parent's side of one child's life: listens, drains, counts memory, holds the deadlines, and
 * ends the child when it has to.
 */
#ifndef GST_RUN_WATCH_H
#define GST_RUN_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "run/blame.h"
#include "run/child.h"
#include "run/output.h"
#include "run/supervise.h"

struct gst_watch {
    const struct gst_supervisor *supervisor;
    struct gst_child child;
    int signal_fd;
    uint64_t memory_limit_bytes; /* 0: none */
    bool is_open;                /* the child said that it opened the GPUs */
    bool goes_without_gpus;      /* it opens none */
    bool cannot_open;            /* what is left cannot be done with GPUs */
    size_t current;              /* the step it is at, or was at when it ended */
    size_t end;                  /* the step after its last */
    struct gst_ending ending;
    struct gst_output output;

    uint64_t mark_ns;     /* when the child last said something */
    uint64_t escalate_ns; /* when the next harder signal is due, 0: none was sent */
    double grace_s;
    int last_signal;
};

/* Watches until the child is gone or given up. Afterwards `ending`, `current` and `is_open` say how
 * it went, and the report is the caller's alone. */
void gst_watch(struct gst_watch *watch);

#endif
