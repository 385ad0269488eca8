/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host's driver says of itself, which a container sees without any injection: modules,
 * device numbers, GPUs on the bus and in the driver. See scene.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audit/field.h"
#include "audit/scene_parts.h"
#include "core/utf8.h"
#include "core/version.h"

#define CLASS_DISPLAY      0x03u   /* PCI base class; 0x0300 VGA, 0x0302 3D */
#define CLASS_BRIDGE_OTHER 0x0680u /* NVSwitch */
#define PROC_GPUS          "/proc/driver/nvidia/gpus"
#define PCI_DEVICES        "/sys/bus/pci/devices"

/* /proc/devices: a number and a name per line, character devices first. */
static void read_majors(struct gst_scene *scene)
{
    const struct {
        const char *name;
        int *major;
    } wanted[] = {
        { "nvidia", &scene->major_nvidia },
        { "nvidia-frontend", &scene->major_nvidia }, /* until driver 555 */
        { "nvidia-uvm", &scene->major_uvm },
        { "nvidia-caps", &scene->major_caps },
        { "nvidia-caps-imex-channels", &scene->major_imex },
        { "nvidia-nvswitch", &scene->major_nvswitch },
    };
    char text[8192], name[64], *rest = text, *line;
    int major;

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        *wanted[i].major = -1;
    scene->has_devices = gst_view_read(scene->view, "/proc/devices", text, sizeof text);
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (strncmp(line, "Block", 5) == 0)
            break;
        if (sscanf(line, "%d %63s", &major, name) != 2)
            continue;
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
            if (strcmp(name, wanted[i].name) == 0)
                *wanted[i].major = major;
        }
    }
}

static void read_module(struct gst_scene *scene)
{
    char text[1024];
    struct gst_node node;

    gst_view_read(scene->view, "/sys/module/nvidia/version", scene->sysfs_version,
                  sizeof scene->sysfs_version);
    if (gst_view_read(scene->view, "/proc/driver/nvidia/version", text, sizeof text)) {
        text[strcspn(text, "\n")] = '\0';
        gst_version_find(text, scene->proc_version, sizeof scene->proc_version);
        scene->is_open_module = strstr(text, "Open Kernel Module") != NULL;
        scene->has_module = true;
    }
    if (gst_view_stat(scene->view, "/sys/module/nvidia", &node) || scene->major_nvidia >= 0)
        scene->has_module = true;
    gst_utf8_copy(scene->module_version, sizeof scene->module_version,
                  scene->sysfs_version[0] != '\0' ? scene->sysfs_version : scene->proc_version);
}

static struct gst_scene_gpu *gpu_at(struct gst_scene *scene, const char *pci_id)
{
    struct gst_scene_gpu *gpu;

    for (int i = 0; i < scene->gpu_count; i++) {
        if (strcasecmp(scene->gpus[i].pci_id, pci_id) == 0)
            return &scene->gpus[i];
    }
    if (scene->gpu_count == GST_SCENE_GPUS) {
        scene->is_overfull = true;
        return NULL;
    }
    gpu = &scene->gpus[scene->gpu_count++];
    *gpu = (struct gst_scene_gpu){ .numa_node = -1, .minor = -1 };
    gst_utf8_copy(gpu->pci_id, sizeof gpu->pci_id, pci_id);
    return gpu;
}

static void read_bus_gpu(struct gst_scene *scene, const char *folder, const char *pci_id)
{
    struct gst_scene_gpu *gpu = gpu_at(scene, pci_id);
    char path[256], text[256];

    if (gpu == NULL)
        return;
    gpu->is_on_bus = true;
    snprintf(path, sizeof path, "%s/numa_node", folder);
    if (gst_view_read(scene->view, path, text, sizeof text))
        gpu->numa_node = atoi(text);
    snprintf(path, sizeof path, "%s/driver", folder);
    if (gst_view_link(scene->view, path, text, sizeof text)) {
        const char *slash = strrchr(text, '/');

        gst_utf8_copy(gpu->driver, sizeof gpu->driver, slash != NULL ? slash + 1 : text);
    }
}

/* A virtual function (SR-IOV), seen from the machine that has the physical one: guests use it. */
static bool is_for_guests(const struct gst_scene *scene, const char *folder)
{
    char path[200], target[256];

    snprintf(path, sizeof path, "%s/physfn", folder);
    return gst_view_link(scene->view, path, target, sizeof target);
}

static bool visit_bus(const char *pci_id, void *data)
{
    struct gst_scene *scene = data;
    char folder[160], path[200], text[32];
    unsigned long class;

    if (strlen(pci_id) >= sizeof scene->gpus[0].pci_id)
        return true;
    snprintf(folder, sizeof folder, PCI_DEVICES "/%s", pci_id);
    snprintf(path, sizeof path, "%s/vendor", folder);
    if (!gst_view_read(scene->view, path, text, sizeof text) || strcmp(text, GST_PCI_VENDOR) != 0)
        return true;
    snprintf(path, sizeof path, "%s/class", folder);
    gst_view_read(scene->view, path, text, sizeof text);
    class = strtoul(text, NULL, 16) >> 8;
    if (class >> 8 == CLASS_DISPLAY && !is_for_guests(scene, folder))
        read_bus_gpu(scene, folder, pci_id);
    else if (class == CLASS_BRIDGE_OTHER)
        scene->nvswitch_count++;
    return true;
}

static bool visit_driver(const char *pci_id, void *data)
{
    struct gst_scene *scene = data;
    char path[160], text[2048], value[sizeof scene->gpus[0].model];
    struct gst_scene_gpu *gpu;

    snprintf(path, sizeof path, PROC_GPUS "/%.64s/information", pci_id);
    if (!gst_view_read(scene->view, path, text, sizeof text))
        return true;
    gpu = gpu_at(scene, pci_id);
    if (gpu == NULL)
        return false;
    gpu->is_in_driver = true;
    gst_field_find(text, "Model", gpu->model, sizeof gpu->model);
    /* Until the GPU has been opened, question marks stand for each digit. */
    if (gst_field_find(text, "GPU UUID", value, sizeof value) && strchr(value, '?') == NULL)
        gst_utf8_copy(gpu->uuid, sizeof gpu->uuid, value);
    if (gst_field_find(text, "Device Minor", value, sizeof value))
        gpu->minor = atoi(value);
    gpu->is_excluded = gst_field_find(text, "GPU Excluded", value, sizeof value)
                       && strncasecmp(value, "yes", 3) == 0;
    return true;
}

void gst_scene_read_host(struct gst_scene *scene)
{
    read_majors(scene);
    read_module(scene);
    scene->has_pci = gst_view_list(scene->view, PCI_DEVICES, visit_bus, scene);
    gst_view_list(scene->view, PROC_GPUS, visit_driver, scene);
}
