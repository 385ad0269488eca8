/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of processors; see cpus.h. */
#include "core/cpus.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool gst_cpus_parse(struct gst_cpus *cpus, const char *list)
{
    bool ok = true;
    char *end;

    memset(cpus, 0, sizeof(*cpus));
    while (is_digit(*list)) {
        const unsigned long first = strtoul(list, &end, 10);
        unsigned long last = first;

        if (*end == '-') {
            ok = ok && is_digit(end[1]);
            last = strtoul(end + 1, &end, 10);
        }
        ok = ok && last >= first && (*end != ',' || end[1] != '\0');
        for (unsigned long i = first; i <= last && i < GST_CPUS; i++)
            cpus->bits[i / CHAR_BIT] |= (unsigned char)(1u << (i % CHAR_BIT));
        list = end + (*end == ',');
    }
    return ok && *list == '\0';
}

bool gst_cpus_has(const struct gst_cpus *cpus, unsigned cpu)
{
    return cpu < GST_CPUS && (cpus->bits[cpu / CHAR_BIT] >> (cpu % CHAR_BIT) & 1) != 0;
}

bool gst_cpus_meet(const struct gst_cpus *a, const struct gst_cpus *b)
{
    for (size_t i = 0; i < sizeof(a->bits); i++) {
        if ((a->bits[i] & b->bits[i]) != 0)
            return true;
    }
    return false;
}
