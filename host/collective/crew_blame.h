/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose fault it is that a crew did not end well, in words that name rank and phase: from what its
 * workers wrote on the board and how the system says that they ended.
 */
#ifndef GST_COLLECTIVE_CREW_BLAME_H
#define GST_COLLECTIVE_CREW_BLAME_H

#include <stdbool.h>

#include "collective/crew.h"

/* How long NCCL is asked who is missing. Who is asked waits a second less for the others (ras.c),
 * and answers only then if one of them is silent: this has to be more than a second by far, or
 * nobody hears it. */
#define GST_CREW_RAS_S 3.0

/* "rank 3", or "the process of ranks 0 to 7". Returns `text`. */
const char *gst_crew_name(const struct gst_crew *crew, int number, char *text, size_t size);

/* The GPU of a worker of one rank, GST_NO_GPU of one of several. */
int gst_crew_gpu(const struct gst_crew *crew, int number);

/* Each fills `st` and returns false. A worker that ended without a word; one that said why; if they
 * hang, who is not where the others are; and, if they came on until the time was over, how far. */
bool gst_crew_blame_death(const struct gst_crew *crew, int number, struct gst_status *st);
bool gst_crew_blame_failure(const struct gst_crew *crew, int number, struct gst_status *st);
bool gst_crew_blame_delay(const struct gst_crew *crew, double allowed_s, struct gst_status *st);
bool gst_crew_blame_size(const struct gst_crew *crew, double allowed_s, struct gst_status *st);

#endif
