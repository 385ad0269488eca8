/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of nvrtc_abi.h turned into loader rows; see nvrtc_libs.h. */
#include "api/nvrtc_libs.h"

#include <stddef.h>
#include <string.h>

/* #name #version keeps the versioned symbol, as in libs.c. */
#define NVRTC_ROW(result, name, version, arguments, needed)                                        \
    { #name #version, offsetof(struct gst_nvrtc, name), (needed) != 0 },

static const struct gst_symbol symbols[] = { GST_NVRTC_API(NVRTC_ROW) };

bool gst_nvrtc_open(struct gst_library *library, struct gst_nvrtc *nvrtc)
{
    static const char *const sonames[] = { "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2",
                                           NULL };

    memset(nvrtc, 0, sizeof(*nvrtc));
    return gst_library_open(library, sonames, symbols, sizeof(symbols) / sizeof(symbols[0]), nvrtc);
}
