/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuBLAS as a table of functions: blas.cublas.cublasSgemm(...). Apart from libs.h because it is
 * opened only by what multiplies with it: the two libraries are half a gigabyte, and loading them
 * is felt by whoever only asks for a device's name.
 */
#ifndef GST_API_BLAS_LIBS_H
#define GST_API_BLAS_LIBS_H

#include <stdbool.h>

#include "api/cublas_abi.h"
#include "api/dl.h"

#define GST_FUNCTION_POINTER(result, name, version, arguments, needed) result(*name) arguments;

struct gst_cublas {
    GST_CUBLAS_API(GST_FUNCTION_POINTER)
};

struct gst_cublaslt {
    GST_CUBLASLT_API(GST_FUNCTION_POINTER)
};

#undef GST_FUNCTION_POINTER

struct gst_blas_libs {
    struct gst_library cublas_library;
    struct gst_library cublaslt_library;
    struct gst_cublas cublas;
    struct gst_cublaslt cublaslt;
};

/* Opens cuBLAS, newest major first, and then the cublasLt of the same major, which cuBLAS has
 * loaded for itself by then. False with the reason in cublas_library where there is no cuBLAS;
 * a cublasLt that is not open says why in cublaslt_library and is for the caller to judge. */
bool gst_blas_libs_open(struct gst_blas_libs *libs);

/* Unloads both; releasing a zeroed object does nothing. */
void gst_blas_libs_close(struct gst_blas_libs *libs);

/* The names of cuBLAS that are looked for, in order; NULL past the last. */
const char *gst_blas_libs_name(unsigned index);

#endif
