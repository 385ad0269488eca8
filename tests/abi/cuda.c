/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we believe of the driver API, held against cuda.h; compiled, never linked or run.
 * CONFORM_HEADERS is the version of the toolkit whose headers are on the include path.
 */
#define GST_ABI_VENDOR_TYPES
#include <cuda.h>

#include "api/cuda_abi.h"
#include "conform.h"

_Static_assert(CUDA_VERSION == CONFORM_HEADERS, "the headers are of another version");

CONFORM_LAYOUT(CUDA)
CONFORM_SINCE(CUDA, 11080)
#if CONFORM_HEADERS >= 12040
CONFORM_SINCE(CUDA, 12040)
#endif
#if CONFORM_HEADERS >= 13000
CONFORM_SINCE(CUDA, 13000)
#endif
