/* SPDX-License-Identifier: Apache-2.0 */
/* Names of errors, and the two calls that come before everything else. */
#include "cuda_prototypes.h"

#include <stddef.h>

#include "model/world.h"

#define NAME_ROW(name, value) { value, #name },
static const struct {
    CUresult value;
    const char *name;
} NAMES[] = { GST_CUDA_RESULTS(NAME_ROW) };
#undef NAME_ROW

static const char *name_of(CUresult error)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (NAMES[i].value == error)
            return NAMES[i].name;
    }
    return NULL;
}

CUresult cuInit(unsigned int flags)
{
    SIM_ENTER(CUresult, SIM_NEEDS_NOTHING);
    if (flags != 0)
        return CUDA_ERROR_INVALID_VALUE;
    return sim_world_initialise();
}

/* NVRTC opens libcuda and calls this without looking whether it is there. No table is known. */
CUresult cuGetExportTable(const void **table, const CUuuid *id)
{
    SIM_ENTER(CUresult, SIM_NEEDS_NOTHING);
    if (table == NULL || id == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    return CUDA_ERROR_NOT_FOUND;
}

CUresult cuDriverGetVersion(int *version)
{
    SIM_ENTER(CUresult, SIM_NEEDS_NOTHING);
    if (version == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    *version = sim_driver_cuda();
    return sim_world.spec.is_stub ? CUDA_ERROR_STUB_LIBRARY : CUDA_SUCCESS;
}

CUresult cuGetErrorName(CUresult error, const char **name)
{
    SIM_ENTER(CUresult, SIM_NEEDS_NOTHING);
    if (name == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    *name = name_of(error);
    return *name != NULL ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

/* The vendor's sentences are the vendor's; the name says as much. */
CUresult cuGetErrorString(CUresult error, const char **text)
{
    SIM_ENTER(CUresult, SIM_NEEDS_NOTHING);
    if (text == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    *text = name_of(error);
    return *text != NULL ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
