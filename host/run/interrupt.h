/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long workload that is told to end reports what it has measured until then. The supervisor says
 * so by SIGTERM and waits a moment; without this the process ends at once.
 *
 *     gst_interrupt_hold();
 *     while (!gst_interrupt_came() && ...) ...    looks at least ten times a second
 *     ... report ...
 *     gst_interrupt_release();                    the signal that came does its work
 */
#ifndef GST_RUN_INTERRUPT_H
#define GST_RUN_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGTERM is noted, whichever thread it reaches: a vendor's library has its own, so
 * that blocking it in this one would not do. */
void gst_interrupt_hold(void);

bool gst_interrupt_came(void);

/* SIGTERM ends the process again, also the one that has come. */
void gst_interrupt_release(void);

#endif
