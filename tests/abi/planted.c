/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance test sees what it is there for: each PLANT_* makes one wrong belief about nvml.h,
 * and the compiler must refuse it by name. Without any, this file compiles.
 */
#define GST_ABI_VENDOR_TYPES
#include <nvml.h>

#include "api/nvml_abi.h"
#include "conform.h"

/* As nvmlMemory_v2_t, but the middle two the other way round: same size, same fields. */
struct planted_swapped {
    unsigned int version;
    unsigned long long total;
    unsigned long long free;
    unsigned long long reserved;
    unsigned long long used;
};

CONFORM_STRUCT(nvmlMemory_v2_t, planted_swapped)

#ifdef PLANT_ROW
CONFORM_ROW(nvmlReturn_t, nvmlDeviceGetIndex, , (nvmlDevice_t device, unsigned long long *index), 0)
#endif
#ifdef PLANT_MISSING_ROW
CONFORM_ROW(nvmlReturn_t, nvmlDeviceGetIndex, _v9, (nvmlDevice_t device, unsigned int *index), 0)
#endif
#ifdef PLANT_CONSTANT
CONFORM_CONSTANT(NVML_ERROR_GPU_IS_LOST, 16)
#endif
#ifdef PLANT_SIZE
CONFORM_SIZE(nvmlReturn_t, 8)
#endif
#ifdef PLANT_OFFSET
CONFORM_FIELD(nvmlMemory_v2_t, planted_swapped, free)
#endif
