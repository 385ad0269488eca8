/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One report with something of everything, for the tests of what is written from it: two GPUs, one
 * of them wrong; a skip; a number below its floor, one without a bar and one that is none; and text
 * as a library might leave it behind.
 */
#ifndef SAMPLE_REPORT_H
#define SAMPLE_REPORT_H

#include "core/report.h"

#define SAMPLE_HOSTILE "say \"hi\" <&> \\ \xFF\x1B[31m\nnext"

/* Filled, not concluded; give it back with gst_report_unmap. */
struct gst_report *sample_report(void);

#endif
