/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line program around a list of workloads: verbs, and the flow of a run.
 */
#ifndef GST_RUN_MAIN_H
#define GST_RUN_MAIN_H

#include "run/workload.h"

/* Does what argv asks for; returns the exit code. */
int gst_main(int argc, char *argv[], struct gst_workload_list list);

#endif
