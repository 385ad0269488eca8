/* SPDX-License-Identifier: Apache-2.0 */
/* Images and what they promise; see variant.h. */
#include "run/variant.h"

#include <stdio.h>
#include <string.h>

bool gst_variant_read(enum gst_variant *variant, const char *text, char *error, size_t size)
{
    static const char *const names[] = {
        [GST_VARIANT_NONE] = "",
        [GST_VARIANT_BASE] = "base",
        [GST_VARIANT_RUNTIME] = "runtime",
        [GST_VARIANT_DEVEL] = "devel",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text != NULL ? text : "", names[i]) != 0)
            continue;
        *variant = (enum gst_variant)i;
        return true;
    }
    snprintf(error, size, "'%.64s' in GPU_SELFTEST_VARIANT is none of base, runtime, devel", text);
    return false;
}

bool gst_variant_has_libraries(enum gst_variant variant)
{
    return variant == GST_VARIANT_RUNTIME || variant == GST_VARIANT_DEVEL;
}

bool gst_variant_has_compilers(enum gst_variant variant)
{
    return variant == GST_VARIANT_DEVEL;
}
