/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tar archives, plain or compressed with gzip or zstd, read once from front to end with libarchive;
 * also those that are a member of another.
 */
#ifndef GST_LINT_UNPACK_H
#define GST_LINT_UNPACK_H

#include "lint/entry.h"

struct gst_unpack;

/* Reads `fd` from where it stands; the descriptor stays the caller's. `name` is for messages:
 * "layer 3". NULL, with the reason in `st`, if it is no such archive. */
struct gst_unpack *gst_unpack_open(int fd, const char *name, struct gst_status *st);

/* The member that `outer` stands at is an archive itself. `outer` must outlive the new one, and
 * goes on after it has been closed. */
struct gst_unpack *gst_unpack_open_member(struct gst_unpack *outer, const char *name,
                                          struct gst_status *st);

void gst_unpack_close(struct gst_unpack *unpack);

/* True if it has to be unpacked to be skipped. */
bool gst_unpack_is_compressed(const struct gst_unpack *unpack);

/* The next member. Its texts are good until the one after. False at the end; also on failure, with
 * the reason in `st`. */
bool gst_unpack_next(struct gst_unpack *unpack, struct gst_entry *entry, struct gst_status *st);

/* The content of the member at hand. */
struct gst_content *gst_unpack_content(struct gst_unpack *unpack);

/* Where the header of the member at hand begins; a plain archive can be opened there again. */
int64_t gst_unpack_position(const struct gst_unpack *unpack);

/* Hands all members to `visit`. */
bool gst_unpack_walk(struct gst_unpack *unpack, gst_visitor visit, void *data,
                     struct gst_status *st);

/* Copies `fd`, from where it stands, to `spool`; without compression if it has one. */
bool gst_unpack_filters(int fd, int spool, struct gst_status *st);

#endif
