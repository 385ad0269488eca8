/* SPDX-License-Identifier: Apache-2.0 */
/* What NVML's answer to nvmlInit, or to the question for one GPU, stands for: a row per code. */
#ifndef GST_AUDIT_NVML_FINDING_H
#define GST_AUDIT_NVML_FINDING_H

#include "core/finding.h"

/* GST_NO_FINDING for success. */
enum gst_finding_id gst_nvml_finding(int code);

/* "driver not loaded", in NVML's words; never NULL. */
const char *gst_nvml_words(int code);

#endif
