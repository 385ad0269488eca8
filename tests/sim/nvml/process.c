/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that hold memory of a GPU, and how busy they keep it: those of the run, from the
 * state that they share, and one of somebody else's where a fault says so. */
#include "nvml_prototypes.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "model/world.h"

#define NO_INSTANCE 0xffffffffu
/* One more than Linux ever gives out (proc(5), pid_max): nobody of this run can have it. */
#define FOREIGN_PID 4194305u

static nvmlProcessInfo_t describe(const struct sim_nvml_target *target, unsigned pid,
                                  uint64_t used_bytes)
{
    const struct sim_mig_instance *instance = target->instance;

    return (nvmlProcessInfo_t){
        .pid = pid,
        .usedGpuMemory = used_bytes,
        .gpuInstanceId = instance != NULL ? instance->gpu_instance : NO_INSTANCE,
        .computeInstanceId = instance != NULL ? instance->compute_instance : NO_INSTANCE,
    };
}

/* Rows outlive their processes, and may have been left in the middle of anything. */
static bool read_row(const struct sim_state_process *row, const struct sim_nvml_target *target,
                     nvmlProcessInfo_t *info)
{
    const int32_t pid = atomic_load(&row->pid);
    const uint64_t used = atomic_load(&row->used_bytes[target->number % SIM_STATE_GPUS]);

    if (pid == 0 || used == 0 || (kill(pid, 0) != 0 && errno != EPERM))
        return false;
    *info = describe(target, (unsigned)pid, used);
    return true;
}

/* A buffer of the caller's that is filled as far as it goes. */
struct list {
    nvmlProcessInfo_t *processes;
    unsigned room, count;
};

static void add(struct list *list, nvmlProcessInfo_t info)
{
    if (list->count < list->room)
        list->processes[list->count] = info;
    list->count++;
}

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t device, unsigned int *count,
                                                     nvmlProcessInfo_t *processes)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, count != NULL && (*count == 0 || processes != NULL));
    struct list list = { .processes = processes, .room = *count };
    const uint64_t foreign = sim_live_foreign_bytes(target.number);

    if (foreign != 0)
        add(&list, describe(&target, FOREIGN_PID, foreign));
    for (unsigned i = 0; i < SIM_STATE_PROCESSES; i++) {
        nvmlProcessInfo_t info;

        if (read_row(&sim_world.state->processes[i], &target, &info))
            add(&list, info);
    }
    *count = list.count;
    return list.count <= list.room ? NVML_SUCCESS : NVML_ERROR_INSUFFICIENT_SIZE;
}

/* In a sample's time this process keeps the GPU busy or does not; somebody else does so in part.
 * The other processes of the run are not asked. */
nvmlReturn_t nvmlDeviceGetProcessUtilization(nvmlDevice_t device,
                                             nvmlProcessUtilizationSample_t *samples,
                                             unsigned int *count, unsigned long long last_seen_us)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, count != NULL);
    const unsigned long long now_us = sim_world.host_now / 1000000 + 1;
    nvmlProcessUtilizationSample_t all[2];
    unsigned found = 0;

    if (target.gpu->is_mig)
        return NVML_ERROR_NOT_SUPPORTED;
    sim_live_fired(target.gpu->busy_fault);
    if (target.gpu->busy_percent != 0)
        all[found++] = (nvmlProcessUtilizationSample_t){
            .pid = FOREIGN_PID,
            .timeStamp = now_us,
            .smUtil = target.gpu->busy_percent,
            .memUtil = target.gpu->busy_percent,
        };
    if (sim_live_is_busy(target.number))
        all[found++] = (nvmlProcessUtilizationSample_t){
            .pid = (unsigned)getpid(),
            .timeStamp = now_us,
            .smUtil = 100,
            .memUtil = 100,
        };
    if (found == 0 || now_us <= last_seen_us)
        return NVML_ERROR_NOT_FOUND;
    const bool has_room = samples != NULL && *count >= found;
    for (unsigned i = 0; i < found && has_room; i++)
        samples[i] = all[i];
    *count = found;
    return has_room ? NVML_SUCCESS : NVML_ERROR_INSUFFICIENT_SIZE;
}
