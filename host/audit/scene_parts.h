/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that a scene is read in, each of which may use what those before it have found; and
 * what several of them need. Private to scene*.c. */
#ifndef GST_AUDIT_SCENE_PARTS_H
#define GST_AUDIT_SCENE_PARTS_H

#include <limits.h>

#include "audit/scene.h"

/* scene_container.c: engine, platform, loader, what was asked for. Needs the mounts. */
void gst_scene_read_container(struct gst_scene *scene);

/* scene_host.c: kernel modules, numbers of devices, GPUs. */
void gst_scene_read_host(struct gst_scene *scene);

/* scene_files.c: driver files and device nodes. */
void gst_scene_read_files(struct gst_scene *scene);
void gst_scene_read_nodes(struct gst_scene *scene);

/* scene_mode.c: how the driver came in. */
void gst_scene_read_injection(struct gst_scene *scene);

/* Who brought the file at this path, links followed. */
enum gst_origin gst_scene_origin(const struct gst_scene *scene, const char *real);

/* The version that a file's name ends in: "550.54.14" of "libcuda.so.550.54.14"; "" if none. */
void gst_scene_version_of_name(const char *path, char *version, size_t size);

/* Calls `visit` for each folder of a list like LD_LIBRARY_PATH, until it returns false. */
void gst_scene_each_folder(const char *list, bool (*visit)(const char *folder, void *data),
                           void *data);

/* Calls `visit` for the folders that a loader of glibc knows without being told. */
void gst_scene_each_default_folder(bool (*visit)(const char *folder, void *data), void *data);

#endif
