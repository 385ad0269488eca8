/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who takes part in a collective, and what is run: from the selected GPUs, or, as one rank of
 * several processes, from the GPU that the launcher means and from what all ranks agreed on, to a
 * board that is ready for its workers.
 */
#ifndef GST_WORKLOADS_ALL_REDUCE_SEATS_H
#define GST_WORKLOADS_ALL_REDUCE_SEATS_H

#include <stdbool.h>

#include "collective/board.h"
#include "collective/outside.h"
#include "run/run.h"

/* The GPU of the launcher's local rank, or the only one there is; NULL with the cause in `st`. */
struct gst_gpu *gst_collective_own_gpu(struct gst_run *run, struct gst_status *st);

/* What every rank of several has to be started with alike, as text. Returns `text`. */
const char *gst_collective_terms(const struct gst_run *run, char *text, size_t size);

/* Fills the board for one process model. With `outside` this process is one rank of several, and
 * waits until all have told how much memory is free. */
bool gst_collective_seat(struct gst_run *run, struct gst_board *board, bool is_per_gpu,
                         struct gst_outside *outside, double timeout_s, struct gst_status *st);

#endif
