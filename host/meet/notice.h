/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks in sentences: "ranks 1 to 3 and 7 of 8". Pure.
 */
#ifndef GST_MEET_NOTICE_H
#define GST_MEET_NOTICE_H

#include <stdbool.h>
#include <stddef.h>

/* "rank 3 of 8", "ranks 3 and 5 of 8", "ranks 0 to 3, 5 and 7 of 8": those of `size` that are set.
 * Runs of three or more are one range; after eight numbers and ranges the rest is counted. Returns
 * `text`, "" if none is set. */
const char *gst_notice_ranks(const bool *is_set, int size, char *text, size_t text_size);

/* How many are set. */
int gst_notice_count(const bool *is_set, int size);

#endif
