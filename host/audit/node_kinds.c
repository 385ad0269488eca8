/* SPDX-License-Identifier: Apache-2.0 */
/* Names and numbers of the driver's nodes; see node_kinds.h. */
#include "audit/node_kinds.h"

#include <stdio.h>
#include <string.h>

#include "core/units.h"

#define MAJOR_NVIDIA 195 /* registered: admin-guide/devices.txt */
#define PATHS_SHOWN  3

struct named {
    const char *path;
    enum gst_device_kind kind;
    unsigned minor;
};

/* nvidia-modprobe's numbers, held against admin-guide/devices.txt where that has them. */
static const struct named named[] = {
    { GST_CONTROL_NODE, GST_DEVICE_CONTROL, 255 },
    { "/dev/nvidia-modeset", GST_DEVICE_MODESET, 254 },
    { GST_UVM_NODE, GST_DEVICE_UVM, 0 },
    { GST_UVM_TOOLS_NODE, GST_DEVICE_UVM_TOOLS, 1 },
};

struct numbered {
    const char *stem; /* followed by the minor number */
    enum gst_device_kind kind;
};

static const struct numbered numbered[] = {
    { "/dev/nvidia", GST_DEVICE_GPU },
    { "/dev/nvidia-caps/nvidia-cap", GST_DEVICE_CAPABILITY },
    { "/dev/nvidia-caps-imex-channels/channel", GST_DEVICE_IMEX_CHANNEL },
};

enum gst_device_kind gst_device_kind(const char *path, unsigned *minor)
{
    uint64_t number;

    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        if (strcmp(path, named[i].path) == 0) {
            *minor = named[i].minor;
            return named[i].kind;
        }
    }
    for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++) {
        const size_t length = strlen(numbered[i].stem);

        if (strncmp(path, numbered[i].stem, length) == 0
            && gst_parse_unsigned(path + length, &number) && number <= 0xfffff) {
            *minor = (unsigned)number;
            return numbered[i].kind;
        }
    }
    *minor = 0;
    return GST_DEVICE_OTHER;
}

int gst_device_major(const struct gst_scene *scene, enum gst_device_kind kind)
{
    switch (kind) {
    case GST_DEVICE_CONTROL:
    case GST_DEVICE_GPU:
    case GST_DEVICE_MODESET:
        return scene->major_nvidia >= 0 ? scene->major_nvidia : MAJOR_NVIDIA;
    case GST_DEVICE_UVM:
    case GST_DEVICE_UVM_TOOLS:
        return scene->major_uvm;
    case GST_DEVICE_CAPABILITY:
        return scene->major_caps;
    case GST_DEVICE_IMEX_CHANNEL:
        return scene->major_imex;
    case GST_DEVICE_OTHER:
        break;
    }
    return -1;
}

bool gst_device_is_needed(enum gst_device_kind kind)
{
    return kind == GST_DEVICE_CONTROL || kind == GST_DEVICE_GPU || kind == GST_DEVICE_UVM;
}

size_t gst_count_gpu_nodes(const struct gst_scene *scene)
{
    size_t count = 0;
    unsigned minor;

    for (size_t i = 0; i < scene->node_count; i++)
        count += gst_device_kind(scene->nodes[i].path, &minor) == GST_DEVICE_GPU;
    return count;
}

void gst_paths_add(struct gst_paths *paths, const char *path)
{
    const size_t used = strlen(paths->text);

    if (paths->count++ < PATHS_SHOWN)
        snprintf(paths->text + used, sizeof(paths->text) - used, "%s'%.40s'", used > 0 ? ", " : "",
                 path);
}

const char *gst_paths_text(struct gst_paths *paths)
{
    const size_t used = strlen(paths->text);

    if (paths->count > PATHS_SHOWN) {
        snprintf(paths->text + used, sizeof(paths->text) - used, " and %zu more",
                 paths->count - PATHS_SHOWN);
        paths->count = PATHS_SHOWN;
    }
    return paths->text;
}
