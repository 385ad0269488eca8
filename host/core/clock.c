/* SPDX-License-Identifier: Apache-2.0 */
/* CLOCK_MONOTONIC, which all processes of a machine share, and the calendar; see clock.h. */
#include "core/clock.h"

#include <time.h>

uint64_t gst_clock_ns(void)
{
    struct timespec now = { 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

const char *gst_clock_utc(char *text, size_t size)
{
    time_t now = time(NULL);
    struct tm parts;

    if (size == 0)
        return text;
    if (gmtime_r(&now, &parts) == NULL || strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        text[0] = '\0';
    return text;
}
