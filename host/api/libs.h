/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vendor libraries as tables of functions: gst_libs.cuda.cuMemAlloc(&p, n). The rows come from
 * the ABI headers; an optional function that the library lacks is NULL.
 */
#ifndef GST_API_LIBS_H
#define GST_API_LIBS_H

#include <stdbool.h>

#include "api/cuda_abi.h"
#include "api/cudart_abi.h"
#include "api/dl.h"
#include "api/nvml_abi.h"

#define GST_FUNCTION_POINTER(result, name, version, arguments, needed) result(*name) arguments;

struct gst_cuda {
    GST_CUDA_API(GST_FUNCTION_POINTER)
};

struct gst_cudart {
    GST_CUDART_API(GST_FUNCTION_POINTER)
};

struct gst_nvml {
    GST_NVML_API(GST_FUNCTION_POINTER)
};

#undef GST_FUNCTION_POINTER

struct gst_libs {
    struct gst_library cuda_library;
    struct gst_library cudart_library;
    struct gst_library nvml_library;
    struct gst_cuda cuda;
    struct gst_cudart cudart;
    struct gst_nvml nvml;
};

/* Tries to open all three; which of them are open is for the caller to read. */
void gst_libs_open(struct gst_libs *libs);

/* Opens NVML alone, for who does not want the others' side effects. False with the reason in
 * nvml_library. */
bool gst_libs_open_nvml(struct gst_libs *libs);

void gst_libs_close(struct gst_libs *libs);

/* The names that are looked for, in order, one library after the other; NULL past the last. */
const char *gst_libs_name(unsigned index);

/* True if any open library is a double. */
bool gst_libs_are_simulated(const struct gst_libs *libs);

#endif
