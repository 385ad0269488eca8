/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries and kernels without a context: the functions that came with 12.8. */
#include "model/library.h"

#include "runtime.h"

cudaError_t cudaLibraryLoadData(cudaLibrary_t *library, const void *image,
                                enum cudaJitOption *jit_options, void **jit_values,
                                unsigned int jit_count, enum cudaLibraryOption *options,
                                void **values, unsigned int count)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    void *handle = NULL;

    if (library == NULL || image == NULL || (count > 0 && (options == NULL || values == NULL))
        || (jit_count > 0 && (jit_options == NULL || jit_values == NULL)))
        return runtime_note(cudaErrorInvalidValue);
    int error = sim_library_load(sim_call.context, image, &handle);
    if (error == cudaSuccess)
        *library = handle;
    return runtime_note(error);
}

cudaError_t cudaLibraryUnload(cudaLibrary_t library)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    return runtime_note(sim_library_unload(library));
}

cudaError_t cudaLibraryGetKernel(cudaKernel_t *kernel, cudaLibrary_t library, const char *name)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_CONTEXT);
    void *handle = NULL;

    if (kernel == NULL || name == NULL)
        return runtime_note(cudaErrorInvalidValue);
    int error = sim_library_kernel(library, name, &handle);
    if (error == cudaSuccess)
        *kernel = handle;
    return runtime_note(error);
}
