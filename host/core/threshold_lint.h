/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can this floor be meant? A floor is held against what the hardware can do at most: one that
 * nothing reaches fails every GPU, and one that everything reaches fails none, which nobody
 * notices. Tables of other suites that are typed by hand hold both kinds (a floor of 2333 MB/s for
 * the memory of an H200, of a tenth of the right number, of 0), and so may ours or a site's.
 */
#ifndef GST_CORE_THRESHOLD_LINT_H
#define GST_CORE_THRESHOLD_LINT_H

#include <stddef.h>

#include "core/units.h"

enum gst_threshold {
    GST_THRESHOLD_SOUND,
    GST_THRESHOLD_UNKNOWN,      /* no ceiling to hold it against */
    GST_THRESHOLD_NEVER_FAILS,  /* zero, negative or no number: passed by everything */
    GST_THRESHOLD_TOO_LOW,      /* below a tenth of the ceiling */
    GST_THRESHOLD_NEVER_PASSES, /* above the ceiling */
};

/* The least share of a ceiling that a floor has to ask for. The slowest healthy class reaches 54 %
 * (class_bars.c) and the loosest sound floor found in public tables asks for 12 % (IBM/autopilot,
 * 4 GB/s of PCIe 4.0 x16): what lies below a tenth is a slip of a digit or of a unit. */
#define GST_THRESHOLD_LEAST_SHARE 0.10

/* Judges `floor` against `ceiling`, both in `unit` and both of a rate, of which more is better; NaN
 * for a ceiling that is not known. Writes why, with the slip that would explain it, or "". */
enum gst_threshold gst_threshold_lint(double floor, double ceiling, enum gst_unit unit, char *why,
                                      size_t size);

/* What `floor` has to be multiplied by to be believed: 10, 1000 or their inverses; 1 if none of
 * these explains it. */
double gst_threshold_slip(double floor, double ceiling);

#endif
