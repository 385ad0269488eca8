/* SPDX-License-Identifier: Apache-2.0 */
/* Magnitudes, and the slips that spoil them; see threshold_lint.h. */
#include "core/threshold_lint.h"

#include <math.h>
#include <stdio.h>

/* A floor that was meant asks for more than a quarter of the ceiling: only then does a factor
 * explain a slip, and 10 and 1000 cannot both. */
#define MEANT_SHARE 0.25

double gst_threshold_slip(double floor, double ceiling)
{
    static const double factors[] = { 10, 1000, 0.1, 0.001 };

    for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
        const double meant = floor * factors[i];

        if (meant > ceiling * MEANT_SHARE && meant <= ceiling)
            return factors[i];
    }
    return 1;
}

static const char *name_slip(double factor)
{
    if (factor >= 1000)
        return ", 1000 times too little: a unit too small?";
    if (factor > 1)
        return ", 10 times too little: a digit lost?";
    if (factor == 1)
        return "";
    return factor > 0.01 ? ", 10 times too much: a digit too many?"
                         : ", 1000 times too much: a unit too large?";
}

enum gst_threshold gst_threshold_lint(double floor, double ceiling, enum gst_unit unit, char *why,
                                      size_t size)
{
    char asked[32], possible[32];
    const char *slip;

    why[0] = '\0';
    if (!isfinite(floor) || floor <= 0) {
        snprintf(why, size, "everything passes a floor that is not above 0");
        return GST_THRESHOLD_NEVER_FAILS;
    }
    if (!isfinite(ceiling) || ceiling <= 0)
        return GST_THRESHOLD_UNKNOWN;
    if (floor <= ceiling && floor >= ceiling * GST_THRESHOLD_LEAST_SHARE)
        return GST_THRESHOLD_SOUND;
    gst_format(asked, sizeof(asked), floor, unit);
    gst_format(possible, sizeof(possible), ceiling, unit);
    slip = name_slip(gst_threshold_slip(floor, ceiling));
    if (floor > ceiling) {
        snprintf(why, size, "nothing reaches %s of at most %s%s", asked, possible, slip);
        return GST_THRESHOLD_NEVER_PASSES;
    }
    snprintf(why, size, "%s is less than a tenth of %s%s", asked, possible, slip);
    return GST_THRESHOLD_TOO_LOW;
}
