/* SPDX-License-Identifier: Apache-2.0 */
/* Holds an image against what is expected of it. */
#ifndef GST_LINT_EXPECT_JUDGE_H
#define GST_LINT_EXPECT_JUDGE_H

#include "core/report.h"
#include "lint/catalog.h"
#include "lint/expect.h"
#include "lint/manifest.h"

struct gst_expect_tally {
    size_t met, unmet, unknown;
};

/* An answer to one expectation. */
enum gst_expect_answer { GST_EXPECT_MET, GST_EXPECT_UNMET, GST_EXPECT_UNKNOWN };

/* One expectation being held against an image. */
struct gst_expect_question {
    const struct gst_expectation *row;
    const char *name; /* the row's, with the image's own in place of names in braces */
    const struct gst_catalog *catalog;
    const struct gst_manifest *manifest; /* NULL: a root without configuration */
    char seen[400], expected[200];       /* of an answer that is not "met" */
};

/* Records what is not met, and what could not be told, under the current item of the report. */
struct gst_expect_tally gst_expect_judge(struct gst_report *report,
                                         const struct gst_expectations *expectations,
                                         const struct gst_catalog *catalog,
                                         const struct gst_manifest *manifest);

/* Fills in what was seen and what was expected; returns `answer`. */
enum gst_expect_answer gst_expect_say(struct gst_expect_question *question,
                                      enum gst_expect_answer answer, const char *expected,
                                      const char *seen, ...) __attribute__((format(printf, 4, 5)));

/* The text with the image's own in place of names in braces; false, with the answer in *answer, if
 * the image does not say. */
bool gst_expect_fill(struct gst_expect_question *question, const char *text, char *filled,
                     size_t size, enum gst_expect_answer *answer);

/* By what is asked; in expect_files.c and expect_layers.c. */
enum gst_expect_answer gst_expect_file(struct gst_expect_question *question);
enum gst_expect_answer gst_expect_no_file(struct gst_expect_question *question);
enum gst_expect_answer gst_expect_library(struct gst_expect_question *question);
enum gst_expect_answer gst_expect_no_library(struct gst_expect_question *question);
enum gst_expect_answer gst_expect_shell(struct gst_expect_question *question);
enum gst_expect_answer gst_expect_layer(struct gst_expect_question *question);

#endif
