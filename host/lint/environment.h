/* SPDX-License-Identifier: Apache-2.0 */
/* What an image's ENV lines say to the loader and to the container toolkit. */
#ifndef GST_LINT_ENVIRONMENT_H
#define GST_LINT_ENVIRONMENT_H

#include "core/report.h"
#include "lint/manifest.h"

/* Records what is found under the current item of the report: of the loader's path, or of the
 * variables that the toolkit reads. `has_cuda`: the image carries libcudart. */
void gst_environment_loader(struct gst_report *report, const struct gst_manifest *manifest);
void gst_environment_toolkit(struct gst_report *report, const struct gst_manifest *manifest,
                             bool has_cuda);

#endif
