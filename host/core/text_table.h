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

/* "43 % of 63 GB/s (PCIe 5.0 x16)", empty without a ceiling. */
void gst_text_share(const struct gst_metric *metric, char *text, size_t size);

/* One row per number with its ceiling, floor and verdict; long groups are cut down to their
 * extremes and to what failed, and what is shown as a matrix is left out. Writes nothing if nothing
 * is left. */
void gst_text_table(const struct gst_report *report, FILE *out, struct gst_text_style style);

#endif
