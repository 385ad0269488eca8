/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at each entry of an image, by its name and where needed into it: SONAMEs, the loader's
 * configuration, lists of packages. What it finds is in the ledger.
 */
#ifndef GST_LINT_INSPECT_H
#define GST_LINT_INSPECT_H

#include "lint/ledger.h"

struct gst_inspection {
    struct gst_ledger ledger;
    bool has_layers; /* whiteouts mean something */
    size_t entry_count;
    uint64_t size_bytes;
    size_t library_count; /* ELF files looked into */
    bool has_cuda;        /* libcudart is there */
    bool has_dpkg, has_rpm;
    int spool; /* for libraries too large for memory; -1 until one comes */
    unsigned char *buffer;
};

void gst_inspection_init(struct gst_inspection *inspection);
void gst_inspection_release(struct gst_inspection *inspection);

/* A visitor; `data` is the inspection. */
bool gst_inspect(void *data, const struct gst_entry *entry, struct gst_content *content,
                 struct gst_status *st);

#endif
