/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device nodes of the driver: which of them a path is, and which numbers it has to have. GPUs,
 * control and modeset have fixed minors (Linux, admin-guide/devices.txt); the majors of all others
 * change from boot to boot and stand in /proc/devices.
 */
#ifndef GST_AUDIT_NODE_KINDS_H
#define GST_AUDIT_NODE_KINDS_H

#include <stdbool.h>
#include <stddef.h>

#include "audit/scene.h"

enum gst_device_kind {
    GST_DEVICE_OTHER, /* not the driver's, or one whose numbers nothing tells */
    GST_DEVICE_CONTROL,
    GST_DEVICE_GPU,
    GST_DEVICE_MODESET,
    GST_DEVICE_UVM,
    GST_DEVICE_UVM_TOOLS,
    GST_DEVICE_CAPABILITY, /* of MIG instances */
    GST_DEVICE_IMEX_CHANNEL,
};

#define GST_CONTROL_NODE   "/dev/nvidiactl"
#define GST_UVM_NODE       "/dev/nvidia-uvm"
#define GST_UVM_TOOLS_NODE "/dev/nvidia-uvm-tools"

/* Which one it is; `minor` gets the number that it has to have. */
enum gst_device_kind gst_device_kind(const char *path, unsigned *minor);

/* The major number that this host's driver has for such a node, -1 if it is not known. */
int gst_device_major(const struct gst_scene *scene, enum gst_device_kind kind);

/* True if programs cannot use a GPU without a node of this kind. */
bool gst_device_is_needed(enum gst_device_kind kind);

/* How many nodes of GPUs there are, whatever they are. */
size_t gst_count_gpu_nodes(const struct gst_scene *scene);

/* Paths for a message: the first of them and how many more. */
struct gst_paths {
    size_t count;
    char text[160];
};

void gst_paths_add(struct gst_paths *paths, const char *path);
/* "'/dev/nvidia0', '/dev/nvidia1' and 6 more"; valid until the next call with these paths. */
const char *gst_paths_text(struct gst_paths *paths);

#endif
