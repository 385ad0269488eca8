/* SPDX-License-Identifier: Apache-2.0 */
/* Adding up rounds; see busy.h. */
#include "workloads/burn/busy.h"

#include <math.h>

/* With two rounds queued a GPU goes from one to the next within microseconds; reading the state of
 * eight GPUs, the longest that its host is away, takes less than a round of each second. A seventh
 * of the time lets a board's power, which is an average, fall below its limit by as much. */
#define BUSY_LEAST 0.85

/* A launch takes a host 3 to 10 us, twice that in slow virtual machines. */
#define QUEUED_IN_S 20e-6

void gst_burn_busy_add(struct gst_burn_busy *busy, double round_s, double ended_s, bool was_late)
{
    if (busy->rounds++ == 0)
        busy->begun_s = ended_s;
    else if (!was_late)
        busy->busy_s += round_s;
    busy->ended_s = ended_s;
}

double gst_burn_busy_share(const struct gst_burn_busy *busy)
{
    const double passed_s = busy->ended_s - busy->begun_s;

    if (!(passed_s > 0))
        return (double)NAN;
    /* Events are told in steps of half a microsecond. */
    return fmin(busy->busy_s / passed_s, 1);
}

bool gst_burn_is_idle(double share)
{
    return share < BUSY_LEAST;
}

bool gst_burn_host_keeps_up(double product_s, int gpus)
{
    return product_s >= QUEUED_IN_S * gpus;
}
