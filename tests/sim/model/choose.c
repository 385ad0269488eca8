/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's choice among the code in an image, by the documented compatibility rules: native
 * code runs on its own major architecture and up, PTX on its virtual architecture and up, if the
 * driver is new enough to read it. Pure, so that the rules are a table in the tests.
 */
#include "model/module.h"

/* Public source of the pairs: the PTX ISA release notes in NVIDIA's PTX documentation. */
static const struct {
    int cuda, isa;
} ISA[] = {
    { 13020, 92 }, { 13010, 91 }, { 13000, 90 }, { 12090, 88 }, { 12080, 87 },
    { 12050, 85 }, { 12040, 84 }, { 12030, 83 }, { 12020, 82 }, { 12010, 81 },
    { 12000, 80 }, { 11080, 78 }, { 11070, 77 }, { 11060, 76 }, { 11050, 75 },
    { 11040, 74 }, { 11030, 73 }, { 11020, 72 }, { 11010, 71 }, { 11000, 70 },
};

int sim_ptx_isa_of(int driver_cuda)
{
    for (unsigned i = 0; i < sizeof ISA / sizeof ISA[0]; i++) {
        if (driver_cuda >= ISA[i].cuda)
            return ISA[i].isa;
    }
    return 0;
}

/* The highest native code of the same major that the GPU is not older than; 0 if none. */
static int best_native(const struct sim_image *image, int capability)
{
    int best = 0;

    for (unsigned i = 0; i < image->native_count; i++) {
        int code = image->native[i];

        if (code / 10 == capability / 10 && code <= capability && code > best)
            best = code;
    }
    return best;
}

static int best_ptx(const struct sim_image *image, int capability)
{
    int best = 0;

    for (unsigned i = 0; i < image->ptx_count; i++) {
        if (image->ptx[i] <= capability && image->ptx[i] > best)
            best = image->ptx[i];
    }
    return best;
}

int sim_image_choose(const struct sim_image *image, const struct sim_load *load,
                     struct sim_choice *choice)
{
    int native = load->force_jit ? 0 : best_native(image, load->capability);
    int ptx = best_ptx(image, load->capability);

    /* Minor version compatibility ends at the major version. */
    if (image->toolkit_version / 1000 > load->driver_cuda / 1000)
        native = 0;
    if (native != 0) {
        *choice = (struct sim_choice){ native, false };
        return CUDA_SUCCESS;
    }
    if (ptx == 0)
        return CUDA_ERROR_NO_BINARY_FOR_GPU;
    if (load->disable_jit)
        return CUDA_ERROR_JIT_COMPILATION_DISABLED;
    if (!load->has_compiler)
        return CUDA_ERROR_JIT_COMPILER_NOT_FOUND;
    if (load->ptx_isa > sim_ptx_isa_of(load->driver_cuda))
        return CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
    *choice = (struct sim_choice){ ptx, true };
    return CUDA_SUCCESS;
}
