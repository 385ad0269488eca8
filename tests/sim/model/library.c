/* SPDX-License-Identifier: Apache-2.0 */
/* A library remembers its image and where it has been loaded already. */
#include "model/library.h"

#include <stdlib.h>
#include <string.h>

#include "model/handle.h"

struct library {
    const void *image;
    /* The module in the context of each device, as of that generation of the context. */
    struct {
        void *module;
        unsigned generation;
    } loaded[SIM_DEVICES];
};

struct kernel {
    struct library *library;
    char name[SIM_MANIFEST_NAME];
    struct {
        void *function;
        unsigned generation;
    } found[SIM_DEVICES];
};

static int load_into(struct library *library, struct sim_context *context, void **module)
{
    int device = sim_device_ordinal(context->device);

    if (library->loaded[device].generation != context->generation) {
        int error = sim_module_load(context, library->image, &library->loaded[device].module);
        if (error != CUDA_SUCCESS)
            return error;
        library->loaded[device].generation = context->generation;
    }
    *module = library->loaded[device].module;
    return CUDA_SUCCESS;
}

int sim_library_load(struct sim_context *context, const void *image, void **handle)
{
    struct library *library = calloc(1, sizeof *library);
    void *module = NULL;

    if (library == NULL)
        abort();
    library->image = image;
    int error = load_into(library, context, &module);
    if (error != CUDA_SUCCESS) {
        free(library);
        return error;
    }
    *handle = sim_handle_new(SIM_HANDLE_LIBRARY, library);
    return CUDA_SUCCESS;
}

static void drop_kernels(const struct library *library)
{
    for (void *handle = sim_handle_next(SIM_HANDLE_KERNEL, NULL); handle != NULL;
         handle = sim_handle_next(SIM_HANDLE_KERNEL, handle)) {
        struct kernel *kernel = sim_handle_get(SIM_HANDLE_KERNEL, handle);

        if (kernel->library != library)
            continue;
        sim_handle_drop(SIM_HANDLE_KERNEL, handle);
        free(kernel);
    }
}

int sim_library_unload(void *handle)
{
    struct library *library = sim_handle_get(SIM_HANDLE_LIBRARY, handle);

    if (library == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    for (unsigned i = 0; i < SIM_DEVICES; i++) {
        if (library->loaded[i].generation == sim_world.devices[i].context.generation)
            sim_module_unload(NULL, library->loaded[i].module);
    }
    drop_kernels(library);
    sim_handle_drop(SIM_HANDLE_LIBRARY, handle);
    free(library);
    return CUDA_SUCCESS;
}

int sim_library_kernel(void *handle, const char *name, void **kernel_handle)
{
    struct library *library = sim_handle_get(SIM_HANDLE_LIBRARY, handle);

    if (library == NULL)
        return CUDA_ERROR_INVALID_HANDLE;
    const struct sim_image *image = sim_manifest_find(&sim_world.manifest, library->image);
    if (image == NULL || sim_image_kernel_find(image, name) == NULL)
        return CUDA_ERROR_NOT_FOUND;
    struct kernel *kernel = calloc(1, sizeof *kernel);
    if (kernel == NULL)
        abort();
    kernel->library = library;
    strncpy(kernel->name, name, sizeof kernel->name - 1);
    *kernel_handle = sim_handle_new(SIM_HANDLE_KERNEL, kernel);
    return CUDA_SUCCESS;
}

const struct sim_function *sim_library_function(struct sim_context *context, const void *handle,
                                                int *error)
{
    struct kernel *kernel = sim_handle_get(SIM_HANDLE_KERNEL, handle);
    int device = sim_device_ordinal(context->device);
    void *module = NULL;

    *error = CUDA_ERROR_INVALID_HANDLE;
    if (kernel == NULL)
        return NULL;
    if (kernel->found[device].generation != context->generation) {
        *error = load_into(kernel->library, context, &module);
        if (*error == CUDA_SUCCESS)
            *error =
                sim_module_function(context, module, kernel->name, &kernel->found[device].function);
        if (*error != CUDA_SUCCESS)
            return NULL;
        kernel->found[device].generation = context->generation;
    }
    *error = CUDA_SUCCESS;
    return sim_function_get(kernel->found[device].function);
}
