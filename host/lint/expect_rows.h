/* SPDX-License-Identifier: Apache-2.0 */
/* From the YAML of one file to rows of expectations. */
#ifndef GST_LINT_EXPECT_ROWS_H
#define GST_LINT_EXPECT_ROWS_H

#include "lint/expect.h"

/* Loads the document of that index; *extends is the name of what it extends, NULL for nothing. */
bool gst_expect_rows_load(struct gst_expectations *expectations, size_t index, const char *text,
                          size_t length, const char **extends, char *error, size_t size);

/* Adds the rows of that document. */
bool gst_expect_rows_take(struct gst_expectations *expectations, size_t index, char *error,
                          size_t size);

void gst_expect_rows_unload(void *document);

#endif
