/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calling the vendor libraries: one macro per library, so that every call is checked, and so that
 * the supervisor can name the call a process died or hung in.
 *
 *     if (!GST_CU(env, st, cuMemAlloc, (&p, n))) goto out;
 *
 * A function that the library does not have fails with the word "missing".
 */
#ifndef GST_GPU_ERROR_H
#define GST_GPU_ERROR_H

#include <stdbool.h>

#include "core/status.h"
#include "gpu/env.h"

#define GST_CU(env, st, function, arguments)                                                       \
    ((env)->libs.cuda.function == NULL                                                             \
         ? gst_call_absent(#function, GST_WHERE, st)                                               \
         : (gst_call_enter(env, #function),                                                        \
            gst_cuda_result(env, (env)->libs.cuda.function arguments, #function, GST_WHERE, st)))

#define GST_RT(env, st, function, arguments)                                                       \
    ((env)->libs.cudart.function == NULL                                                           \
         ? gst_call_absent(#function, GST_WHERE, st)                                               \
         : (gst_call_enter(env, #function),                                                        \
            gst_cudart_result(env, (env)->libs.cudart.function arguments, #function, GST_WHERE,    \
                              st)))

/* NVML is asked for facts that many boards do not have: the answer itself, never a status. */
#define GST_NVML(env, function, arguments)                                                         \
    ((env)->libs.nvml.function == NULL                                                             \
         ? NVML_ERROR_FUNCTION_NOT_FOUND                                                           \
         : (gst_call_enter(env, #function),                                                        \
            gst_nvml_result(env, (env)->libs.nvml.function arguments)))

/* Notes that `call` is entered; the result functions note that it was left. */
void gst_call_enter(struct gst_env *env, const char *call);

/* Each returns true for success, else fills `st` with the finding that the code stands for. A GPU
 * that NVML calls lost is reported as lost, whatever CUDA said. */
bool gst_cuda_result(struct gst_env *env, CUresult result, const char *call, const char *where,
                     struct gst_status *st);
bool gst_cudart_result(struct gst_env *env, cudaError_t result, const char *call, const char *where,
                       struct gst_status *st);
int gst_nvml_result(struct gst_env *env, nvmlReturn_t result);
bool gst_call_absent(const char *call, const char *where, struct gst_status *st);

/* True if NVML says that this GPU has fallen off the bus; any other answer is none. */
bool gst_nvml_is_lost(struct gst_env *env, nvmlDevice_t device);

/* The finding that a CUDA result stands for; both APIs number errors alike from 100 on. Pure. */
enum gst_finding_id gst_cuda_finding(int code);

#endif
