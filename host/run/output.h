/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libraries print in the child: drained, so that they never block on a full pipe, kept out of
 * the report's own output, and noted in it.
 */
#ifndef GST_RUN_OUTPUT_H
#define GST_RUN_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/report.h"

#define GST_OUTPUT_KEPT 4096

struct gst_output {
    size_t total_bytes; /* printed since the last note */
    size_t kept_bytes;
    char text[GST_OUTPUT_KEPT];
    char phase[64]; /* in which the first of it was printed */
};

/* Reads what is there now, at most so much that whoever prints without end cannot hold the caller.
 * False at the end of the pipe. */
bool gst_output_drain(struct gst_output *output, int fd, const struct gst_progress *progress);

/* Writes the note for the current item, if anything was printed, and forgets it. Only while the
 * child does not write. */
void gst_output_note(struct gst_output *output, struct gst_report *report);

#endif
