/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for people: the verdict first, then one line per workload, then what is not as it
 * should be with cause and remedy, then the numbers.
 */
#ifndef GST_CORE_TEXT_H
#define GST_CORE_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/report.h"

struct gst_text_style {
    bool has_colour; /* colour repeats what the words say, never carries it alone */
};

/* Colour only where `out` is a terminal and NO_COLOR is not set. */
struct gst_text_style gst_text_style_for(FILE *out);

/* Writes a concluded report; its last line is the countable one. False if writing failed. */
bool gst_text_write(const struct gst_report *report, FILE *out, struct gst_text_style style);

/* Everything the catalogue knows of one finding. */
void gst_text_explain(enum gst_finding_id finding, FILE *out);

#endif
