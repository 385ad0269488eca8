/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device language for the C compiler: kernels/device.h includes this where nvcc is not at
 * work. Only what the kernels use, and with the types that CUDA offers, so that what compiles here
 * compiles there. Every kernel registers itself in a linker section: a list of kernels would be a
 * second one beside the files.
 */
#ifndef SIM_EXEC_TWIN_H
#define SIM_EXEC_TWIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "exec/exec.h"

struct sim_uint3 {
    unsigned x, y, z;
};

/* Where the running thread is. One per host thread: launches may come from several. */
struct sim_twin {
    struct sim_uint3 thread_idx, block_idx, block_dim, grid_dim;
    uint32_t arch;
    void *dynamic_shared;
};
extern _Thread_local struct sim_twin sim_twin;

#define threadIdx         (sim_twin.thread_idx)
#define blockIdx          (sim_twin.block_idx)
#define blockDim          (sim_twin.block_dim)
#define gridDim           (sim_twin.grid_dim)
#define warpSize          32
#define GST_DEVICE_ARCH() (sim_twin.arch)

#define GST_UNROLL /* no array needs registers here */
#define GST_NO_UNROLL
#define GST_DEVICE                 static inline
#define __shared__                 static _Thread_local /* blocks run one at a time on a thread */
#define GST_DYN_SHARED(type, name) type *name = sim_twin.dynamic_shared

#ifndef SIM_TWIN_VECTORS
#define SIM_TWIN_VECTORS SIM_VECTORS_PLAIN
#endif

#define GST_KERNEL(kernel, args_type)      SIM_KERNEL(kernel, args_type, false, false)
#define GST_KERNEL_SYNC(kernel, args_type) SIM_KERNEL(kernel, args_type, true, false)
#define GST_KERNEL_ANY(kernel, args_type)  SIM_KERNEL(kernel, args_type, false, true)

#define SIM_KERNEL(kernel, args_type, is_sync, fits_any)                                           \
    static void kernel##_body(const args_type args);                                               \
    static void kernel##_thread(const void *bytes)                                                 \
    {                                                                                              \
        args_type args;                                                                            \
        memcpy(&args, bytes, sizeof(args));                                                        \
        kernel##_body(args);                                                                       \
    }                                                                                              \
    static const struct sim_kernel kernel##_twin = {                                               \
        .name = #kernel,                                                                           \
        .args_bytes = sizeof(args_type),                                                           \
        .sync = (is_sync),                                                                         \
        .any_block = (fits_any),                                                                   \
        .vectors = SIM_TWIN_VECTORS,                                                               \
        .thread = kernel##_thread,                                                                 \
    };                                                                                             \
    static const struct sim_kernel *const kernel##_row                                             \
        __attribute__((section("sim_kernels"), used)) = &kernel##_twin;                            \
    static void kernel##_body(const args_type args)

/* Barriers and warp functions. The line is for the report when threads wait for ever. */
enum sim_warp_kind {
    SIM_WARP_SYNC,
    SIM_WARP_BALLOT,
    SIM_WARP_INDEX,
    SIM_WARP_UP,
    SIM_WARP_DOWN,
    SIM_WARP_XOR,
};

void sim_barrier(int line);
uint64_t sim_warp(enum sim_warp_kind kind, uint32_t mask, uint64_t bits, long long operand,
                  long long width, int line);

#define __syncthreads()  sim_barrier(__LINE__)
#define __syncwarp(mask) ((void)sim_warp(SIM_WARP_SYNC, (mask), 0, 0, 32, __LINE__))
#define __ballot_sync(mask, is_set)                                                                \
    ((unsigned)sim_warp(SIM_WARP_BALLOT, (mask), (is_set) ? 1 : 0, 0, 32, __LINE__))

#define __shfl_sync(mask, value, ...)      SIM_SHUFFLE(SIM_WARP_INDEX, mask, value, __VA_ARGS__)
#define __shfl_up_sync(mask, value, ...)   SIM_SHUFFLE(SIM_WARP_UP, mask, value, __VA_ARGS__)
#define __shfl_down_sync(mask, value, ...) SIM_SHUFFLE(SIM_WARP_DOWN, mask, value, __VA_ARGS__)
#define __shfl_xor_sync(mask, value, ...)  SIM_SHUFFLE(SIM_WARP_XOR, mask, value, __VA_ARGS__)

/* The last argument, the width, may be left out as in CUDA: it is then the 32 that follows. */
#define SIM_SHUFFLE(kind, mask, value, ...)                                                        \
    _Generic((value), float                                                                        \
             : sim_shuffle_float, double                                                           \
             : sim_shuffle_double, int                                                             \
             : sim_shuffle_int, unsigned                                                           \
             : sim_shuffle_unsigned, unsigned long long                                            \
             : sim_shuffle_ullong)(kind, mask, value, ((const long long[]){ __VA_ARGS__, 32 })[0], \
                                   ((const long long[]){ __VA_ARGS__, 32 })[1], __LINE__)

#define SIM_DEFINE_SHUFFLE(type, name)                                                             \
    static inline type sim_shuffle_##name(enum sim_warp_kind kind, uint32_t mask, type value,      \
                                          long long operand, long long width, int line)            \
    {                                                                                              \
        uint64_t bits = 0;                                                                         \
        memcpy(&bits, &value, sizeof(value));                                                      \
        bits = sim_warp(kind, mask, bits, operand, width, line);                                   \
        memcpy(&value, &bits, sizeof(value));                                                      \
        return value;                                                                              \
    }
SIM_DEFINE_SHUFFLE(float, float)
SIM_DEFINE_SHUFFLE(double, double)
SIM_DEFINE_SHUFFLE(int, int)
SIM_DEFINE_SHUFFLE(unsigned, unsigned)
SIM_DEFINE_SHUFFLE(unsigned long long, ullong)

/* Atomics return the old value. Truly atomic, since memory may be shared with other threads. */
#define SIM_DEFINE_ATOMICS(type, name)                                                             \
    static inline type sim_add_##name(type *where, type value)                                     \
    {                                                                                              \
        return __atomic_fetch_add(where, value, __ATOMIC_RELAXED);                                 \
    }                                                                                              \
    static inline type sim_max_##name(type *where, type value)                                     \
    {                                                                                              \
        type old = __atomic_load_n(where, __ATOMIC_RELAXED);                                       \
        while (old < value                                                                         \
               && !__atomic_compare_exchange_n(where, &old, value, false, __ATOMIC_RELAXED,        \
                                               __ATOMIC_RELAXED)) {                                \
        }                                                                                          \
        return old;                                                                                \
    }                                                                                              \
    static inline type sim_cas_##name(type *where, type expected, type value)                      \
    {                                                                                              \
        __atomic_compare_exchange_n(where, &expected, value, false, __ATOMIC_RELAXED,              \
                                    __ATOMIC_RELAXED);                                             \
        return expected;                                                                           \
    }
SIM_DEFINE_ATOMICS(int, int)
SIM_DEFINE_ATOMICS(unsigned, unsigned)
SIM_DEFINE_ATOMICS(unsigned long long, ullong)

static inline float sim_add_float(float *where, float value)
{
    float old, sum;

    __atomic_load(where, &old, __ATOMIC_RELAXED);
    do {
        sum = old + value;
    } while (
        !__atomic_compare_exchange(where, &old, &sum, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return old;
}

#define SIM_ATOMIC(operation, where)                                                               \
    _Generic((where), int *                                                                        \
             : sim_##operation##_int, unsigned *                                                   \
             : sim_##operation##_unsigned, unsigned long long *                                    \
             : sim_##operation##_ullong)
#define atomicAdd(where, value)                                                                    \
    _Generic((where), float *                                                                      \
             : sim_add_float, int *                                                                \
             : sim_add_int, unsigned *                                                             \
             : sim_add_unsigned, unsigned long long *                                              \
             : sim_add_ullong)((where), (value))
#define atomicMax(where, value)           SIM_ATOMIC(max, where)((where), (value))
#define atomicCAS(where, expected, value) SIM_ATOMIC(cas, where)((where), (expected), (value))

typedef struct {
    _Alignas(16) float x;
    float y, z, w;
} float4;

static inline float4 make_float4(float x, float y, float z, float w)
{
    return (float4){ x, y, z, w };
}

typedef struct {
    _Alignas(16) unsigned x;
    unsigned y, z, w;
} uint4;

typedef struct {
    _Alignas(16) unsigned long long x;
    unsigned long long y;
} ulonglong2;

static inline ulonglong2 make_ulonglong2(unsigned long long x, unsigned long long y)
{
    return (ulonglong2){ x, y };
}

#endif
