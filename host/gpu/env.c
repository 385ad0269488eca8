/* SPDX-License-Identifier: Apache-2.0 */
/* Opening libraries, driver and GPUs, and naming the one cause when that fails; see env.h. */
#include "gpu/env.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/version.h"
#include "core/units.h"
#include "gpu/absence.h"
#include "gpu/error.h"
#include "gpu/trace.h"

static void enter_phase(struct gst_env *env, const char *phase)
{
    snprintf(env->progress->phase, sizeof(env->progress->phase), "%s", phase);
    env->progress->gpu = GST_NO_GPU;
}

static void note_library(struct gst_env *env, const char *key, const struct gst_library *library)
{
    if (library->handle == NULL)
        return;
    gst_report_fact_text(env->report, GST_NO_GPU, "loader", key, "%s%s", library->path,
                         library->is_double ? " (double)" : "");
}

static void open_nvml(struct gst_env *env, int *nvml_code)
{
    if (env->libs.nvml_library.handle == NULL) {
        if (env->is_first)
            gst_report_check(env->report, GST_RUNTIME_NVML_MISSING, GST_NO_GPU, false, "%s",
                             env->libs.nvml_library.problem);
        return;
    }
    *nvml_code = GST_NVML(env, nvmlInit, ());
    env->has_nvml = *nvml_code == NVML_SUCCESS;
    if (env->has_nvml && env->is_first)
        gst_report_check(env->report, GST_RUNTIME_NVML_MISSING, GST_NO_GPU, true, "%s",
                         env->libs.nvml_library.path);
}

/* Gathers what the witnesses say where there is no GPU to work with. */
static bool explain_absence(struct gst_env *env, const struct gst_trace *trace, int nvml_code,
                            const struct gst_status *init, struct gst_status *st)
{
    const struct gst_library *libcuda = &env->libs.cuda_library;
    struct gst_absence absence = {
        .trace = trace,
        .asked_for = getenv("NVIDIA_VISIBLE_DEVICES"),
        .visible = getenv("CUDA_VISIBLE_DEVICES"),
        .libcuda_path = libcuda->path,
        .libcuda_problem = libcuda->is_found ? libcuda->problem : "",
        .is_libcuda_open = libcuda->handle != NULL,
        .nvml_code = nvml_code,
        .init = init,
    };
    unsigned int count = 0;

    if (env->has_nvml && GST_NVML(env, nvmlDeviceGetCount, (&count)) == NVML_SUCCESS)
        absence.nvml_gpus = (int)count;
    for (unsigned int i = 0; i < count; i++) {
        nvmlDevice_t device = NULL;
        const int code = GST_NVML(env, nvmlDeviceGetHandleByIndex, (i, &device));

        /* A lost GPU refuses its handle, or gives one that answers nothing. */
        if (code == NVML_ERROR_GPU_IS_LOST
            || (code == NVML_SUCCESS && gst_nvml_is_lost(env, device)))
            absence.nvml_lost++;
    }
    return gst_absence_explain(&absence, st);
}

/* Asked even where the driver has no GPU: "too old" and "no module" are two things to mend. A
 * runtime that repeats the driver's own refusal (`driver_code`) adds nothing. */
static void open_runtime(struct gst_env *env, int driver_code)
{
    struct gst_status st = GST_STATUS_INIT;
    int count = 0;

    if (env->libs.cudart_library.handle == NULL) {
        if (env->is_first)
            gst_report_check(env->report, GST_IMAGE_CUDART_MISSING, GST_NO_GPU, false, "%s",
                             env->libs.cudart_library.problem);
        return;
    }
    enter_phase(env, "ask the CUDA runtime");
    if (!GST_RT(env, &st, cudaGetDeviceCount, (&count))) {
        if (st.code == cudaErrorInsufficientDriver && env->is_first) {
            gst_report_check(env->report, GST_HOST_DRIVER_TOO_OLD, GST_NO_GPU, false,
                             "%s needs a newer driver: this one is of CUDA %d.%d (driver %s)",
                             env->libs.cudart_library.soname, gst_cuda_major(env->driver_version),
                             gst_cuda_minor(env->driver_version), env->driver_text);
        } else if (st.code != cudaErrorNoDevice && st.code != driver_code && env->is_first) {
            st.finding = GST_IMAGE_CUDART_BROKEN;
            gst_report_status(env->report, &st);
        }
        return;
    }
    if (!GST_RT(env, &st, cudaRuntimeGetVersion, (&env->runtime_version)))
        return;
    env->has_runtime = true;
    if (!env->is_first)
        return;
    gst_report_check(env->report, GST_IMAGE_CUDART_MISSING, GST_NO_GPU, true, "%s",
                     env->libs.cudart_library.path);
    gst_report_check(env->report, GST_HOST_DRIVER_TOO_OLD, GST_NO_GPU, true,
                     "driver of CUDA %d.%d, runtime %d.%d", gst_cuda_major(env->driver_version),
                     gst_cuda_minor(env->driver_version), gst_cuda_major(env->runtime_version),
                     gst_cuda_minor(env->runtime_version));
    gst_report_check(env->report, GST_IMAGE_CUDART_BROKEN, GST_NO_GPU, count == env->gpus_total,
                     "the runtime counts %d GPUs, the driver %d", count, env->gpus_total);
}

/* A GPU keeps the number that the first process of the run gave it, though CUDA counts anew once
 * one has gone. */
static void keep_number(const struct gst_env *env, struct gst_gpu *gpu)
{
    for (int index = 0; index < GST_ENV_GPUS; index++) {
        const struct gst_fact *uuid = gst_report_find_fact(env->report, index, "driver", "uuid");

        if (uuid != NULL && strcmp(uuid->text, gpu->uuid) == 0)
            gpu->index = index;
    }
}

static bool is_wanted(const struct gst_gpu *gpu, const struct gst_env_request *request)
{
    for (size_t i = 0; i < request->device_count; i++) {
        if (gst_gpu_matches(gpu, request->devices[i], strlen(request->devices[i])))
            return true;
    }
    return request->device_count == 0;
}

/* Those that are tested hold every GPU that a word can mean. */
static bool is_known(const struct gst_env *env, const char *word)
{
    for (int i = 0; i < env->gpu_count; i++) {
        if (gst_gpu_matches(&env->gpus[i], word, strlen(word)))
            return true;
    }
    return false;
}

static bool select_gpus(struct gst_env *env, const struct gst_env_request *request,
                        struct gst_status *st)
{
    struct gst_status last = GST_STATUS_INIT;

    for (int ordinal = 0; ordinal < env->gpus_total && ordinal < GST_ENV_GPUS; ordinal++) {
        struct gst_gpu *gpu = &env->gpus[env->gpu_count];
        struct gst_status unreadable = GST_STATUS_INIT;

        env->progress->gpu = ordinal;
        if (!gst_gpu_read(env, ordinal, gpu, &unreadable)) {
            unreadable.gpu = ordinal;
            gst_report_status(env->report, &unreadable);
            last = unreadable;
            continue;
        }
        keep_number(env, gpu);
        gpu->is_hung = gpu->index < GST_REPORT_GPUS && env->report->gpu_hangs[gpu->index];
        if (is_wanted(gpu, request))
            env->gpu_count++;
    }
    env->progress->gpu = GST_NO_GPU;
    if (env->gpu_count == 0 && last.finding != GST_NO_FINDING) {
        *st = last;
        return false;
    }
    for (size_t i = 0; i < request->device_count; i++) {
        if (is_known(env, request->devices[i]))
            continue;
        snprintf(env->report->usage_error, sizeof(env->report->usage_error),
                 "no GPU '%.48s' here: there are 0 to %d (index, PCI id or UUID; see gpu-selftest "
                 "device-query)",
                 request->devices[i], env->gpus_total - 1);
        return gst_fail(st, GST_USER_ALL_GPUS_HIDDEN, "%s", env->report->usage_error);
    }
    return true;
}

static void note_driver_text(struct gst_env *env, const struct gst_trace *trace)
{
    snprintf(env->driver_text, sizeof(env->driver_text), "%s",
             trace->has_module ? trace->module_version : "of unknown version");
    if (env->has_nvml)
        GST_NVML(env, nvmlSystemGetDriverVersion,
                 (env->driver_text, (unsigned int)sizeof(env->driver_text)));
}

/* CUDA shows a process one MIG instance at most (MIG user guide, "CUDA visible devices"); NVML
 * shows all that the container was given. What is left over was not tested, and the headline says
 * so. */
static int hidden_instances(struct gst_env *env)
{
    unsigned int count = 0;
    int instances = 0;

    if (!env->has_nvml || GST_NVML(env, nvmlDeviceGetCount, (&count)) != NVML_SUCCESS)
        return 0;
    for (unsigned int i = 0; i < count; i++) {
        nvmlDevice_t device = NULL;
        unsigned int most = 0;

        if (GST_NVML(env, nvmlDeviceGetHandleByIndex, (i, &device)) != NVML_SUCCESS
            || GST_NVML(env, nvmlDeviceGetMaxMigDeviceCount, (device, &most)) != NVML_SUCCESS)
            continue;
        for (unsigned int k = 0; k < most; k++) {
            nvmlDevice_t instance = NULL;

            instances += GST_NVML(env, nvmlDeviceGetMigDeviceHandleByIndex, (device, k, &instance))
                         == NVML_SUCCESS;
        }
    }
    return instances > 1 ? instances - 1 : 0;
}

/* What of the environment changes which GPUs are seen and how kernels are loaded: these and no
 * others are recorded (README, "Machine output"). CUDA programming guide, "environment variables";
 * NVIDIA Container Toolkit, "environment variables". */
static void note_environment(struct gst_env *env)
{
    static const char *const names[] = {
        "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "NVIDIA_REQUIRE_CUDA",
        "NVIDIA_DISABLE_REQUIRE", "CUDA_VISIBLE_DEVICES",       "CUDA_DEVICE_ORDER",
        "CUDA_CACHE_PATH",        "CUDA_DISABLE_PTX_JIT",       "CUDA_FORCE_PTX_JIT",
        "CUDA_LAUNCH_BLOCKING",   "CUDA_MODULE_LOADING",        "CUDA_MPS_PIPE_DIRECTORY",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        char key[40];

        if (value == NULL)
            continue;
        snprintf(key, sizeof(key), "%s", names[i]);
        for (char *at = key; *at != '\0'; at++)
            *at = (char)tolower((unsigned char)*at);
        gst_report_fact_text(env->report, GST_NO_GPU, "environment", key, "%s", value);
    }
}

/* Known even where no GPU can be used, and needed most there. */
static void note_software(struct gst_env *env)
{
    struct gst_report *report = env->report;

    note_environment(env);
    note_library(env, "libcuda", &env->libs.cuda_library);
    note_library(env, "libnvidia_ml", &env->libs.nvml_library);
    note_library(env, "libcudart", &env->libs.cudart_library);
    if (env->has_nvml)
        gst_report_fact_text(report, GST_NO_GPU, "nvml", "driver_version", "%s", env->driver_text);
    if (env->driver_version != 0)
        gst_report_fact_text(report, GST_NO_GPU, "driver", "cuda_version", "%d.%d",
                             gst_cuda_major(env->driver_version),
                             gst_cuda_minor(env->driver_version));
    if (env->runtime_version != 0)
        gst_report_fact_text(report, GST_NO_GPU, "runtime", "cudart_version", "%d.%d",
                             gst_cuda_major(env->runtime_version),
                             gst_cuda_minor(env->runtime_version));
}

static void note_gpus(struct gst_env *env)
{
    struct gst_report *report = env->report;

    report->gpus_seen = env->gpus_total;
    report->gpus_total = env->gpus_total + hidden_instances(env);
    report->gpus_tested = env->gpu_count;
    for (int i = 0; i < env->gpu_count; i++) {
        gst_report_fact_text(report, env->gpus[i].index, "driver", "name", "%s", env->gpus[i].name);
        gst_report_fact_text(report, env->gpus[i].index, "driver", "uuid", "%s", env->gpus[i].uuid);
        gst_report_fact_text(report, env->gpus[i].index, "driver", "pci_id", "%s",
                             env->gpus[i].pci_id);
    }
}

/* CUDA works and NVML does not: the tools that watch the GPUs are blind. */
static void check_nvml(struct gst_env *env, int nvml_code)
{
    if (env->libs.nvml_library.handle == NULL || env->has_nvml || !env->is_first)
        return;
    gst_report_check(env->report,
                     nvml_code == NVML_ERROR_LIB_RM_VERSION_MISMATCH ? GST_HOST_DRIVER_MISMATCH
                                                                     : GST_RUNTIME_NVML_MISSING,
                     GST_NO_GPU, false, "'%.180s' is there, but nvmlInit says %d",
                     env->libs.nvml_library.path, nvml_code);
}

static bool open_driver(struct gst_env *env, const struct gst_trace *trace,
                        const struct gst_env_request *request, struct gst_status *st)
{
    struct gst_status init = GST_STATUS_INIT;
    int nvml_code = NVML_SUCCESS;

    if (env->libs.cuda_library.handle == NULL)
        return explain_absence(env, trace, nvml_code, &init, st);
    enter_phase(env, "open NVML");
    open_nvml(env, &nvml_code);
    note_driver_text(env, trace);
    enter_phase(env, "open the CUDA driver");
    if (!GST_CU(env, &init, cuDriverGetVersion, (&env->driver_version))
        || !GST_CU(env, &init, cuInit, (0))
        || !GST_CU(env, &init, cuDeviceGetCount, (&env->gpus_total))) {
        open_runtime(env, init.code);
        return explain_absence(env, trace, nvml_code, &init, st);
    }
    check_nvml(env, nvml_code);
    open_runtime(env, CUDA_SUCCESS);
    enter_phase(env, "read the GPUs");
    return select_gpus(env, request, st);
}

bool gst_env_open(struct gst_env *env, const struct gst_env_request *request,
                  struct gst_report *report, struct gst_status *st)
{
    struct gst_trace trace;
    bool is_open;

    memset(env, 0, sizeof(*env));
    env->root = request->root;
    env->report = report;
    env->progress = &report->progress;
    env->is_first = request->is_first;
    enter_phase(env, "open the libraries");
    /* The driver would keep what it compiles below HOME, which a container may have read-only. */
    setenv("CUDA_CACHE_DISABLE", "1", 0);
    gst_trace_find(&trace, request->root);
    gst_libs_open(&env->libs);
    report->is_simulated = gst_libs_are_simulated(&env->libs);
    is_open = open_driver(env, &trace, request, st);
    if (request->is_first)
        note_software(env);
    if (is_open && request->is_first)
        note_gpus(env);
    if (!is_open)
        gst_env_close(env);
    return is_open;
}

int gst_env_hung_gpu(const struct gst_env *env)
{
    for (int i = 0; i < env->gpu_count; i++) {
        if (env->gpus[i].is_hung)
            return env->gpus[i].index;
    }
    return GST_NO_GPU;
}

void gst_env_close(struct gst_env *env)
{
    /* What the libraries do when they are closed waits for all GPUs, too. */
    if (gst_env_hung_gpu(env) != GST_NO_GPU)
        return;
    for (int i = 0; i < env->gpu_count; i++)
        gst_gpu_leave(env, &env->gpus[i]);
    if (env->has_nvml)
        GST_NVML(env, nvmlShutdown, ());
    env->has_nvml = false;
    gst_libs_close(&env->libs);
}

void gst_env_check_still_there(struct gst_env *env)
{
    struct gst_report *report = env->report;

    if (env->gpus_total >= report->gpus_seen)
        return;
    gst_report_check(report, GST_HARDWARE_GPU_LOST, GST_NO_GPU, false,
                     "the driver shows %d GPU%s, at the start it showed %d", env->gpus_total,
                     gst_plural(env->gpus_total), report->gpus_seen);
    report->gpus_seen = env->gpus_total;
}
