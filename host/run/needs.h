/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a workload needs, held against what is there. Pure.
 */
#ifndef GST_RUN_NEEDS_H
#define GST_RUN_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding.h"
#include "run/workload.h"

/* What is there. */
struct gst_offer {
    int gpus;     /* selected ones */
    bool kernels; /* this build carries some; whether one fits a GPU is for the workload to say */
    bool runtime;
    bool nvml;
};

/* True if `offer` has all; else false with the first lack in `reason` ("needs 2 GPUs, 1 is
 * selected"), and in *blocked_by the finding that tells of it, GST_NO_FINDING if it is no fault. */
bool gst_needs_met(const struct gst_needs *needs, const struct gst_offer *offer, char *reason,
                   size_t size, enum gst_finding_id *blocked_by);

#endif
