/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What expectations may leave to the image: "{cuda_major}" in a text stands for 12 where the image
 * sets CUDA_VERSION=12.4.1, so that one file serves all toolkits.
 */
#ifndef GST_LINT_EXPECT_VALUES_H
#define GST_LINT_EXPECT_VALUES_H

#include "lint/manifest.h"

/* The names, for messages: "{cuda}, {cuda_major}, ...". */
#define GST_EXPECT_VALUES "{arch}, {cuda}, {cuda_major}, {cuda_version}, {cudart} and {nvrtc}"

/* True if all braces of `text` are around names that are known. */
bool gst_expect_values_are_known(const char *text);

/* Copies `text` with the image's own in place of names. False if the image does not say, with what
 * it does not say ("CUDA_VERSION") in *missing, or if it does not fit. */
bool gst_expect_values_fill(const char *text, const struct gst_manifest *manifest, char *filled,
                            size_t size, const char **missing);

#endif
