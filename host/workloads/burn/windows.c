/* SPDX-License-Identifier: Apache-2.0 */
/* Windows that grow; see windows.h. */
#include "workloads/burn/windows.h"

/* Two become one, so that there is room again. */
static void merge(struct gst_burn_windows *windows)
{
    for (size_t i = 0; i < GST_BURN_WINDOWS / 2; i++) {
        windows->operations[i] = windows->operations[2 * i] + windows->operations[2 * i + 1];
        windows->seconds[i] = windows->seconds[2 * i] + windows->seconds[2 * i + 1];
    }
    windows->count = GST_BURN_WINDOWS / 2;
    windows->rounds *= 2;
    windows->in_last = windows->rounds;
}

void gst_burn_windows_add(struct gst_burn_windows *windows, double operations, double seconds)
{
    if (windows->rounds == 0)
        windows->rounds = 1;
    if (windows->count == 0 || windows->in_last == windows->rounds) {
        if (windows->count == GST_BURN_WINDOWS)
            merge(windows);
        windows->operations[windows->count] = 0;
        windows->seconds[windows->count] = 0;
        windows->count++;
        windows->in_last = 0;
    }
    windows->operations[windows->count - 1] += operations;
    windows->seconds[windows->count - 1] += seconds;
    windows->in_last++;
}

size_t gst_burn_windows_rates(const struct gst_burn_windows *windows,
                              double rates[GST_BURN_WINDOWS])
{
    size_t count = windows->count;

    if (count > 1 && 2 * windows->in_last < windows->rounds)
        count--;
    for (size_t i = 0; i < count; i++)
        rates[i] = windows->operations[i] / windows->seconds[i];
    return count;
}
