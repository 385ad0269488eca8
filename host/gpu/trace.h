/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traces that an NVIDIA GPU or its driver leaves in the file system. They tell "there is none here"
 * from "it is there, and something keeps us from it"; no library is asked.
 */
#ifndef GST_GPU_TRACE_H
#define GST_GPU_TRACE_H

#include <stdbool.h>

#include "core/root.h"

struct gst_trace {
    bool has_module;      /* /proc/driver/nvidia/version: the kernel module is loaded */
    bool has_pci_device;  /* a PCI display or 3D controller of vendor 0x10de */
    bool has_device_node; /* /dev/nvidiactl; root's libcuda makes it even without a module */
    bool has_wsl_node;    /* /dev/dxg: WSL2, where there is no kernel module to see */
    char module_version[32];
    char pci_id[32]; /* of the first GPU found */
};

void gst_trace_find(struct gst_trace *trace, const struct gst_root *root);

/* True if anything at all was found. */
bool gst_trace_is_any(const struct gst_trace *trace);

#endif
