/* SPDX-License-Identifier: Apache-2.0 */
/* Finding cuda-compat and reading its note; see compat.h. */
#include "audit/compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/elf.h"
#include "core/cuda_releases.h"

/* The note is JSON: {"CUDA Version": "13.1", "Driver": [535, 550], ...}. Only the list of branches
 * is of interest, and its numbers need no parser of their own. */
static void take_drivers(struct gst_compat *compat, const char *note)
{
    const char *list = strstr(note, "\"Driver\"");

    if (list != NULL)
        list = strchr(list, '[');
    if (list == NULL || strchr(list, ']') == NULL)
        return;
    snprintf(compat->drivers, sizeof(compat->drivers), "%.*s", (int)strcspn(list + 1, "]"),
             list + 1);
}

static void read_note(struct gst_compat *compat, const struct gst_view *view)
{
    const int fd = gst_view_open_file(view, compat->path);
    struct gst_elf elf;
    char error[160];

    if (fd < 0)
        return;
    if (gst_elf_read_file(&elf, fd, error, sizeof(error)))
        take_drivers(compat, elf.compat);
    close(fd);
}

void gst_compat_find(struct gst_compat *compat, const struct gst_scene *scene)
{
    const struct gst_driver_file *file = gst_scene_file(scene, "libcuda.so", GST_ORIGIN_COMPAT);
    struct gst_resolved resolved;

    memset(compat, 0, sizeof(*compat));
    gst_scene_resolve_library(scene, "libcuda.so.1", &resolved);
    if (resolved.is_found && resolved.origin == GST_ORIGIN_COMPAT) {
        compat->is_there = true;
        compat->is_active = true;
        memcpy(compat->path, resolved.real, sizeof(compat->path));
        memcpy(compat->version, resolved.version, sizeof(compat->version));
        memcpy(compat->via, resolved.via, sizeof(compat->via));
    } else if (file != NULL) {
        compat->is_there = true;
        memcpy(compat->path, file->path, sizeof(compat->path));
        memcpy(compat->version, file->version, sizeof(compat->version));
    }
    if (compat->is_there)
        read_note(compat, scene->view);
}

bool gst_compat_may_support(const struct gst_compat *compat, unsigned branch)
{
    char *end;

    if (compat->drivers[0] == '\0')
        return true;
    for (const char *at = compat->drivers; *at != '\0'; at = end + (*end != '\0')) {
        if (strtoul(at, &end, 10) == branch && end != at)
            return true;
    }
    return false;
}

int gst_compat_cuda_in_effect(const struct gst_compat *compat, const struct gst_scene *scene)
{
    return gst_cuda_of_driver(compat->is_active ? compat->version : scene->module_version);
}
