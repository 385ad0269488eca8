/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of the run that hold memory of a GPU, from the state that they share. */
#include "nvml_prototypes.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/world.h"

#define NO_INSTANCE 0xffffffffu

/* Rows outlive their processes, and may have been left in the middle of anything. */
static bool read_row(const struct sim_state_process *row, const struct sim_nvml_target *target,
                     nvmlProcessInfo_t *info)
{
    const int32_t pid = atomic_load(&row->pid);
    const uint64_t used = atomic_load(&row->used_bytes[target->number % SIM_STATE_GPUS]);

    if (pid == 0 || used == 0 || (kill(pid, 0) != 0 && errno != EPERM))
        return false;
    *info = (nvmlProcessInfo_t){
        .pid = (unsigned)pid,
        .usedGpuMemory = used,
        .gpuInstanceId = target->instance != NULL ? target->instance->gpu_instance : NO_INSTANCE,
        .computeInstanceId =
            target->instance != NULL ? target->instance->compute_instance : NO_INSTANCE,
    };
    return true;
}

nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t device, unsigned int *count,
                                                     nvmlProcessInfo_t *processes)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_ANY, count != NULL && (*count == 0 || processes != NULL));
    unsigned found = 0;

    for (unsigned i = 0; i < SIM_STATE_PROCESSES; i++) {
        nvmlProcessInfo_t info;

        if (!read_row(&sim_world.state->processes[i], &target, &info))
            continue;
        if (found < *count)
            processes[found] = info;
        found++;
    }
    const bool has_room = found <= *count;
    *count = found;
    return has_room ? NVML_SUCCESS : NVML_ERROR_INSUFFICIENT_SIZE;
}
