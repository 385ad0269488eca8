/* SPDX-License-Identifier: Apache-2.0 */
/* Versions, errors and their names. */
#include "runtime.h"

#define NAME_ROW(name, value) { value, #name },
static const struct {
    cudaError_t value;
    const char *name;
} NAMES[] = { GST_CUDART_RESULTS(NAME_ROW) };
#undef NAME_ROW

static const char *name_of(cudaError_t error)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (NAMES[i].value == error)
            return NAMES[i].name;
    }
    return "unrecognized error code";
}

cudaError_t cudaRuntimeGetVersion(int *version)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_NOTHING);
    if (version == NULL)
        return runtime_note(cudaErrorInvalidValue);
    *version = runtime_version();
    return cudaSuccess;
}

cudaError_t cudaDriverGetVersion(int *version)
{
    RUNTIME_ENTER(RUNTIME_NEEDS_NOTHING);
    if (version == NULL)
        return runtime_note(cudaErrorInvalidValue);
    *version = sim_driver_cuda();
    return cudaSuccess;
}

cudaError_t cudaGetLastError(void)
{
    SIM_ENTER(cudaError_t, SIM_NEEDS_NOTHING);
    return runtime_last_error(true);
}

cudaError_t cudaPeekAtLastError(void)
{
    SIM_ENTER(cudaError_t, SIM_NEEDS_NOTHING);
    return runtime_last_error(false);
}

const char *cudaGetErrorName(cudaError_t error)
{
    return name_of(error);
}

/* The vendor's sentences are the vendor's; the name says as much. */
const char *cudaGetErrorString(cudaError_t error)
{
    return name_of(error);
}
