/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler driver nvcc: where it is, which version, what it makes code for, one build by it,
 * and what the words of a failed build mean.
 */
#ifndef GST_WORKLOADS_COMPILE_NVCC_H
#define GST_WORKLOADS_COMPILE_NVCC_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding.h"
#include "workloads/compile/choice.h"
#include "workloads/compile/tool.h"

#define GST_NVCC_OPTIONS 68 /* two for each GPU, and some */

struct gst_nvcc {
    char path[512];
    char version[16]; /* "13.0" */
    struct gst_architectures known;
};

struct gst_nvcc_options {
    size_t count;
    char texts[GST_NVCC_OPTIONS][64];
};

/* On PATH, then in bin of CUDA_HOME, then of /usr/local/cuda. False if it is in none. */
bool gst_nvcc_find(struct gst_nvcc *nvcc);

/* Asks it for its version and what it knows. False with how that ended in `end`. */
bool gst_nvcc_ask(struct gst_nvcc *nvcc, const char *folder, struct gst_tool_end *end);

/* Adds native code, or PTX, for a GPU of compute capability `cc`, each once. False if nvcc makes
 * nothing that it runs. *is_native: not by way of PTX. Pure. */
bool gst_nvcc_add_gpu(const struct gst_nvcc *nvcc, int cc, struct gst_nvcc_options *options,
                      bool *is_native);

/* nvcc <options> -o <target> <source>. */
void gst_nvcc_build(const struct gst_nvcc *nvcc, const struct gst_nvcc_options *options,
                    const char *target, const char *source, const char *folder, double most_s,
                    struct gst_tool_end *end);

/* The finding that a build which failed stands for, and in `said` the line that tells most. Pure.
 */
enum gst_finding_id gst_nvcc_blame(const struct gst_tool_end *end, char *said, size_t size);

/* "13.0" of what nvcc --version prints; false if it is not in there. Pure. */
bool gst_nvcc_version_read(const char *text, char *version, size_t size);

#endif
