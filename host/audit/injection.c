/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was put into this container, and by whom: a file of the driver that is a mount of its own
 * was injected, one on the image's file system was baked in. Rows C01 to C21; those that ask what
 * the loader makes of it are in loader.c.
 */
#include <stdio.h>
#include <string.h>

#include "audit/injection.h"
#include "audit/loader.h"

bool gst_injection_is_by_toolkit(const struct gst_scene *scene)
{
    return scene->injection == GST_INJECTION_LEGACY || scene->injection == GST_INJECTION_CDI
           || scene->injection == GST_INJECTION_JIT_CDI;
}

const struct gst_driver_file *gst_injection_file(const struct gst_scene *scene, const char *name)
{
    return gst_scene_file(scene, name, GST_ORIGIN_INJECTED);
}

/* C01 */
static void ask_evidence(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_mount *proc = gst_mounts_at(&scene->mounts, "/proc/driver/nvidia");
    size_t nodes = 0, files = 0;

    for (size_t i = 0; i < scene->node_count; i++)
        nodes += scene->nodes[i].mount != NULL;
    for (size_t i = 0; i < scene->file_count; i++)
        files += scene->files[i].origin == GST_ORIGIN_INJECTED;
    gst_told(asking, "injection_evidence",
             "%zu of %zu nodes and %zu of %zu driver files are mounts, %s over "
             "'/proc/driver/nvidia', NVIDIA_VISIBLE_DEVICES %s",
             nodes, scene->node_count, files, scene->file_count,
             proc != NULL ? proc->type : "nothing",
             scene->asked_text != NULL ? scene->asked_text : "not set");
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
    const struct gst_driver_file *libcuda = gst_injection_file(scene, "libcuda.so");
    const struct gst_driver_file *nvml = gst_injection_file(scene, "libnvidia-ml.so");
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
    if (!gst_scene_has_injection(scene) || scene->mounts.count == 0)
        return;
    if (libcuda != NULL)
        gst_fine(asking, "'%s'", libcuda->path);
    else if (scene->injection == GST_INJECTION_LEGACY
             && (scene->capabilities & (GST_CAPABILITY_COMPUTE | GST_CAPABILITY_VIDEO)) == 0)
        return; /* left out on request; the group that reads the request says so */
    else if (gst_injection_is_by_toolkit(scene) && nvml != NULL)
        gst_found(asking, GST_HOST_LIBCUDA_MISSING, GST_NO_GPU,
                  "'%s' was injected by %s without a libcuda of its version", nvml->path,
                  gst_injection_name(scene->injection));
    else
        gst_found(asking, GST_RUNTIME_LIBCUDA_MISSING, GST_NO_GPU,
                  "%zu device nodes and %zu driver files are here, but no injected libcuda.so",
                  scene->node_count, scene->file_count);
}

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    const struct gst_driver_file *libcuda = gst_injection_file(scene, "libcuda.so");

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
        .question = "What tells how the driver was injected?",
        .ask = ask_evidence,
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
        .ask = gst_injection_ask_one_version,
    },
    {
        .id = "C06",
        .question = "Are the libraries of the kernel module's version?",
        .findings = { GST_HOST_DRIVER_MISMATCH },
        .ask = gst_injection_ask_module_version,
    },
    {
        .id = "C07",
        .question = "Do the mounted files still exist on the host?",
        .findings = { GST_RUNTIME_DRIVER_REPLACED },
        .ask = gst_injection_ask_still_there,
    },
    {
        .id = "C08",
        .question = "Are the driver's files whole and readable?",
        .findings = { GST_IMAGE_EMPTY_DRIVER_FILES, GST_RUNTIME_LIBRARY_UNREADABLE },
        .ask = gst_injection_ask_whole,
    },
    {
        .id = "C09",
        .question = "Is libcuda for this machine's programs?",
        .findings = { GST_IMAGE_WRONG_ARCHITECTURE },
        .ask = gst_injection_ask_architecture,
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
        .findings = { GST_RUNTIME_LOADER_MISSES, GST_SUITE_VIEW_DAMAGED },
        .ask = gst_loader_ask_found,
    },
    {
        .id = "C12",
        .question = "Is the libcuda that opens the injected one?",
        .stage = GST_STAGE_ANSWERS,
        .findings = { GST_IMAGE_OTHER_LIBCUDA },
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
        .ask = gst_injection_ask_nvidia_smi,
    },
    {
        .id = "C18",
        .question = "Were the compilers injected that the driver opens?",
        .findings = { GST_RUNTIME_JIT_MISSING, GST_RUNTIME_TOOLKIT_OLD },
        .ask = gst_injection_ask_compilers,
    },
    {
        .id = "C19",
        .question = "Which firmware of the GPU's system processor was injected?",
        .ask = gst_injection_ask_firmware,
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
    .name = "injection",
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
