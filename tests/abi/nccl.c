/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we believe of NCCL, held against nccl.h; compiled, never run. CONFORM_HEADERS is the release
 * whose header is on the include path, without its patch.
 */
#define GST_ABI_VENDOR_TYPES
/* Which cuda_bf16.h says to C++ alone, and headers up to 2.23 ask before they show bfloat16. */
#define __CUDA_BF16_TYPES_EXIST__
#include <nccl.h>

#include "api/nccl_abi.h"
#include "conform.h"

_Static_assert(NCCL_VERSION_CODE / 100 == CONFORM_HEADERS / 100,
               "the header is of another release");

CONFORM_LAYOUT(NCCL)
CONFORM_SINCE(NCCL, 21400)
#if CONFORM_HEADERS >= 21900
CONFORM_SINCE(NCCL, 21900)
#endif
#if CONFORM_HEADERS >= 23000
CONFORM_SINCE(NCCL, 23000)
#endif

/* A config of ours is the beginning of theirs, and says so as theirs does. What theirs has grown to
 * matters to nobody but the reader of struct gst_nccl_config, who is told. */
#if CONFORM_HEADERS < 21700
#define CONFIG_BYTES 24
#elif CONFORM_HEADERS <= 22600
#define CONFIG_BYTES 48
#elif CONFORM_HEADERS == 22800
#define CONFIG_BYTES 80
#elif CONFORM_HEADERS == 23200
#define CONFIG_BYTES 120
#else
#define CONFIG_BYTES sizeof(ncclConfig_t)
#endif
_Static_assert(sizeof(ncclConfig_t) == CONFIG_BYTES, "the config has grown otherwise");
_Static_assert(sizeof(struct gst_nccl_config) <= sizeof(ncclConfig_t), "another config");
_Static_assert(GST_NCCL_CONFIG_VERSION == NCCL_VERSION(2, 14, 0), "another numbering of releases");
_Static_assert(GST_NCCL_CONFIG_VERSION <= NCCL_VERSION_CODE, "a config of the future");
_Static_assert(NCCL_UNIQUE_ID_BYTES == sizeof(struct gst_nccl_unique_id), "another id");

#ifdef PLANT_CONFIG
struct planted_config {
    size_t size;
    unsigned int version;
    unsigned int magic;
    int blocking;
};
CONFORM_FIELD(ncclConfig_t, planted_config, magic)
#endif
