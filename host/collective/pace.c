/* SPDX-License-Identifier: Apache-2.0 */
/* See pace.h. */
#include "collective/pace.h"

#include <math.h>

/* No step takes as long: a sample, or the comparison of what a GPU holds. While ranks join, NCCL
 * may have its kernels compiled. */
#define SILENCE_S         60.0
#define SILENCE_JOINING_S 200.0

/* Who came on so shortly before the end had not stopped; where little was allowed, steps are
 * smaller, too. */
#define RECENT_S        20.0
#define SHARE_OF_RECENT 0.1

enum gst_pace gst_pace_judge(double run_s, double allowed_s, double silent_s, bool have_joined)
{
    if (silent_s >= (have_joined ? SILENCE_S : SILENCE_JOINING_S))
        return GST_PACE_IS_SILENT;
    if (run_s < allowed_s)
        return GST_PACE_GOES_ON;
    return silent_s < fmin(RECENT_S, allowed_s * SHARE_OF_RECENT) ? GST_PACE_IS_LATE
                                                                  : GST_PACE_IS_SILENT;
}
