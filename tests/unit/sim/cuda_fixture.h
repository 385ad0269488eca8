/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of the double of libcuda share: the three GPUs of sim_machine.h with their primary
 * contexts retained, memory, and kernels out of the pack. Included by one file per program.
 */
#ifndef TEST_CUDA_FIXTURE_H
#define TEST_CUDA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/pack.h"
#include "cuda_prototypes.h"

static CUcontext contexts[3];

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        if (cuDevicePrimaryCtxRetain(&contexts[i], i) != CUDA_SUCCESS)
            return -1;
    }
    return cuCtxSetCurrent(contexts[0]);
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        cuDevicePrimaryCtxRelease_v2(i);
    return cuCtxSetCurrent(NULL);
}

static CUdeviceptr allocate(size_t n)
{
    CUdeviceptr p = 0;

    assert_int_equal(cuMemAlloc_v2(&p, n), CUDA_SUCCESS);
    return p;
}

/* NULL in a build without that toolkit's compiler. */
static inline const struct gst_kernel_image *image_of(const char *file, bool ptx_only,
                                                      int toolkit_major)
{
    for (size_t i = 0; i < gst_kernel_image_count; i++) {
        const struct gst_kernel_image *image = &gst_kernel_images[i];

        if (strcmp(image->file, file) == 0 && image->ptx_only == ptx_only
            && image->toolkit_version / 1000 == toolkit_major)
            return image;
    }
    return NULL;
}

/* The kernel as CUDA 13 made it; NULL in a build without its compiler. */
static inline CUfunction load(const char *name, bool ptx_only)
{
    const struct gst_kernel_image *image = image_of(name, ptx_only, 13);
    CUmodule module = NULL;
    CUfunction function = NULL;

    if (image == NULL)
        return NULL;
    assert_int_equal(cuModuleLoadDataEx(&module, image->data, 0, NULL, NULL), CUDA_SUCCESS);
    assert_int_equal(cuModuleGetFunction(&function, module, name), CUDA_SUCCESS);
    return function;
}

#endif
