/* SPDX-License-Identifier: Apache-2.0 */
/* Whether NVML and CUDA start, and what it means if they don't. */
#ifndef GST_AUDIT_LIBRARIES_START_H
#define GST_AUDIT_LIBRARIES_START_H

#include "audit/check.h"

/* The answer of a function, whatever version its symbol has: "nvmlInit" finds nvmlInit_v2. NULL if
 * it was not asked. */
const struct gst_answer *gst_answer_of(const struct gst_scene *scene, const char *function);

/* True if the function was asked and returned 0. */
bool gst_is_answer_ok(const struct gst_scene *scene, const char *function);

/* The GPU of the scene that CUDA counts as `index`, by its place on the bus; GST_NO_GPU if it has
 * none there. */
int gst_gpu_of_cuda(const struct gst_scene *scene, int index);

/* E01, E05 and E07 of group libraries. */
void gst_ask_nvml_starts(struct gst_asking *asking);
void gst_ask_cuda_starts(struct gst_asking *asking);
void gst_ask_cuda_works(struct gst_asking *asking);

#endif
