/* SPDX-License-Identifier: Apache-2.0 */
/* The injected files themselves; see injection.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/elf.h"
#include "audit/injection.h"
#include "audit/process.h"
#include "core/version.h"

static bool is_injected_library(const struct gst_driver_file *file)
{
    return file->origin == GST_ORIGIN_INJECTED && strstr(file->name, ".so") != NULL;
}

/* Of the libraries that programs here are meant to use. */
struct library_version {
    char path[256];
    char version[32];
};

static bool find_library_version(const struct gst_scene *scene, struct library_version *found)
{
    static const struct {
        const char *file;
        const char *name; /* that programs open */
    } witnesses[] = { { "libcuda.so", "libcuda.so.1" },
                      { "libnvidia-ml.so", "libnvidia-ml.so.1" } };
    struct gst_resolved taken;

    for (size_t i = 0; i < sizeof(witnesses) / sizeof(witnesses[0]); i++) {
        const struct gst_driver_file *file =
            scene->is_container ? gst_injection_file(scene, witnesses[i].file) : NULL;

        if (file != NULL && file->version[0] != '\0') {
            memcpy(found->path, file->path, sizeof(found->path));
            memcpy(found->version, file->version, sizeof(found->version));
            return true;
        }
        if (scene->is_container)
            continue;
        /* cuda-compat is of another version by its nature, and is judged by its own rules. */
        gst_scene_resolve_library(scene, witnesses[i].name, &taken);
        if (taken.is_found && taken.version[0] != '\0' && taken.origin != GST_ORIGIN_COMPAT) {
            memcpy(found->path, taken.real, sizeof(found->path));
            memcpy(found->version, taken.version, sizeof(found->version));
            return true;
        }
    }
    return false;
}

/* C05: what older drivers left behind on a host is not in use there. */
void gst_injection_ask_one_version(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *first = NULL;
    size_t count = 0;

    if (!scene->is_container)
        return;
    for (size_t i = 0; i < scene->file_count; i++) {
        const struct gst_driver_file *file = &scene->files[i];

        if (!is_injected_library(file) || file->version[0] == '\0')
            continue;
        if (first == NULL)
            first = file;
        if (strcmp(first->version, file->version) != 0) {
            gst_found(asking, GST_HOST_MIXED_VERSIONS, GST_NO_GPU, "'%s' is of %s, '%s' is of %s",
                      first->path, first->version, file->path, file->version);
            return;
        }
        count++;
    }
    if (first != NULL)
        gst_fine(asking, "%zu libraries are of %s", count, first->version);
}

/* C06 */
void gst_injection_ask_module_version(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct library_version library;

    if (scene->platform != GST_PLATFORM_LINUX || scene->module_version[0] == '\0'
        || !find_library_version(scene, &library))
        return;
    if (strcmp(library.version, scene->module_version) == 0)
        gst_fine(asking, "both are %s", library.version);
    else
        gst_found(asking, GST_HOST_DRIVER_MISMATCH, GST_NO_GPU,
                  "'%s' is of %s, the kernel module is %s", library.path, library.version,
                  scene->module_version);
}

/* C07 */
void gst_injection_ask_still_there(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *first = NULL;
    size_t mounted = 0, gone = 0;

    for (size_t i = 0; i < scene->file_count; i++) {
        const struct gst_driver_file *file = &scene->files[i];

        if (file->mount == NULL)
            continue;
        mounted++;
        if (!gst_mount_is_deleted(file->mount) && file->node.links > 0)
            continue;
        if (gone++ == 0)
            first = file;
    }
    if (first != NULL)
        gst_found(asking, GST_RUNTIME_DRIVER_REPLACED, GST_NO_GPU,
                  "%zu of %zu mounted files are deleted on the host, the first is '%s'", gone,
                  mounted, first->mount->root);
    else if (mounted > 0)
        gst_fine(asking, "%zu mounted files are there on the host", mounted);
}

/* By mode and owner, and on a live system by trying. */
static bool is_readable(const struct gst_scene *scene, const struct gst_driver_file *file)
{
    struct gst_process process;
    int fd;

    if (gst_view_is_live(scene->view)) {
        fd = gst_view_open_file(scene->view, file->path);
        if (fd >= 0)
            close(fd);
        return fd >= 0;
    }
    gst_process_read(&process, scene->view);
    return (file->node.mode & 04U) != 0 || !process.is_known || process.uid == 0
           || process.uid == file->node.uid || process.gid == file->node.gid;
}

/* A container that starts again after the driver changed keeps the empty files over which the old
 * ones were mounted. The loader takes no empty file as long as its links lead to a whole one. */
static bool is_harmless(const struct gst_scene *scene, const struct gst_driver_file *empty)
{
    static const char *const names[] = { "libcuda.so.1", "libnvidia-ml.so.1" };
    const struct gst_driver_file *whole = gst_injection_file(scene, empty->name);
    struct gst_resolved taken;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        gst_scene_resolve_library(scene, names[i], &taken);
        if (taken.is_found && strcmp(taken.real, empty->path) == 0)
            return false;
    }
    return whole != NULL && whole->node.size_bytes > 0;
}

/* C08 */
void gst_injection_ask_whole(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *first_empty = NULL, *bad = NULL;
    size_t empty = 0, whole = 0;

    for (size_t i = 0; i < scene->file_count; i++) {
        const struct gst_driver_file *file = &scene->files[i];

        if (scene->is_container && file->origin == GST_ORIGIN_IMAGE && file->node.size_bytes == 0) {
            if (!is_harmless(scene, file) && empty++ == 0)
                first_empty = file;
        } else if (is_injected_library(file) && (file->node.size_bytes == 0 || !file->is_elf)) {
            if (bad == NULL && (file->node.size_bytes == 0 || !is_readable(scene, file)))
                bad = file;
        } else {
            whole++;
        }
    }
    if (first_empty != NULL)
        gst_found(asking, GST_IMAGE_EMPTY_DRIVER_FILES, GST_NO_GPU,
                  "%zu files of 0 bytes on the image's file system, the first is '%s'", empty,
                  first_empty->path);
    if (bad != NULL)
        gst_found(asking, GST_RUNTIME_LIBRARY_UNREADABLE, GST_NO_GPU,
                  "'%s' has mode %03o, owner %u:%u, %llu bytes and cannot be read", bad->path,
                  bad->node.mode, bad->node.uid, bad->node.gid,
                  (unsigned long long)bad->node.size_bytes);
    if (whole > 0)
        gst_fine(asking, "%zu files, none of them empty", whole);
}

/* False if the file cannot be read, or is none. */
static bool read_elf(const struct gst_view *view, const char *path, struct gst_elf *elf)
{
    int fd = gst_view_open_file(view, path);
    char error[160];
    bool ok;

    if (fd < 0)
        return false;
    ok = gst_elf_read_file(elf, fd, error, sizeof(error));
    close(fd);
    return ok;
}

/* C09: one libcuda for this machine is enough; a second, for 32-bit programs, does no harm. */
void gst_injection_ask_architecture(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *wrong = NULL;
    struct gst_elf elf, wrong_elf = { 0 };

    for (size_t i = 0; i < scene->file_count; i++) {
        const struct gst_driver_file *file = &scene->files[i];

        if (!is_injected_library(file) || strcmp(file->name, "libcuda.so") != 0)
            continue;
        if (!read_elf(scene->view, file->path, &elf))
            return;
        if (elf.is_64_bit && elf.machine == gst_elf_machine()) {
            gst_fine(asking, "'%s' is for 64-bit programs of ELF machine %u", file->path,
                     elf.machine);
            return;
        }
        wrong = file;
        wrong_elf = elf;
    }
    if (wrong != NULL)
        gst_found(asking, GST_IMAGE_WRONG_ARCHITECTURE, GST_NO_GPU,
                  "'%s' is for %d-bit programs of ELF machine %u, this is machine %u", wrong->path,
                  wrong_elf.is_64_bit ? 64 : 32, wrong_elf.machine, gst_elf_machine());
}

/* C17 */
void gst_injection_ask_nvidia_smi(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *program = gst_injection_file(scene, "nvidia-smi");

    if (!gst_injection_is_by_toolkit(scene) || gst_injection_file(scene, "libnvidia-ml.so") == NULL)
        return;
    if (program != NULL)
        gst_fine(asking, "'%s'", program->path);
    /* Who names the capabilities and leaves utility out wants it so. */
    else if (!scene->has_capabilities || (scene->capabilities & GST_CAPABILITY_UTILITY) != 0)
        gst_found(asking, GST_USER_NO_NVIDIA_SMI, GST_NO_GPU,
                  "'%s' was injected without nvidia-smi",
                  gst_injection_file(scene, "libnvidia-ml.so")->path);
}

/* From this driver on libnvidia-eglcore is linked to libnvidia-gpucomp: a host that has the one has
 * the other, and what leaves it behind is a toolkit that does not know it. */
#define GPUCOMP_NEEDED_SINCE 580

static bool lacks_gpucomp(const struct gst_scene *scene)
{
    const struct gst_driver_file *eglcore = gst_injection_file(scene, "libnvidia-eglcore.so");

    return scene->injection == GST_INJECTION_LEGACY && eglcore != NULL
           && gst_version_major(eglcore->version) >= GPUCOMP_NEEDED_SINCE
           && gst_injection_file(scene, "libnvidia-gpucomp.so") == NULL;
}

/* C18: libnvidia-nvvm does not count, since distributions leave it out of a whole installation. */
void gst_injection_ask_compilers(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *libcuda = gst_injection_file(scene, "libcuda.so");

    if (scene->platform != GST_PLATFORM_LINUX || libcuda == NULL)
        return;
    if (gst_injection_file(scene, "libnvidia-ptxjitcompiler.so") == NULL)
        gst_found(asking, GST_RUNTIME_JIT_MISSING, GST_NO_GPU,
                  "'%s' was injected without libnvidia-ptxjitcompiler.so", libcuda->path);
    else if (lacks_gpucomp(scene))
        gst_found(asking, GST_RUNTIME_TOOLKIT_OLD, GST_NO_GPU,
                  "'%s' was injected without libnvidia-gpucomp.so",
                  gst_injection_file(scene, "libnvidia-eglcore.so")->path);
    else
        gst_fine(asking, "the compilers of '%s' were injected with it", libcuda->path);
}

static bool append_name(const char *name, void *data)
{
    char *text = data;
    size_t length = strlen(text);

    if (length + strlen(name) + 2 > GST_TEXT_SIZE)
        return false;
    snprintf(text + length, GST_TEXT_SIZE - length, "%s%s", length > 0 ? " " : "", name);
    return true;
}

/* C19 */
void gst_injection_ask_firmware(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    char path[64], names[GST_TEXT_SIZE] = "";

    if (scene->module_version[0] == '\0')
        return;
    snprintf(path, sizeof(path), "/lib/firmware/nvidia/%s", scene->module_version);
    if (gst_view_list(scene->view, path, append_name, names) && names[0] != '\0')
        gst_told(asking, "gsp_firmware", "%s", names);
}
