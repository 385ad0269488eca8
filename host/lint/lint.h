/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lint of images: what of a driver, a kernel or a host is in an image that must not be, and
 * which layer brought it. Nothing of the image is run or unpacked.
 */
#ifndef GST_LINT_LINT_H
#define GST_LINT_LINT_H

#include "core/report.h"
#include "lint/expect.h"

/* Looks at `subject`: a folder, an archive, "-" for an archive on standard input, or the name of an
 * image of docker or podman. `expectations` are held against it, NULL: none. Fills the report and
 * concludes it. False, with one line in `error`, if `subject` is nothing of the kind. */
bool gst_lint(const char *subject, const struct gst_expectations *expectations,
              struct gst_report *report, char *error, size_t size);

/* The same for an archive that is open; it stays the caller's. */
void gst_lint_archive(int fd, const struct gst_expectations *expectations,
                      struct gst_report *report);

#endif
