/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One case from its data to its numbers: filled, collected, timed sample by sample, and compared,
 * since what was timed has to be right. The poison of the last sample shows what was not written.
 *
 * A sample is the time on each rank's own stream from one event to another around its messages.
 * Before the first event all ranks are aligned by a collective that none leaves before all have
 * come; so no clock of a host, and no barrier between processes, is part of it. Neither is what the
 * host needs to queue them: the GPU is busy with its cover (cover.h) until all of them are queued,
 * or the sample is marked as late.
 */
#ifndef GST_COLLECTIVE_ROUND_H
#define GST_COLLECTIVE_ROUND_H

#include <stdbool.h>

#include "collective/board.h"
#include "collective/ranks.h"

/* Runs it; outcomes[i] is that of the i-th rank of this process. False with the cause in `st`, or
 * with none where it was told to stop. Wrong elements are no failure: they are in the outcomes. */
bool gst_round(struct gst_ranks *ranks, const struct gst_collective_case *c,
               struct gst_board_outcome *outcomes, struct gst_status *st);

#endif
