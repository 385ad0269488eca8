/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the end of a built program means: the words of program.cu held against what it should have
 * computed. Pure.
 */
#ifndef GST_WORKLOADS_COMPILE_BUILT_H
#define GST_WORKLOADS_COMPILE_BUILT_H

#include <stdbool.h>

#include "core/status.h"
#include "workloads/compile/tool.h"

/* What a good one said. */
struct gst_built_words {
    int runtime_version;
    int driver_version;
    unsigned elements;
};

/* True if a CUDA error with this finding accuses code of this program's own: what was just built is
 * none of it. Pure. */
bool gst_built_is_own_code(enum gst_finding_id finding);

/* True if the program ran on the GPU at `pci_id` and computed what it should; else the cause is in
 * `st`. */
bool gst_built_judge(const struct gst_tool_end *end, const char *pci_id,
                     struct gst_built_words *words, struct gst_status *st);

#endif
