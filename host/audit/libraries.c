/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Group E, the libraries speak to the driver: what NVML and CUDA answered when the helper asked
 * them, held against each other and against the files.
 */
#include "audit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/cuda_abi.h"
#include "api/version.h"
#include "audit/libraries_start.h"
#include "audit/node_kinds.h"
#include "audit/process.h"
#include "core/cuda_releases.h"
#include "core/units.h"

/* The value that a call returned, NULL if it was not asked or failed. */
static const char *value_of(const struct gst_scene *scene, const char *function)
{
    const struct gst_answer *answer = gst_answer_of(scene, function);

    return answer != NULL && answer->is_ok && answer->text[0] != '\0' ? answer->text : NULL;
}

static int number_of(const struct gst_scene *scene, const char *function)
{
    const char *value = value_of(scene, function);

    return value != NULL ? atoi(value) : 0;
}

/* E02: NVML's own version has the major of its CUDA before the driver's: "12.550.54.14". */
static void ask_versions(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const char *driver = value_of(scene, "nvmlSystemGetDriverVersion");
    const char *own = value_of(scene, "nvmlSystemGetNVMLVersion");
    const char *dot = own != NULL ? strchr(own, '.') : NULL;

    if (driver == NULL || scene->module_version[0] == '\0')
        return;
    if (strcmp(driver, scene->module_version) != 0)
        gst_found(asking, GST_HOST_DRIVER_MISMATCH, GST_NO_GPU,
                  "NVML says driver %.40s, the kernel module is %s", driver, scene->module_version);
    else if (dot != NULL && strcmp(dot + 1, driver) != 0)
        gst_found(asking, GST_HOST_DRIVER_MISMATCH, GST_NO_GPU,
                  "NVML is of driver %.40s, the kernel module is %s", dot + 1,
                  scene->module_version);
    else
        gst_fine(asking, "NVML and the kernel module are of version %.40s", driver);
}

/* Both libraries told all that they know, and nothing makes them tell different things. */
static bool is_comparable(const struct gst_scene *scene)
{
    const struct gst_answers *answers = &scene->answers;

    if (!answers->is_done || !gst_is_answer_ok(scene, "nvmlInit")
        || !gst_is_answer_ok(scene, "cuInit")
        || gst_view_env(scene->view, "CUDA_VISIBLE_DEVICES") != NULL)
        return false;
    for (int i = 0; i < answers->nvml_gpu_count; i++) {
        if (answers->nvml_gpus[i].is_mig) /* CUDA lists one instance, and not the GPU */
            return false;
    }
    return true;
}

/* E03 */
static void ask_counts(struct gst_asking *asking)
{
    const struct gst_answers *answers = &asking->scene->answers;
    const int nvml = answers->nvml_gpu_count, cuda = answers->cuda_gpu_count;

    if (!is_comparable(asking->scene))
        return;
    if (cuda > nvml)
        gst_found(asking, GST_RUNTIME_GPU_NOT_IN_NVML, GST_NO_GPU,
                  "CUDA lists %d GPUs, NVML lists %d", cuda, nvml);
    else if (cuda < nvml)
        gst_found(asking, GST_HOST_NVML_WITHOUT_CUDA, GST_NO_GPU,
                  "NVML lists %d GPUs, CUDA lists %d", nvml, cuda);
    else
        gst_fine(asking, "NVML and CUDA list %d GPUs", cuda);
}

static const struct gst_answer_gpu *nvml_gpu_at(const struct gst_answers *answers,
                                                const char *pci_id)
{
    for (int i = 0; i < answers->nvml_gpu_count; i++) {
        if (pci_id[0] != '\0' && strcasecmp(answers->nvml_gpus[i].pci_id, pci_id) == 0)
            return &answers->nvml_gpus[i];
    }
    return NULL;
}

/* E04 */
static void ask_uuids(struct gst_asking *asking)
{
    const struct gst_answers *answers = &asking->scene->answers;
    int same = 0;

    if (!is_comparable(asking->scene))
        return;
    for (int i = 0; i < answers->cuda_gpu_count; i++) {
        const struct gst_answer_gpu *gpu = &answers->cuda_gpus[i];
        const struct gst_answer_gpu *other = nvml_gpu_at(answers, gpu->pci_id);

        if (other == NULL || gpu->uuid[0] == '\0' || other->uuid[0] == '\0')
            continue;
        if (strcasecmp(gpu->uuid, other->uuid) != 0)
            gst_found(asking, GST_HOST_SOURCES_DISAGREE, gst_gpu_of_cuda(asking->scene, gpu->index),
                      "the GPU at '%s' is '%s' to CUDA and '%s' to NVML", gpu->pci_id, gpu->uuid,
                      other->uuid);
        else
            same++;
    }
    if (same > 0)
        gst_fine(asking, "NVML and CUDA know %d GPUs by the same UUID", same);
}

/* E06: within a major version any runtime starts (minor version compatibility). */
static void ask_runtime_version(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const int runtime = number_of(scene, "cudaRuntimeGetVersion");
    const int driver = number_of(scene, "cuDriverGetVersion");

    /* A driver that says 0 is none at all, which is for others to tell. */
    if (runtime == 0 || driver == 0)
        return;
    if (gst_cuda_major(runtime) > gst_cuda_major(driver))
        gst_found(asking, GST_HOST_DRIVER_TOO_OLD, GST_NO_GPU,
                  "the image's CUDA runtime is %d.%d, the driver has CUDA %d.%d",
                  gst_cuda_major(runtime), gst_cuda_minor(runtime), gst_cuda_major(driver),
                  gst_cuda_minor(driver));
    else
        gst_fine(asking, "CUDA runtime %d.%d on a driver with CUDA %d.%d", gst_cuda_major(runtime),
                 gst_cuda_minor(runtime), gst_cuda_major(driver), gst_cuda_minor(driver));
}

/* The image's CUDA version, as CUDA counts it: what its runtime says, else what its ENV says; 0 if
 * it has none. */
static int image_cuda(const struct gst_scene *scene)
{
    const char *text = gst_view_env(scene->view, "CUDA_VERSION");
    const int runtime = number_of(scene, "cudaRuntimeGetVersion");
    int major, minor;

    if (runtime != 0 || text == NULL)
        return runtime;
    return sscanf(text, "%3d.%2d", &major, &minor) == 2 ? major * 1000 + minor * 10 : 0;
}

/* Code for one architecture runs on those of the same major number and a higher minor one. */
static bool has_code_for(int cuda, int capability)
{
    size_t count;
    const struct gst_cuda_arch *archs = gst_cuda_archs(&count);

    for (size_t i = 0; i < count; i++) {
        if (archs[i].capability / 10 == capability / 10 && archs[i].capability < capability
            && gst_cuda_release_knows_arch(gst_cuda_major(cuda), gst_cuda_minor(cuda),
                                           archs[i].capability))
            return true;
    }
    return gst_cuda_release_knows_arch(gst_cuda_major(cuda), gst_cuda_minor(cuda), capability);
}

/* E08 */
static void ask_architectures(struct gst_asking *asking)
{
    const struct gst_answers *answers = &asking->scene->answers;
    const int cuda = image_cuda(asking->scene);
    int known = 0, major, minor;

    for (int i = 0; i < answers->cuda_gpu_count && cuda != 0; i++) {
        const struct gst_answer_gpu *gpu = &answers->cuda_gpus[i];

        if (sscanf(gpu->capability, "%3d.%2d", &major, &minor) != 2)
            continue;
        if (has_code_for(cuda, major * 10 + minor))
            known++;
        else
            gst_found(asking, GST_IMAGE_TOOLKIT_OLDER_THAN_GPU,
                      gst_gpu_of_cuda(asking->scene, gpu->index),
                      "CUDA %d.%d of the image has no code for compute capability %s",
                      gst_cuda_major(cuda), gst_cuda_minor(cuda), gpu->capability);
    }
    if (known > 0)
        gst_fine(asking, "CUDA %d.%d of the image knows %d GPUs", gst_cuda_major(cuda),
                 gst_cuda_minor(cuda), known);
}

/* E09: what works for root may not for the user that a later image names. Of interest only where it
 * does work. */
static void ask_other_users(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    struct gst_paths closed = { 0 };
    const struct gst_device_node *first = NULL;
    size_t open = 0;
    struct gst_process process;
    unsigned minor;

    gst_process_read(&process, scene->view);
    /* Root of a user namespace is root of nothing that the host owns. */
    if (!scene->answers.is_asked || !scene->is_container || scene->has_user_namespace
        || scene->platform != GST_PLATFORM_LINUX || !process.is_known || process.uid != 0)
        return;
    for (size_t i = 0; i < scene->node_count; i++) {
        const struct gst_device_node *node = &scene->nodes[i];

        if (!gst_device_is_needed(gst_device_kind(node->path, &minor))
            || node->node.kind != GST_NODE_CHARACTER)
            continue;
        open += (node->node.mode & 06) == 06;
        if ((node->node.mode & 06) == 06)
            continue;
        first = first != NULL ? first : node;
        gst_paths_add(&closed, node->path);
    }
    if (first != NULL)
        gst_found(asking, GST_USER_NODES_NEED_ROOT, GST_NO_GPU,
                  "this is root, and %s are closed to others: mode %03o, user %u, group %u",
                  gst_paths_text(&closed), first->node.mode, first->node.uid, first->node.gid);
    else if (open > 0)
        gst_fine(asking, "%zu nodes are open to every user", open);
}

struct problem {
    const char *word; /* the first of the helper's problem */
    enum gst_finding_id finding;
};

/* host/probe/README.md, "Problems". */
static const struct problem problems[] = {
    { "hangs", GST_HOST_DRIVER_HANG },
    { "signal", GST_HOST_DRIVER_CRASHED },
};

/* E10 */
static void ask_helper(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_answers *answers = &scene->answers;
    enum gst_finding_id finding = GST_SUITE_PROBE_FAILED;

    if (!answers->is_asked)
        return;
    /* Before vendor code is entered the helper alone is to blame. */
    for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
        const size_t length = strlen(problems[i].word);

        if (answers->last_enter[0] != '\0'
            && strncmp(answers->problem, problems[i].word, length) == 0
            && answers->problem[length] == ' ')
            finding = problems[i].finding;
    }
    if (answers->problem[0] != '\0') {
        /* An image without the loader of the helper has its own finding (C20). */
        if (strncmp(answers->problem, "no-loader", strlen("no-loader")) != 0
            || !(scene->is_musl || scene->is_loader_missing))
            gst_found(asking, finding, GST_NO_GPU, "gpu-selftest-audit-probe: %.240s",
                      answers->problem);
    } else if (!answers->is_done) {
        gst_found(asking, GST_SUITE_PROBE_FAILED, GST_NO_GPU,
                  "gpu-selftest-audit-probe did not come to its end; it was last in '%s'",
                  answers->last_enter);
    } else if (answers->is_damaged) {
        gst_found(asking, GST_SUITE_PROBE_FAILED, GST_NO_GPU,
                  "gpu-selftest-audit-probe printed lines that follow no rule");
    } else {
        gst_fine(asking, "%zu answers", answers->count);
    }
}

static const struct gst_audit_check checks[] = {
    { "E01",
      "Does NVML start, and reach each GPU?",
      GST_STAGE_ANSWERS,
      { GST_HOST_NVML_FAILED, GST_RUNTIME_NVML_MISSING, GST_HOST_MODULE_NOT_LOADED,
        GST_RUNTIME_DEVICE_NODES, GST_USER_NODE_PERMISSIONS, GST_RUNTIME_CGROUP_DENIES,
        GST_HOST_DRIVER_MISMATCH, GST_HOST_GPU_NEEDS_RESET, GST_HARDWARE_GPU_LOST,
        GST_HOST_WSL_NODE },
      gst_ask_nvml_starts },
    { "E02",
      "Is NVML of the kernel module's version?",
      GST_STAGE_ANSWERS,
      { GST_HOST_DRIVER_MISMATCH },
      ask_versions },
    { "E03",
      "Do NVML and CUDA list as many GPUs?",
      GST_STAGE_ANSWERS,
      { GST_HOST_NVML_WITHOUT_CUDA, GST_RUNTIME_GPU_NOT_IN_NVML },
      ask_counts },
    { "E04",
      "Do NVML and CUDA know the GPUs by the same UUIDs?",
      GST_STAGE_ANSWERS,
      { GST_HOST_SOURCES_DISAGREE },
      ask_uuids },
    { "E05",
      "Does CUDA start?",
      GST_STAGE_ANSWERS,
      { GST_HOST_CALL_FAILED,       GST_RUNTIME_LIBCUDA_MISSING,
        GST_HOST_MODULE_NOT_LOADED, GST_HOST_NO_GPU,
        GST_RUNTIME_DEVICE_NODES,   GST_USER_ALL_GPUS_HIDDEN,
        GST_HOST_NVML_WITHOUT_CUDA, GST_HARDWARE_GPU_LOST,
        GST_HOST_ALLOCATION_FAILED, GST_IMAGE_STUB_LIBCUDA,
        GST_USER_GPU_BUSY,          GST_HARDWARE_ECC,
        GST_RUNTIME_NOT_PERMITTED,  GST_HOST_FABRIC_NOT_READY,
        GST_HOST_DRIVER_MISMATCH,   GST_IMAGE_COMPAT_UNSUPPORTED,
        GST_USER_MPS_UNREACHABLE,   GST_USER_VISIBLE_DEVICES_INVALID,
        GST_HOST_WSL_DRIVER,        GST_HOST_WSL_NODE },
      gst_ask_cuda_starts },
    { "E06",
      "Is the driver new enough for the image's CUDA runtime?",
      GST_STAGE_ANSWERS,
      { GST_HOST_DRIVER_TOO_OLD },
      ask_runtime_version },
    { "E07",
      "Does each GPU give back what is written to it?",
      GST_STAGE_ANSWERS,
      { GST_HOST_CALL_FAILED, GST_HOST_ALLOCATION_FAILED, GST_USER_GPU_BUSY, GST_HARDWARE_ECC,
        GST_RUNTIME_NOT_PERMITTED, GST_HARDWARE_KERNEL_FAULT, GST_HARDWARE_WRONG_RESULT },
      gst_ask_cuda_works },
    { "E08",
      "Does the image's CUDA know the architecture of each GPU?",
      GST_STAGE_ANSWERS,
      { GST_IMAGE_TOOLKIT_OLDER_THAN_GPU },
      ask_architectures },
    { "E09",
      "Could users other than root open the nodes, too?",
      GST_STAGE_ANSWERS,
      { GST_USER_NODES_NEED_ROOT },
      ask_other_users },
    { "E10",
      "Did the helper that asks the libraries come to its end?",
      GST_STAGE_ANSWERS,
      { GST_SUITE_PROBE_FAILED, GST_HOST_DRIVER_HANG, GST_HOST_DRIVER_CRASHED },
      ask_helper },
};

static void summarize(const struct gst_scene *scene, char *text, size_t size)
{
    if (!scene->answers.is_asked)
        snprintf(text, size, "not asked");
    else
        snprintf(text, size, "NVML lists %d GPU%s, CUDA lists %d", scene->answers.nvml_gpu_count,
                 gst_plural(scene->answers.nvml_gpu_count), scene->answers.cuda_gpu_count);
}

const struct gst_audit_group gst_group_libraries = {
    .name = "libraries",
    .needs_answers = true,
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
    .summarize = summarize,
};
