/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processors as a set, from the lists that Linux writes of them: "0-3,8".
 */
#ifndef GST_CORE_CPUS_H
#define GST_CORE_CPUS_H

#include <limits.h>
#include <stdbool.h>

#define GST_CPUS 8192 /* Linux' most */

struct gst_cpus {
    unsigned char bits[GST_CPUS / CHAR_BIT];
};

/* Entries that are no ranges end the list, and what came before them is kept; false then, and for a
 * range that runs backwards. Processors past the last there can be are left out. Format: Linux,
 * Documentation/admin-guide/cputopology. */
bool gst_cpus_parse(struct gst_cpus *cpus, const char *list);

bool gst_cpus_has(const struct gst_cpus *cpus, unsigned cpu);

/* Is any processor in both? */
bool gst_cpus_meet(const struct gst_cpus *a, const struct gst_cpus *b);

#endif
