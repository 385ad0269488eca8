/* SPDX-License-Identifier: Apache-2.0 */
/* An image as a folder: an unpacked root, or the one that this runs in. */
#ifndef GST_LINT_TREE_H
#define GST_LINT_TREE_H

#include "lint/entry.h"

/* Hands all below the folder `fd` to `visit`, without following links. Other file systems are left
 * out and counted: what is mounted into a container is not of its image. A folder that cannot be
 * read is a failure, but told only after all others were visited. */
bool gst_tree_walk(int fd, gst_visitor visit, void *data, size_t *others, struct gst_status *st);

#endif
