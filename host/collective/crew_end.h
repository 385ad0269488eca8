/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the workers of a crew come to an end: by themselves, or told to, or killed. Nothing here
 * waits for one that cannot be killed, since it sits in the driver; it is noted with where.
 */
#ifndef GST_COLLECTIVE_CREW_END_H
#define GST_COLLECTIVE_CREW_END_H

#include "collective/crew.h"

/* From being told to stop until it is killed: enough to notice and to give up a communicator. */
#define GST_CREW_STOP_GRACE_S 2.0

/* How many have not ended, as far as gst_crew_reap() saw, which does not wait. */
int gst_crew_running(const struct gst_crew *crew);
void gst_crew_reap(struct gst_crew *crew);

/* A moment between two looks. */
void gst_crew_nap(void);

/* Until all have ended, at most so long. */
void gst_crew_wait(struct gst_crew *crew, double seconds);

/* Tells all to stop, kills who does not, and removes what they leave in /dev/shm. Who outlives that
 * is in crew->survivors if the kernel does not let go of it, else in crew->slow_count. */
void gst_crew_end(struct gst_crew *crew);

#endif
