/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL says when it fails, and who has to act then. One table of its texts (ncclGetLastError,
 * warnings of its log); what is in none stays with the caller. Pure.
 */
#ifndef GST_COLLECTIVE_WAY_ERRORS_H
#define GST_COLLECTIVE_WAY_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding.h"

/* The finding that a text of NCCL's stands for, `otherwise` if none is known. */
enum gst_finding_id gst_way_error_finding(const char *text, enum gst_finding_id otherwise);

/* Does the finding say no more than that NCCL failed, or that a rank went? What its log gives for
 * it then tells more. */
bool gst_way_error_is_general(enum gst_finding_id finding);

/* One row of the table, for its test. */
struct gst_way_error {
    enum gst_finding_id finding;
    const char *first;  /* both words have to be in the text, in this order */
    const char *second; /* may be empty */
    const char *source;
};

const struct gst_way_error *gst_way_errors(size_t *count);

#endif
