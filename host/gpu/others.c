/* SPDX-License-Identifier: Apache-2.0 */
/* From NVML's list of processes to those that are not ours; see others.h. */
#include "gpu/others.h"

#include <stdio.h>
#include <unistd.h>

#include "gpu/error.h"

#define PROCESSES 64

struct gst_others gst_others_of(const unsigned *pids, size_t count, unsigned own)
{
    struct gst_others others = { .is_told = count > 0 };

    for (size_t i = 0; i < count; i++) {
        if (pids[i] == own) {
            others.has_numbers = true;
            continue;
        }
        others.count++;
        others.pid = pids[i];
    }
    if (!others.has_numbers && others.count > 0) {
        others.count--;
        others.pid = 0;
    }
    return others;
}

void gst_others_set_use(struct gst_others *others, const unsigned *pids, const unsigned *percents,
                        size_t count, unsigned own)
{
    unsigned busiest = 0, second = 0;

    for (size_t i = 0; i < count; i++) {
        if (others->has_numbers && pids[i] == own)
            continue;
        if (percents[i] > busiest) {
            second = busiest;
            busiest = percents[i];
        } else if (percents[i] > second) {
            second = percents[i];
        }
    }
    others->has_use = true;
    others->percent = others->has_numbers ? busiest : second;
}

/* All that the driver still knows of, which is some seconds: what was there before we came counts,
 * too. */
static void read_use(struct gst_env *env, const struct gst_gpu *gpu, struct gst_others *others)
{
    nvmlProcessUtilizationSample_t samples[PROCESSES];
    unsigned pids[PROCESSES], percents[PROCESSES];
    unsigned count = PROCESSES;
    const int code =
        GST_NVML(env, nvmlDeviceGetProcessUtilization, (gpu->nvml, samples, &count, 0));

    if (code == NVML_ERROR_NOT_FOUND)
        count = 0;
    else if (code != NVML_SUCCESS || count > PROCESSES)
        return;
    for (unsigned i = 0; i < count; i++) {
        pids[i] = samples[i].pid;
        percents[i] =
            samples[i].smUtil > samples[i].memUtil ? samples[i].smUtil : samples[i].memUtil;
    }
    gst_others_set_use(others, pids, percents, count, (unsigned)getpid());
}

void gst_others_read(struct gst_env *env, const struct gst_gpu *gpu, struct gst_others *others)
{
    nvmlProcessInfo_t processes[PROCESSES];
    unsigned pids[PROCESSES];
    unsigned count = PROCESSES;

    *others = (struct gst_others){ .is_told = false };
    if (!env->has_nvml || gpu->nvml == NULL)
        return;
    const int code =
        GST_NVML(env, nvmlDeviceGetComputeRunningProcesses, (gpu->nvml, &count, processes));
    if (code == NVML_ERROR_INSUFFICIENT_SIZE && count > 0)
        *others = (struct gst_others){ .is_told = true, .count = count - 1 };
    if (code != NVML_SUCCESS || count > PROCESSES)
        return;
    for (unsigned i = 0; i < count; i++)
        pids[i] = processes[i].pid;
    *others = gst_others_of(pids, count, (unsigned)getpid());
    if (others->count > 0)
        read_use(env, gpu, others);
}

bool gst_others_disturb(const struct gst_others *others)
{
    return others->count > 0 && (!others->has_use || others->percent >= GST_OTHERS_BUSY_PERCENT);
}

const char *gst_others_describe(const struct gst_others *others, char *text, size_t size)
{
    char pid[24] = "", use[48] = "";

    if (others->pid != 0)
        snprintf(pid, sizeof(pid), ", pid %u", others->pid);
    if (others->has_use)
        snprintf(use, sizeof(use), ", busy %u %% of the time", others->percent);
    if (!others->is_told)
        snprintf(text, size, "not told");
    else if (others->count == 0)
        snprintf(text, size, "none");
    else
        snprintf(text, size, "%u%s%s", others->count, pid, use);
    return text;
}
