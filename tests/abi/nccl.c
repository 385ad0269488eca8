/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we believe of NCCL, held against nccl.h; compiled, never run. CONFORM_HEADERS is the release
 * whose header is on the include path.
 */
#define GST_ABI_VENDOR_TYPES
#include <nccl.h>

#include "api/nccl_abi.h"
#include "conform.h"

_Static_assert(NCCL_VERSION_CODE == CONFORM_HEADERS, "the header is of another release");

CONFORM_LAYOUT(NCCL)
CONFORM_SINCE(NCCL, 21400)
#if CONFORM_HEADERS >= 21900
CONFORM_SINCE(NCCL, 21900)
#endif

/* A config of ours is the beginning of theirs, and says so as theirs does. */
_Static_assert(sizeof(struct gst_nccl_config) <= sizeof(ncclConfig_t), "another config");
_Static_assert(GST_NCCL_CONFIG_VERSION == NCCL_VERSION(2, 14, 0), "another numbering of releases");
_Static_assert(GST_NCCL_CONFIG_VERSION <= NCCL_VERSION_CODE, "a config of the future");
_Static_assert(NCCL_UNIQUE_ID_BYTES == sizeof(struct gst_nccl_unique_id), "another id");
