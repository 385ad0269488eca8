/* SPDX-License-Identifier: Apache-2.0 */
/* The verb lint: what must not be in an image. */
#ifndef GST_RUN_LINT_VERB_H
#define GST_RUN_LINT_VERB_H

#include <stdio.h>

#include "run/settings.h"

/* Looks at the image that the second word names and writes the report; the exit code. */
int gst_lint_verb(const struct gst_settings *settings, FILE *out);

#endif
