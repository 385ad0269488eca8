/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of pairs of GPUs for people: a matrix from rows to columns, with what it is held against,
 * the worst pair, and marks beside numbers that are wrong.
 *
 * A workload measures its pairs in several ways, and a fault shows in most of them: each workload
 * has its first matrix shown, and those with a wrong pair that no matrix of it has marked before;
 * the others are one line each.
 */
#ifndef GST_CORE_TEXT_MATRIX_H
#define GST_CORE_TEXT_MATRIX_H

#include <stdio.h>

#include "core/report.h"
#include "core/text.h"

/* At most 132 columns wide; of more than 16 GPUs a matrix comes in several pieces. Writes nothing
 * if no pairs were measured, or so few that they are rows of the table. */
void gst_text_matrices(const struct gst_report *report, FILE *out, struct gst_text_style style);

#endif
