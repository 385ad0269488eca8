/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we believe of NVML, held against nvml.h; compiled, never linked or run.
 * CONFORM_HEADERS is the version of the toolkit whose headers are on the include path.
 */
#define GST_ABI_VENDOR_TYPES
#include <nvml.h>

#include "api/nvml_abi.h"
#include "conform.h"

_Static_assert(NVML_API_VERSION == CONFORM_HEADERS / 1000, "the headers are of another version");

CONFORM_LAYOUT(NVML)
CONFORM_SINCE(NVML, 11080)
#if CONFORM_HEADERS >= 12040
CONFORM_SINCE(NVML, 12040)
#endif
#if CONFORM_HEADERS >= 13000
CONFORM_SINCE(NVML, 13000)
#endif
