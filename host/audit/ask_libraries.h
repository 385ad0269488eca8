/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the helper gpu-selftest-audit-probe, which asks the driver's libraries, and completes its
 * lines by what became of it. Grammar and the words of problems: host/probe/README.md.
 */
#ifndef GST_AUDIT_ASK_LIBRARIES_H
#define GST_AUDIT_ASK_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

#define GST_ASK_HELPER "gpu-selftest-audit-probe"
/* Room for the lines about 64 GPUs. */
#define GST_ASK_TEXT_SIZE (256 * 1024)

/* `helper` is its path; NULL: the file GST_ASK_HELPER beside the running program. `text` gets what
 * gst_answers_parse understands, with a line "problem ..." at its end where the helper could not be
 * run or did not come to its own end; that is an answer, too. False only if no process or
 * descriptor is to be had. */
bool gst_ask_libraries(const char *helper, double deadline_s, char *text, size_t size,
                       struct gst_status *st);

#endif
