/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the traces; see trace.h. */
#include "gpu/trace.h"

#include <stdio.h>
#include <string.h>

struct search {
    const struct gst_root *root;
    struct gst_trace *trace;
};

/* PCI class 0x03: display controllers, of which 0x0302 are 3D controllers (PCI Code and ID
 * Assignment Specification); vendor 0x10de is NVIDIA (pci.ids). */
static bool look_at_pci_device(const char *name, void *data)
{
    struct search *search = data;
    char path[160];
    char text[16];

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.64s/vendor", name);
    if (!gst_root_read(search->root, path, text, sizeof(text)) || strcmp(text, "0x10de") != 0)
        return true;
    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.64s/class", name);
    if (!gst_root_read(search->root, path, text, sizeof(text)) || strncmp(text, "0x03", 4) != 0)
        return true;
    search->trace->has_pci_device = true;
    snprintf(search->trace->pci_id, sizeof(search->trace->pci_id), "%.31s", name);
    return false;
}

/* "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  Tue ...": the first word that starts
 * with digits and holds a dot. Open modules write "Open Kernel Module for x86_64  580.95.05". */
static void find_version(const char *text, char *version, size_t size)
{
    char copy[256];
    char *rest = copy;

    snprintf(copy, sizeof(copy), "%s", text);
    for (char *word; (word = strsep(&rest, " \t\n")) != NULL;) {
        const size_t digits = strspn(word, "0123456789");

        if (digits >= 3 && word[digits] == '.') {
            snprintf(version, size, "%.31s", word);
            return;
        }
    }
}

void gst_trace_find(struct gst_trace *trace, const struct gst_root *root)
{
    struct search search = { .root = root, .trace = trace };
    char text[256];

    *trace = (struct gst_trace){ .has_module = false };
    if (gst_root_read(root, "/proc/driver/nvidia/version", text, sizeof(text))) {
        trace->has_module = true;
        find_version(text, trace->module_version, sizeof(trace->module_version));
    }
    trace->has_device_node = gst_root_exists(root, "/dev/nvidiactl");
    trace->has_wsl_node = gst_root_exists(root, "/dev/dxg");
    gst_root_list(root, "/sys/bus/pci/devices", look_at_pci_device, &search);
}

bool gst_trace_is_any(const struct gst_trace *trace)
{
    return trace->has_module || trace->has_pci_device || trace->has_device_node
           || trace->has_wsl_node;
}
