/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NCCL as a table of functions: nccl.ncclAllReduce(...). It is not among the libraries that every
 * run opens: it is hundreds of megabytes, and only the collectives need it.
 */
#ifndef GST_API_NCCL_LIBS_H
#define GST_API_NCCL_LIBS_H

#include <stdbool.h>

#include "api/dl.h"
#include "api/nccl_abi.h"

#define GST_NCCL_POINTER(result, name, version, arguments, needed) result(*name) arguments;
struct gst_nccl {
    GST_NCCL_API(GST_NCCL_POINTER)
};
#undef GST_NCCL_POINTER

/* The name that is looked for. */
#define GST_NCCL_SONAME "libnccl.so.2"

/* Fills the table; a function that the library lacks is NULL. False with the reason in `library`,
 * and nothing open. gst_library_close gives it back. */
bool gst_nccl_open(struct gst_library *library, struct gst_nccl *nccl);

#endif
