/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rank worker: this program, started once more by the coordinator of a collective. It drives the
 * ranks that the board gives it, writes there what came of them, and prints nothing.
 */
#ifndef GST_COLLECTIVE_WORKER_H
#define GST_COLLECTIVE_WORKER_H

#include <stdbool.h>

/* True if this process was started as a rank worker. */
bool gst_worker_is_wanted(void);

/* Its whole life; returns the exit status: 0 even if a rank failed, since the board says so. */
int gst_worker_main(void);

#endif
