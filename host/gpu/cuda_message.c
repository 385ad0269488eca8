/* SPDX-License-Identifier: Apache-2.0 */
/* From the ABI's list of results to rows for the search; see cuda_message.h. */
#include "gpu/cuda_message.h"

#include "api/cuda_abi.h"
#include "api/cudart_abi.h"
#include "gpu/error.h"

#define CODE_MAX 1000
#define SOURCE   "CUDA driver API, data types, CUresult"

/* Both APIs say the same words; those of results that have a meaning. */
static const struct {
    int code;
    const char *words;
} texts[] = {
    { CUDA_ERROR_OUT_OF_MEMORY, "CUDA out of memory" },
    { CUDA_ERROR_OUT_OF_MEMORY, "CUDA error: out of memory" },
    { CUDA_ERROR_OUT_OF_MEMORY, "Cuda failure 'out of memory'" },
    { CUDA_ERROR_NOT_INITIALIZED, "CUDA error: initialization error" },
    { CUDA_ERROR_STUB_LIBRARY, "CUDA driver is a stub library" },
    { cudaErrorInsufficientDriver, "CUDA driver version is insufficient for CUDA runtime version" },
    { CUDA_ERROR_DEVICE_UNAVAILABLE, "CUDA-capable device(s) is/are busy or unavailable" },
    { CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected" },
    { CUDA_ERROR_INVALID_DEVICE, "CUDA error: invalid device ordinal" },
    { CUDA_ERROR_DEVICE_NOT_LICENSED, "device doesn't have valid Grid license" },
    { CUDA_ERROR_NO_BINARY_FOR_GPU, "no kernel image is available for execution on the device" },
    { CUDA_ERROR_ECC_UNCORRECTABLE, "uncorrectable ECC error encountered" },
    { CUDA_ERROR_PEER_ACCESS_UNSUPPORTED,
      "peer access is not supported between these two devices" },
    { CUDA_ERROR_JIT_COMPILER_NOT_FOUND, "PTX JIT compiler library not found" },
    { CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
      "the provided PTX was compiled with an unsupported toolchain" },
    { CUDA_ERROR_OPERATING_SYSTEM, "OS call failed or operation not supported on this OS" },
    { CUDA_ERROR_ILLEGAL_ADDRESS, "an illegal memory access was encountered" },
    { CUDA_ERROR_LAUNCH_TIMEOUT, "the launch timed out and was terminated" },
    { CUDA_ERROR_ASSERT, "device-side assert triggered" },
    { CUDA_ERROR_ILLEGAL_INSTRUCTION, "an illegal instruction was encountered" },
    { CUDA_ERROR_MISALIGNED_ADDRESS, "CUDA error: misaligned address" },
    { CUDA_ERROR_LAUNCH_FAILED, "CUDA error: unspecified launch failure" },
    { CUDA_ERROR_NOT_PERMITTED, "CUDA error: operation not permitted" },
    { CUDA_ERROR_SYSTEM_NOT_READY, "system not yet initialized" },
    { CUDA_ERROR_SYSTEM_DRIVER_MISMATCH,
      "system has unsupported display driver / cuda driver combination" },
    { CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE,
      "forward compatibility was attempted on non supported HW" },
    { CUDA_ERROR_MPS_CONNECTION_FAILED, "MPS client failed to connect*" },
    { CUDA_ERROR_UNKNOWN, "CUDA error: unknown error" },
    { CUDA_ERROR_UNKNOWN, "failed to initialize CUDA: unknown error" },
};

#define NAME(name, value) { value, #name },
static const struct {
    int code;
    const char *name;
} names[] = { GST_CUDA_RESULTS(NAME) GST_CUDART_RESULTS(NAME) };
#undef NAME

static const char *const before_number[] = {
    "CUDA error",
    "CUDA error code",
    "CUDA failure",
    "CUDA runtime error",
    "cudaError_t",
    "CUresult",
    "CUDA driver error",
    "cuInit returned",
    "cuInit(0) returned",
    "cuInit err",
    "cuInit failed with error",
    "cuInit: UNKNOWN ERROR",
};

/* What more a result may mean, and how one tells. Where gst_cuda_finding() has no single cause, the
 * first of these is the likeliest. */
static const struct cause {
    int code;
    enum gst_finding_id finding;
    const char *sign;
} causes[] = {
    { CUDA_ERROR_NOT_INITIALIZED, GST_HOST_HMM_BUG,
      "cuInit itself says so, nvidia-smi works, and the host has the open kernel module" },
    { CUDA_ERROR_NOT_INITIALIZED, GST_USER_PROGRAM_FAULT,
      "gpu-selftest passes: the program uses CUDA in a forked child, or before it is set up" },
    { cudaErrorInsufficientDriver, GST_RUNTIME_LIBCUDA_MISSING,
      "the container has no libcuda.so.1: no GPUs were asked for" },
    { cudaErrorInsufficientDriver, GST_RUNTIME_COMPAT_INACTIVE,
      "the image has /usr/local/cuda/compat, and the GPU is a data-centre one" },
    { CUDA_ERROR_NO_DEVICE, GST_USER_ALL_GPUS_HIDDEN, "CUDA_VISIBLE_DEVICES is set" },
    { CUDA_ERROR_NO_DEVICE, GST_HOST_MODULE_NOT_LOADED, "nvidia-smi fails on the host" },
    { CUDA_ERROR_INVALID_DEVICE, GST_USER_VISIBLE_DEVICES_INVALID,
      "CUDA_VISIBLE_DEVICES or the program counts GPUs as on the host" },
    { CUDA_ERROR_INVALID_DEVICE, GST_RUNTIME_FEWER_GPUS,
      "nvidia-smi -L in the container lists fewer GPUs than were asked for" },
    { CUDA_ERROR_DEVICE_NOT_LICENSED, GST_HOST_VGPU_LICENCE, "" },
    { CUDA_ERROR_PEER_ACCESS_UNSUPPORTED, GST_USER_NO_PEER_ACCESS, "" },
    { CUDA_ERROR_ASSERT, GST_USER_PROGRAM_FAULT, "" },
    { CUDA_ERROR_SYSTEM_NOT_READY, GST_HOST_HMM_BUG,
      "the machine has no NVSwitch, and the open kernel module" },
    { CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, GST_IMAGE_DRIVER_FILES,
      "nvidia-smi works on the host, and another image works" },
    { CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, GST_IMAGE_COMPAT_BRANCH,
      "the image puts cuda-compat on the loader's path" },
    { CUDA_ERROR_MPS_CONNECTION_FAILED, GST_USER_MPS_UNREACHABLE, "" },
    { CUDA_ERROR_MPS_RPC_FAILURE, GST_USER_MPS_UNREACHABLE, "" },
    { CUDA_ERROR_MPS_SERVER_NOT_READY, GST_USER_MPS_UNREACHABLE, "" },
    { CUDA_ERROR_UNKNOWN, GST_HOST_UVM_NOT_LOADED, "on the host, lsmod shows no nvidia_uvm" },
    { CUDA_ERROR_UNKNOWN, GST_RUNTIME_CGROUP_DENIES,
      "nvidia-smi in the container says 'Failed to initialize NVML: Unknown Error'" },
    { CUDA_ERROR_UNKNOWN, GST_HOST_CALL_FAILED,
      "gpu-selftest on the host fails, too, as after suspend and resume" },
};

/* The memory, kernels and sizes of our own tests are known to be right; those of a program that
 * somebody else wrote are what one looks at first. */
static enum gst_finding_id likeliest(int code)
{
    const enum gst_finding_id finding = gst_cuda_finding(code);

    switch (finding) {
    case GST_HARDWARE_KERNEL_FAULT:
    case GST_HARDWARE_GPU_HANG:
        return GST_USER_PROGRAM_FAULT;
    case GST_HOST_ALLOCATION_FAILED:
        return GST_USER_MEMORY_FULL;
    case GST_IMAGE_KERNELS_FOR_OTHER_GPU:
        return GST_IMAGE_FRAMEWORK_ARCHITECTURE;
    case GST_IMAGE_KERNELS_BROKEN:
    case GST_HOST_CALL_FAILED: /* of which nothing is known */
        return GST_NO_FINDING;
    default:
        return finding;
    }
}

/* A row for each cause. */
static void add_spelling(struct gst_message_book *book, int code, const char *pattern)
{
    const enum gst_finding_id first = likeliest(code);

    if (first != GST_NO_FINDING)
        gst_message_add(book, (struct gst_message){ first, pattern, "", SOURCE });
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        if (causes[i].code == code)
            gst_message_add(
                book, (struct gst_message){ causes[i].finding, pattern, causes[i].sign, SOURCE });
    }
}

static bool has_meaning(int code)
{
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        if (causes[i].code == code)
            return true;
    }
    return likeliest(code) != GST_NO_FINDING;
}

void gst_cuda_messages(struct gst_message_book *book)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        add_spelling(book, texts[i].code, texts[i].words);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        add_spelling(book, names[i].code, names[i].name);
    for (int code = 1; code < CODE_MAX; code++) {
        for (size_t i = 0; has_meaning(code) && i < sizeof(before_number) / sizeof(char *); i++)
            add_spelling(book, code, gst_message_number(book, before_number[i], code));
    }
}
