/* SPDX-License-Identifier: Apache-2.0 */
/* From a library's number to a finding; see error.h. */
#include "gpu/error.h"

#include <string.h>

struct meaning {
    int code;
    enum gst_finding_id finding;
};

/* CUDA driver API reference, "Data types used by CUDA driver", CUresult: codes with one cause. */
static const struct meaning meanings[] = {
    { CUDA_ERROR_OUT_OF_MEMORY, GST_HOST_ALLOCATION_FAILED },
    { CUDA_ERROR_STUB_LIBRARY, GST_IMAGE_STUB_LIBCUDA },
    { cudaErrorInsufficientDriver, GST_HOST_DRIVER_TOO_OLD },
    { CUDA_ERROR_DEVICE_UNAVAILABLE, GST_USER_GPU_BUSY },
    { CUDA_ERROR_NO_DEVICE, GST_RUNTIME_DEVICE_NODES },
    { CUDA_ERROR_INVALID_IMAGE, GST_IMAGE_KERNELS_BROKEN },
    { CUDA_ERROR_NO_BINARY_FOR_GPU, GST_IMAGE_KERNELS_FOR_OTHER_GPU },
    { CUDA_ERROR_ECC_UNCORRECTABLE, GST_HARDWARE_ECC },
    { CUDA_ERROR_INVALID_PTX, GST_IMAGE_KERNELS_BROKEN },
    { CUDA_ERROR_JIT_COMPILER_NOT_FOUND, GST_RUNTIME_JIT_MISSING },
    { CUDA_ERROR_UNSUPPORTED_PTX_VERSION, GST_HOST_DRIVER_TOO_OLD_FOR_PTX },
    { CUDA_ERROR_INVALID_SOURCE, GST_IMAGE_KERNELS_BROKEN },
    { CUDA_ERROR_OPERATING_SYSTEM, GST_RUNTIME_NOT_PERMITTED },
    { CUDA_ERROR_NOT_FOUND, GST_IMAGE_KERNELS_BROKEN },
    { CUDA_ERROR_ILLEGAL_ADDRESS, GST_HARDWARE_KERNEL_FAULT },
    { CUDA_ERROR_LAUNCH_TIMEOUT, GST_HARDWARE_GPU_HANG },
    { CUDA_ERROR_HARDWARE_STACK_ERROR, GST_HARDWARE_KERNEL_FAULT },
    { CUDA_ERROR_ILLEGAL_INSTRUCTION, GST_HARDWARE_KERNEL_FAULT },
    { CUDA_ERROR_MISALIGNED_ADDRESS, GST_HARDWARE_KERNEL_FAULT },
    { CUDA_ERROR_INVALID_ADDRESS_SPACE, GST_HARDWARE_KERNEL_FAULT },
    { CUDA_ERROR_INVALID_PC, GST_HARDWARE_KERNEL_FAULT },
    { CUDA_ERROR_LAUNCH_FAILED, GST_HARDWARE_KERNEL_FAULT },
    { CUDA_ERROR_NOT_PERMITTED, GST_RUNTIME_NOT_PERMITTED },
    { CUDA_ERROR_SYSTEM_NOT_READY, GST_HOST_FABRIC_NOT_READY },
    { CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, GST_HOST_DRIVER_MISMATCH },
    { CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE, GST_IMAGE_COMPAT_UNSUPPORTED },
};

enum gst_finding_id gst_cuda_finding(int code)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].code == code)
            return meanings[i].finding;
    }
    return GST_HOST_CALL_FAILED;
}

void gst_call_enter(struct gst_env *env, const char *call)
{
    size_t length = strlen(call);

    if (length >= sizeof(env->progress->call))
        length = sizeof(env->progress->call) - 1;
    memcpy(env->progress->call, call, length);
    env->progress->call[length] = '\0';
}

static void call_left(struct gst_env *env)
{
    env->progress->call[0] = '\0';
}

bool gst_nvml_is_lost(struct gst_env *env, nvmlDevice_t device)
{
    unsigned int celsius;

    /* The plainest question: every board answers it, unless it is gone. */
    return GST_NVML(env, nvmlDeviceGetTemperature, (device, NVML_TEMPERATURE_GPU, &celsius))
           == NVML_ERROR_GPU_IS_LOST;
}

/* After a CUDA error the driver's own words can be vague ("unknown error"); NVML knows whether the
 * GPU is still on the bus. */
static bool is_current_gpu_lost(struct gst_env *env)
{
    const int index = env->progress->gpu;

    if (!env->has_nvml || index < 0)
        return false;
    for (int i = 0; i < env->gpu_count; i++) {
        if (env->gpus[i].index == index && env->gpus[i].nvml_physical != NULL)
            return gst_nvml_is_lost(env, env->gpus[i].nvml_physical);
    }
    return false;
}

static bool call_failed(struct gst_env *env, int code, const char *name, const char *text,
                        const char *call, const char *where, struct gst_status *st)
{
    enum gst_finding_id finding = gst_cuda_finding(code);
    const int gpu = env->progress->gpu;
    const bool is_told = strcmp(name, text) != 0;

    if (is_current_gpu_lost(env))
        finding = GST_HARDWARE_GPU_LOST;
    /* Some drivers have no more to say of an error than its name. */
    gst_status_fail_call(st, finding, where, call, code, "%s while '%s': %s%s%s%s", call,
                         env->progress->phase, name, is_told ? " (" : "", is_told ? text : "",
                         is_told ? ")" : "");
    st->gpu = gpu;
    return false;
}

bool gst_cuda_result(struct gst_env *env, CUresult result, const char *call, const char *where,
                     struct gst_status *st)
{
    const char *name = NULL;
    const char *text = NULL;

    call_left(env);
    if (result == CUDA_SUCCESS)
        return true;
    if (env->libs.cuda.cuGetErrorName != NULL)
        env->libs.cuda.cuGetErrorName(result, &name);
    if (env->libs.cuda.cuGetErrorString != NULL)
        env->libs.cuda.cuGetErrorString(result, &text);
    return call_failed(env, result, name != NULL ? name : "unknown code",
                       text != NULL ? text : "no description", call, where, st);
}

bool gst_cudart_result(struct gst_env *env, cudaError_t result, const char *call, const char *where,
                       struct gst_status *st)
{
    const char *name = "unknown code";
    const char *text = "no description";

    call_left(env);
    if (result == cudaSuccess)
        return true;
    if (env->libs.cudart.cudaGetErrorName != NULL)
        name = env->libs.cudart.cudaGetErrorName(result);
    if (env->libs.cudart.cudaGetErrorString != NULL)
        text = env->libs.cudart.cudaGetErrorString(result);
    return call_failed(env, (int)result, name, text, call, where, st);
}

int gst_nvml_result(struct gst_env *env, nvmlReturn_t result)
{
    call_left(env);
    return result;
}

bool gst_call_absent(const char *call, const char *where, struct gst_status *st)
{
    return gst_status_fail_call(st, GST_HOST_CALL_FAILED, where, call, 0,
                                "the library has no function '%s'", call);
}
