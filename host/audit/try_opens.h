/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening device nodes in children: an open may take seconds, may hang in the driver for good, and
 * so may the close at the child's end.
 */
#ifndef GST_AUDIT_TRY_OPENS_H
#define GST_AUDIT_TRY_OPENS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* Opens all paths at the same time, O_RDWR and never O_NONBLOCK. results[i] becomes the errno of
 * paths[i], 0 or one of GST_OPEN_* (view.h). Returns when all have ended, or at the deadline, after
 * which what is left is killed and, if it does not die, left behind. False, with `st`, if not all
 * children could be started; those that were have their results. */
bool gst_try_opens(const char *const *paths, size_t count, double deadline_s, int *results,
                   struct gst_status *st);

#endif
