/* SPDX-License-Identifier: Apache-2.0 */
/* From what was found in an image to a report about it. */
#ifndef GST_LINT_TELL_H
#define GST_LINT_TELL_H

#include "core/report.h"
#include "lint/catalog.h"
#include "lint/expect.h"
#include "lint/inspect.h"
#include "lint/manifest.h"

struct gst_lint_result {
    struct gst_inspection *inspection;   /* its ledger is finished */
    const struct gst_manifest *manifest; /* NULL: a folder or a bare root, without configuration */
    const char *kind;                    /* "docker archive", "folder" */
    size_t others;                       /* file systems left out */
    const struct gst_expectations *expectations; /* NULL: none */
    const struct gst_catalog *catalog;           /* of what is expected something of */
    const struct gst_status *st;                 /* why it was not read to its end, if it was not */
};

/* Fills the report and concludes it. */
void gst_lint_tell(struct gst_report *report, const struct gst_lint_result *result);

#endif
