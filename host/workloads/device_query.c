/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device-query: every GPU through the driver, the runtime and NVML, held against each other. What
 * the sources say is kept as facts; that they agree, and that each GPU is known to all, is checked.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gpu/error.h"
#include "gpu/facts.h"
#include "run/run.h"
#include "workloads/list.h"

struct agreement_row {
    const char *key;
    double tolerance;   /* relative, for numbers */
    bool is_cuda_alone; /* driver against runtime: NVML counts it in its own way on some boards */
};

/* NVML counts the whole frame buffer, CUDA what is left of it: 0.5 to 2 % apart on boards from T4
 * to H200 (nvidia-smi -q and deviceQuery outputs); 5 % is past every one of them. */
#define MEMORY_TOLERANCE 0.05

/* Names are no identity: one board is called differently by driver versions and tools. Link widths
 * are kept as facts only: a virtual machine's sysfs shows the virtual slot. */
static const struct agreement_row agreement_rows[] = {
    { "uuid", 0, false },
    { "pci_id", 0, false },
    { "compute_capability", 0, false },
    { "memory_total", MEMORY_TOLERANCE, false },
    { "compute_mode", 0, false },
    { "ecc_enabled", 0, false },
    { "multiprocessors", 0, true },
    { "clock", 0, true },
    { "memory_clock", 0, true },
    { "memory_bus_width", 0, true },
    { "l2_cache", 0, true },
    { "warp_size", 0, true },
    { "threads_per_block", 0, true },
    { "integrated", 0, true },
};

static bool facts_agree(const struct gst_fact *a, const struct gst_fact *b, double tolerance)
{
    if (a->is_number != b->is_number)
        return false;
    if (!a->is_number)
        return strcasecmp(a->text, b->text) == 0;
    return fabs(a->number - b->number) <= tolerance * fmax(fabs(a->number), fabs(b->number));
}

static void format_fact(const struct gst_fact *fact, char *text, size_t size)
{
    if (fact->is_number)
        gst_format(text, size, fact->number, fact->unit);
    else
        snprintf(text, size, "%s", fact->text);
}

/* Compares each fact with the first source that spoke; returns how many were held against another.
 */
static int check_agreement(struct gst_run *run, const struct gst_gpu *gpu)
{
    const struct gst_report *report = run->report;
    char contradiction[GST_CAUSE_SIZE] = "";
    int compared = 0;

    for (size_t i = 0; i < sizeof(agreement_rows) / sizeof(agreement_rows[0]); i++) {
        const struct agreement_row *row = &agreement_rows[i];
        const struct gst_fact *first = gst_report_find_fact(report, gpu->index, NULL, row->key);

        for (size_t f = 0; first != NULL && f < report->fact_count; f++) {
            const struct gst_fact *fact = &report->facts[f];
            char one[GST_TEXT_SIZE];
            char other[GST_TEXT_SIZE];

            if (fact == first || fact->gpu != gpu->index || strcmp(fact->key, row->key) != 0
                || (row->is_cuda_alone && strcmp(fact->source, "runtime") != 0))
                continue;
            compared++;
            if (facts_agree(first, fact, row->tolerance) || contradiction[0] != '\0')
                continue;
            format_fact(first, one, sizeof(one));
            format_fact(fact, other, sizeof(other));
            snprintf(contradiction, sizeof(contradiction), "%s: %s says %.100s, %s says %.100s",
                     row->key, first->source, one, fact->source, other);
        }
    }
    gst_run_check(run, GST_HOST_SOURCES_DISAGREE, gpu->index, contradiction[0] == '\0', "%s",
                  contradiction[0] != '\0' ? contradiction : "driver, runtime and NVML agree");
    return compared;
}

static void note_peers(struct gst_run *run, const struct gst_gpu *gpu)
{
    struct gst_env *env = run->env;
    char peers[GST_TEXT_SIZE] = "";

    for (int i = 0; i < env->gpu_count; i++) {
        struct gst_status ignored = GST_STATUS_INIT;
        const size_t used = strlen(peers);
        int can_access = 0;

        if (env->gpus[i].index == gpu->index
            || !GST_CU(env, &ignored, cuDeviceCanAccessPeer,
                       (&can_access, gpu->device, env->gpus[i].device))
            || can_access == 0)
            continue;
        snprintf(peers + used, sizeof(peers) - used, "%s%d", used > 0 ? " " : "",
                 env->gpus[i].index);
    }
    if (env->gpu_count > 1)
        gst_report_fact_text(run->report, gpu->index, "driver", "peer_access", "%s",
                             peers[0] != '\0' ? peers : "none");
}

static bool is_in_cuda(const struct gst_env *env, nvmlDevice_t device)
{
    for (int i = 0; i < env->gpu_count; i++) {
        if (env->gpus[i].nvml_physical == device)
            return true;
    }
    return false;
}

static bool has_mig(struct gst_env *env, nvmlDevice_t device)
{
    unsigned int current = 0;
    unsigned int pending = 0;

    return GST_NVML(env, nvmlDeviceGetMigMode, (device, &current, &pending)) == NVML_SUCCESS
           && current != 0;
}

/* One GPU that NVML lists and CUDA does not: lost, hidden on purpose, or really missing. */
static void explain_missing_in_cuda(struct gst_run *run, unsigned int index, nvmlDevice_t device)
{
    struct gst_env *env = run->env;
    const char *visible = getenv("CUDA_VISIBLE_DEVICES");
    char uuid[GST_UUID_SIZE] = "of unknown UUID";

    GST_NVML(env, nvmlDeviceGetUUID, (device, uuid, (unsigned int)sizeof(uuid)));
    if (gst_nvml_is_lost(env, device)) {
        gst_run_check(run, GST_HARDWARE_GPU_LOST, GST_NO_GPU, false,
                      "NVML says that its GPU %u (%s) is lost", index, uuid);
    } else if (visible != NULL) {
        gst_run_check(run, GST_USER_VISIBLE_DEVICES, GST_NO_GPU, false,
                      "CUDA_VISIBLE_DEVICES is '%.64s': GPU %u of nvidia-smi (%s) is left out",
                      visible, index, uuid);
    } else if (!has_mig(env, device)) {
        gst_run_check(run, GST_HOST_NVML_WITHOUT_CUDA, GST_NO_GPU, false,
                      "NVML lists GPU %u (%s), CUDA does not", index, uuid);
    }
}

/* Only where all GPUs are tested: the rest is not known by UUID here. */
static void check_presence(struct gst_run *run)
{
    struct gst_env *env = run->env;
    unsigned int count = 0;

    if (!env->has_nvml || env->gpu_count != env->gpus_total
        || GST_NVML(env, nvmlDeviceGetCount, (&count)) != NVML_SUCCESS)
        return;
    for (unsigned int i = 0; i < count; i++) {
        nvmlDevice_t device = NULL;
        const int code = GST_NVML(env, nvmlDeviceGetHandleByIndex, (i, &device));

        if (code == NVML_ERROR_GPU_IS_LOST)
            gst_run_check(run, GST_HARDWARE_GPU_LOST, GST_NO_GPU, false,
                          "NVML says that its GPU %u is lost", i);
        else if (code == NVML_SUCCESS && !is_in_cuda(env, device))
            explain_missing_in_cuda(run, i, device);
    }
    for (int i = 0; i < env->gpu_count; i++)
        gst_run_check(run, GST_RUNTIME_GPU_NOT_IN_NVML, env->gpus[i].index,
                      env->gpus[i].nvml != NULL, "%s %s", env->gpus[i].uuid,
                      env->gpus[i].nvml != NULL ? "is known to NVML" : "is not known to NVML");
}

static void check_ecc(struct gst_run *run, const struct gst_gpu *gpu)
{
    const struct gst_fact *errors =
        gst_report_find_fact(run->report, gpu->index, "nvml", "ecc_uncorrected");

    if (errors != NULL)
        gst_run_check(run, GST_HARDWARE_ECC, gpu->index, errors->number <= 0,
                      "%.0f uncorrected memory errors since the driver was loaded", errors->number);
}

static bool query_gpu(struct gst_run *run, const struct gst_gpu *gpu, int *compared,
                      struct gst_status *st)
{
    gst_run_phase(run, gpu->index, "ask the driver");
    if (!gst_facts_from_driver(run->env, gpu, st))
        return false;
    if (run->env->has_runtime) {
        gst_run_phase(run, gpu->index, "ask the CUDA runtime");
        if (!gst_facts_from_runtime(run->env, gpu, st))
            return false;
    }
    gst_run_phase(run, gpu->index, "ask NVML");
    gst_facts_from_nvml(run->env, gpu);
    gst_facts_from_sysfs(run->env, gpu);
    note_peers(run, gpu);
    *compared += check_agreement(run, gpu);
    check_ecc(run, gpu);
    return true;
}

static bool run_device_query(struct gst_run *run, struct gst_status *st)
{
    char text[24];
    int compared = 0;

    (void)st; /* what fails on one GPU is reported for that GPU, and the others go on */
    for (int i = 0; i < run->env->gpu_count; i++) {
        struct gst_status gpu_status = GST_STATUS_INIT;

        if (!query_gpu(run, &run->env->gpus[i], &compared, &gpu_status)) {
            gpu_status.gpu = run->env->gpus[i].index;
            gst_report_status(run->report, &gpu_status);
        }
    }
    check_presence(run);
    gst_run_summary(run, "%s, %d facts held against a second source",
                    gst_run_gpus(run, text, sizeof(text)), compared);
    return true;
}

const struct gst_workload gst_workload_device_query = {
    .name = "device-query",
    .group = "basic",
    .summary = "which GPUs are there, and do driver, runtime and NVML agree on them?",
    .passes_when = "all sources list the same GPUs with the same properties",
    .needs = { .gpus = 1 },
    .timeout_s = 60,
    .shows_facts = true,
    .is_quick = true,
    .run = run_device_query,
};
