/* SPDX-License-Identifier: Apache-2.0 */
/* PCIe and NVLink: what the GPU can do, and what the link does now. */
#include "nvml_prototypes.h"

/* A link that goes down when it is idle comes up again as soon as something crosses it. */
static unsigned generation_now(const struct sim_nvml_target *target)
{
    if (target->gpu->pcie_gen_idle == 0 || sim_live_pcie_is_busy(target->number))
        return target->gpu->pcie_gen_now;
    sim_live_fired(target->gpu->idle_fault);
    return target->gpu->pcie_gen_idle;
}

nvmlReturn_t nvmlDeviceGetCurrPcieLinkGeneration(nvmlDevice_t device, unsigned int *generation)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, generation != NULL);
    sim_live_fired(target.gpu->pcie_fault);
    *generation = generation_now(&target);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetCurrPcieLinkWidth(nvmlDevice_t device, unsigned int *width)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, width != NULL);
    sim_live_fired(target.gpu->pcie_fault);
    *width = target.gpu->pcie_width_now;
    return NVML_SUCCESS;
}

/* Every simulated slot can do what its GPU can: a slower link is a fault of the link. */
nvmlReturn_t nvmlDeviceGetMaxPcieLinkGeneration(nvmlDevice_t device, unsigned int *generation)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, generation != NULL);
    *generation = target.gpu->model.pcie_gen;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetMaxPcieLinkWidth(nvmlDevice_t device, unsigned int *width)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, width != NULL);
    *width = target.gpu->model.pcie_width;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetGpuMaxPcieLinkGeneration(nvmlDevice_t device, unsigned int *generation)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, generation != NULL);
    *generation = target.gpu->model.pcie_gen;
    return NVML_SUCCESS;
}

/* Links that lead somewhere. Behind a switch each of them serves every peer, so the sum over the
 * peers may be more than the GPU has. */
static unsigned active_links(unsigned number)
{
    const struct sim_machine *machine = sim_live_machine();
    const struct sim_gpu *gpu = &machine->gpus[number];
    unsigned up = gpu->model.nvlinks - gpu->nvlinks_down;
    unsigned sum = 0;

    for (unsigned i = 0; i < machine->gpu_count; i++) {
        if (i == number)
            continue;
        sum += machine->links[number][i].nvlinks;
        if (machine->links[number][i].is_down)
            sim_live_fired(machine->links[number][i].fault);
    }
    sim_live_fired(gpu->nvlink_fault);
    return sum < up ? sum : up;
}

nvmlReturn_t nvmlDeviceGetNvLinkState(nvmlDevice_t device, unsigned int link,
                                      nvmlEnableState_t *active)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, active != NULL && link < NVML_NVLINK_MAX_LINKS);
    if (target.gpu->model.nvlinks == 0)
        return NVML_ERROR_NOT_SUPPORTED;
    if (link >= target.gpu->model.nvlinks)
        return NVML_ERROR_INVALID_ARGUMENT;
    *active = link < active_links(target.number) ? NVML_FEATURE_ENABLED : NVML_FEATURE_DISABLED;
    return NVML_SUCCESS;
}
