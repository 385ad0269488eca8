/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two JSON reports side by side: which verdicts, findings, facts and numbers differ.
 */
#ifndef GST_CORE_COMPARE_H
#define GST_CORE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes the differences from the report in file `a` to the one in file `b`. *same tells whether
 * verdict and findings agree; numbers are shown as ratios and not judged. False with one line in
 * `error` if a file is not a report of a schema version that is known. */
bool gst_compare(const char *a, const char *b, FILE *out, bool *same, char *error, size_t size);

#endif
