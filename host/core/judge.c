/* SPDX-License-Identifier: Apache-2.0 */
/* Floors, ceilings and nothing else; see judge.h. */
#include "core/judge.h"

#include <math.h>

#include "core/utf8.h"

struct gst_bar gst_bar_none(void)
{
    return (struct gst_bar){ .floor = NAN, .ceiling = NAN };
}

/* Comparisons with NaN are false, so a bound that is not there is never passed. */
static bool is_impossible(double value, const struct gst_bar *bar)
{
    if (!isfinite(value) || value <= 0)
        return true;
    if (bar->lower_is_better)
        return value < bar->ceiling * (1 - GST_CEILING_SLACK);
    return value > bar->ceiling * (1 + GST_CEILING_SLACK);
}

enum gst_verdict gst_judge(double value, const struct gst_bar *bar)
{
    if (is_impossible(value, bar))
        return GST_ERROR;
    if (isnan(bar->floor))
        return GST_NOT_JUDGED;
    if (bar->lower_is_better ? value > bar->floor : value < bar->floor)
        return GST_FAIL;
    return GST_PASS;
}

bool gst_bar_override(struct gst_bar *bar, double floor, const char *from)
{
    if (!isfinite(floor) || floor <= 0)
        return false;
    if (bar->lower_is_better ? floor < bar->ceiling : floor > bar->ceiling)
        return false;
    bar->floor = floor;
    gst_utf8_copy(bar->floor_from, sizeof bar->floor_from, from);
    return true;
}
