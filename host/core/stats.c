/* SPDX-License-Identifier: Apache-2.0 */
/* Medians by sorting a copy: sample counts are small; see stats.h. */
#include "core/stats.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* Sorts `values` in place. The mean of the middle two is taken so that it cannot overflow. */
static double median_of(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    if (count % 2 == 1)
        return values[count / 2];
    return values[count / 2 - 1] / 2 + values[count / 2] / 2;
}

static bool all_finite(const double *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(samples[i]))
            return false;
    }
    return true;
}

struct gst_stats gst_stats_of(const double *samples, size_t count)
{
    struct gst_stats stats = { count, NAN, NAN, NAN, NAN };
    double *sorted;

    if (count == 0 || !all_finite(samples, count))
        return stats;
    sorted = calloc(count, sizeof *sorted);
    if (sorted == NULL)
        return stats;
    memcpy(sorted, samples, count * sizeof *sorted);
    stats.median = median_of(sorted, count);
    stats.minimum = sorted[0];
    stats.maximum = sorted[count - 1];
    for (size_t i = 0; i < count; i++)
        sorted[i] = fabs(sorted[i] - stats.median);
    stats.mad = median_of(sorted, count);
    free(sorted);
    return stats;
}

double gst_stats_robust_z(double value, const double *peers, size_t count)
{
    struct gst_stats stats = gst_stats_of(peers, count);
    double distance = value - stats.median;
    double spread = stats.mad > 0 ? stats.mad : 0.01 * fabs(stats.median);

    if (count < 3 || isnan(distance))
        return NAN;
    if (distance == 0)
        return 0;
    return 0.6745 * distance / spread;
}
