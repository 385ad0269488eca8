/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel vector_add: c[i] = a[i] + b[i] for i < n, any one-dimensional grid and block, any n.
 * Each block takes one contiguous chunk. If `arch` is not NULL, one thread stores there the
 * architecture whose code ran (900 for 9.0), which tells native code from PTX through the JIT.
 */
#ifndef GST_KERNELS_VECTOR_ADD_H
#define GST_KERNELS_VECTOR_ADD_H

#include <stdint.h>

struct gst_vector_add_args {
    const float *a;
    const float *b;
    float *c;
    uint64_t n;
    uint32_t *arch;
};

#endif
