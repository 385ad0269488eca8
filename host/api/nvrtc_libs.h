/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NVRTC as a table of functions: nvrtc.nvrtcCompileProgram(...). Apart from libs.h because it is
 * opened only by what compiles with it: the library has a hundred megabytes.
 */
#ifndef GST_API_NVRTC_LIBS_H
#define GST_API_NVRTC_LIBS_H

#include <stdbool.h>

#include "api/dl.h"
#include "api/nvrtc_abi.h"

#define GST_NVRTC_POINTER(result, name, version, arguments, needed) result(*name) arguments;
struct gst_nvrtc {
    GST_NVRTC_API(GST_NVRTC_POINTER)
};
#undef GST_NVRTC_POINTER

/* Opens the newest major and fills the table; a function that the library lacks is NULL. False with
 * the reason in `library`, and nothing open. gst_library_close gives it back. */
bool gst_nvrtc_open(struct gst_library *library, struct gst_nvrtc *nvrtc);

#endif
