/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of our images this is: each says so in GPU_SELFTEST_VARIANT, and thereby what it carries. A
 * library that the image promises, or that somebody needs for the workload he named, is a fault if
 * it is missing; otherwise its workload does not apply. Pure.
 */
#ifndef GST_RUN_VARIANT_H
#define GST_RUN_VARIANT_H

#include <stdbool.h>
#include <stddef.h>

enum gst_variant {
    GST_VARIANT_NONE,    /* no image of ours, or an installation: nothing is promised */
    GST_VARIANT_BASE,    /* the CUDA runtime */
    GST_VARIANT_RUNTIME, /* and cuBLAS and NCCL */
    GST_VARIANT_DEVEL,   /* and nvcc */
};

/* From the variable's value; NULL and "" are none. False with one line in `error` for another word.
 */
bool gst_variant_read(enum gst_variant *variant, const char *text, char *error, size_t size);

/* cuBLAS and NCCL. */
bool gst_variant_has_libraries(enum gst_variant variant);

/* nvcc and NVRTC. */
bool gst_variant_has_compilers(enum gst_variant variant);

#endif
