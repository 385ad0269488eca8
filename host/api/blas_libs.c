/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of cublas_abi.h turned into loader rows; see blas_libs.h. */
#include "api/blas_libs.h"

#include <stddef.h>
#include <string.h>

/* #name #version keeps the versioned symbol, as in libs.c. */
#define CUBLAS_ROW(result, name, version, arguments, needed)                                       \
    { #name #version, offsetof(struct gst_cublas, name), (needed) != 0 },
#define CUBLASLT_ROW(result, name, version, arguments, needed)                                     \
    { #name #version, offsetof(struct gst_cublaslt, name), (needed) != 0 },

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const struct gst_symbol cublas_symbols[] = { GST_CUBLAS_API(CUBLAS_ROW) };
static const struct gst_symbol cublaslt_symbols[] = { GST_CUBLASLT_API(CUBLASLT_ROW) };

/* Both lists have the same majors in the same order. */
static const char *const cublas_sonames[] = { "libcublas.so.13", "libcublas.so.12",
                                              "libcublas.so.11", NULL };
static const char *const cublaslt_sonames[] = { "libcublasLt.so.13", "libcublasLt.so.12",
                                                "libcublasLt.so.11", NULL };

_Static_assert(COUNT(cublas_sonames) == COUNT(cublaslt_sonames), "a cublasLt for each cuBLAS");

bool gst_blas_libs_open(struct gst_blas_libs *libs)
{
    memset(libs, 0, sizeof(*libs));
    if (!gst_library_open(&libs->cublas_library, cublas_sonames, cublas_symbols,
                          COUNT(cublas_symbols), &libs->cublas))
        return false;
    for (size_t i = 0; cublas_sonames[i] != NULL; i++) {
        const char *const sonames[] = { cublaslt_sonames[i], NULL };

        if (strcmp(libs->cublas_library.soname, cublas_sonames[i]) == 0)
            gst_library_open(&libs->cublaslt_library, sonames, cublaslt_symbols,
                             COUNT(cublaslt_symbols), &libs->cublaslt);
    }
    return true;
}

void gst_blas_libs_close(struct gst_blas_libs *libs)
{
    gst_library_close(&libs->cublaslt_library);
    gst_library_close(&libs->cublas_library);
}

const char *gst_blas_libs_name(unsigned index)
{
    return index < COUNT(cublas_sonames) ? cublas_sonames[index] : NULL;
}
