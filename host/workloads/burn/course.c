/* SPDX-License-Identifier: Apache-2.0 */
/* Readings added up; see course.h. */
#include "workloads/burn/course.h"

#include <stdio.h>

#include "gpu/clock_reasons.h"

void gst_burn_course_add(struct gst_burn_course *course,
                         const struct gst_condition_reading *reading)
{
    if (course->readings == 0 || reading->sm_mhz < course->mhz_lowest)
        course->mhz_lowest = reading->sm_mhz;
    if (reading->sm_mhz > course->mhz_highest)
        course->mhz_highest = reading->sm_mhz;
    if (reading->celsius > course->celsius_highest)
        course->celsius_highest = reading->celsius;
    if (reading->milliwatts > course->milliwatts_highest)
        course->milliwatts_highest = reading->milliwatts;
    course->readings++;
    course->throttled += (reading->reasons & GST_CLOCKS_THROTTLED) != 0;
    course->limited += (reading->reasons & GST_CLOCKS_LIMITED) != 0;
    course->reasons |= reading->reasons & (GST_CLOCKS_THROTTLED | GST_CLOCKS_LIMITED);
    course->mhz_sum += reading->sm_mhz;
    course->milliwatts_sum += reading->milliwatts;
}

static size_t add_clock(const struct gst_burn_course *course, char *text, size_t size)
{
    return (size_t)snprintf(text, size, "SM clock %u to %u MHz, %.0f on average",
                            course->mhz_lowest, course->mhz_highest,
                            course->mhz_sum / course->readings);
}

const char *gst_burn_course_describe(const struct gst_burn_course *course, char *text, size_t size)
{
    const unsigned held = course->throttled > course->limited ? course->throttled : course->limited;
    char reasons[128];
    size_t used = 0;

    text[0] = '\0';
    if (course->readings == 0)
        return text;
    if (course->mhz_highest > 0)
        used = add_clock(course, text, size);
    if (course->celsius_highest > 0 && used < size)
        used += (size_t)snprintf(text + used, size - used, "%sup to %u C", used > 0 ? "; " : "",
                                 course->celsius_highest);
    if (course->milliwatts_highest > 0 && used < size)
        used += (size_t)snprintf(
            text + used, size - used, "%s%.0f W on average, %.0f at most", used > 0 ? ", " : "",
            course->milliwatts_sum / course->readings * 1e-3, course->milliwatts_highest * 1e-3);
    if (held > 0 && used < size)
        snprintf(text + used, size - used, "%sheld down in %u of %u readings by %s",
                 used > 0 ? "; " : "", held, course->readings,
                 gst_clock_reasons_describe(course->reasons, reasons, sizeof(reasons)));
    return text;
}
