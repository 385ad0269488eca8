/* SPDX-License-Identifier: Apache-2.0 */
/* Asked by NVML, whose GPUs are those of the profile whatever CUDA shows. */
#include "model/live.h"

#include "model/fault.h"
#include "model/world.h"

bool sim_live_is_lost(unsigned gpu)
{
    for (unsigned i = 0; i < sim_world.spec.gpu_count; i++) {
        if (sim_world.spec.gpus[i].gpu == gpu && !sim_world.spec.gpus[i].is_mig)
            return sim_gpu_is_lost(i);
    }
    return false;
}

bool sim_live_pcie_is_busy(unsigned gpu)
{
    for (unsigned i = 0; i < sim_world.device_count; i++) {
        const struct sim_device *device = &sim_world.devices[i];

        if (sim_world.spec.gpus[device->gpu].gpu == gpu
            && (sim_engine_is_busy(&sim_world.engine, sim_resource(device, SIM_RESOURCE_UPSTREAM))
                || sim_engine_is_busy(&sim_world.engine,
                                      sim_resource(device, SIM_RESOURCE_DOWNSTREAM))))
            return true;
    }
    return false;
}

uint64_t sim_live_used_bytes(unsigned gpu)
{
    return sim_state_used_bytes(sim_world.state, gpu % SIM_STATE_GPUS);
}

void sim_live_fired(int fault)
{
    if (fault >= 0)
        sim_fault_fired((unsigned)fault);
}
