/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a framework of the image sees, asked by a script that the image's own Python runs: its
 * lines, and those lines parsed. The grammar is in host/probe/README.md, "Framework".
 */
#ifndef GST_AUDIT_FRAMEWORK_ANSWERS_H
#define GST_AUDIT_FRAMEWORK_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

#define GST_FRAMEWORK_GPUS 64

enum gst_product { GST_PRODUCT_NOT_TRIED, GST_PRODUCT_OK, GST_PRODUCT_DIFFERS, GST_PRODUCT_FAILED };

struct gst_framework_gpu {
    int major, minor; /* compute capability, 0 if not told */
    enum gst_product product;
    char words[160]; /* of one that differs or failed: the error */
};

struct gst_framework {
    bool is_asked;
    bool is_done;
    bool is_told; /* whether a GPU is available */
    bool is_available;
    int count;               /* of GPUs, as the framework sees them */
    char missing[256];       /* why it cannot be imported */
    char version[48];        /* "2.5.1+cu124" */
    char built_for[16];      /* "12.4", "rocm", "cpu" */
    char error[256];         /* why it sees no GPU */
    char architectures[512]; /* "sm_80 sm_90 compute_90" */
    char problem[320];       /* why the script could not be run, or did not come to its end */
    struct gst_framework_gpu gpus[GST_FRAMEWORK_GPUS];
};

/* What --framework takes; ends with NULL. */
extern const char *const gst_framework_names[];

/* Runs the script for `name`, one of gst_framework_names, with the python3 of PATH (else python),
 * and adds its lines to those that `text` holds. False only if no process or descriptor is to be
 * had. */
bool gst_framework_ask(const char *name, double deadline_s, char *text, size_t size,
                       struct gst_status *st);

/* Understands its lines among those of the helper; `text` may be cut off anywhere. */
void gst_framework_parse(struct gst_framework *framework, const char *text);

/* True if one of these architectures has code for that compute capability: sm_86 runs on 8.6 and
 * later 8.x, sm_90a on 9.0 alone, compute_90 is compiled on 9.0 and anything newer. */
bool gst_framework_runs_on(const char *architectures, int major, int minor);

#endif
