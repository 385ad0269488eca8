/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canary of the whole path: the smallest kernel whose result cannot be right by accident.
 */
#include "kernels/device.h"
#include "kernels/vector_add.h"

static_assert(sizeof(struct gst_vector_add_args) == 40, "host and device see one layout");

/* Chunks start where a warp's 128-byte access starts, or every block would split its accesses. */
#define CHUNK_ELEMENTS ((uint64_t)32)

GST_KERNEL(vector_add, struct gst_vector_add_args)
{
    const uint64_t share = args.n / gridDim.x + (args.n % gridDim.x != 0);
    const uint64_t chunk = (share + CHUNK_ELEMENTS - 1) / CHUNK_ELEMENTS * CHUNK_ELEMENTS;
    const uint64_t begin = chunk * blockIdx.x;
    const uint64_t end = begin + chunk < args.n ? begin + chunk : args.n;

    for (uint64_t i = begin + threadIdx.x; i < end; i += blockDim.x)
        args.c[i] = args.a[i] + args.b[i];

    if (args.arch != NULL && blockIdx.x == 0 && threadIdx.x == 0)
        *args.arch = GST_DEVICE_ARCH();
}
