/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we use of the CUDA runtime (libcudart.so.11.0, .12 and .13), a row per function and per
 * constant; loader, call table, simulator and conformance test are made from these rows.
 *
 * Rows come in lists by the first of the headers checked by tests/abi (11.8, 12.4, 13.0) that has
 * them, so that each header is asked only for what it knows; GST_CUDART_API and
 * GST_CUDART_CONSTANTS are all of them. "needed" is 1 for what the shortest useful path calls; a 0
 * may be NULL.
 *
 * Where the facts come from: NVIDIA's CUDA Runtime API reference, held against cuda_runtime_api.h
 * of toolkits 11.8, 12.4 and 13.0 and against the symbols of those libraries (tests/abi does both).
 * Symbols carry no version of their own here: one name may mean another struct in another major,
 * which is why properties are asked for by attribute and cudaGetDeviceProperties has no row. The
 * cudaLibrary functions are documented since 12.8. Columns as in cuda_abi.h.
 */
#ifndef GST_API_CUDART_ABI_H
#define GST_API_CUDART_ABI_H

#include <stddef.h>

/* The formatter takes argument lists for products (CUdevice * device): hands off the rows. */
/* clang-format off */
#define GST_CUDART_API_SINCE_11080(X)                                                              \
    X(cudaError_t, cudaRuntimeGetVersion, , (int *version), 1)                                     \
    X(cudaError_t, cudaDriverGetVersion, , (int *version), 0)                                      \
    X(cudaError_t, cudaGetDeviceCount, , (int *count), 1)                                          \
    X(cudaError_t, cudaSetDevice, , (int device), 1)                                               \
    X(cudaError_t, cudaGetDevice, , (int *device), 0)                                              \
    X(cudaError_t, cudaDeviceGetAttribute, ,                                                       \
      (int *value, enum cudaDeviceAttr attribute, int device), 0)                                  \
    X(cudaError_t, cudaDeviceGetPCIBusId, , (char *pci, int size, int device), 0)                  \
    X(cudaError_t, cudaMemGetInfo, , (size_t *available, size_t *total), 0)                        \
    X(cudaError_t, cudaMalloc, , (void **p, size_t n), 1)                                          \
    X(cudaError_t, cudaFree, , (void *p), 1)                                                       \
    X(cudaError_t, cudaMallocHost, , (void **p, size_t n), 0)                                      \
    X(cudaError_t, cudaHostAlloc, , (void **p, size_t n, unsigned int flags), 0)                   \
    X(cudaError_t, cudaFreeHost, , (void *p), 0)                                                   \
    X(cudaError_t, cudaMemcpy, ,                                                                   \
      (void *target, const void *source, size_t n, enum cudaMemcpyKind kind), 1)                   \
    X(cudaError_t, cudaMemcpyAsync, ,                                                              \
      (void *target, const void *source, size_t n, enum cudaMemcpyKind kind,                       \
       cudaStream_t stream), 0)                                                                    \
    X(cudaError_t, cudaMemset, , (void *p, int value, size_t n), 0)                                \
    X(cudaError_t, cudaMemsetAsync, , (void *p, int value, size_t n, cudaStream_t stream), 0)      \
    X(cudaError_t, cudaStreamCreateWithFlags, , (cudaStream_t *stream, unsigned int flags), 1)     \
    X(cudaError_t, cudaStreamDestroy, , (cudaStream_t stream), 1)                                  \
    X(cudaError_t, cudaStreamSynchronize, , (cudaStream_t stream), 1)                              \
    X(cudaError_t, cudaStreamQuery, , (cudaStream_t stream), 0)                                    \
    X(cudaError_t, cudaEventCreateWithFlags, , (cudaEvent_t *event, unsigned int flags), 1)        \
    X(cudaError_t, cudaEventDestroy, , (cudaEvent_t event), 1)                                     \
    X(cudaError_t, cudaEventRecord, , (cudaEvent_t event, cudaStream_t stream), 1)                 \
    X(cudaError_t, cudaEventSynchronize, , (cudaEvent_t event), 1)                                 \
    X(cudaError_t, cudaEventElapsedTime, ,                                                         \
      (float *milliseconds, cudaEvent_t start, cudaEvent_t end), 1)                                \
    X(cudaError_t, cudaDeviceSynchronize, , (void), 1)                                             \
    X(cudaError_t, cudaGetLastError, , (void), 1)                                                  \
    X(cudaError_t, cudaPeekAtLastError, , (void), 0)                                               \
    X(const char *, cudaGetErrorName, , (cudaError_t error), 0)                                    \
    X(const char *, cudaGetErrorString, , (cudaError_t error), 0)                                  \
    X(cudaError_t, cudaLaunchKernel, ,                                                             \
      (const void *function, dim3 grid, dim3 block, void **arguments, size_t shared_bytes,         \
       cudaStream_t stream), 0)

#define GST_CUDART_API_SINCE_12040(X)

#define GST_CUDART_API_SINCE_13000(X)                                                              \
    X(cudaError_t, cudaLibraryLoadData, ,                                                          \
      (cudaLibrary_t *library, const void *image, enum cudaJitOption *jit_options,                 \
       void **jit_values, unsigned int jit_count, enum cudaLibraryOption *options,                 \
       void **values, unsigned int count), 0)                                                      \
    X(cudaError_t, cudaLibraryUnload, , (cudaLibrary_t library), 0)                                \
    X(cudaError_t, cudaLibraryGetKernel, ,                                                         \
      (cudaKernel_t *kernel, cudaLibrary_t library, const char *name), 0)

#define GST_CUDART_API(X)                                                                          \
    GST_CUDART_API_SINCE_11080(X)                                                                  \
    GST_CUDART_API_SINCE_12040(X)                                                                  \
    GST_CUDART_API_SINCE_13000(X)

/* Every cudaError. */
#define GST_CUDART_RESULTS_SINCE_11080(X)                                                          \
    X(cudaSuccess, 0)                                                                              \
    X(cudaErrorInvalidValue, 1)                                                                    \
    X(cudaErrorMemoryAllocation, 2)                                                                \
    X(cudaErrorInitializationError, 3)                                                             \
    X(cudaErrorCudartUnloading, 4)                                                                 \
    X(cudaErrorProfilerDisabled, 5)                                                                \
    X(cudaErrorProfilerNotInitialized, 6)                                                          \
    X(cudaErrorProfilerAlreadyStarted, 7)                                                          \
    X(cudaErrorProfilerAlreadyStopped, 8)                                                          \
    X(cudaErrorInvalidConfiguration, 9)                                                            \
    X(cudaErrorInvalidPitchValue, 12)                                                              \
    X(cudaErrorInvalidSymbol, 13)                                                                  \
    X(cudaErrorInvalidHostPointer, 16)                                                             \
    X(cudaErrorInvalidDevicePointer, 17)                                                           \
    X(cudaErrorInvalidTexture, 18)                                                                 \
    X(cudaErrorInvalidTextureBinding, 19)                                                          \
    X(cudaErrorInvalidChannelDescriptor, 20)                                                       \
    X(cudaErrorInvalidMemcpyDirection, 21)                                                         \
    X(cudaErrorAddressOfConstant, 22)                                                              \
    X(cudaErrorTextureFetchFailed, 23)                                                             \
    X(cudaErrorTextureNotBound, 24)                                                                \
    X(cudaErrorSynchronizationError, 25)                                                           \
    X(cudaErrorInvalidFilterSetting, 26)                                                           \
    X(cudaErrorInvalidNormSetting, 27)                                                             \
    X(cudaErrorMixedDeviceExecution, 28)                                                           \
    X(cudaErrorNotYetImplemented, 31)                                                              \
    X(cudaErrorMemoryValueTooLarge, 32)                                                            \
    X(cudaErrorStubLibrary, 34)                                                                    \
    X(cudaErrorInsufficientDriver, 35)                                                             \
    X(cudaErrorCallRequiresNewerDriver, 36)                                                        \
    X(cudaErrorInvalidSurface, 37)                                                                 \
    X(cudaErrorDuplicateVariableName, 43)                                                          \
    X(cudaErrorDuplicateTextureName, 44)                                                           \
    X(cudaErrorDuplicateSurfaceName, 45)                                                           \
    X(cudaErrorDevicesUnavailable, 46)                                                             \
    X(cudaErrorIncompatibleDriverContext, 49)                                                      \
    X(cudaErrorMissingConfiguration, 52)                                                           \
    X(cudaErrorPriorLaunchFailure, 53)                                                             \
    X(cudaErrorLaunchMaxDepthExceeded, 65)                                                         \
    X(cudaErrorLaunchFileScopedTex, 66)                                                            \
    X(cudaErrorLaunchFileScopedSurf, 67)                                                           \
    X(cudaErrorSyncDepthExceeded, 68)                                                              \
    X(cudaErrorLaunchPendingCountExceeded, 69)                                                     \
    X(cudaErrorInvalidDeviceFunction, 98)                                                          \
    X(cudaErrorNoDevice, 100)                                                                      \
    X(cudaErrorInvalidDevice, 101)                                                                 \
    X(cudaErrorDeviceNotLicensed, 102)                                                             \
    X(cudaErrorSoftwareValidityNotEstablished, 103)                                                \
    X(cudaErrorStartupFailure, 127)                                                                \
    X(cudaErrorInvalidKernelImage, 200)                                                            \
    X(cudaErrorDeviceUninitialized, 201)                                                           \
    X(cudaErrorMapBufferObjectFailed, 205)                                                         \
    X(cudaErrorUnmapBufferObjectFailed, 206)                                                       \
    X(cudaErrorArrayIsMapped, 207)                                                                 \
    X(cudaErrorAlreadyMapped, 208)                                                                 \
    X(cudaErrorNoKernelImageForDevice, 209)                                                        \
    X(cudaErrorAlreadyAcquired, 210)                                                               \
    X(cudaErrorNotMapped, 211)                                                                     \
    X(cudaErrorNotMappedAsArray, 212)                                                              \
    X(cudaErrorNotMappedAsPointer, 213)                                                            \
    X(cudaErrorECCUncorrectable, 214)                                                              \
    X(cudaErrorUnsupportedLimit, 215)                                                              \
    X(cudaErrorDeviceAlreadyInUse, 216)                                                            \
    X(cudaErrorPeerAccessUnsupported, 217)                                                         \
    X(cudaErrorInvalidPtx, 218)                                                                    \
    X(cudaErrorInvalidGraphicsContext, 219)                                                        \
    X(cudaErrorNvlinkUncorrectable, 220)                                                           \
    X(cudaErrorJitCompilerNotFound, 221)                                                           \
    X(cudaErrorUnsupportedPtxVersion, 222)                                                         \
    X(cudaErrorJitCompilationDisabled, 223)                                                        \
    X(cudaErrorUnsupportedExecAffinity, 224)                                                       \
    X(cudaErrorInvalidSource, 300)                                                                 \
    X(cudaErrorFileNotFound, 301)                                                                  \
    X(cudaErrorSharedObjectSymbolNotFound, 302)                                                    \
    X(cudaErrorSharedObjectInitFailed, 303)                                                        \
    X(cudaErrorOperatingSystem, 304)                                                               \
    X(cudaErrorInvalidResourceHandle, 400)                                                         \
    X(cudaErrorIllegalState, 401)                                                                  \
    X(cudaErrorSymbolNotFound, 500)                                                                \
    X(cudaErrorNotReady, 600)                                                                      \
    X(cudaErrorIllegalAddress, 700)                                                                \
    X(cudaErrorLaunchOutOfResources, 701)                                                          \
    X(cudaErrorLaunchTimeout, 702)                                                                 \
    X(cudaErrorLaunchIncompatibleTexturing, 703)                                                   \
    X(cudaErrorPeerAccessAlreadyEnabled, 704)                                                      \
    X(cudaErrorPeerAccessNotEnabled, 705)                                                          \
    X(cudaErrorSetOnActiveProcess, 708)                                                            \
    X(cudaErrorContextIsDestroyed, 709)                                                            \
    X(cudaErrorAssert, 710)                                                                        \
    X(cudaErrorTooManyPeers, 711)                                                                  \
    X(cudaErrorHostMemoryAlreadyRegistered, 712)                                                   \
    X(cudaErrorHostMemoryNotRegistered, 713)                                                       \
    X(cudaErrorHardwareStackError, 714)                                                            \
    X(cudaErrorIllegalInstruction, 715)                                                            \
    X(cudaErrorMisalignedAddress, 716)                                                             \
    X(cudaErrorInvalidAddressSpace, 717)                                                           \
    X(cudaErrorInvalidPc, 718)                                                                     \
    X(cudaErrorLaunchFailure, 719)                                                                 \
    X(cudaErrorCooperativeLaunchTooLarge, 720)                                                     \
    X(cudaErrorNotPermitted, 800)                                                                  \
    X(cudaErrorNotSupported, 801)                                                                  \
    X(cudaErrorSystemNotReady, 802)                                                                \
    X(cudaErrorSystemDriverMismatch, 803)                                                          \
    X(cudaErrorCompatNotSupportedOnDevice, 804)                                                    \
    X(cudaErrorMpsConnectionFailed, 805)                                                           \
    X(cudaErrorMpsRpcFailure, 806)                                                                 \
    X(cudaErrorMpsServerNotReady, 807)                                                             \
    X(cudaErrorMpsMaxClientsReached, 808)                                                          \
    X(cudaErrorMpsMaxConnectionsReached, 809)                                                      \
    X(cudaErrorMpsClientTerminated, 810)                                                           \
    X(cudaErrorStreamCaptureUnsupported, 900)                                                      \
    X(cudaErrorStreamCaptureInvalidated, 901)                                                      \
    X(cudaErrorStreamCaptureMerge, 902)                                                            \
    X(cudaErrorStreamCaptureUnmatched, 903)                                                        \
    X(cudaErrorStreamCaptureUnjoined, 904)                                                         \
    X(cudaErrorStreamCaptureIsolation, 905)                                                        \
    X(cudaErrorStreamCaptureImplicit, 906)                                                         \
    X(cudaErrorCapturedEvent, 907)                                                                 \
    X(cudaErrorStreamCaptureWrongThread, 908)                                                      \
    X(cudaErrorTimeout, 909)                                                                       \
    X(cudaErrorGraphExecUpdateFailure, 910)                                                        \
    X(cudaErrorExternalDevice, 911)                                                                \
    X(cudaErrorInvalidClusterSize, 912)                                                            \
    X(cudaErrorUnknown, 999)

#define GST_CUDART_RESULTS_SINCE_12040(X)                                                          \
    X(cudaErrorUnsupportedDevSideSync, 225)                                                        \
    X(cudaErrorLossyQuery, 402)                                                                    \
    X(cudaErrorCdpNotSupported, 811)                                                               \
    X(cudaErrorCdpVersionMismatch, 812)

#define GST_CUDART_RESULTS_SINCE_13000(X)                                                          \
    X(cudaErrorContained, 226)                                                                     \
    X(cudaErrorTensorMemoryLeak, 721)                                                              \
    X(cudaErrorFunctionNotLoaded, 913)                                                             \
    X(cudaErrorInvalidResourceType, 914)                                                           \
    X(cudaErrorInvalidResourceConfiguration, 915)

#define GST_CUDART_RESULTS(X)                                                                      \
    GST_CUDART_RESULTS_SINCE_11080(X)                                                              \
    GST_CUDART_RESULTS_SINCE_12040(X)                                                              \
    GST_CUDART_RESULTS_SINCE_13000(X)

/* enum cudaDeviceAttr: numbered as CU_DEVICE_ATTRIBUTE_ is. */
#define GST_CUDART_ATTRIBUTES_SINCE_11080(X)                                                       \
    X(cudaDevAttrMaxThreadsPerBlock, 1)                                                            \
    X(cudaDevAttrMaxBlockDimX, 2)                                                                  \
    X(cudaDevAttrMaxBlockDimY, 3)                                                                  \
    X(cudaDevAttrMaxBlockDimZ, 4)                                                                  \
    X(cudaDevAttrMaxGridDimX, 5)                                                                   \
    X(cudaDevAttrMaxGridDimY, 6)                                                                   \
    X(cudaDevAttrMaxGridDimZ, 7)                                                                   \
    X(cudaDevAttrMaxSharedMemoryPerBlock, 8)                                                       \
    X(cudaDevAttrTotalConstantMemory, 9)                                                           \
    X(cudaDevAttrWarpSize, 10)                                                                     \
    X(cudaDevAttrMaxPitch, 11)                                                                     \
    X(cudaDevAttrMaxRegistersPerBlock, 12)                                                         \
    X(cudaDevAttrClockRate, 13)                                                                    \
    X(cudaDevAttrTextureAlignment, 14)                                                             \
    X(cudaDevAttrGpuOverlap, 15)                                                                   \
    X(cudaDevAttrMultiProcessorCount, 16)                                                          \
    X(cudaDevAttrKernelExecTimeout, 17)                                                            \
    X(cudaDevAttrIntegrated, 18)                                                                   \
    X(cudaDevAttrCanMapHostMemory, 19)                                                             \
    X(cudaDevAttrComputeMode, 20)                                                                  \
    X(cudaDevAttrSurfaceAlignment, 30)                                                             \
    X(cudaDevAttrConcurrentKernels, 31)                                                            \
    X(cudaDevAttrEccEnabled, 32)                                                                   \
    X(cudaDevAttrPciBusId, 33)                                                                     \
    X(cudaDevAttrPciDeviceId, 34)                                                                  \
    X(cudaDevAttrTccDriver, 35)                                                                    \
    X(cudaDevAttrMemoryClockRate, 36)                                                              \
    X(cudaDevAttrGlobalMemoryBusWidth, 37)                                                         \
    X(cudaDevAttrL2CacheSize, 38)                                                                  \
    X(cudaDevAttrMaxThreadsPerMultiProcessor, 39)                                                  \
    X(cudaDevAttrAsyncEngineCount, 40)                                                             \
    X(cudaDevAttrUnifiedAddressing, 41)                                                            \
    X(cudaDevAttrPciDomainId, 50)                                                                  \
    X(cudaDevAttrTexturePitchAlignment, 51)                                                        \
    X(cudaDevAttrComputeCapabilityMajor, 75)                                                       \
    X(cudaDevAttrComputeCapabilityMinor, 76)                                                       \
    X(cudaDevAttrStreamPrioritiesSupported, 78)                                                    \
    X(cudaDevAttrGlobalL1CacheSupported, 79)                                                       \
    X(cudaDevAttrLocalL1CacheSupported, 80)                                                        \
    X(cudaDevAttrMaxSharedMemoryPerMultiprocessor, 81)                                             \
    X(cudaDevAttrMaxRegistersPerMultiprocessor, 82)                                                \
    X(cudaDevAttrManagedMemory, 83)                                                                \
    X(cudaDevAttrIsMultiGpuBoard, 84)                                                              \
    X(cudaDevAttrMultiGpuBoardGroupID, 85)                                                         \
    X(cudaDevAttrHostNativeAtomicSupported, 86)                                                    \
    X(cudaDevAttrSingleToDoublePrecisionPerfRatio, 87)                                             \
    X(cudaDevAttrPageableMemoryAccess, 88)                                                         \
    X(cudaDevAttrConcurrentManagedAccess, 89)                                                      \
    X(cudaDevAttrComputePreemptionSupported, 90)                                                   \
    X(cudaDevAttrCanUseHostPointerForRegisteredMem, 91)                                            \
    X(cudaDevAttrCooperativeLaunch, 95)                                                            \
    X(cudaDevAttrMaxSharedMemoryPerBlockOptin, 97)                                                 \
    X(cudaDevAttrCanFlushRemoteWrites, 98)                                                         \
    X(cudaDevAttrHostRegisterSupported, 99)                                                        \
    X(cudaDevAttrPageableMemoryAccessUsesHostPageTables, 100)                                      \
    X(cudaDevAttrDirectManagedMemAccessFromHost, 101)                                              \
    X(cudaDevAttrMaxBlocksPerMultiprocessor, 106)                                                  \
    X(cudaDevAttrMaxPersistingL2CacheSize, 108)                                                    \
    X(cudaDevAttrMaxAccessPolicyWindowSize, 109)                                                   \
    X(cudaDevAttrReservedSharedMemoryPerBlock, 111)                                                \
    X(cudaDevAttrHostRegisterReadOnlySupported, 113)                                               \
    X(cudaDevAttrMemoryPoolsSupported, 115)                                                        \
    X(cudaDevAttrGPUDirectRDMASupported, 116)                                                      \
    X(cudaDevAttrClusterLaunch, 120)

#define GST_CUDART_ATTRIBUTES_SINCE_12040(X)                                                       \
    X(cudaDevAttrIpcEventSupport, 125)                                                             \
    X(cudaDevAttrNumaConfig, 130)                                                                  \
    X(cudaDevAttrNumaId, 131)                                                                      \
    X(cudaDevAttrMpsEnabled, 133)                                                                  \
    X(cudaDevAttrHostNumaId, 134)

#define GST_CUDART_ATTRIBUTES_SINCE_13000(X)                                                       \
    X(cudaDevAttrGpuPciDeviceId, 139)                                                              \
    X(cudaDevAttrGpuPciSubsystemId, 140)                                                           \
    X(cudaDevAttrHostMemoryPoolsSupported, 144)

#define GST_CUDART_ATTRIBUTES(X)                                                                   \
    GST_CUDART_ATTRIBUTES_SINCE_11080(X)                                                           \
    GST_CUDART_ATTRIBUTES_SINCE_12040(X)                                                           \
    GST_CUDART_ATTRIBUTES_SINCE_13000(X)

/* enum cudaMemcpyKind */
#define GST_CUDART_COPY_KINDS_SINCE_11080(X)                                                       \
    X(cudaMemcpyHostToHost, 0)                                                                     \
    X(cudaMemcpyHostToDevice, 1)                                                                   \
    X(cudaMemcpyDeviceToHost, 2)                                                                   \
    X(cudaMemcpyDeviceToDevice, 3)                                                                 \
    X(cudaMemcpyDefault, 4)

#define GST_CUDART_COPY_KINDS_SINCE_12040(X)

#define GST_CUDART_COPY_KINDS_SINCE_13000(X)

#define GST_CUDART_COPY_KINDS(X)                                                                   \
    GST_CUDART_COPY_KINDS_SINCE_11080(X)                                                           \
    GST_CUDART_COPY_KINDS_SINCE_12040(X)                                                           \
    GST_CUDART_COPY_KINDS_SINCE_13000(X)

/* enum cudaJitOption */
#define GST_CUDART_JIT_OPTIONS_SINCE_13000(X)                                                      \
    X(cudaJitMaxRegisters, 0)                                                                      \
    X(cudaJitThreadsPerBlock, 1)                                                                   \
    X(cudaJitWallTime, 2)                                                                          \
    X(cudaJitInfoLogBuffer, 3)                                                                     \
    X(cudaJitInfoLogBufferSizeBytes, 4)                                                            \
    X(cudaJitErrorLogBuffer, 5)                                                                    \
    X(cudaJitErrorLogBufferSizeBytes, 6)                                                           \
    X(cudaJitOptimizationLevel, 7)                                                                 \
    X(cudaJitFallbackStrategy, 10)                                                                 \
    X(cudaJitGenerateDebugInfo, 11)                                                                \
    X(cudaJitLogVerbose, 12)                                                                       \
    X(cudaJitGenerateLineInfo, 13)                                                                 \
    X(cudaJitCacheMode, 14)                                                                        \
    X(cudaJitPositionIndependentCode, 30)                                                          \
    X(cudaJitMinCtaPerSm, 31)                                                                      \
    X(cudaJitMaxThreadsPerBlock, 32)                                                               \
    X(cudaJitOverrideDirectiveValues, 33)

#define GST_CUDART_JIT_OPTIONS_SINCE_11080(X)

#define GST_CUDART_JIT_OPTIONS_SINCE_12040(X)

#define GST_CUDART_JIT_OPTIONS(X)                                                                  \
    GST_CUDART_JIT_OPTIONS_SINCE_11080(X)                                                          \
    GST_CUDART_JIT_OPTIONS_SINCE_12040(X)                                                          \
    GST_CUDART_JIT_OPTIONS_SINCE_13000(X)

/* enum cudaLibraryOption */
#define GST_CUDART_LIBRARY_OPTIONS_SINCE_13000(X)                                                  \
    X(cudaLibraryHostUniversalFunctionAndDataTable, 0)                                             \
    X(cudaLibraryBinaryIsPreserved, 1)

#define GST_CUDART_LIBRARY_OPTIONS_SINCE_11080(X)

#define GST_CUDART_LIBRARY_OPTIONS_SINCE_12040(X)

#define GST_CUDART_LIBRARY_OPTIONS(X)                                                              \
    GST_CUDART_LIBRARY_OPTIONS_SINCE_11080(X)                                                      \
    GST_CUDART_LIBRARY_OPTIONS_SINCE_12040(X)                                                      \
    GST_CUDART_LIBRARY_OPTIONS_SINCE_13000(X)

/* Flags and compute modes. */
#define GST_CUDART_FLAGS_SINCE_11080(X)                                                            \
    X(cudaStreamDefault, 0)                                                                        \
    X(cudaStreamNonBlocking, 1)                                                                    \
    X(cudaEventDefault, 0)                                                                         \
    X(cudaEventBlockingSync, 1)                                                                    \
    X(cudaEventDisableTiming, 2)                                                                   \
    X(cudaEventInterprocess, 4)                                                                    \
    X(cudaHostAllocDefault, 0)                                                                     \
    X(cudaHostAllocPortable, 1)                                                                    \
    X(cudaHostAllocMapped, 2)                                                                      \
    X(cudaHostAllocWriteCombined, 4)                                                               \
    X(cudaComputeModeDefault, 0)                                                                   \
    X(cudaComputeModeProhibited, 2)                                                                \
    X(cudaComputeModeExclusiveProcess, 3)

#define GST_CUDART_FLAGS_SINCE_12040(X)

#define GST_CUDART_FLAGS_SINCE_13000(X)

#define GST_CUDART_FLAGS(X)                                                                        \
    GST_CUDART_FLAGS_SINCE_11080(X)                                                                \
    GST_CUDART_FLAGS_SINCE_12040(X)                                                                \
    GST_CUDART_FLAGS_SINCE_13000(X)

#define GST_CUDART_CONSTANTS_SINCE_11080(X)                                                        \
    GST_CUDART_RESULTS_SINCE_11080(X)                                                              \
    GST_CUDART_ATTRIBUTES_SINCE_11080(X)                                                           \
    GST_CUDART_COPY_KINDS_SINCE_11080(X)                                                           \
    GST_CUDART_JIT_OPTIONS_SINCE_11080(X)                                                          \
    GST_CUDART_LIBRARY_OPTIONS_SINCE_11080(X)                                                      \
    GST_CUDART_FLAGS_SINCE_11080(X)

#define GST_CUDART_CONSTANTS_SINCE_12040(X)                                                        \
    GST_CUDART_RESULTS_SINCE_12040(X)                                                              \
    GST_CUDART_ATTRIBUTES_SINCE_12040(X)                                                           \
    GST_CUDART_COPY_KINDS_SINCE_12040(X)                                                           \
    GST_CUDART_JIT_OPTIONS_SINCE_12040(X)                                                          \
    GST_CUDART_LIBRARY_OPTIONS_SINCE_12040(X)                                                      \
    GST_CUDART_FLAGS_SINCE_12040(X)

#define GST_CUDART_CONSTANTS_SINCE_13000(X)                                                        \
    GST_CUDART_RESULTS_SINCE_13000(X)                                                              \
    GST_CUDART_ATTRIBUTES_SINCE_13000(X)                                                           \
    GST_CUDART_COPY_KINDS_SINCE_13000(X)                                                           \
    GST_CUDART_JIT_OPTIONS_SINCE_13000(X)                                                          \
    GST_CUDART_LIBRARY_OPTIONS_SINCE_13000(X)                                                      \
    GST_CUDART_FLAGS_SINCE_13000(X)

#define GST_CUDART_CONSTANTS(X)                                                                    \
    GST_CUDART_CONSTANTS_SINCE_11080(X)                                                            \
    GST_CUDART_CONSTANTS_SINCE_12040(X)                                                            \
    GST_CUDART_CONSTANTS_SINCE_13000(X)

/* X(vendor type, own tag) and X(vendor type, own tag, field). */
#define GST_CUDART_STRUCTS(X) X(dim3, gst_cudart_dim3)
#define GST_CUDART_FIELDS(X)                                                                       \
    X(dim3, gst_cudart_dim3, x)                                                                    \
    X(dim3, gst_cudart_dim3, y)                                                                    \
    X(dim3, gst_cudart_dim3, z)

/* X(vendor type, bytes): what is passed by value or written through a pointer. */
#define GST_CUDART_SIZES(X)                                                                        \
    X(cudaError_t, 4)                                                                              \
    X(enum cudaDeviceAttr, 4)                                                                      \
    X(enum cudaMemcpyKind, 4)                                                                      \
    X(cudaStream_t, 8)                                                                             \
    X(cudaEvent_t, 8)

/* clang-format on */
struct gst_cudart_dim3 {
    unsigned int x, y, z;
};

#ifndef GST_ABI_VENDOR_TYPES
/* int, not an enumeration: a newer runtime may answer with a number that no row names. */
typedef int cudaError_t;
typedef struct CUstream_st *cudaStream_t;
typedef struct CUevent_st *cudaEvent_t;
typedef struct CUlib_st *cudaLibrary_t;
typedef struct CUkern_st *cudaKernel_t;

#define GST_CUDART_TYPEDEF(type, own) typedef struct own type;
GST_CUDART_STRUCTS(GST_CUDART_TYPEDEF)
#undef GST_CUDART_TYPEDEF

#define GST_CUDART_ENUMERATOR(name, value) name = (value),
enum { GST_CUDART_RESULTS(GST_CUDART_ENUMERATOR) };
enum { GST_CUDART_FLAGS(GST_CUDART_ENUMERATOR) };
enum cudaDeviceAttr { GST_CUDART_ATTRIBUTES(GST_CUDART_ENUMERATOR) };
enum cudaMemcpyKind { GST_CUDART_COPY_KINDS(GST_CUDART_ENUMERATOR) };
enum cudaJitOption { GST_CUDART_JIT_OPTIONS(GST_CUDART_ENUMERATOR) };
enum cudaLibraryOption { GST_CUDART_LIBRARY_OPTIONS(GST_CUDART_ENUMERATOR) };
#undef GST_CUDART_ENUMERATOR
#endif

#endif
