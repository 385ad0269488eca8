/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the loader of an image looks for a library: LD_LIBRARY_PATH, /etc/ld.so.conf with what it
 * includes, and the folders that are built in. The cache is not asked: it is made from these.
 */
#ifndef GST_LINT_LOADER_H
#define GST_LINT_LOADER_H

#include "lint/catalog.h"

/* The file called `soname` in the first folder that has one, links not followed; GST_NO_NODE if
 * none has. `variable` is LD_LIBRARY_PATH or NULL. */
int gst_loader_find(const struct gst_catalog *catalog, const char *variable, const char *soname);

#endif
