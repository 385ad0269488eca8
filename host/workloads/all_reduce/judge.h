/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with what came out of collectives: which elements, and what that looks like. */
#ifndef GST_WORKLOADS_ALL_REDUCE_JUDGE_H
#define GST_WORKLOADS_ALL_REDUCE_JUDGE_H

#include <stdint.h>

#include "collective/board.h"
#include "core/status.h"

/* The first thing that is wrong; `finding` GST_NO_FINDING if nothing is. */
struct gst_collective_fault {
    enum gst_finding_id finding;
    int gpu; /* GST_NO_GPU: of none in particular */
    char text[GST_CAUSE_SIZE];
};

/* Looks through all outcomes. */
void gst_collective_judge(const struct gst_board *board, struct gst_collective_fault *fault);

/* Elements that were compared, of all ranks. */
uint64_t gst_collective_checked(const struct gst_board *board);

#endif
