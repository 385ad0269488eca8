/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we use of NCCL (libnccl.so.2), a row per function and per constant; loader, call table,
 * simulator and conformance test are made from these rows.
 *
 * All releases of NCCL 2 have one SONAME. Rows come in lists by the release that brought the newest
 * of them: what stands under 2.14 is what non-blocking communicators need, 2.19 brought memory and
 * its registration, and 2.30 one more result. "needed" is 1 only for what every release has, so
 * that one that is too old can be opened and asked for its version; a 0 may be NULL.
 *
 * Where the facts come from: NCCL's user guide (API, communicator creation and management), held
 * against nccl.h of seven releases from 2.14 to 2.32 and the symbols of those that are there
 * (tests/abi does both). Columns as in cuda_abi.h.
 */
#ifndef GST_API_NCCL_ABI_H
#define GST_API_NCCL_ABI_H

#include <stddef.h>

/* The formatter takes argument lists for products (ncclComm_t * comm): hands off the rows. */
/* clang-format off */
#define GST_NCCL_API_SINCE_21400(X)                                                                \
    X(ncclResult_t, ncclGetVersion, , (int *version), 1)                                           \
    X(ncclResult_t, ncclGetUniqueId, , (ncclUniqueId *id), 1)                                      \
    X(ncclResult_t, ncclCommInitRankConfig, ,                                                      \
      (ncclComm_t *comm, int ranks, ncclUniqueId id, int rank, ncclConfig_t *config), 0)           \
    X(ncclResult_t, ncclCommFinalize, , (ncclComm_t comm), 0)                                      \
    X(ncclResult_t, ncclCommDestroy, , (ncclComm_t comm), 1)                                       \
    X(ncclResult_t, ncclCommAbort, , (ncclComm_t comm), 1)                                         \
    X(ncclResult_t, ncclCommGetAsyncError, , (ncclComm_t comm, ncclResult_t *error), 0)            \
    X(ncclResult_t, ncclCommCount, , (ncclComm_t comm, int *count), 0)                             \
    X(ncclResult_t, ncclCommCuDevice, , (ncclComm_t comm, int *device), 0)                         \
    X(ncclResult_t, ncclCommUserRank, , (ncclComm_t comm, int *rank), 0)                           \
    X(const char *, ncclGetErrorString, , (ncclResult_t result), 1)                                \
    X(const char *, ncclGetLastError, , (ncclComm_t comm), 0)                                      \
    X(ncclResult_t, ncclGroupStart, , (void), 1)                                                   \
    X(ncclResult_t, ncclGroupEnd, , (void), 1)                                                     \
    X(ncclResult_t, ncclAllReduce, ,                                                               \
      (const void *source, void *target, size_t count, ncclDataType_t type, ncclRedOp_t op,        \
       ncclComm_t comm, cudaStream_t stream), 1)                                                   \
    X(ncclResult_t, ncclAllGather, ,                                                               \
      (const void *source, void *target, size_t count, ncclDataType_t type, ncclComm_t comm,       \
       cudaStream_t stream), 0)                                                                    \
    X(ncclResult_t, ncclReduceScatter, ,                                                           \
      (const void *source, void *target, size_t count, ncclDataType_t type, ncclRedOp_t op,        \
       ncclComm_t comm, cudaStream_t stream), 0)                                                   \
    X(ncclResult_t, ncclBroadcast, ,                                                               \
      (const void *source, void *target, size_t count, ncclDataType_t type, int root,              \
       ncclComm_t comm, cudaStream_t stream), 0)                                                   \
    X(ncclResult_t, ncclReduce, ,                                                                  \
      (const void *source, void *target, size_t count, ncclDataType_t type, ncclRedOp_t op,        \
       int root, ncclComm_t comm, cudaStream_t stream), 0)                                         \
    X(ncclResult_t, ncclSend, ,                                                                    \
      (const void *source, size_t count, ncclDataType_t type, int peer, ncclComm_t comm,           \
       cudaStream_t stream), 0)                                                                    \
    X(ncclResult_t, ncclRecv, ,                                                                    \
      (void *target, size_t count, ncclDataType_t type, int peer, ncclComm_t comm,                 \
       cudaStream_t stream), 0)                                                                    \
    X(ncclResult_t, ncclRedOpCreatePreMulSum, ,                                                    \
      (ncclRedOp_t *op, void *scalar, ncclDataType_t type, ncclScalarResidence_t residence,        \
       ncclComm_t comm), 0)                                                                        \
    X(ncclResult_t, ncclRedOpDestroy, , (ncclRedOp_t op, ncclComm_t comm), 0)

#define GST_NCCL_API_SINCE_21900(X)                                                                \
    X(ncclResult_t, ncclMemAlloc, , (void **p, size_t n), 0)                                       \
    X(ncclResult_t, ncclMemFree, , (void *p), 0)                                                   \
    X(ncclResult_t, ncclCommRegister, , (ncclComm_t comm, void *p, size_t n, void **handle), 0)    \
    X(ncclResult_t, ncclCommDeregister, , (ncclComm_t comm, void *handle), 0)

#define GST_NCCL_API_SINCE_23000(X)

#define GST_NCCL_API(X)                                                                            \
    GST_NCCL_API_SINCE_21400(X)                                                                    \
    GST_NCCL_API_SINCE_21900(X)                                                                    \
    GST_NCCL_API_SINCE_23000(X)

/* ncclResult_t. "In progress" is no error, and only communicators that do not block answer it. */
#define GST_NCCL_RESULTS_SINCE_21400(X)                                                            \
    X(ncclSuccess, 0)                                                                              \
    X(ncclUnhandledCudaError, 1)                                                                   \
    X(ncclSystemError, 2)                                                                          \
    X(ncclInternalError, 3)                                                                        \
    X(ncclInvalidArgument, 4)                                                                      \
    X(ncclInvalidUsage, 5)                                                                         \
    X(ncclRemoteError, 6)                                                                          \
    X(ncclInProgress, 7)

#define GST_NCCL_RESULTS_SINCE_23000(X) X(ncclTimeout, 8)

#define GST_NCCL_RESULTS(X)                                                                        \
    GST_NCCL_RESULTS_SINCE_21400(X)                                                                \
    GST_NCCL_RESULTS_SINCE_23000(X)

/* ncclDataType_t, without the types of 8 bits, which need a GPU of compute capability 9.0. Up to 2.23
 * the header shows bfloat16 to C++ alone, but the library has it (since 2.10, with CUDA 11). */
#define GST_NCCL_TYPES(X)                                                                          \
    X(ncclInt8, 0)                                                                                 \
    X(ncclUint8, 1)                                                                                \
    X(ncclInt32, 2)                                                                                \
    X(ncclUint32, 3)                                                                               \
    X(ncclInt64, 4)                                                                                \
    X(ncclUint64, 5)                                                                               \
    X(ncclFloat16, 6)                                                                              \
    X(ncclFloat32, 7)                                                                              \
    X(ncclFloat64, 8)                                                                              \
    X(ncclBfloat16, 9)

/* ncclRedOp_t; ncclNumOps is the first number that ncclRedOpCreatePreMulSum may give out. */
#define GST_NCCL_OPS(X)                                                                            \
    X(ncclSum, 0)                                                                                  \
    X(ncclProd, 1)                                                                                 \
    X(ncclMax, 2)                                                                                  \
    X(ncclMin, 3)                                                                                  \
    X(ncclAvg, 4)                                                                                  \
    X(ncclNumOps, 5)

/* ncclScalarResidence_t: read by the GPU when the collective runs, or by the host at once. */
#define GST_NCCL_RESIDENCES(X)                                                                     \
    X(ncclScalarDevice, 0)                                                                         \
    X(ncclScalarHostImmediate, 1)

#define GST_NCCL_CONSTANTS_SINCE_21400(X)                                                          \
    GST_NCCL_RESULTS_SINCE_21400(X)                                                                        \
    GST_NCCL_TYPES(X)                                                                              \
    GST_NCCL_OPS(X)                                                                                \
    GST_NCCL_RESIDENCES(X)

#define GST_NCCL_CONSTANTS_SINCE_21900(X)

#define GST_NCCL_CONSTANTS_SINCE_23000(X) GST_NCCL_RESULTS_SINCE_23000(X)

#define GST_NCCL_CONSTANTS(X)                                                                      \
    GST_NCCL_CONSTANTS_SINCE_21400(X)                                                              \
    GST_NCCL_CONSTANTS_SINCE_21900(X)                                                              \
    GST_NCCL_CONSTANTS_SINCE_23000(X)

/* X(vendor type, own tag) and X(vendor type, own tag, field). The config has fields and no size of
 * its own here: each release appends to it. */
#define GST_NCCL_STRUCTS(X) X(ncclUniqueId, gst_nccl_unique_id)
#define GST_NCCL_FIELDS(X)                                                                         \
    X(ncclUniqueId, gst_nccl_unique_id, internal)                                                  \
    X(ncclConfig_t, gst_nccl_config, size)                                                         \
    X(ncclConfig_t, gst_nccl_config, magic)                                                        \
    X(ncclConfig_t, gst_nccl_config, version)                                                      \
    X(ncclConfig_t, gst_nccl_config, blocking)

/* X(vendor type, bytes): what is passed by value or written through a pointer. */
#define GST_NCCL_SIZES(X)                                                                          \
    X(ncclComm_t, 8)                                                                               \
    X(ncclUniqueId, 128)                                                                           \
    X(ncclResult_t, 4)                                                                             \
    X(ncclDataType_t, 4)                                                                           \
    X(ncclRedOp_t, 4)                                                                              \
    X(ncclScalarResidence_t, 4)                                                                    \
    X(cudaStream_t, 8)

/* clang-format on */
/* Passed by value; made by one rank, and the same bytes handed to all. */
struct gst_nccl_unique_id {
    char internal[128];
};

/*
 * As of 2.14. A newer library copies as many bytes as `size` says, and takes what the release of
 * that `version` did not have from its own defaults: so an older caller is understood by every
 * release up to 2.30, the newest whose sources were looked at (parseCommConfig). The four fields
 * are at the same place in every header up to 2.32.
 */
struct gst_nccl_config {
    size_t size; /* of ours 24 bytes; of theirs 24 in 2.14, 48 from 2.17, 80 in 2.28, 120 in 2.32 */
    unsigned int magic;   /* the same in all; anything else is refused with ncclInvalidArgument */
    unsigned int version; /* theirs is their own */
    int blocking;         /* what nobody set is 1 up to 2.16, the smallest int since 2.17 */
};

/* Releases are numbered major * 10000 + minor * 100 + patch since 2.9. */
#define GST_NCCL_CONFIG_MAGIC   0xcafebeefu
#define GST_NCCL_CONFIG_VERSION 21400u

/* What a config starts as: its communicator does not block. */
#define GST_NCCL_CONFIG_NON_BLOCKING                                                               \
    {                                                                                              \
        sizeof(struct gst_nccl_config), GST_NCCL_CONFIG_MAGIC, GST_NCCL_CONFIG_VERSION, 0          \
    }

#ifndef GST_ABI_VENDOR_TYPES
/* int, not enumerations: a newer library may answer with a number that no row names, and operations
 * made by ncclRedOpCreatePreMulSum have none. */
typedef int ncclResult_t;
typedef int ncclDataType_t;
typedef int ncclRedOp_t;
typedef int ncclScalarResidence_t;
typedef struct ncclComm *ncclComm_t;
typedef struct gst_nccl_unique_id ncclUniqueId;
typedef struct gst_nccl_config ncclConfig_t;
typedef struct CUstream_st *cudaStream_t; /* as in cudart_abi.h */

#define GST_NCCL_ENUMERATOR(name, value) name = (value),
enum { GST_NCCL_CONSTANTS(GST_NCCL_ENUMERATOR) };
#undef GST_NCCL_ENUMERATOR
#endif

#endif
