/* SPDX-License-Identifier: Apache-2.0 */
/* What the library says of itself, and of statuses: its version without a handle, too. */
#include "blas.h"

static const unsigned OWN_VERSION[3] = { SIM_CUBLAS_VERSION };

/* major * 10000 + minor * 100 + patch, as in the headers; without a handle, too, as observed
 * of 11.11, 12.4 and 13.1. */
cublasStatus_t cublasGetVersion_v2(cublasHandle_t handle, int *version)
{
    SIM_ENTER(cublasStatus_t, SIM_NEEDS_NOTHING);
    unsigned parts[3];

    (void)handle;
    if (version == NULL)
        return CUBLAS_STATUS_INVALID_VALUE;
    sim_blas_version(false, OWN_VERSION, parts);
    *version = (int)(parts[0] * 10000 + parts[1] * 100 + parts[2]);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGetProperty(libraryPropertyType property, int *value)
{
    SIM_ENTER(cublasStatus_t, SIM_NEEDS_NOTHING);
    unsigned parts[3];

    if (value == NULL || (unsigned)property > PATCH_LEVEL)
        return CUBLAS_STATUS_INVALID_VALUE;
    sim_blas_version(false, OWN_VERSION, parts);
    *value = (int)parts[property];
    return CUBLAS_STATUS_SUCCESS;
}

size_t cublasGetCudartVersion(void)
{
    SIM_ENTER(size_t, SIM_NEEDS_NOTHING);
    return SIM_CUBLAS_TOOLKIT;
}

#define STATUS_NAME(name, value)                                                                   \
    case name:                                                                                     \
        return #name;

/* Not in the plan of faults: it has no status to return. */
const char *cublasGetStatusName(cublasStatus_t status)
{
    switch (status) {
        GST_CUBLAS_RESULTS(STATUS_NAME)
    default:
        return "unrecognized status";
    }
}

/* The texts of the real library are its own: the names say it, too. */
const char *cublasGetStatusString(cublasStatus_t status)
{
    return cublasGetStatusName(status);
}
