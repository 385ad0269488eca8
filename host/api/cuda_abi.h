/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we use of the CUDA driver API (libcuda.so.1), a row per function and per constant. Loader,
 * call table, simulator and conformance test are made from these rows, so each says its fact once.
 *
 * Rows come in lists by the first of the headers checked by tests/abi (11.8, 12.4, 13.0) that has
 * them, so that each header is asked only for what it knows; GST_CUDA_API and GST_CUDA_CONSTANTS
 * are all of them. "needed" is 1 for what the shortest useful path calls; a 0 may be NULL.
 *
 * Where the facts come from: NVIDIA's CUDA Driver API reference, held against cuda.h of toolkits
 * 11.8, 12.4 and 13.0 and against the symbols of drivers 535 and 550 (tests/abi does both). The
 * versioned symbol is spelled out and is the oldest that suffices: cuDeviceGetUuid_v2, since v1
 * hides MIG; plain cuEventElapsedTime, since drivers before 12.8 have no _v2 though the header of
 * 13.0 selects it. Columns: X(result, name, version, arguments, needed) and X(name, value).
 */
#ifndef GST_API_CUDA_ABI_H
#define GST_API_CUDA_ABI_H

#include <stddef.h>

/* The formatter takes argument lists for products (CUdevice * device): hands off the rows. */
/* clang-format off */
#define GST_CUDA_API_SINCE_11080(X)                                                                \
    X(CUresult, cuInit, , (unsigned int flags), 1)                                                 \
    X(CUresult, cuDriverGetVersion, , (int *version), 1)                                           \
    X(CUresult, cuGetExportTable, , (const void **table, const CUuuid *id), 0)                     \
    X(CUresult, cuGetErrorName, , (CUresult error, const char **name), 0)                          \
    X(CUresult, cuGetErrorString, , (CUresult error, const char **text), 0)                        \
    X(CUresult, cuDeviceGetCount, , (int *count), 1)                                               \
    X(CUresult, cuDeviceGet, , (CUdevice *device, int ordinal), 1)                                 \
    X(CUresult, cuDeviceGetName, , (char *name, int size, CUdevice device), 0)                     \
    X(CUresult, cuDeviceGetUuid, _v2, (CUuuid *uuid, CUdevice device), 0)                          \
    X(CUresult, cuDeviceTotalMem, _v2, (size_t *bytes, CUdevice device), 0)                        \
    X(CUresult, cuDeviceGetAttribute, ,                                                            \
      (int *value, CUdevice_attribute attribute, CUdevice device), 1)                              \
    X(CUresult, cuDeviceGetPCIBusId, , (char *pci, int size, CUdevice device), 0)                  \
    X(CUresult, cuDeviceCanAccessPeer, , (int *can, CUdevice device, CUdevice peer), 0)            \
    X(CUresult, cuDeviceGetP2PAttribute, ,                                                         \
      (int *value, CUdevice_P2PAttribute attribute, CUdevice source, CUdevice target), 0)          \
    X(CUresult, cuDevicePrimaryCtxRetain, , (CUcontext *context, CUdevice device), 1)              \
    X(CUresult, cuDevicePrimaryCtxRelease, _v2, (CUdevice device), 1)                              \
    X(CUresult, cuDevicePrimaryCtxGetState, ,                                                      \
      (CUdevice device, unsigned int *flags, int *active), 0)                                      \
    X(CUresult, cuCtxSetCurrent, , (CUcontext context), 1)                                         \
    X(CUresult, cuCtxGetCurrent, , (CUcontext *context), 0)                                        \
    X(CUresult, cuCtxGetDevice, , (CUdevice *device), 0)                                           \
    X(CUresult, cuCtxSynchronize, , (void), 1)                                                     \
    X(CUresult, cuCtxEnablePeerAccess, , (CUcontext peer, unsigned int flags), 0)                  \
    X(CUresult, cuCtxDisablePeerAccess, , (CUcontext peer), 0)                                     \
    X(CUresult, cuMemAlloc, _v2, (CUdeviceptr *p, size_t n), 1)                                    \
    X(CUresult, cuMemFree, _v2, (CUdeviceptr p), 1)                                                \
    X(CUresult, cuMemGetInfo, _v2, (size_t *available, size_t *total), 0)                          \
    X(CUresult, cuMemHostAlloc, , (void **p, size_t n, unsigned int flags), 0)                     \
    X(CUresult, cuMemFreeHost, , (void *p), 0)                                                     \
    X(CUresult, cuMemHostGetDevicePointer, _v2,                                                    \
      (CUdeviceptr *device, void *host, unsigned int flags), 0)                                    \
    X(CUresult, cuPointerGetAttribute, ,                                                           \
      (void *value, CUpointer_attribute attribute, CUdeviceptr p), 0)                              \
    X(CUresult, cuMemcpyHtoD, _v2, (CUdeviceptr target, const void *source, size_t n), 1)          \
    X(CUresult, cuMemcpyDtoH, _v2, (void *target, CUdeviceptr source, size_t n), 1)                \
    X(CUresult, cuMemcpyHtoDAsync, _v2,                                                            \
      (CUdeviceptr target, const void *source, size_t n, CUstream stream), 0)                      \
    X(CUresult, cuMemcpyDtoHAsync, _v2,                                                            \
      (void *target, CUdeviceptr source, size_t n, CUstream stream), 0)                            \
    X(CUresult, cuMemcpyDtoDAsync, _v2,                                                            \
      (CUdeviceptr target, CUdeviceptr source, size_t n, CUstream stream), 0)                      \
    X(CUresult, cuMemcpyPeerAsync, ,                                                               \
      (CUdeviceptr target, CUcontext target_context, CUdeviceptr source,                           \
       CUcontext source_context, size_t n, CUstream stream), 0)                                    \
    X(CUresult, cuMemsetD8Async, ,                                                                 \
      (CUdeviceptr p, unsigned char value, size_t n, CUstream stream), 0)                          \
    X(CUresult, cuMemsetD32Async, ,                                                                \
      (CUdeviceptr p, unsigned int value, size_t n, CUstream stream), 0)                           \
    X(CUresult, cuStreamCreate, , (CUstream *stream, unsigned int flags), 1)                       \
    X(CUresult, cuStreamDestroy, _v2, (CUstream stream), 1)                                        \
    X(CUresult, cuStreamSynchronize, , (CUstream stream), 1)                                       \
    X(CUresult, cuStreamQuery, , (CUstream stream), 0)                                             \
    X(CUresult, cuStreamWaitEvent, , (CUstream stream, CUevent event, unsigned int flags), 0)      \
    X(CUresult, cuEventCreate, , (CUevent *event, unsigned int flags), 1)                          \
    X(CUresult, cuEventDestroy, _v2, (CUevent event), 1)                                           \
    X(CUresult, cuEventRecord, , (CUevent event, CUstream stream), 1)                              \
    X(CUresult, cuEventSynchronize, , (CUevent event), 1)                                          \
    X(CUresult, cuEventQuery, , (CUevent event), 0)                                                \
    X(CUresult, cuEventElapsedTime, , (float *milliseconds, CUevent start, CUevent end), 1)        \
    X(CUresult, cuModuleLoadDataEx, ,                                                              \
      (CUmodule *module, const void *image, unsigned int count, CUjit_option *options,             \
       void **values), 1)                                                                          \
    X(CUresult, cuModuleUnload, , (CUmodule module), 1)                                            \
    X(CUresult, cuModuleGetFunction, ,                                                             \
      (CUfunction *function, CUmodule module, const char *name), 1)                                \
    X(CUresult, cuFuncGetAttribute, ,                                                              \
      (int *value, CUfunction_attribute attribute, CUfunction function), 0)                        \
    X(CUresult, cuLaunchKernel, ,                                                                  \
      (CUfunction function, unsigned int grid_x, unsigned int grid_y, unsigned int grid_z,         \
       unsigned int block_x, unsigned int block_y, unsigned int block_z,                           \
       unsigned int shared_bytes, CUstream stream, void **parameters, void **extra), 1)

#define GST_CUDA_API_SINCE_12040(X)

#define GST_CUDA_API_SINCE_13000(X)

#define GST_CUDA_API(X)                                                                            \
    GST_CUDA_API_SINCE_11080(X)                                                                    \
    GST_CUDA_API_SINCE_12040(X)                                                                    \
    GST_CUDA_API_SINCE_13000(X)

/* Every CUresult. */
#define GST_CUDA_RESULTS_SINCE_11080(X)                                                            \
    X(CUDA_SUCCESS, 0)                                                                             \
    X(CUDA_ERROR_INVALID_VALUE, 1)                                                                 \
    X(CUDA_ERROR_OUT_OF_MEMORY, 2)                                                                 \
    X(CUDA_ERROR_NOT_INITIALIZED, 3)                                                               \
    X(CUDA_ERROR_DEINITIALIZED, 4)                                                                 \
    X(CUDA_ERROR_PROFILER_DISABLED, 5)                                                             \
    X(CUDA_ERROR_PROFILER_NOT_INITIALIZED, 6)                                                      \
    X(CUDA_ERROR_PROFILER_ALREADY_STARTED, 7)                                                      \
    X(CUDA_ERROR_PROFILER_ALREADY_STOPPED, 8)                                                      \
    X(CUDA_ERROR_STUB_LIBRARY, 34)                                                                 \
    X(CUDA_ERROR_DEVICE_UNAVAILABLE, 46)                                                           \
    X(CUDA_ERROR_NO_DEVICE, 100)                                                                   \
    X(CUDA_ERROR_INVALID_DEVICE, 101)                                                              \
    X(CUDA_ERROR_DEVICE_NOT_LICENSED, 102)                                                         \
    X(CUDA_ERROR_INVALID_IMAGE, 200)                                                               \
    X(CUDA_ERROR_INVALID_CONTEXT, 201)                                                             \
    X(CUDA_ERROR_CONTEXT_ALREADY_CURRENT, 202)                                                     \
    X(CUDA_ERROR_MAP_FAILED, 205)                                                                  \
    X(CUDA_ERROR_UNMAP_FAILED, 206)                                                                \
    X(CUDA_ERROR_ARRAY_IS_MAPPED, 207)                                                             \
    X(CUDA_ERROR_ALREADY_MAPPED, 208)                                                              \
    X(CUDA_ERROR_NO_BINARY_FOR_GPU, 209)                                                           \
    X(CUDA_ERROR_ALREADY_ACQUIRED, 210)                                                            \
    X(CUDA_ERROR_NOT_MAPPED, 211)                                                                  \
    X(CUDA_ERROR_NOT_MAPPED_AS_ARRAY, 212)                                                         \
    X(CUDA_ERROR_NOT_MAPPED_AS_POINTER, 213)                                                       \
    X(CUDA_ERROR_ECC_UNCORRECTABLE, 214)                                                           \
    X(CUDA_ERROR_UNSUPPORTED_LIMIT, 215)                                                           \
    X(CUDA_ERROR_CONTEXT_ALREADY_IN_USE, 216)                                                      \
    X(CUDA_ERROR_PEER_ACCESS_UNSUPPORTED, 217)                                                     \
    X(CUDA_ERROR_INVALID_PTX, 218)                                                                 \
    X(CUDA_ERROR_INVALID_GRAPHICS_CONTEXT, 219)                                                    \
    X(CUDA_ERROR_NVLINK_UNCORRECTABLE, 220)                                                        \
    X(CUDA_ERROR_JIT_COMPILER_NOT_FOUND, 221)                                                      \
    X(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, 222)                                                     \
    X(CUDA_ERROR_JIT_COMPILATION_DISABLED, 223)                                                    \
    X(CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY, 224)                                                   \
    X(CUDA_ERROR_INVALID_SOURCE, 300)                                                              \
    X(CUDA_ERROR_FILE_NOT_FOUND, 301)                                                              \
    X(CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND, 302)                                              \
    X(CUDA_ERROR_SHARED_OBJECT_INIT_FAILED, 303)                                                   \
    X(CUDA_ERROR_OPERATING_SYSTEM, 304)                                                            \
    X(CUDA_ERROR_INVALID_HANDLE, 400)                                                              \
    X(CUDA_ERROR_ILLEGAL_STATE, 401)                                                               \
    X(CUDA_ERROR_NOT_FOUND, 500)                                                                   \
    X(CUDA_ERROR_NOT_READY, 600)                                                                   \
    X(CUDA_ERROR_ILLEGAL_ADDRESS, 700)                                                             \
    X(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, 701)                                                     \
    X(CUDA_ERROR_LAUNCH_TIMEOUT, 702)                                                              \
    X(CUDA_ERROR_LAUNCH_INCOMPATIBLE_TEXTURING, 703)                                               \
    X(CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED, 704)                                                 \
    X(CUDA_ERROR_PEER_ACCESS_NOT_ENABLED, 705)                                                     \
    X(CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE, 708)                                                      \
    X(CUDA_ERROR_CONTEXT_IS_DESTROYED, 709)                                                        \
    X(CUDA_ERROR_ASSERT, 710)                                                                      \
    X(CUDA_ERROR_TOO_MANY_PEERS, 711)                                                              \
    X(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, 712)                                              \
    X(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, 713)                                                  \
    X(CUDA_ERROR_HARDWARE_STACK_ERROR, 714)                                                        \
    X(CUDA_ERROR_ILLEGAL_INSTRUCTION, 715)                                                         \
    X(CUDA_ERROR_MISALIGNED_ADDRESS, 716)                                                          \
    X(CUDA_ERROR_INVALID_ADDRESS_SPACE, 717)                                                       \
    X(CUDA_ERROR_INVALID_PC, 718)                                                                  \
    X(CUDA_ERROR_LAUNCH_FAILED, 719)                                                               \
    X(CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE, 720)                                                \
    X(CUDA_ERROR_NOT_PERMITTED, 800)                                                               \
    X(CUDA_ERROR_NOT_SUPPORTED, 801)                                                               \
    X(CUDA_ERROR_SYSTEM_NOT_READY, 802)                                                            \
    X(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, 803)                                                      \
    X(CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE, 804)                                              \
    X(CUDA_ERROR_MPS_CONNECTION_FAILED, 805)                                                       \
    X(CUDA_ERROR_MPS_RPC_FAILURE, 806)                                                             \
    X(CUDA_ERROR_MPS_SERVER_NOT_READY, 807)                                                        \
    X(CUDA_ERROR_MPS_MAX_CLIENTS_REACHED, 808)                                                     \
    X(CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED, 809)                                                 \
    X(CUDA_ERROR_MPS_CLIENT_TERMINATED, 810)                                                       \
    X(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, 900)                                                  \
    X(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, 901)                                                  \
    X(CUDA_ERROR_STREAM_CAPTURE_MERGE, 902)                                                        \
    X(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, 903)                                                    \
    X(CUDA_ERROR_STREAM_CAPTURE_UNJOINED, 904)                                                     \
    X(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, 905)                                                    \
    X(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, 906)                                                     \
    X(CUDA_ERROR_CAPTURED_EVENT, 907)                                                              \
    X(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, 908)                                                 \
    X(CUDA_ERROR_TIMEOUT, 909)                                                                     \
    X(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE, 910)                                                   \
    X(CUDA_ERROR_EXTERNAL_DEVICE, 911)                                                             \
    X(CUDA_ERROR_INVALID_CLUSTER_SIZE, 912)                                                        \
    X(CUDA_ERROR_UNKNOWN, 999)

#define GST_CUDA_RESULTS_SINCE_12040(X)                                                            \
    X(CUDA_ERROR_UNSUPPORTED_DEVSIDE_SYNC, 225)                                                    \
    X(CUDA_ERROR_LOSSY_QUERY, 402)                                                                 \
    X(CUDA_ERROR_CDP_NOT_SUPPORTED, 811)                                                           \
    X(CUDA_ERROR_CDP_VERSION_MISMATCH, 812)                                                        \
    X(CUDA_ERROR_FUNCTION_NOT_LOADED, 913)                                                         \
    X(CUDA_ERROR_INVALID_RESOURCE_TYPE, 914)                                                       \
    X(CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION, 915)

#define GST_CUDA_RESULTS_SINCE_13000(X)                                                            \
    X(CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER, 36)                                                   \
    X(CUDA_ERROR_CONTAINED, 226)                                                                   \
    X(CUDA_ERROR_TENSOR_MEMORY_LEAK, 721)                                                          \
    X(CUDA_ERROR_KEY_ROTATION, 916)

#define GST_CUDA_RESULTS(X)                                                                        \
    GST_CUDA_RESULTS_SINCE_11080(X)                                                                \
    GST_CUDA_RESULTS_SINCE_12040(X)                                                                \
    GST_CUDA_RESULTS_SINCE_13000(X)

/* Device attributes, asked for by number: the numbers never change, structs of properties do. */
#define GST_CUDA_ATTRIBUTES_SINCE_11080(X)                                                         \
    X(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1)                                                \
    X(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X, 2)                                                      \
    X(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y, 3)                                                      \
    X(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z, 4)                                                      \
    X(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X, 5)                                                       \
    X(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y, 6)                                                       \
    X(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z, 7)                                                       \
    X(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, 8)                                          \
    X(CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY, 9)                                                \
    X(CU_DEVICE_ATTRIBUTE_WARP_SIZE, 10)                                                           \
    X(CU_DEVICE_ATTRIBUTE_MAX_PITCH, 11)                                                           \
    X(CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK, 12)                                             \
    X(CU_DEVICE_ATTRIBUTE_CLOCK_RATE, 13)                                                          \
    X(CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT, 14)                                                   \
    X(CU_DEVICE_ATTRIBUTE_GPU_OVERLAP, 15)                                                         \
    X(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 16)                                                \
    X(CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT, 17)                                                 \
    X(CU_DEVICE_ATTRIBUTE_INTEGRATED, 18)                                                          \
    X(CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY, 19)                                                 \
    X(CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, 20)                                                        \
    X(CU_DEVICE_ATTRIBUTE_SURFACE_ALIGNMENT, 30)                                                   \
    X(CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS, 31)                                                  \
    X(CU_DEVICE_ATTRIBUTE_ECC_ENABLED, 32)                                                         \
    X(CU_DEVICE_ATTRIBUTE_PCI_BUS_ID, 33)                                                          \
    X(CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID, 34)                                                       \
    X(CU_DEVICE_ATTRIBUTE_TCC_DRIVER, 35)                                                          \
    X(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, 36)                                                   \
    X(CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, 37)                                             \
    X(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, 38)                                                       \
    X(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR, 39)                                      \
    X(CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT, 40)                                                  \
    X(CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, 41)                                                  \
    X(CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID, 50)                                                       \
    X(CU_DEVICE_ATTRIBUTE_TEXTURE_PITCH_ALIGNMENT, 51)                                             \
    X(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 75)                                            \
    X(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 76)                                            \
    X(CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED, 78)                                         \
    X(CU_DEVICE_ATTRIBUTE_GLOBAL_L1_CACHE_SUPPORTED, 79)                                           \
    X(CU_DEVICE_ATTRIBUTE_LOCAL_L1_CACHE_SUPPORTED, 80)                                            \
    X(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR, 81)                                \
    X(CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR, 82)                                    \
    X(CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY, 83)                                                      \
    X(CU_DEVICE_ATTRIBUTE_MULTI_GPU_BOARD, 84)                                                     \
    X(CU_DEVICE_ATTRIBUTE_MULTI_GPU_BOARD_GROUP_ID, 85)                                            \
    X(CU_DEVICE_ATTRIBUTE_HOST_NATIVE_ATOMIC_SUPPORTED, 86)                                        \
    X(CU_DEVICE_ATTRIBUTE_SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO, 87)                               \
    X(CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS, 88)                                              \
    X(CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS, 89)                                           \
    X(CU_DEVICE_ATTRIBUTE_COMPUTE_PREEMPTION_SUPPORTED, 90)                                        \
    X(CU_DEVICE_ATTRIBUTE_CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM, 91)                             \
    X(CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH, 95)                                                  \
    X(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 97)                                   \
    X(CU_DEVICE_ATTRIBUTE_CAN_FLUSH_REMOTE_WRITES, 98)                                             \
    X(CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED, 99)                                             \
    X(CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS_USES_HOST_PAGE_TABLES, 100)                       \
    X(CU_DEVICE_ATTRIBUTE_DIRECT_MANAGED_MEM_ACCESS_FROM_HOST, 101)                                \
    X(CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED, 102)                                \
    X(CU_DEVICE_ATTRIBUTE_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR_SUPPORTED, 103)                        \
    X(CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR, 106)                                      \
    X(CU_DEVICE_ATTRIBUTE_MAX_PERSISTING_L2_CACHE_SIZE, 108)                                       \
    X(CU_DEVICE_ATTRIBUTE_MAX_ACCESS_POLICY_WINDOW_SIZE, 109)                                      \
    X(CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK, 111)                                   \
    X(CU_DEVICE_ATTRIBUTE_READ_ONLY_HOST_REGISTER_SUPPORTED, 113)                                  \
    X(CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, 115)                                             \
    X(CU_DEVICE_ATTRIBUTE_GPU_DIRECT_RDMA_SUPPORTED, 116)                                          \
    X(CU_DEVICE_ATTRIBUTE_CLUSTER_LAUNCH, 120)                                                     \
    X(CU_DEVICE_ATTRIBUTE_DMA_BUF_SUPPORTED, 124)

#define GST_CUDA_ATTRIBUTES_SINCE_12040(X)                                                         \
    X(CU_DEVICE_ATTRIBUTE_IPC_EVENT_SUPPORTED, 125)                                                \
    X(CU_DEVICE_ATTRIBUTE_HANDLE_TYPE_FABRIC_SUPPORTED, 128)                                       \
    X(CU_DEVICE_ATTRIBUTE_NUMA_CONFIG, 130)                                                        \
    X(CU_DEVICE_ATTRIBUTE_NUMA_ID, 131)                                                            \
    X(CU_DEVICE_ATTRIBUTE_MULTICAST_SUPPORTED, 132)                                                \
    X(CU_DEVICE_ATTRIBUTE_MPS_ENABLED, 133)                                                        \
    X(CU_DEVICE_ATTRIBUTE_HOST_NUMA_ID, 134)

#define GST_CUDA_ATTRIBUTES_SINCE_13000(X)                                                         \
    X(CU_DEVICE_ATTRIBUTE_GPU_PCI_DEVICE_ID, 139)                                                  \
    X(CU_DEVICE_ATTRIBUTE_GPU_PCI_SUBSYSTEM_ID, 140)                                               \
    X(CU_DEVICE_ATTRIBUTE_HOST_MEMORY_POOLS_SUPPORTED, 144)

#define GST_CUDA_ATTRIBUTES(X)                                                                     \
    GST_CUDA_ATTRIBUTES_SINCE_11080(X)                                                             \
    GST_CUDA_ATTRIBUTES_SINCE_12040(X)                                                             \
    GST_CUDA_ATTRIBUTES_SINCE_13000(X)

/* Attributes of links, functions and pointers, options of the JIT, and flags. */
#define GST_CUDA_OPTIONS_SINCE_11080(X)                                                            \
    X(CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK, 1)                                                 \
    X(CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED, 2)                                                 \
    X(CU_DEVICE_P2P_ATTRIBUTE_NATIVE_ATOMIC_SUPPORTED, 3)                                          \
    X(CU_DEVICE_P2P_ATTRIBUTE_CUDA_ARRAY_ACCESS_SUPPORTED, 4)                                      \
    X(CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 0)                                                  \
    X(CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, 1)                                                      \
    X(CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES, 2)                                                       \
    X(CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES, 3)                                                       \
    X(CU_FUNC_ATTRIBUTE_NUM_REGS, 4)                                                               \
    X(CU_FUNC_ATTRIBUTE_PTX_VERSION, 5)                                                            \
    X(CU_FUNC_ATTRIBUTE_BINARY_VERSION, 6)                                                         \
    X(CU_FUNC_ATTRIBUTE_CACHE_MODE_CA, 7)                                                          \
    X(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 8)                                          \
    X(CU_JIT_MAX_REGISTERS, 0)                                                                     \
    X(CU_JIT_THREADS_PER_BLOCK, 1)                                                                 \
    X(CU_JIT_WALL_TIME, 2)                                                                         \
    X(CU_JIT_INFO_LOG_BUFFER, 3)                                                                   \
    X(CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, 4)                                                        \
    X(CU_JIT_ERROR_LOG_BUFFER, 5)                                                                  \
    X(CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, 6)                                                       \
    X(CU_JIT_OPTIMIZATION_LEVEL, 7)                                                                \
    X(CU_JIT_TARGET_FROM_CUCONTEXT, 8)                                                             \
    X(CU_JIT_TARGET, 9)                                                                            \
    X(CU_JIT_FALLBACK_STRATEGY, 10)                                                                \
    X(CU_JIT_GENERATE_DEBUG_INFO, 11)                                                              \
    X(CU_JIT_LOG_VERBOSE, 12)                                                                      \
    X(CU_JIT_GENERATE_LINE_INFO, 13)                                                               \
    X(CU_JIT_CACHE_MODE, 14)                                                                       \
    X(CU_PREFER_PTX, 0)                                                                            \
    X(CU_PREFER_BINARY, 1)                                                                         \
    X(CU_CTX_SCHED_AUTO, 0)                                                                        \
    X(CU_CTX_SCHED_SPIN, 1)                                                                        \
    X(CU_CTX_SCHED_YIELD, 2)                                                                       \
    X(CU_CTX_SCHED_BLOCKING_SYNC, 4)                                                               \
    X(CU_CTX_SCHED_MASK, 7)                                                                        \
    X(CU_CTX_MAP_HOST, 8)                                                                          \
    X(CU_STREAM_DEFAULT, 0)                                                                        \
    X(CU_STREAM_NON_BLOCKING, 1)                                                                   \
    X(CU_EVENT_DEFAULT, 0)                                                                         \
    X(CU_EVENT_BLOCKING_SYNC, 1)                                                                   \
    X(CU_EVENT_DISABLE_TIMING, 2)                                                                  \
    X(CU_EVENT_INTERPROCESS, 4)                                                                    \
    X(CU_EVENT_WAIT_DEFAULT, 0)                                                                    \
    X(CU_MEMHOSTALLOC_PORTABLE, 1)                                                                 \
    X(CU_MEMHOSTALLOC_DEVICEMAP, 2)                                                                \
    X(CU_MEMHOSTALLOC_WRITECOMBINED, 4)                                                            \
    X(CU_POINTER_ATTRIBUTE_CONTEXT, 1)                                                             \
    X(CU_POINTER_ATTRIBUTE_MEMORY_TYPE, 2)                                                         \
    X(CU_POINTER_ATTRIBUTE_DEVICE_POINTER, 3)                                                      \
    X(CU_POINTER_ATTRIBUTE_HOST_POINTER, 4)                                                        \
    X(CU_POINTER_ATTRIBUTE_IS_MANAGED, 8)                                                          \
    X(CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, 9)                                                      \
    X(CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, 11)                                                   \
    X(CU_POINTER_ATTRIBUTE_RANGE_SIZE, 12)                                                         \
    X(CU_MEMORYTYPE_HOST, 1)                                                                       \
    X(CU_MEMORYTYPE_DEVICE, 2)                                                                     \
    X(CU_MEMORYTYPE_ARRAY, 3)                                                                      \
    X(CU_MEMORYTYPE_UNIFIED, 4)                                                                    \
    X(CU_COMPUTEMODE_DEFAULT, 0)                                                                   \
    X(CU_COMPUTEMODE_PROHIBITED, 2)                                                                \
    X(CU_COMPUTEMODE_EXCLUSIVE_PROCESS, 3)

#define GST_CUDA_OPTIONS_SINCE_12040(X)

#define GST_CUDA_OPTIONS_SINCE_13000(X)

#define GST_CUDA_OPTIONS(X)                                                                        \
    GST_CUDA_OPTIONS_SINCE_11080(X)                                                                \
    GST_CUDA_OPTIONS_SINCE_12040(X)                                                                \
    GST_CUDA_OPTIONS_SINCE_13000(X)

#define GST_CUDA_CONSTANTS_SINCE_11080(X)                                                          \
    GST_CUDA_RESULTS_SINCE_11080(X)                                                                \
    GST_CUDA_ATTRIBUTES_SINCE_11080(X)                                                             \
    GST_CUDA_OPTIONS_SINCE_11080(X)

#define GST_CUDA_CONSTANTS_SINCE_12040(X)                                                          \
    GST_CUDA_RESULTS_SINCE_12040(X)                                                                \
    GST_CUDA_ATTRIBUTES_SINCE_12040(X)                                                             \
    GST_CUDA_OPTIONS_SINCE_12040(X)

#define GST_CUDA_CONSTANTS_SINCE_13000(X)                                                          \
    GST_CUDA_RESULTS_SINCE_13000(X)                                                                \
    GST_CUDA_ATTRIBUTES_SINCE_13000(X)                                                             \
    GST_CUDA_OPTIONS_SINCE_13000(X)

#define GST_CUDA_CONSTANTS(X)                                                                      \
    GST_CUDA_CONSTANTS_SINCE_11080(X)                                                              \
    GST_CUDA_CONSTANTS_SINCE_12040(X)                                                              \
    GST_CUDA_CONSTANTS_SINCE_13000(X)

/* X(vendor type, own tag) and X(vendor type, own tag, field). */
#define GST_CUDA_STRUCTS(X) X(CUuuid, gst_cuda_uuid)
#define GST_CUDA_FIELDS(X)  X(CUuuid, gst_cuda_uuid, bytes)

/* X(vendor type, bytes): what is passed by value or written through a pointer. */
#define GST_CUDA_SIZES(X)                                                                          \
    X(CUresult, 4)                                                                                 \
    X(CUdevice, 4)                                                                                 \
    X(CUdeviceptr, 8)                                                                              \
    X(CUdevice_attribute, 4)                                                                       \
    X(CUdevice_P2PAttribute, 4)                                                                    \
    X(CUfunction_attribute, 4)                                                                     \
    X(CUpointer_attribute, 4)                                                                      \
    X(CUjit_option, 4)

/* clang-format on */
struct gst_cuda_uuid {
    char bytes[16];
};

#ifndef GST_ABI_VENDOR_TYPES
/* Enumerations are int here: a newer driver may answer with a number that no row names. */
typedef int CUresult;
typedef int CUdevice;
typedef int CUdevice_attribute;
typedef int CUdevice_P2PAttribute;
typedef int CUfunction_attribute;
typedef int CUpointer_attribute;
typedef int CUjit_option;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;

#define GST_CUDA_TYPEDEF(type, own) typedef struct own type;
GST_CUDA_STRUCTS(GST_CUDA_TYPEDEF)
#undef GST_CUDA_TYPEDEF

#define GST_CUDA_ENUMERATOR(name, value) name = (value),
enum { GST_CUDA_CONSTANTS(GST_CUDA_ENUMERATOR) };
#undef GST_CUDA_ENUMERATOR
#endif

#endif
