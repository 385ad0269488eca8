/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPUs of one kind in one machine, held against each other: one that is far behind the rest is at
 * fault even where it still passes the floor of its class, which is as low as the worst healthy
 * machine anywhere.
 */
#ifndef GST_CORE_SIBLINGS_H
#define GST_CORE_SIBLINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/report.h"

/* With fewer, one odd GPU moves the median that it is held against. */
#define GST_SIBLINGS_LEAST 4

/* Both must be passed. The score: Iglewicz and Hoaglin (1993), How to detect and handle outliers,
 * whose limit for a modified z-score is 3.5. The gap: healthy GPUs of one machine are within a few
 * percent of each other, so that the score alone would name the last of eight that are nearly
 * equal; a tenth is what gpu-fryer tolerates between the GPUs of a node. */
#define GST_SIBLINGS_SCORE 3.5
#define GST_SIBLINGS_GAP   0.1

/* How one of several values lies to the others. */
struct gst_sibling {
    double median; /* of all */
    double gap;    /* share of the median by which it is worse; negative: it is better */
    double score;  /* robust z, gst_stats_robust_z */
    bool is_behind;
};

/* values[index] among `count`. Never behind where fewer than GST_SIBLINGS_LEAST are given, or one
 * is no positive number. Pure. */
struct gst_sibling gst_sibling_of(const double *values, size_t count, size_t index,
                                  bool lower_is_better);

/* Judges the metrics that their row says can be compared, each among those of the same workload,
 * variant, ceiling and name of GPU; a metric of pairs that have a
 * floor by the median over the pairs of each GPU. A
 * GPU that is behind gets one check, hardware.slower-than-siblings or what explained_by says of the
 * metric, and that metric a floor and a FAIL. Left alone: GPUs that something else is wrong with,
 * and those whose user made them slower. */
void gst_siblings_judge(struct gst_report *report);

#endif
