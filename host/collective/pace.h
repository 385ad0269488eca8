/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether workers that are not done yet hang, or only have much to do: by how long none of them has
 * come on. Pure.
 */
#ifndef GST_COLLECTIVE_PACE_H
#define GST_COLLECTIVE_PACE_H

#include <stdbool.h>

enum gst_pace {
    GST_PACE_GOES_ON,
    GST_PACE_IS_SILENT, /* it hangs */
    GST_PACE_IS_LATE,   /* the time is over, and it still came on */
};

/* After `run_s` of `allowed_s`, the last `silent_s` of them without a step of any worker. */
enum gst_pace gst_pace_judge(double run_s, double allowed_s, double silent_s, bool have_joined);

#endif
