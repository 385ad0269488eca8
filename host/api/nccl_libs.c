/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of nccl_abi.h turned into loader rows; see nccl_libs.h. */
#include "api/nccl_libs.h"

#include <stddef.h>
#include <string.h>

/* #name #version keeps the versioned symbol, as in libs.c. */
#define NCCL_ROW(result, name, version, arguments, needed)                                         \
    { #name #version, offsetof(struct gst_nccl, name), (needed) != 0 },

static const struct gst_symbol symbols[] = { GST_NCCL_API(NCCL_ROW) };

bool gst_nccl_open(struct gst_library *library, struct gst_nccl *nccl)
{
    static const char *const sonames[] = { GST_NCCL_SONAME, NULL };

    memset(nccl, 0, sizeof(*nccl));
    return gst_library_open(library, sonames, symbols, sizeof(symbols) / sizeof(symbols[0]), nccl);
}
