/* SPDX-License-Identifier: Apache-2.0 */
/* Modules and functions: what the manifest says about an image that was loaded. */
#include "model/module.h"

#include <stdlib.h>
#include <string.h>

#include "model/fault.h"
#include "model/handle.h"

#define JIT_COST     (5 * SIM_MS)
#define SHARED_PLAIN 48 /* KiB that a block may have without being opted in for more */

struct module {
    struct sim_context *context;
    const struct sim_image *image;
    struct sim_choice choice;
    int ptx_isa;
};

static bool is_one(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && strcmp(value, "1") == 0;
}

int sim_module_load(struct sim_context *context, const void *image, void **handle)
{
    const struct sim_image *known = sim_manifest_find(&sim_world.manifest, image);
    struct sim_choice choice;

    if (known == NULL || sim_fault_image_truncated(known->file))
        return CUDA_ERROR_INVALID_IMAGE;
    const struct sim_load load = { .capability = context->device->capability,
                                   .driver_cuda = sim_driver_cuda(),
                                   .ptx_isa = sim_fault_ptx_isa(known->ptx_isa),
                                   .force_jit = is_one("CUDA_FORCE_PTX_JIT"),
                                   .disable_jit = is_one("CUDA_DISABLE_PTX_JIT"),
                                   .has_compiler = sim_has_ptx_compiler() };
    int error = sim_image_choose(known, &load, &choice);
    if (error != CUDA_SUCCESS)
        return error;
    if (choice.is_jit)
        sim_world.host_now += JIT_COST;
    struct module *module = calloc(1, sizeof *module);
    if (module == NULL)
        abort();
    *module = (struct module){ context, known, choice, load.ptx_isa };
    *handle = sim_handle_new(SIM_HANDLE_MODULE, module);
    return CUDA_SUCCESS;
}

/* A function is of no use without its module. */
static void drop_functions(const void *module)
{
    for (void *handle = sim_handle_next(SIM_HANDLE_FUNCTION, NULL); handle != NULL;
         handle = sim_handle_next(SIM_HANDLE_FUNCTION, handle)) {
        struct sim_function *function = sim_handle_get(SIM_HANDLE_FUNCTION, handle);

        if (function->module != module)
            continue;
        sim_handle_drop(SIM_HANDLE_FUNCTION, handle);
        free(function);
    }
}

int sim_module_unload(struct sim_context *context, void *handle)
{
    struct module *module = sim_handle_get(SIM_HANDLE_MODULE, handle);

    if (module == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    if (context != NULL && module->context != context)
        return CUDA_ERROR_INVALID_HANDLE;
    drop_functions(module);
    sim_handle_drop(SIM_HANDLE_MODULE, handle);
    free(module);
    return CUDA_SUCCESS;
}

int sim_module_function(struct sim_context *context, void *module_handle, const char *name,
                        void **handle)
{
    struct module *module = sim_handle_get(SIM_HANDLE_MODULE, module_handle);

    if (module == NULL || module->context != context)
        return CUDA_ERROR_INVALID_HANDLE;
    const struct sim_image_kernel *facts = sim_image_kernel_find(module->image, name);
    const struct sim_kernel *twin = sim_kernel_find(name);
    if (facts == NULL || twin == NULL)
        return CUDA_ERROR_NOT_FOUND;
    struct sim_function *function = calloc(1, sizeof *function);
    if (function == NULL)
        abort();
    *function =
        (struct sim_function){ .context = context,
                               .module = module,
                               .facts = facts,
                               .twin = twin,
                               .choice = module->choice,
                               .ptx_isa = module->ptx_isa,
                               .dynamic_limit = SHARED_PLAIN * 1024 - (int)facts->shared_bytes };
    *handle = sim_handle_new(SIM_HANDLE_FUNCTION, function);
    return CUDA_SUCCESS;
}

struct sim_function *sim_function_get(void *handle)
{
    return sim_handle_get(SIM_HANDLE_FUNCTION, handle);
}

/* How large a block may be with the registers that the kernel takes. */
static int largest_block(const struct sim_function *function)
{
    const unsigned registers = 65536;
    unsigned threads =
        function->facts->registers > 0 ? registers / function->facts->registers : 1024;

    return threads < 1024 ? (int)(threads / 32 * 32) : 1024;
}

int sim_function_attribute(const struct sim_function *function, int attribute, int *value)
{
    switch (attribute) {
    case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
        *value = largest_block(function);
        return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES:
        *value = (int)function->facts->shared_bytes;
        return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_NUM_REGS:
        *value = (int)function->facts->registers;
        return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES:
    case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES:
    case CU_FUNC_ATTRIBUTE_CACHE_MODE_CA:
        *value = 0;
        return CUDA_SUCCESS;
    /* The architecture of the source for both: of the PTX for code that was compiled from it. */
    case CU_FUNC_ATTRIBUTE_PTX_VERSION:
        *value = function->choice.architecture;
        return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_BINARY_VERSION:
        *value = function->choice.is_jit ? function->context->device->capability
                                         : function->choice.architecture;
        return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
        *value = function->dynamic_limit;
        return CUDA_SUCCESS;
    default:
        return CUDA_ERROR_INVALID_VALUE;
    }
}

void sim_modules_drop(const struct sim_context *context)
{
    for (void *handle = sim_handle_next(SIM_HANDLE_MODULE, NULL); handle != NULL;
         handle = sim_handle_next(SIM_HANDLE_MODULE, handle)) {
        const struct module *module = sim_handle_get(SIM_HANDLE_MODULE, handle);

        if (module->context == context)
            sim_module_unload(NULL, handle);
    }
}
