/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we believe of the runtime API, held against cuda_runtime_api.h; compiled, never run.
 * CONFORM_HEADERS is the version of the toolkit whose headers are on the include path.
 */
#define GST_ABI_VENDOR_TYPES
#include <cuda_runtime_api.h>

#include "api/cudart_abi.h"
#include "conform.h"

_Static_assert(CUDART_VERSION == CONFORM_HEADERS, "the headers are of another version");

CONFORM_LAYOUT(CUDART)
CONFORM_SINCE(CUDART, 11080)
#if CONFORM_HEADERS >= 12040
CONFORM_SINCE(CUDART, 12040)
#endif
#if CONFORM_HEADERS >= 13000
CONFORM_SINCE(CUDART, 13000)
#endif
