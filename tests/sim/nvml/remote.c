/* SPDX-License-Identifier: Apache-2.0 */
/* Where an NVLink leads. */
#include "nvml_prototypes.h"

#include <stdio.h>

/* As many switches, with addresses like these, as a DGX H100 has; invented. */
#define SWITCHES         4
#define FIRST_SWITCH_BUS 0x07u

/* Behind a switch every link serves every peer, so that their sum is more than the GPU has. */
static bool is_behind_switch(const struct sim_machine *machine, unsigned number)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < machine->gpu_count; i++) {
        if (i != number)
            sum += machine->links[number][i].nvlinks;
    }
    return sum > machine->gpus[number].model.nvlinks;
}

/* Direct links are numbered peer by peer; NULL past the last that leads anywhere. */
static const struct sim_gpu *peer_of(const struct sim_machine *machine, unsigned number,
                                     unsigned link)
{
    for (unsigned i = 0; i < machine->gpu_count; i++) {
        const unsigned count = i == number ? 0 : machine->links[number][i].nvlinks;

        if (link < count) {
            sim_live_fired(machine->links[number][i].fault);
            return &machine->gpus[i];
        }
        link -= count;
    }
    return NULL;
}

nvmlReturn_t nvmlDeviceGetNvLinkRemotePciInfo_v2(nvmlDevice_t device, unsigned int link,
                                                 nvmlPciInfo_t *pci)
{
    NVML_ENTER_DEVICE(device, SIM_NVML_GPU, pci != NULL && link < NVML_NVLINK_MAX_LINKS);
    const struct sim_machine *machine = sim_live_machine();
    const struct sim_gpu *peer = peer_of(machine, target.number, link);

    if (target.gpu->model.nvlinks == 0)
        return NVML_ERROR_NOT_SUPPORTED;
    if (link >= target.gpu->model.nvlinks)
        return NVML_ERROR_INVALID_ARGUMENT;
    if (is_behind_switch(machine, target.number))
        *pci = (nvmlPciInfo_t){ .bus = FIRST_SWITCH_BUS + link % SWITCHES };
    else if (peer != NULL)
        *pci = (nvmlPciInfo_t){ .domain = peer->pci_domain,
                                .bus = peer->pci_bus,
                                .device = peer->pci_device,
                                .pciDeviceId = peer->model.pci_device_id };
    else
        return NVML_ERROR_NOT_SUPPORTED;
    snprintf(pci->busIdLegacy, sizeof pci->busIdLegacy, "%04X:%02X:%02X.0", pci->domain & 0xffff,
             pci->bus & 0xff, pci->device & 0xff);
    snprintf(pci->busId, sizeof pci->busId, "%08X:%02X:%02X.0", pci->domain, pci->bus, pci->device);
    return NVML_SUCCESS;
}
