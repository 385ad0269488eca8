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

/* Is there work of this process on one of its resources, from one to before the other? */
static bool is_busy(unsigned gpu, enum sim_resource first, enum sim_resource end)
{
    for (unsigned i = 0; i < sim_world.device_count; i++) {
        const struct sim_device *device = &sim_world.devices[i];

        if (sim_world.spec.gpus[device->gpu].gpu != gpu)
            continue;
        for (unsigned which = first; which < (unsigned)end; which++) {
            if (sim_engine_is_busy(&sim_world.engine,
                                   sim_resource(device, (enum sim_resource)which)))
                return true;
        }
    }
    return false;
}

bool sim_live_pcie_is_busy(unsigned gpu)
{
    return is_busy(gpu, SIM_RESOURCE_UPSTREAM, SIM_RESOURCE_ARITHMETIC);
}

bool sim_live_is_busy(unsigned gpu)
{
    return is_busy(gpu, SIM_RESOURCE_MEMORY, SIM_RESOURCES);
}

uint64_t sim_live_foreign_bytes(unsigned gpu)
{
    const struct sim_gpu *facts = &sim_live_machine()->gpus[gpu];

    if (facts->busy_percent == 0 && !facts->is_held)
        return 0;
    sim_live_fired(facts->busy_fault);
    return SIM_FOREIGN_BYTES;
}

uint64_t sim_live_used_bytes(unsigned gpu)
{
    return sim_state_used_bytes(sim_world.state, gpu % SIM_STATE_GPUS)
           + sim_live_foreign_bytes(gpu);
}

bool sim_live_is_past(uint64_t time_ps)
{
    return sim_world.host_now >= time_ps;
}

void sim_live_fired(int fault)
{
    if (fault >= 0)
        sim_fault_fired((unsigned)fault);
}
