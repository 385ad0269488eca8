/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of processors; see cpus.h. */
#include "core/cpus.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

void gst_cpus_parse(struct gst_cpus *cpus, const char *list)
{
    char *end;

    memset(cpus, 0, sizeof(*cpus));
    while (*list >= '0' && *list <= '9') {
        const unsigned long first = strtoul(list, &end, 10);
        unsigned long last = first;

        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        for (unsigned long i = first; i <= last && i < GST_CPUS; i++)
            cpus->bits[i / CHAR_BIT] |= (unsigned char)(1u << (i % CHAR_BIT));
        list = end + (*end == ',');
    }
}

bool gst_cpus_meet(const struct gst_cpus *a, const struct gst_cpus *b)
{
    for (size_t i = 0; i < sizeof(a->bits); i++) {
        if ((a->bits[i] & b->bits[i]) != 0)
            return true;
    }
    return false;
}
