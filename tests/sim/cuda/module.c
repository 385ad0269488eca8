/* SPDX-License-Identifier: Apache-2.0 */
/* Modules and functions. */
#include "model/module.h"

#include <stddef.h>

#include "cuda_prototypes.h"

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int count,
                            CUjit_option *options, void **values)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    void *handle = NULL;

    if (module == NULL || image == NULL || (count > 0 && (options == NULL || values == NULL)))
        return CUDA_ERROR_INVALID_VALUE;
    int error = sim_module_load(sim_call.context, image, &handle);
    if (error == CUDA_SUCCESS)
        *module = handle;
    return error;
}

CUresult cuModuleUnload(CUmodule module)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    return sim_module_unload(sim_call.context, module);
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    void *handle = NULL;

    if (function == NULL || name == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    int error = sim_module_function(sim_call.context, module, name, &handle);
    if (error == CUDA_SUCCESS)
        *function = handle;
    return error;
}

CUresult cuFuncGetAttribute(int *value, CUfunction_attribute attribute, CUfunction function)
{
    SIM_ENTER(CUresult, SIM_NEEDS_CONTEXT);
    if (value == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    if (sim_function_get(function) == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    return sim_function_attribute(sim_function_get(function), attribute, value);
}
