/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we believe of NVRTC, held against nvrtc.h, which does not tell its version; compiled, never
 * run.
 */
#define GST_ABI_VENDOR_TYPES
#include <nvrtc.h>

#include "api/nvrtc_abi.h"
#include "conform.h"

CONFORM_LAYOUT(NVRTC)
CONFORM_SINCE(NVRTC, 11080)

#ifdef PLANT_RESULT
CONFORM_CONSTANT(NVRTC_ERROR_COMPILATION, 7)
#endif
