/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first process of a container. The kernel gives it no default action for signals: without this
 * `docker stop` waits ten seconds for one that has none of its own, and Ctrl-C does nothing.
 */
#ifndef GST_RUN_FIRST_PROCESS_H
#define GST_RUN_FIRST_PROCESS_H

/* For process 1: what asks to stop (SIGTERM, SIGINT, SIGHUP) ends it, with the exit code by which a
 * shell tells of that signal, unless its starter chose to ignore it. For others nothing changes. */
void gst_first_process_heed_signals(void);

#endif
