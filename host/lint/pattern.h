/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of paths that people write: '?' and '*' stay within one name, '**' crosses folders. Not
 * fnmatch(3): that knows no '**', and takes time without bound for patterns that are made for it.
 */
#ifndef GST_LINT_PATTERN_H
#define GST_LINT_PATTERN_H

#include <stdbool.h>

bool gst_pattern_matches(const char *pattern, const char *path);

/* True if it is more than the path itself. */
bool gst_pattern_is_one(const char *text);

#endif
