/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CUDA sources that the workload `compile` has compiled, as text in the program; and what they
 * compute, worked out here a second time. Pure.
 */
#ifndef GST_WORKLOADS_COMPILE_TEXTS_H
#define GST_WORKLOADS_COMPILE_TEXTS_H

/* Threads of a block, as kernels.cu has them. */
#define GST_COMPILE_THREADS 256

/* Elements: no multiple of anything, so that a tail that is dropped shows. */
#define GST_COMPILE_ELEMENTS 1048577U

/* kernels.cu, and program.cu, which comes after it. */
extern const char gst_compile_kernels[];
extern const char gst_compile_program[];

/* What element `i` of both inputs is. */
static inline int gst_compile_a(unsigned i)
{
    return (int)i;
}

static inline int gst_compile_b(unsigned i)
{
    return 2 * (int)i + 1;
}

/* The sum of all elements of a + b: 3 i + 1 for i below n. */
static inline unsigned long long gst_compile_sum(unsigned n)
{
    return 3ULL * n * (n - 1ULL) / 2 + n;
}

#endif
