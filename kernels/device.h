/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kernel file needs, under nvcc and under the C compiler that makes its twin for the
 * simulator. Kernels are written in what C11 and CUDA C++ have in common:
 *
 *     GST_KERNEL(name, struct gst_name_args) { ... args.n ... }   no barrier, no warp function
 *     GST_KERNEL_SYNC(name, struct gst_name_args) { ... }         may use both
 *     GST_KERNEL_ANY(name, struct gst_name_args) { ... }          as GST_KERNEL, and any block of
 *                                                                 one dimension does the same work
 *
 * The only parameter is one plain struct by value, called `args`.
 */
#ifndef GST_KERNELS_DEVICE_H
#define GST_KERNELS_DEVICE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __CUDACC__

/* C linkage: kernels are found by their plain name. The launch bound keeps the registers of any
 * kernel low enough that every block size the hardware allows can be launched. */
#define GST_KERNEL(name, args_type)                                                                \
    extern "C" __global__ void __launch_bounds__(1024) name(const args_type args)
#define GST_KERNEL_SYNC(name, args_type) GST_KERNEL(name, args_type)
#define GST_KERNEL_ANY(name, args_type)  GST_KERNEL(name, args_type)

/* Before a loop whose count is constant: an array that it indexes then lives in registers. */
#define GST_UNROLL _Pragma("unroll")

/* Before a loop that must not take the registers of several rounds at once. */
#define GST_NO_UNROLL _Pragma("unroll 1")

/* A helper that kernels call. */
#define GST_DEVICE static __device__ __forceinline__

/* `name`: the dynamic shared memory of this launch, as an array of `type`. */
#define GST_DYN_SHARED(type, name)                                                                 \
    extern __shared__ __align__(16) unsigned char gst_dynamic_shared[];                            \
    type *name = (type *)gst_dynamic_shared

/* The architecture whose code runs, counted as 900 for 9.0. With PTX it is the PTX's, not the
 * GPU's: that tells which image the driver took. nvcc's host pass never runs it. */
#ifdef __CUDA_ARCH__
#define GST_DEVICE_ARCH() ((uint32_t)__CUDA_ARCH__)
#else
#define GST_DEVICE_ARCH() ((uint32_t)0)
#endif

#else
/* From the simulator; only twins have it on their include path. */
#include "exec/twin.h"
#endif

#endif
