/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of the report for people that text.c puts together: words and the table of numbers.
 */
#ifndef GST_CORE_TEXT_TABLE_H
#define GST_CORE_TEXT_TABLE_H

#include "core/report.h"
#include "core/text.h"

/* The word of a verdict in at least `width` columns, coloured if the style says so. */
void gst_text_word(FILE *out, enum gst_verdict verdict, int width, struct gst_text_style style);

/* One row per number with its ceiling, floor and verdict; long groups are cut down to their
 * extremes and to what failed. Writes nothing if nothing was measured. */
void gst_text_table(const struct gst_report *report, FILE *out, struct gst_text_style style);

#endif
