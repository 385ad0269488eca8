/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much memory traffic as a GPU can make: every thread has several accesses of 16 bytes in flight
 * and waits for none of them before the last is under way. Little's law asks an H100 for about
 * 2 MB in flight (3.35 TB/s times some 0.7 us); the loads of 1024 threads on each multiprocessor
 * are several times that.
 */
#include "kernels/device.h"
#include "kernels/memory_bandwidth.h"

static_assert(sizeof(struct gst_memory_bandwidth_args) == 48, "host and device see one layout");

#define LOADS       GST_MEMORY_LOADS
#define LOADS_TRIAD (LOADS / 2) /* of each of two buffers */

/* Chunks start where a warp's four 128-byte lines start. */
#define CHUNK_VECTORS ((uint64_t)32)

struct chunk {
    uint64_t begin, end;
};

GST_DEVICE struct chunk chunk_of_block(uint64_t vectors)
{
    const uint64_t share = vectors / gridDim.x + (vectors % gridDim.x != 0);
    const uint64_t size = (share + CHUNK_VECTORS - 1) / CHUNK_VECTORS * CHUNK_VECTORS;
    const uint64_t begin = size * blockIdx.x < vectors ? size * blockIdx.x : vectors;
    struct chunk chunk;

    chunk.begin = begin;
    chunk.end = begin + size < vectors ? begin + size : vectors;
    return chunk;
}

GST_DEVICE uint64_t sum_of(const uint4 vector)
{
    return (uint64_t)vector.x + vector.y + vector.z + vector.w;
}

GST_DEVICE float4 triad(const float4 x, const float4 y)
{
    return make_float4(x.x + GST_MEMORY_FACTOR * y.x, x.y + GST_MEMORY_FACTOR * y.y,
                       x.z + GST_MEMORY_FACTOR * y.z, x.w + GST_MEMORY_FACTOR * y.w);
}

GST_KERNEL(memory_read, struct gst_memory_bandwidth_args)
{
    const struct chunk chunk = chunk_of_block(args.vectors);
    const uint4 *const x = (const uint4 *)args.x;
    const uint64_t step = blockDim.x;
    const uint64_t thread = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x;
    uint64_t i = chunk.begin + threadIdx.x;
    uint64_t sum = 0;

    for (; i + (LOADS - 1) * step < chunk.end; i += LOADS * step) {
        uint4 loaded[LOADS];

        GST_UNROLL
        for (unsigned k = 0; k < LOADS; k++)
            loaded[k] = x[i + k * step];
        GST_UNROLL
        for (unsigned k = 0; k < LOADS; k++)
            sum += sum_of(loaded[k]);
    }
    for (; i < chunk.end; i += step)
        sum += sum_of(x[i]);
    if (thread < args.sum_count)
        args.sums[thread] = sum;
}

GST_KERNEL(memory_write, struct gst_memory_bandwidth_args)
{
    const struct chunk chunk = chunk_of_block(args.vectors);
    float4 *const z = (float4 *)args.z;

    for (uint64_t i = chunk.begin + threadIdx.x; i < chunk.end; i += blockDim.x)
        z[i] = make_float4(GST_MEMORY_WORD(args.seed, 4 * i), GST_MEMORY_WORD(args.seed, 4 * i + 1),
                           GST_MEMORY_WORD(args.seed, 4 * i + 2),
                           GST_MEMORY_WORD(args.seed, 4 * i + 3));
}

GST_KERNEL(memory_copy, struct gst_memory_bandwidth_args)
{
    const struct chunk chunk = chunk_of_block(args.vectors);
    const float4 *const x = (const float4 *)args.x;
    float4 *const z = (float4 *)args.z;
    const uint64_t step = blockDim.x;
    uint64_t i = chunk.begin + threadIdx.x;

    for (; i + (LOADS - 1) * step < chunk.end; i += LOADS * step) {
        float4 loaded[LOADS];

        GST_UNROLL
        for (unsigned k = 0; k < LOADS; k++)
            loaded[k] = x[i + k * step];
        GST_UNROLL
        for (unsigned k = 0; k < LOADS; k++)
            z[i + k * step] = loaded[k];
    }
    for (; i < chunk.end; i += step)
        z[i] = x[i];
}

GST_KERNEL(memory_triad, struct gst_memory_bandwidth_args)
{
    const struct chunk chunk = chunk_of_block(args.vectors);
    const float4 *const x = (const float4 *)args.x;
    const float4 *const y = (const float4 *)args.y;
    float4 *const z = (float4 *)args.z;
    const uint64_t step = blockDim.x;
    uint64_t i = chunk.begin + threadIdx.x;

    for (; i + (LOADS_TRIAD - 1) * step < chunk.end; i += LOADS_TRIAD * step) {
        float4 loaded_x[LOADS_TRIAD], loaded_y[LOADS_TRIAD];

        GST_UNROLL
        for (unsigned k = 0; k < LOADS_TRIAD; k++) {
            loaded_x[k] = x[i + k * step];
            loaded_y[k] = y[i + k * step];
        }
        GST_UNROLL
        for (unsigned k = 0; k < LOADS_TRIAD; k++)
            z[i + k * step] = triad(loaded_x[k], loaded_y[k]);
    }
    for (; i < chunk.end; i += step)
        z[i] = triad(x[i], y[i]);
}
