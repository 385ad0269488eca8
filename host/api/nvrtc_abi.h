/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we use of NVRTC (libnvrtc.so.13, .12, .11.2), a row per function and per constant; loader,
 * call table and conformance test are made from these rows.
 *
 * One list, since all of it is in 11.8, the oldest that tests/abi has a header of. "needed" is 1
 * for what a compilation takes; a 0 may be NULL.
 *
 * Where the facts come from: NVIDIA's NVRTC documentation, held against nvrtc.h of 11.8, 12.4 and
 * 13.0 and against the symbols of a library (tests/abi does both). From 11.3 on a major version
 * keeps its SONAME: 11.2, 12, 13. Columns as in cuda_abi.h.
 */
#ifndef GST_API_NVRTC_ABI_H
#define GST_API_NVRTC_ABI_H

#include <stddef.h>

/* The formatter takes argument lists for products (nvrtcProgram * program): hands off the rows. */
/* clang-format off */
#define GST_NVRTC_API_SINCE_11080(X)                                                               \
    X(nvrtcResult, nvrtcVersion, , (int *major, int *minor), 1)                                    \
    X(nvrtcResult, nvrtcGetNumSupportedArchs, , (int *count), 0)                                   \
    X(nvrtcResult, nvrtcGetSupportedArchs, , (int *architectures), 0)                              \
    X(nvrtcResult, nvrtcCreateProgram, ,                                                           \
      (nvrtcProgram *program, const char *source, const char *name, int header_count,              \
       const char *const *headers, const char *const *header_names), 1)                            \
    X(nvrtcResult, nvrtcDestroyProgram, , (nvrtcProgram *program), 1)                              \
    X(nvrtcResult, nvrtcCompileProgram, ,                                                          \
      (nvrtcProgram program, int option_count, const char *const *options), 1)                     \
    X(nvrtcResult, nvrtcGetProgramLogSize, , (nvrtcProgram program, size_t *bytes), 0)             \
    X(nvrtcResult, nvrtcGetProgramLog, , (nvrtcProgram program, char *log), 0)                     \
    X(nvrtcResult, nvrtcGetPTXSize, , (nvrtcProgram program, size_t *bytes), 1)                    \
    X(nvrtcResult, nvrtcGetPTX, , (nvrtcProgram program, char *ptx), 1)                            \
    X(nvrtcResult, nvrtcGetCUBINSize, , (nvrtcProgram program, size_t *bytes), 1)                  \
    X(nvrtcResult, nvrtcGetCUBIN, , (nvrtcProgram program, char *cubin), 1)                        \
    X(const char *, nvrtcGetErrorString, , (nvrtcResult result), 0)

#define GST_NVRTC_API(X) GST_NVRTC_API_SINCE_11080(X)

#define GST_NVRTC_RESULTS(X)                                                                       \
    X(NVRTC_SUCCESS, 0)                                                                            \
    X(NVRTC_ERROR_OUT_OF_MEMORY, 1)                                                                \
    X(NVRTC_ERROR_INVALID_OPTION, 5)                                                               \
    X(NVRTC_ERROR_COMPILATION, 6)                                                                  \
    X(NVRTC_ERROR_BUILTIN_OPERATION_FAILURE, 7)                                                    \
    X(NVRTC_ERROR_INTERNAL_ERROR, 11)

#define GST_NVRTC_CONSTANTS_SINCE_11080(X) GST_NVRTC_RESULTS(X)
#define GST_NVRTC_CONSTANTS(X) GST_NVRTC_CONSTANTS_SINCE_11080(X)

/* No struct of theirs is ours to fill: a program is opaque. */
#define GST_NVRTC_STRUCTS(X)
#define GST_NVRTC_FIELDS(X)

/* X(vendor type, bytes): what is passed by value or written through a pointer. */
#define GST_NVRTC_SIZES(X)                                                                         \
    X(nvrtcResult, 4)                                                                              \
    X(nvrtcProgram, 8)

/* clang-format on */
#ifndef GST_ABI_VENDOR_TYPES
/* int, not an enumeration: a newer library may answer with a number that no row names. */
typedef int nvrtcResult;
typedef struct _nvrtcProgram *nvrtcProgram;

#define GST_NVRTC_ENUMERATOR(name, value) name = (value),
enum { GST_NVRTC_RESULTS(GST_NVRTC_ENUMERATOR) };
#undef GST_NVRTC_ENUMERATOR
#endif

#endif
