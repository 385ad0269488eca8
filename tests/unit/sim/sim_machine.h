/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for tests with round numbers, so that times can be worked out in the head: memory
 * 100 GB/s, PCIe 10 GB/s each way, arithmetic 1 Tflop/s, NVLink 40 GB/s between GPUs 0 and 1 only.
 * Three GPUs of compute capability 9.0 with 16 GiB; 0 and 1 can reach each other, 2 nobody. GPU 2
 * has one copy engine, the others have three.
 */
#ifndef TEST_SIM_MACHINE_H
#define TEST_SIM_MACHINE_H

#include <stdio.h>

#include "model/spec.h"
#include "model/world.h"

#define GB ((uint64_t)1000000000)

static inline void sim_machine_three_gpus(struct sim_spec *spec)
{
    sim_spec_init(spec);
    spec->driver_cuda = 13000;
    spec->runtime_cuda = 13000;
    for (unsigned i = 0; i < 3; i++) {
        struct sim_spec_gpu *gpu = sim_spec_add_gpu(spec);

        snprintf(gpu->name, sizeof gpu->name, "Test GPU %u", i);
        snprintf(gpu->uuid, sizeof gpu->uuid, "GPU-00000000-0000-4000-8000-00000000000%u", i);
        gpu->gpu = i;
        gpu->pci_bus = 0x1b + i;
        gpu->capability = 90;
        gpu->total_bytes = (uint64_t)16 << 30;
        gpu->speed = 1;
        gpu->copy_engines = i == 2 ? 1 : 3;
        gpu->rate[SIM_RESOURCE_MEMORY] = 100 * GB;
        gpu->rate[SIM_RESOURCE_UPSTREAM] = gpu->rate[SIM_RESOURCE_DOWNSTREAM] = 10 * GB;
        gpu->rate[SIM_RESOURCE_ARITHMETIC] = 1000 * GB;
        gpu->rate[SIM_RESOURCE_LINKS_OUT] = gpu->rate[SIM_RESOURCE_LINKS_IN] = 40 * GB;
        sim_spec_attribute(gpu, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 132);
    }
    spec->pairs[0][1].link_rate = spec->pairs[1][0].link_rate = 40 * GB;
    spec->pairs[0][1].can_access = spec->pairs[1][0].can_access = true;
}

#endif
