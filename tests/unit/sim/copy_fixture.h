/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies on the machine of a profile and how fast they are, for tests in groups (nvml_double.h).
 * Events tell times to half a microsecond, so copies whose rate is told are long. Included by one
 * file per program.
 */
#ifndef TEST_COPY_FIXTURE_H
#define TEST_COPY_FIXTURE_H

#include "model/world.h"
#include "nvml_double.h"

#define WORKS(call) assert_int_equal(call, 0)

#define FAST    ((size_t)128 << 20)
#define LATENCY 1e-6 /* of a copy, s */

static inline bool has_fired(unsigned fault)
{
    return atomic_load(&sim_world.state->fired[fault]) != 0;
}

/* Enough for PCIe; tests of what is faster say so. */
static size_t bytes = (size_t)16 << 20;

static CUcontext context_of[16];

static inline void use_gpu(int gpu)
{
    if (context_of[gpu] == NULL) {
        WORKS(cuda.cuInit(0));
        WORKS(cuda.cuDevicePrimaryCtxRetain(&context_of[gpu], gpu));
    }
    WORKS(cuda.cuCtxSetCurrent(context_of[gpu]));
}

static inline CUdeviceptr device_memory(int gpu)
{
    CUdeviceptr memory = 0;

    use_gpu(gpu);
    WORKS(cuda.cuMemAlloc(&memory, bytes));
    return memory;
}

static inline CUdeviceptr host_memory(void)
{
    void *memory = NULL;

    WORKS(cuda.cuMemHostAlloc(&memory, bytes, 0));
    return (CUdeviceptr)(uintptr_t)memory;
}

static inline void copy(CUdeviceptr to, CUdeviceptr from, CUstream stream)
{
    WORKS(cuda.cuMemcpyDtoDAsync(to, from, bytes, stream));
}

/* Bytes per second of one copy on the current GPU. It stands behind another one, so that it does
 * not wait for the host. */
static inline double rate(CUdeviceptr to, CUdeviceptr from)
{
    CUevent begin = NULL, end = NULL;
    float ms = 0;

    WORKS(cuda.cuEventCreate(&begin, 0));
    WORKS(cuda.cuEventCreate(&end, 0));
    copy(to, from, NULL);
    WORKS(cuda.cuEventRecord(begin, NULL));
    copy(to, from, NULL);
    WORKS(cuda.cuEventRecord(end, NULL));
    WORKS(cuda.cuEventSynchronize(end));
    WORKS(cuda.cuEventElapsedTime(&ms, begin, end));
    return (double)bytes / (ms / 1e3 - LATENCY);
}

static inline double host_rate(int gpu)
{
    CUdeviceptr device = device_memory(gpu);

    return rate(device, host_memory());
}

static inline void near(double seen, double expected)
{
    if (seen < expected * 0.99 || seen > expected * 1.01)
        fail_msg("%.4g is not %.4g", seen, expected);
}

static inline double peer_rate(int gpu, int peer)
{
    CUdeviceptr there = device_memory(peer), here = device_memory(gpu);

    WORKS(cuda.cuCtxEnablePeerAccess(context_of[peer], 0));
    return rate(there, here);
}

#endif
