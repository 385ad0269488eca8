/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file without a name in $TMPDIR (/var/tmp if not given, which is meant for large ones): for what
 * is read more than once and comes through a pipe, and for libraries too large for memory.
 */
#ifndef GST_LINT_SPOOL_H
#define GST_LINT_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

/* What one may grow to; more is no image that somebody means to run. */
#define GST_SPOOL_MAX ((uint64_t)64 << 30)

/* A descriptor for reading and writing, -1 with the reason in `st`. */
int gst_spool_open(struct gst_status *st);

/* Writes at `offset`; false, with the reason in `st`, past GST_SPOOL_MAX or on a full disk. */
bool gst_spool_write(int fd, uint64_t offset, const void *bytes, size_t size,
                     struct gst_status *st);

#endif
