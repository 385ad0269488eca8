/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one GPU of a crowd sends to another while others do the same: cut out of the pattern that
 * the sender got from the host, into memory of the receiver that was overwritten before, and
 * compared.
 */
#ifndef GST_WORKLOADS_FAN_PARTS_H
#define GST_WORKLOADS_FAN_PARTS_H

#include "workloads/fan/crowd.h"

/* Words by which a part moves on: what it carries then is another pattern. */
#define GST_FAN_PART_STEP ((size_t)64)

struct gst_fan_part {
    struct gst_crowd_member *from;
    struct gst_crowd_member *to;
    size_t source; /* words into what the sender got from the host */
    size_t target; /* words into what the receiver has for others */
    size_t bytes;
};

/* As gst_batch_copy: `data` is a part, the lane one of the sender's GPU. */
bool gst_fan_part_copy(struct gst_lane *lane, void *data, struct gst_status *st);

/* Overwrites where it arrives, and waits. */
bool gst_fan_part_poison(struct gst_fan_part *part, struct gst_status *st);

/* Fetches what arrived and compares every word; tries the comparison itself. Tells what is wrong,
 * and sets *right to false then. False with the cause in `st` if it cannot be fetched. */
bool gst_fan_part_verify(const struct gst_fan_part *part, struct gst_run *run, bool *right,
                         struct gst_status *st);

#endif
