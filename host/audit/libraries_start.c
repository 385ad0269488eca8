/* SPDX-License-Identifier: Apache-2.0 */
/* Whether NVML and CUDA start; see libraries_start.h. */
#include "audit/libraries_start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/cuda_abi.h"
#include "api/nvml_abi.h"
#include "audit/node_kinds.h"
#include "audit/nvml_finding.h"
#include "audit/visible.h"
#include "gpu/absence.h"
#include "gpu/error.h"

#define NVML    "libnvidia-ml.so.1"
#define LIBCUDA "libcuda.so.1"

/* "cuMemAlloc" against "cuMemAlloc_v2" */
static bool is_function(const char *symbol, const char *function)
{
    const size_t length = strlen(function);

    return strncmp(symbol, function, length) == 0
           && (symbol[length] == '\0'
               || (strncmp(symbol + length, "_v", 2) == 0
                   && strspn(symbol + length + 2, "0123456789") == strlen(symbol + length + 2)));
}

const struct gst_answer *gst_answer_of(const struct gst_scene *scene, const char *function)
{
    for (size_t i = 0; i < scene->answers.count; i++) {
        const struct gst_answer *answer = &scene->answers.items[i];

        if (answer->kind == GST_ANSWER_CALL && is_function(answer->name, function))
            return answer;
    }
    return NULL;
}

bool gst_is_answer_ok(const struct gst_scene *scene, const char *function)
{
    const struct gst_answer *answer = gst_answer_of(scene, function);

    return answer != NULL && answer->is_ok;
}

/* Which GPU a call was about, by the library's own count; GST_NO_GPU for none. */
static int gpu_of(const struct gst_answer *answer)
{
    static const char key[] = "gpu=";

    return strncmp(answer->text, key, sizeof(key) - 1) == 0 ? atoi(answer->text + sizeof(key) - 1)
                                                            : GST_NO_GPU;
}

static bool is_call_of(const struct gst_answer *answer, const char *prefix)
{
    return answer->kind == GST_ANSWER_CALL && !answer->is_missing
           && strncmp(answer->name, prefix, strlen(prefix)) == 0;
}

/* Only what the row declares: a code may stand for what cannot be meant here, such as a kernel. */
static enum gst_finding_id declared(const struct gst_asking *asking, enum gst_finding_id finding,
                                    enum gst_finding_id otherwise)
{
    const enum gst_finding_id *findings = asking->check->findings;

    for (size_t i = 0; i < GST_CHECK_FINDINGS && findings[i] != GST_NO_FINDING; i++) {
        if (findings[i] == finding)
            return finding;
    }
    return otherwise;
}

/* A library that does not load where somebody brought a driver. */
static bool is_unloadable(const struct gst_scene *scene, const struct gst_answer *library)
{
    return library != NULL && !library->is_ok && scene->injection != GST_INJECTION_NONE;
}

/* What keeps a library from a driver that is there. */
static enum gst_finding_id absent_device(const struct gst_scene *scene)
{
    return scene->platform == GST_PLATFORM_WSL ? GST_HOST_WSL_NODE : GST_RUNTIME_DEVICE_NODES;
}

/* NVML says that no driver is loaded, too, where it is loaded and cannot be asked; on other
 * platforms than Linux on a kernel of the host's nothing else tells whether it is. */
static bool is_blind(const struct gst_scene *scene, int code)
{
    return code == NVML_ERROR_DRIVER_NOT_LOADED
           && (scene->has_module || scene->platform != GST_PLATFORM_LINUX);
}

/* The control node's own answer tells what NVML's number leaves open. */
static enum gst_finding_id nvml_finding(const struct gst_scene *scene, int code)
{
    const struct gst_device_node *control = gst_scene_node(scene, GST_CONTROL_NODE);

    if (is_blind(scene, code))
        return absent_device(scene);
    if (code == NVML_ERROR_UNKNOWN && control != NULL && control->open_result == EPERM)
        return GST_RUNTIME_CGROUP_DENIES;
    return gst_nvml_finding(code);
}

/* Most questions about a GPU have answers like "not supported", but not the one for its handle. */
static void ask_nvml_gpus(struct gst_asking *asking)
{
    const struct gst_answers *answers = &asking->scene->answers;
    int told = GST_NO_GPU;

    for (size_t i = 0; i < answers->count; i++) {
        const struct gst_answer *answer = &answers->items[i];
        const int gpu = gpu_of(answer);
        enum gst_finding_id finding;

        if (!is_call_of(answer, "nvml") || answer->is_ok || gpu == GST_NO_GPU || gpu == told)
            continue;
        finding = nvml_finding(asking->scene, answer->code);
        if (!is_function(answer->name, "nvmlDeviceGetHandleByIndex")
            && finding != GST_HARDWARE_GPU_LOST && finding != GST_HOST_GPU_NEEDS_RESET)
            continue;
        told = gpu;
        /* Of no GPU in particular: its place on the bus is among what it does not tell. */
        gst_found(asking, finding, GST_NO_GPU, "%s says %d (%s) of NVML's GPU %d", answer->name,
                  answer->code, gst_nvml_words(answer->code), gpu);
    }
}

/* Many Jetsons have none, and legacy injection brings it to those who ask for tools. */
static bool is_nvml_due(const struct gst_scene *scene)
{
    return scene->platform != GST_PLATFORM_TEGRA
           && (scene->injection != GST_INJECTION_LEGACY
               || (scene->capabilities & GST_CAPABILITY_UTILITY) != 0);
}

void gst_ask_nvml_starts(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_answer *library = gst_answers_library(&scene->answers, NVML);
    const struct gst_answer *init = gst_answer_of(scene, "nvmlInit");

    if (is_unloadable(scene, library) && is_nvml_due(scene))
        gst_found(asking, GST_RUNTIME_NVML_MISSING, GST_NO_GPU, "'" NVML "' does not load: %.200s",
                  library->text);
    if (init == NULL || init->is_missing)
        return;
    if (!init->is_ok) {
        gst_found(asking, nvml_finding(scene, init->code), GST_NO_GPU, "%s says %d (%s)",
                  init->name, init->code, gst_nvml_words(init->code));
        return;
    }
    ask_nvml_gpus(asking);
    gst_fine(asking, "NVML starts and lists %d GPUs", scene->answers.nvml_gpu_count);
}

/* What the witnesses of gpu/absence.h saw, here by way of the scene. A bus that cannot be read is
 * not empty. */
static struct gst_trace trace_of(const struct gst_scene *scene)
{
    struct gst_trace trace = {
        .has_module = scene->has_module || gst_is_answer_ok(scene, "nvmlInit"),
        .has_pci_device = !scene->has_pci,
        .has_device_node = gst_scene_node(scene, GST_CONTROL_NODE) != NULL,
    };

    snprintf(trace.module_version, sizeof(trace.module_version), "%s", scene->module_version);
    for (int i = 0; i < scene->gpu_count && !trace.has_pci_device; i++) {
        trace.has_pci_device = scene->gpus[i].is_on_bus;
        snprintf(trace.pci_id, sizeof(trace.pci_id), "%s", scene->gpus[i].pci_id);
    }
    return trace;
}

static int count_lost(const struct gst_scene *scene)
{
    int lost = 0;

    for (size_t i = 0; i < scene->answers.count; i++) {
        const struct gst_answer *answer = &scene->answers.items[i];

        lost += is_call_of(answer, "nvmlDeviceGetHandleByIndex")
                && answer->code == NVML_ERROR_GPU_IS_LOST;
    }
    return lost;
}

/* CUDA_VISIBLE_DEVICES if it can be why CUDA sees no GPU, else NULL. */
static const char *hiding_list(const struct gst_scene *scene)
{
    const char *list = gst_view_env(scene->view, "CUDA_VISIBLE_DEVICES");
    const char *uuids[GST_ANSWER_GPUS];
    const int count = scene->answers.nvml_gpu_count;
    enum gst_visible visible;
    char entry[80];
    int shown;

    if (list == NULL)
        return NULL;
    for (int i = 0; i < count; i++)
        uuids[i] = scene->answers.nvml_gpus[i].uuid;
    visible = gst_visible_judge(list, uuids, count, &shown, entry, sizeof(entry));
    return visible == GST_VISIBLE_NONE || (visible == GST_VISIBLE_INVALID && count > 0) ? list
                                                                                        : NULL;
}

static void explain_no_device(struct gst_asking *asking, const struct gst_answer *init)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_trace trace = trace_of(scene);
    const struct gst_answer *library = gst_answers_library(&scene->answers, LIBCUDA);
    const struct gst_answer *nvml = gst_answer_of(scene, "nvmlInit");
    const struct gst_status failed = { .finding = GST_RUNTIME_DEVICE_NODES, .code = init->code };
    const struct gst_absence absence = {
        .trace = &trace,
        .asked_for = scene->asked_text,
        .visible = hiding_list(scene),
        .libcuda_path = library != NULL ? library->text : LIBCUDA,
        .libcuda_problem = "",
        .is_libcuda_open = true,
        .nvml_code = nvml != NULL && !is_blind(scene, nvml->code) ? nvml->code : NVML_SUCCESS,
        .nvml_gpus = scene->answers.nvml_gpu_count,
        .nvml_lost = count_lost(scene),
        .init = &failed,
    };
    struct gst_status st = GST_STATUS_INIT;

    /* Elsewhere neither bus nor module tell of the host. */
    if (scene->platform != GST_PLATFORM_LINUX && absence.visible == NULL) {
        gst_found(asking, absent_device(scene), GST_NO_GPU, "cuInit says 100 (no device)");
        return;
    }
    gst_absence_explain(&absence, &st);
    gst_found(asking, declared(asking, st.finding, GST_HOST_CALL_FAILED), GST_NO_GPU, "%s",
              st.cause[0] != '\0' ? st.cause : "cuInit says no device");
}

/* Codes that mean something of their own where CUDA starts. */
static enum gst_finding_id start_finding(const struct gst_asking *asking, int code)
{
    const struct gst_scene *scene = asking->scene;

    if (code >= CUDA_ERROR_MPS_CONNECTION_FAILED && code <= CUDA_ERROR_MPS_CLIENT_TERMINATED)
        return GST_USER_MPS_UNREACHABLE;
    if (code == CUDA_ERROR_INVALID_DEVICE
        && gst_view_env(scene->view, "CUDA_VISIBLE_DEVICES") != NULL)
        return GST_USER_VISIBLE_DEVICES_INVALID;
    if (scene->platform == GST_PLATFORM_WSL && code == CUDA_ERROR_NOT_FOUND)
        return GST_HOST_WSL_DRIVER; /* of another build than the kernel's side */
    return declared(asking, gst_cuda_finding(code), GST_HOST_CALL_FAILED);
}

void gst_ask_cuda_starts(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_answer *library = gst_answers_library(&scene->answers, LIBCUDA);
    const struct gst_answer *init = gst_answer_of(scene, "cuInit");

    if (is_unloadable(scene, library))
        gst_found(asking, GST_RUNTIME_LIBCUDA_MISSING, GST_NO_GPU,
                  "'" LIBCUDA "' does not load: %.200s", library->text);
    if (init == NULL || init->is_missing)
        return;
    if (init->is_ok)
        gst_fine(asking, "CUDA starts and lists %d GPUs", scene->answers.cuda_gpu_count);
    else if (init->code == CUDA_ERROR_NO_DEVICE)
        explain_no_device(asking, init);
    else
        gst_found(asking, start_finding(asking, init->code), GST_NO_GPU, "cuInit says %d",
                  init->code);
}

int gst_gpu_of_cuda(const struct gst_scene *scene, int index)
{
    const struct gst_answers *answers = &scene->answers;
    const char *pci_id = "";

    for (int i = 0; i < answers->cuda_gpu_count; i++) {
        if (answers->cuda_gpus[i].index == index)
            pci_id = answers->cuda_gpus[i].pci_id;
    }
    for (int i = 0; i < scene->gpu_count; i++) {
        if (strcasecmp(scene->gpus[i].pci_id, pci_id) == 0)
            return i;
    }
    return GST_NO_GPU;
}

void gst_ask_cuda_works(struct gst_asking *asking)
{
    const struct gst_scene *scene = asking->scene;
    const struct gst_answers *answers = &scene->answers;
    int told = GST_NO_GPU;
    size_t right = 0;

    for (size_t i = 0; i < answers->count; i++) {
        const struct gst_answer *answer = &answers->items[i];
        const int gpu = gpu_of(answer);
        const char *wrong = strstr(answer->text, "wrong=");

        if (!is_call_of(answer, "cu") || is_call_of(answer, "cuda") || gpu == GST_NO_GPU
            || gpu == told)
            continue;
        right += answer->is_ok && strstr(answer->text, " right") != NULL;
        if (answer->is_ok && wrong == NULL)
            continue;
        told = gpu;
        if (answer->is_ok)
            gst_found(asking, GST_HARDWARE_WRONG_RESULT, gst_gpu_of_cuda(scene, gpu),
                      "%.16s of 4096 bytes come back wrong from CUDA's GPU %d",
                      wrong + strlen("wrong="), gpu);
        else
            gst_found(asking,
                      declared(asking, gst_cuda_finding(answer->code), GST_HOST_CALL_FAILED),
                      gst_gpu_of_cuda(scene, gpu), "%s says %d on CUDA's GPU %d", answer->name,
                      answer->code, gpu);
    }
    if (right > 0)
        gst_fine(asking, "%zu GPUs give a page back as it was written", right);
}
