/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was put into this container, and by whom: a file of the driver that is a mount of its own
 * was injected, one on the image's file system was baked in. Rows C01 to C21; those that ask what
 * the loader makes of it are in loader.c.
 */
#include <stdio.h>
#include <string.h>

#include "api/elf.h"
#include "audit/check.h"
#include "audit/field.h"
#include "audit/loader.h"
#include "core/version.h"

/* The part of an ELF file that says for which processor it is (ELF specification, e_ident). */
#define ELF_HEAD_BYTES 20
#define ELF_CLASS      4
#define ELF_DATA       5
#define ELF_MACHINE    18
#define ELF_64_BIT     2
#define ELF_BIG_ENDIAN 2

static bool is_library(const struct gst_driver_file *file)
{
    return strstr(file->name, ".so") != NULL;
}

static bool is_injected_library(const struct gst_driver_file *file)
{
    return file->origin == GST_ORIGIN_INJECTED && is_library(file);
}

/* Injected by something that chooses the files itself, not by hand. */
static bool is_by_toolkit(const struct gst_scene *scene)
{
    return scene->injection == GST_INJECTION_LEGACY || scene->injection == GST_INJECTION_CDI
           || scene->injection == GST_INJECTION_JIT_CDI;
}

static const struct gst_driver_file *injected(const struct gst_scene *scene, const char *name)
{
    return gst_scene_file(scene, name, GST_ORIGIN_INJECTED);
}

/* The driver's version in a file's name; libcuda.so.1, mounted by hand, has it in the name of what
 * was mounted. Libraries that count for themselves (libnvidia-egl-gbm.so.1.1.1) have none. */
static bool find_version(const struct gst_driver_file *file, char *version, size_t size)
{
    const char *source = file->mount != NULL ? strstr(file->mount->root, ".so.") : NULL;

    return gst_version_find(file->version, version, size)
           || (source != NULL && gst_version_find(source + strlen(".so."), version, size));
}

/* The version of the libraries that programs here are meant to use, and the file that has it. */
static bool find_library_version(const struct gst_scene *scene, char *path, size_t path_size,
                                 char *version, size_t size)
{
    static const struct {
        const char *file;
        const char *name; /* that programs open */
    } witnesses[] = { { "libcuda.so", "libcuda.so.1" },
                      { "libnvidia-ml.so", "libnvidia-ml.so.1" } };

    for (size_t i = 0; i < sizeof(witnesses) / sizeof(witnesses[0]); i++) {
        const struct gst_driver_file *file = injected(scene, witnesses[i].file);
        struct gst_resolved taken;

        if (file != NULL && find_version(file, version, size)) {
            snprintf(path, path_size, "%s", file->path);
            return true;
        }
        if (scene->is_container)
            continue;
        gst_scene_resolve_library(scene, witnesses[i].name, &taken);
        if (taken.is_found && gst_version_find(taken.version, version, size)) {
            snprintf(path, path_size, "%s", taken.real);
            return true;
        }
    }
    return false;
}

/* C01 */
static void ask_mode(struct gst_asking *asking)
{
    gst_told(asking, "injection_mode", "%s", gst_injection_name(asking->scene->injection));
}

/* C02: what was not asked for, or is "void", is for the group that reads the request. */
static void ask_injected(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;

    if (!scene->is_container || scene->platform != GST_PLATFORM_LINUX)
        return;
    if (gst_scene_has_injection(scene))
        gst_fine(asking, "%zu driver files and %zu device nodes, by %s", scene->file_count,
                 scene->node_count, gst_injection_name(scene->injection));
    else if (scene->asked == GST_ASKED_ALL || scene->asked == GST_ASKED_LIST)
        gst_found(asking, GST_RUNTIME_NOTHING_INJECTED, GST_NO_GPU,
                  "NVIDIA_VISIBLE_DEVICES is '%.80s', but no driver file is mounted and no node of "
                  "a GPU is in '/dev'",
                  scene->asked_text);
}

static bool is_baked(const struct gst_driver_file *file)
{
    return file->origin == GST_ORIGIN_IMAGE && file->node.size_bytes > 0
           && strstr(file->path, "/stubs/") == NULL;
}

/* C03: those that the loader takes are found by C10, C14 and C15. */
static void ask_baked_in(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *first = NULL;
    struct gst_shadow shadow;
    size_t baked = 0, mounted = 0;

    if (!scene->is_container)
        return;
    for (size_t i = 0; i < scene->file_count; i++) {
        mounted += scene->files[i].origin == GST_ORIGIN_INJECTED;
        if (is_baked(&scene->files[i]) && baked++ == 0)
            first = &scene->files[i];
    }
    if (first == NULL)
        gst_fine(asking, "%zu files of the driver, all of them mounted", mounted);
    else if (!gst_loader_find_shadow(scene, GST_NO_FINDING, &shadow))
        gst_found(asking, GST_IMAGE_DRIVER_FILES_UNUSED, GST_NO_GPU,
                  "%zu on the image's file system beside %zu that are mounted, the first is '%s'",
                  baked, mounted, first->path);
}

/* C04 */
static void ask_libcuda(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *libcuda = injected(scene, "libcuda.so");
    const struct gst_driver_file *nvml = injected(scene, "libnvidia-ml.so");
    struct gst_resolved taken;

    if (scene->platform != GST_PLATFORM_LINUX)
        return;
    if (!scene->is_container) {
        gst_scene_resolve_library(scene, "libcuda.so.1", &taken);
        if (taken.is_found)
            gst_fine(asking, "'%s'", taken.real);
        else if (scene->has_module && scene->has_cache)
            gst_found(asking, GST_HOST_LIBCUDA_MISSING, GST_NO_GPU,
                      "the kernel module is %s, but the loader finds no 'libcuda.so.1'",
                      scene->module_version);
        return;
    }
    if (!gst_scene_has_injection(scene))
        return;
    if (libcuda != NULL)
        gst_fine(asking, "'%s'", libcuda->path);
    else if (scene->injection == GST_INJECTION_LEGACY
             && (scene->capabilities & (GST_CAPABILITY_COMPUTE | GST_CAPABILITY_VIDEO)) == 0)
        return; /* left out on request; the group that reads the request says so */
    else if (is_by_toolkit(scene) && nvml != NULL)
        gst_found(asking, GST_HOST_LIBCUDA_MISSING, GST_NO_GPU,
                  "'%s' was injected by %s without a libcuda of its version", nvml->path,
                  gst_injection_name(scene->injection));
    else
        gst_found(asking, GST_RUNTIME_LIBCUDA_MISSING, GST_NO_GPU,
                  "%zu device nodes and %zu driver files are here, but no injected libcuda.so",
                  scene->node_count, scene->file_count);
}

/* C05 */
static void ask_one_version(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *first = NULL;
    char version[32], other[32];
    size_t count = 0;

    for (size_t i = 0; i < scene->file_count; i++) {
        const struct gst_driver_file *file = &scene->files[i];

        if (!is_injected_library(file) || !find_version(file, other, sizeof(other)))
            continue;
        if (first == NULL) {
            first = file;
            memcpy(version, other, sizeof(version));
        }
        if (strcmp(version, other) != 0) {
            gst_found(asking, GST_HOST_MIXED_VERSIONS, GST_NO_GPU, "'%s' is of %s, '%s' is of %s",
                      first->path, version, file->path, other);
            return;
        }
        count++;
    }
    if (count > 0)
        gst_fine(asking, "%zu libraries are of %s", count, version);
}

/* C06 */
static void ask_module_version(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    char path[256], version[32];

    if (scene->platform != GST_PLATFORM_LINUX || scene->module_version[0] == '\0'
        || !find_library_version(scene, path, sizeof(path), version, sizeof(version)))
        return;
    if (strcmp(version, scene->module_version) == 0)
        gst_fine(asking, "both are %s", version);
    else
        gst_found(asking, GST_HOST_DRIVER_MISMATCH, GST_NO_GPU,
                  "'%s' is of %s, the kernel module is %s", path, version, scene->module_version);
}

/* C07 */
static void ask_still_there(struct gst_asking *asking)
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
    char head[ELF_HEAD_BYTES + 1];
    unsigned uid;

    if (gst_view_is_live(scene->view))
        return gst_view_read(scene->view, file->path, head, sizeof(head));
    return (file->node.mode & 04U) != 0 || !gst_field_user(scene->view, &uid) || uid == 0
           || uid == file->node.uid;
}

/* C08 */
static void ask_whole(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *first_empty = NULL, *bad = NULL;
    size_t empty = 0, whole = 0;

    for (size_t i = 0; i < scene->file_count; i++) {
        const struct gst_driver_file *file = &scene->files[i];

        if (scene->is_container && file->origin == GST_ORIGIN_IMAGE && file->node.size_bytes == 0) {
            if (empty++ == 0)
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

struct elf_head {
    bool is_64_bit;
    unsigned machine;
};

/* False if the file cannot be read or is none. */
static bool read_elf_head(const struct gst_view *view, const char *path, struct elf_head *head)
{
    char text[ELF_HEAD_BYTES + 1] = "";
    unsigned char bytes[ELF_HEAD_BYTES];

    if (!gst_view_read(view, path, text, sizeof(text)) || memcmp(text, "\177ELF", 4) != 0)
        return false;
    memcpy(bytes, text, sizeof(bytes));
    head->is_64_bit = bytes[ELF_CLASS] == ELF_64_BIT;
    head->machine = bytes[ELF_DATA] == ELF_BIG_ENDIAN
                        ? (unsigned)bytes[ELF_MACHINE] << 8 | bytes[ELF_MACHINE + 1]
                        : (unsigned)bytes[ELF_MACHINE + 1] << 8 | bytes[ELF_MACHINE];
    return true;
}

/* C09: one libcuda for this machine is enough; a second, for 32-bit programs, does no harm. */
static void ask_architecture(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *wrong = NULL;
    struct elf_head head, wrong_head = { 0 };

    for (size_t i = 0; i < scene->file_count; i++) {
        const struct gst_driver_file *file = &scene->files[i];

        if (!is_injected_library(file) || strcmp(file->name, "libcuda.so") != 0)
            continue;
        if (!read_elf_head(scene->view, file->path, &head))
            return;
        if (head.is_64_bit && head.machine == gst_elf_machine()) {
            gst_fine(asking, "'%s' is for 64-bit programs of machine %u", file->path, head.machine);
            return;
        }
        wrong = file;
        wrong_head = head;
    }
    if (wrong != NULL)
        gst_found(asking, GST_IMAGE_WRONG_ARCHITECTURE, GST_NO_GPU,
                  "'%s' is for %d-bit programs of ELF machine %u, this is machine %u", wrong->path,
                  wrong_head.is_64_bit ? 64 : 32, wrong_head.machine, gst_elf_machine());
}

/* C17 */
static void ask_nvidia_smi(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *program = injected(scene, "nvidia-smi");

    if (!is_by_toolkit(scene) || injected(scene, "libnvidia-ml.so") == NULL)
        return;
    if (program != NULL)
        gst_fine(asking, "'%s'", program->path);
    /* Who names the capabilities and leaves utility out wants it so. */
    else if (!scene->has_capabilities || (scene->capabilities & GST_CAPABILITY_UTILITY) != 0)
        gst_found(asking, GST_USER_NO_NVIDIA_SMI, GST_NO_GPU,
                  "'%s' was injected without nvidia-smi", injected(scene, "libnvidia-ml.so")->path);
}

/* Libraries that libcuda opens by name, with the driver that began to; a toolkit that is older does
 * not know them. */
static const struct {
    const char *file;
    unsigned since; /* major version of the driver */
} opened_by_libcuda[] = {
    { "libnvidia-nvvm.so", 535 },    /* named in libcuda.so.535.261.03 and .550.163.01 */
    { "libnvidia-gpucomp.so", 570 }, /* there since 545 */
};

/* C18 */
static void ask_compilers(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_driver_file *libcuda = injected(scene, "libcuda.so");
    char version[32];

    if (!is_by_toolkit(scene) || libcuda == NULL
        || !find_version(libcuda, version, sizeof(version)))
        return;
    if (injected(scene, "libnvidia-ptxjitcompiler.so") == NULL) {
        gst_found(asking, GST_RUNTIME_JIT_MISSING, GST_NO_GPU,
                  "'%s' was injected without libnvidia-ptxjitcompiler.so", libcuda->path);
        return;
    }
    for (size_t i = 0; i < sizeof(opened_by_libcuda) / sizeof(opened_by_libcuda[0]); i++) {
        const char *file = opened_by_libcuda[i].file;

        if (gst_version_major(version) < opened_by_libcuda[i].since
            || injected(scene, file) != NULL)
            continue;
        gst_found(asking, GST_RUNTIME_TOOLKIT_OLD, GST_NO_GPU, "'%s' was injected by %s without %s",
                  libcuda->path, gst_injection_name(scene->injection), file);
        return;
    }
    gst_fine(asking, "the compilers of %s were injected with libcuda", version);
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
static void ask_firmware(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    char path[64], names[GST_TEXT_SIZE] = "";

    if (scene->module_version[0] == '\0')
        return;
    snprintf(path, sizeof(path), "/lib/firmware/nvidia/%s", scene->module_version);
    if (gst_view_list(scene->view, path, append_name, names) && names[0] != '\0')
        gst_told(asking, "gsp_firmware", "%s", names);
}

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    const struct gst_driver_file *libcuda = injected(scene, "libcuda.so");

    if (!scene->is_container)
        snprintf(text, size, "no container");
    else if (!gst_scene_has_injection(scene))
        snprintf(text, size, "nothing was injected");
    else
        snprintf(text, size, "%s, %zu driver files%s%.120s", gst_injection_name(scene->injection),
                 scene->file_count, libcuda != NULL ? ", " : "",
                 libcuda != NULL ? libcuda->path : "");
}

static const struct gst_audit_check checks[] = {
    {
        .id = "C01",
        .question = "How was the driver injected?",
        .ask = ask_mode,
    },
    {
        .id = "C02",
        .question = "Was anything injected, where GPUs were asked for?",
        .findings = { GST_RUNTIME_NOTHING_INJECTED },
        .ask = ask_injected,
    },
    {
        .id = "C03",
        .question = "Is the image free of a driver's files?",
        .findings = { GST_IMAGE_DRIVER_FILES_UNUSED },
        .ask = ask_baked_in,
    },
    {
        .id = "C04",
        .question = "Was libcuda injected?",
        .findings = { GST_RUNTIME_LIBCUDA_MISSING, GST_HOST_LIBCUDA_MISSING },
        .ask = ask_libcuda,
    },
    {
        .id = "C05",
        .question = "Are the injected libraries of one version?",
        .findings = { GST_HOST_MIXED_VERSIONS },
        .ask = ask_one_version,
    },
    {
        .id = "C06",
        .question = "Are the libraries of the kernel module's version?",
        .findings = { GST_HOST_DRIVER_MISMATCH },
        .ask = ask_module_version,
    },
    {
        .id = "C07",
        .question = "Do the mounted files still exist on the host?",
        .findings = { GST_RUNTIME_DRIVER_REPLACED },
        .ask = ask_still_there,
    },
    {
        .id = "C08",
        .question = "Are the driver's files whole and readable?",
        .findings = { GST_IMAGE_EMPTY_DRIVER_FILES, GST_RUNTIME_LIBRARY_UNREADABLE },
        .ask = ask_whole,
    },
    {
        .id = "C09",
        .question = "Is libcuda for this machine's programs?",
        .findings = { GST_IMAGE_WRONG_ARCHITECTURE },
        .ask = ask_architecture,
    },
    {
        .id = "C10",
        .question = "Do the names of the libraries lead to those that were injected?",
        .findings = { GST_IMAGE_DRIVER_FILES, GST_IMAGE_OTHER_LIBCUDA },
        .ask = gst_loader_ask_links,
    },
    {
        .id = "C11",
        .question = "Does the loader find the injected libraries?",
        .findings = { GST_RUNTIME_LOADER_MISSES },
        .ask = gst_loader_ask_found,
    },
    {
        .id = "C12",
        .question = "Is the libcuda that opens the injected one?",
        .stage = GST_STAGE_ANSWERS,
        .findings = { GST_IMAGE_OTHER_LIBCUDA, GST_IMAGE_STUB_LIBCUDA },
        .ask = gst_loader_ask_loaded,
    },
    {
        .id = "C13",
        .question = "Are libcuda.so and libcuda.so.1 the same?",
        .findings = { GST_IMAGE_TWO_LIBCUDAS },
        .ask = gst_loader_ask_names_agree,
    },
    {
        .id = "C14",
        .question = "Does the loader keep away from stubs?",
        .findings = { GST_IMAGE_STUB_LIBCUDA },
        .ask = gst_loader_ask_stubs,
    },
    {
        .id = "C15",
        .question = "Does LD_LIBRARY_PATH leave the driver's libraries alone?",
        .findings = { GST_USER_LIBRARY_PATH },
        .ask = gst_loader_ask_library_path,
    },
    {
        .id = "C16",
        .question = "Is nothing preloaded into programs?",
        .findings = { GST_USER_PRELOAD },
        .ask = gst_loader_ask_preload,
    },
    {
        .id = "C17",
        .question = "Was nvidia-smi injected?",
        .findings = { GST_USER_NO_NVIDIA_SMI },
        .ask = ask_nvidia_smi,
    },
    {
        .id = "C18",
        .question = "Were the compilers injected that libcuda opens?",
        .findings = { GST_RUNTIME_JIT_MISSING, GST_RUNTIME_TOOLKIT_OLD },
        .ask = ask_compilers,
    },
    {
        .id = "C19",
        .question = "Which firmware of the GPU's system processor was injected?",
        .ask = ask_firmware,
    },
    {
        .id = "C20",
        .question = "Has the image the C library that the driver needs?",
        .findings = { GST_IMAGE_MUSL, GST_IMAGE_NO_LOADER },
        .ask = gst_loader_ask_libc,
    },
    {
        .id = "C21",
        .question = "May code be run from where the libraries lie?",
        .findings = { GST_USER_NOEXEC },
        .ask = gst_loader_ask_executable,
    },
};

const struct gst_audit_group gst_group_injection = {
    .key = 'C',
    .name = "injection",
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
