/* SPDX-License-Identifier: Apache-2.0 */
/* See blas.h. */
#include "model/blas.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/alloc.h"
#include "model/fault.h"
#include "model/gemm_fault.h"
#include "model/handle.h"
#include "model/strict.h"

#define WORKSPACE_ALIGNMENT 256
/* cuBLAS documentation, cublasSetWorkspace: 32 MiB on Hopper, 4 MiB on others; Blackwell of data
 * centers as Hopper. */
#define WORKSPACE_BYTES    ((uint64_t)4 << 20)
#define HOPPER_BYTES       ((uint64_t)32 << 20)
#define HOPPER_CAPABILITY  90
#define AFTER_DATA_CENTERS 120

static uint64_t workspace_bytes(const struct sim_device *device)
{
    return device->capability >= HOPPER_CAPABILITY && device->capability < AFTER_DATA_CENTERS
               ? HOPPER_BYTES
               : WORKSPACE_BYTES;
}

static enum sim_tf32 tf32_override(void)
{
    const char *text = getenv("NVIDIA_TF32_OVERRIDE");

    if (text == NULL || (strcmp(text, "0") != 0 && strcmp(text, "1") != 0))
        return SIM_TF32_AS_ASKED;
    return text[0] == '0' ? SIM_TF32_NEVER : SIM_TF32_ALWAYS;
}

/* As the runtime, which is part of cuBLAS: it initialises, and takes the first device's primary
 * context where none is current. */
static int take_context(int toolkit, struct sim_context **context)
{
    void *handle;

    if (!sim_world.spec.has_driver || sim_driver_cuda() / 1000 < toolkit / 1000)
        return CUBLAS_STATUS_NOT_INITIALIZED;
    if (sim_world.is_initialised && sim_world.pid != getpid())
        return CUBLAS_STATUS_NOT_INITIALIZED;
    if (sim_world_initialise() != CUDA_SUCCESS)
        return CUBLAS_STATUS_NOT_INITIALIZED;
    if (sim_context_current_handle() == NULL
        && (sim_context_retain(sim_device_at(0), &handle) != CUDA_SUCCESS
            || sim_context_set_current(handle) != CUDA_SUCCESS))
        return CUBLAS_STATUS_NOT_INITIALIZED;
    return sim_context_need(context) == CUDA_SUCCESS ? CUBLAS_STATUS_SUCCESS
                                                     : CUBLAS_STATUS_NOT_INITIALIZED;
}

/* The handle's own. Nothing is ever read from it, so a bit that turns over is left for memory that
 * matters. */
static bool take_workspace(struct sim_blas *blas)
{
    const uint64_t size_bytes = workspace_bytes(blas->context->device);

    if (sim_alloc_device(blas->context, size_bytes, &blas->workspace) != CUDA_SUCCESS)
        return false;
    sim_block_at(blas->workspace, size_bytes, SIM_BLOCK_DEVICE)->flip.is_armed = false;
    return true;
}

int sim_blas_create(int toolkit, cublasHandle_t *handle)
{
    struct sim_context *context = NULL;
    struct sim_blas *blas;
    int status;

    if (handle == NULL)
        return CUBLAS_STATUS_INVALID_VALUE;
    status = take_context(toolkit, &context);
    if (status != CUBLAS_STATUS_SUCCESS)
        return status;
    context = sim_gemm_fault_context(context);
    blas = calloc(1, sizeof *blas);
    if (blas == NULL)
        abort();
    *blas = (struct sim_blas){ .context = context,
                               .generation = context->generation,
                               .math = CUBLAS_DEFAULT_MATH,
                               .pointers = CUBLAS_POINTER_MODE_HOST,
                               .tf32 = tf32_override() };
    if (!take_workspace(blas)) {
        free(blas);
        return CUBLAS_STATUS_ALLOC_FAILED;
    }
    *handle = sim_handle_new(SIM_HANDLE_BLAS, blas);
    return CUBLAS_STATUS_SUCCESS;
}

static bool has_context(const struct sim_blas *blas)
{
    return blas->context->refs > 0 && blas->context->generation == blas->generation;
}

struct sim_blas *sim_blas_get(cublasHandle_t handle)
{
    struct sim_blas *blas = sim_handle_get(SIM_HANDLE_BLAS, handle);

    return blas != NULL && has_context(blas) ? blas : NULL;
}

int sim_blas_destroy(cublasHandle_t handle)
{
    struct sim_blas *blas = sim_handle_get(SIM_HANDLE_BLAS, handle);

    if (blas == NULL)
        return CUBLAS_STATUS_NOT_INITIALIZED;
    if (has_context(blas))
        sim_free(blas->context, SIM_BLOCK_DEVICE, blas->workspace);
    sim_handle_drop(SIM_HANDLE_BLAS, handle);
    free(blas);
    return CUBLAS_STATUS_SUCCESS;
}

int sim_blas_set_workspace(const struct sim_blas *blas, uintptr_t address, size_t size_bytes)
{
    const struct sim_block *block;

    if (size_bytes == 0)
        return CUBLAS_STATUS_SUCCESS;
    block = sim_block_at(address, size_bytes, SIM_BLOCK_DEVICE);
    if (address % WORKSPACE_ALIGNMENT != 0 || block == NULL)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (sim_block_device(block) != blas->context->device) {
        sim_strict_report("a workspace on another device than the handle's");
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    return CUBLAS_STATUS_SUCCESS;
}

bool sim_blas_is_current(const struct sim_blas *blas)
{
    void *current = sim_context_current_handle();

    if (current != NULL)
        return sim_context_get(current) == blas->context;
    return sim_device_ordinal(blas->context->device) == 0;
}

void sim_blas_version(bool is_lt, const unsigned own[3], unsigned version[3])
{
    const struct sim_spec_version *asked =
        is_lt ? &sim_world.spec.cublaslt : &sim_world.spec.cublas;
    const bool is_asked = (asked->parts[0] | asked->parts[1] | asked->parts[2]) != 0;

    if (is_asked && asked->fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)asked->fault);
    memcpy(version, is_asked ? asked->parts : own, 3 * sizeof version[0]);
}
