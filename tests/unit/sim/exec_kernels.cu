/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels for the fibers' test: two right ones, a racy one, and one for each broken rule.
 */
#include "kernels/device.h"
#include "exec_kernels.h"

#define FULL      0xffffffffu
#define MAX_BLOCK 256

/* Sum of the block's elements through shared memory: halves with a barrier between. */
GST_KERNEL_SYNC(test_reduce, struct test_args)
{
    __shared__ uint32_t part[MAX_BLOCK];
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;

    part[threadIdx.x] = i < args.n ? args.in[i] : 0;
    __syncthreads();
    for (uint32_t half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    if (threadIdx.x == 0)
        args.out[blockIdx.x] = part[0];
}

/* The same without the barriers: right only if the threads happen to run in a lucky order. */
GST_KERNEL_SYNC(test_racy_reduce, struct test_args)
{
    __shared__ uint32_t part[MAX_BLOCK];

    part[threadIdx.x] = args.in[threadIdx.x];
    for (uint32_t half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half)
            part[threadIdx.x] += part[threadIdx.x + half];
    }
    if (threadIdx.x == 0)
        args.out[0] = part[0];
}

/* The sum of a warp by shuffles, of the block by an atomic. */
GST_KERNEL_SYNC(test_shuffle_reduce, struct test_args)
{
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned sum = i < args.n ? args.in[i] : 0;

    for (unsigned distance = 16; distance > 0; distance /= 2)
        sum += __shfl_down_sync(FULL, sum, distance);
    if (threadIdx.x % 32 == 0)
        atomicAdd(args.out, sum);
}

/* One warp function after another, each lane's result stored: out[mode * 32 + lane]. */
GST_KERNEL_SYNC(test_warp, struct test_args)
{
    const unsigned lane = threadIdx.x;
    const int own = (int)(lane * 10);

    args.out[0 * 32 + lane] = (uint32_t)__shfl_sync(FULL, own, 5);
    args.out[1 * 32 + lane] = (uint32_t)__shfl_sync(FULL, own, 9, 8);
    args.out[2 * 32 + lane] = (uint32_t)__shfl_up_sync(FULL, own, 3, 16);
    args.out[3 * 32 + lane] = (uint32_t)__shfl_down_sync(FULL, own, 3, 16);
    args.out[4 * 32 + lane] = (uint32_t)__shfl_xor_sync(FULL, own, 12, 8);
    args.out[5 * 32 + lane] = __ballot_sync(FULL, lane % 3 == 0);
    __syncwarp(FULL);
    if (lane < 8)
        args.out[6 * 32 + lane] = __ballot_sync(0xffu, 1);
    args.values[lane] = __shfl_xor_sync(FULL, (float)lane + 0.25f, 1);
}

/* Dynamic shared memory as float4: reversed through it. */
GST_KERNEL_SYNC(test_dynamic, struct test_args)
{
    GST_DYN_SHARED(float4, cells);
    const unsigned last = blockDim.x - 1;

    args.out[threadIdx.x] = *(const unsigned char *)&cells[threadIdx.x];
    __syncthreads();
    cells[threadIdx.x] = make_float4((float)threadIdx.x, 0.0f, 0.0f, 1.0f);
    __syncthreads();
    args.values[threadIdx.x] = cells[last - threadIdx.x].x + cells[last - threadIdx.x].w;
}

/* Every thread writes its place, so that three-dimensional launches can be checked. */
GST_KERNEL(test_place, struct test_args)
{
    const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    const unsigned threads = blockDim.x * blockDim.y * blockDim.z;

    /* Who comes n-th: the permutation becomes visible. */
    args.out[atomicAdd(&args.out[0], 1u) + 1] = block * threads + thread;
}

GST_KERNEL_SYNC(test_place_sync, struct test_args)
{
    args.out[atomicAdd(&args.out[0], 1u) + 1] = threadIdx.x;
}

GST_KERNEL(test_loop_barrier, struct test_args)
{
    (void)args;
    __syncthreads();
}

GST_KERNEL(test_atomics, struct test_args)
{
    atomicAdd(&args.values[0], 0.5f);
    atomicMax(&args.out[0], threadIdx.x * 3);
    atomicCAS(&args.out[1], threadIdx.x, threadIdx.x + 1);
}

/* One broken rule per mode. */
GST_KERNEL_SYNC(test_broken, struct test_args)
{
    const unsigned lane = threadIdx.x % 32;
    const unsigned half = 0xffffu;

    switch (args.mode) {
    case 0: /* one thread never reaches the barrier */
        if (threadIdx.x != 3)
            __syncthreads();
        break;
    case 1: /* two barriers at once */
        if (threadIdx.x % 2 == 0)
            __syncthreads();
        else
            __syncthreads();
        break;
    case 2: /* reads a lane that takes no part */
        if (lane < 16)
            (void)__shfl_down_sync(half, 1u, 8);
        break;
    case 3: /* calls with a mask that leaves the caller out */
        (void)__ballot_sync(half, 1);
        break;
    case 4: /* a lane of the mask has left */
        if (lane != 31)
            (void)__ballot_sync(FULL, 1);
        break;
    case 5: /* a lane of the mask waits at the barrier */
        if (lane == 0)
            __syncthreads();
        else
            __syncwarp(FULL);
        break;
    case 6: /* no such distance */
        (void)__shfl_down_sync(FULL, 1u, 32);
        break;
    case 7: /* no such width */
        (void)__shfl_sync(FULL, 1u, 0, 12);
        break;
    case 8: /* one warp, two functions */
        if (lane % 2 == 0)
            (void)__ballot_sync(FULL, 1);
        else
            __syncwarp(FULL);
        break;
    case 9: /* one warp, two masks that overlap */
        if (lane == 0)
            __syncwarp(3u);
        else
            __syncwarp(FULL);
        break;
    default:
        __syncthreads();
        break;
    }
}
