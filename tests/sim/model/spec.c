/* SPDX-License-Identifier: Apache-2.0 */
/* Making a machine piece by piece. */
#include "model/spec.h"

#include <string.h>

void sim_spec_init(struct sim_spec *spec)
{
    memset(spec, 0, sizeof *spec);
    spec->has_driver = true;
    spec->has_compiler = true;
    spec->driver_fault = spec->library_fault = SIM_NO_FAULT;
    spec->runtime_fault = spec->compiler_fault = SIM_NO_FAULT;
    spec->truncated_fault = spec->ptx_fault = SIM_NO_FAULT;
    spec->cublas.fault = spec->cublaslt.fault = SIM_NO_FAULT;
    spec->nccl_version = SIM_NCCL_VERSION;
    spec->nccl_fault = spec->nccl_compile_fault = SIM_NO_FAULT;
    for (unsigned i = 0; i < SIM_SPEC_RANKS; i++) {
        struct sim_spec_rank *rank = &spec->ranks[i];

        rank->absent_fault = rank->death_fault = rank->drop_fault = SIM_NO_FAULT;
        rank->late_fault = rank->skip_fault = rank->miscount_fault = SIM_NO_FAULT;
        rank->nan_fault = rank->swap_fault = rank->flip.fault = SIM_NO_FAULT;
        rank->ulps_fault = rank->combine_fault = rank->scale_fault = SIM_NO_FAULT;
    }
    for (unsigned i = 0; i < SIM_SPEC_GPUS; i++) {
        for (unsigned k = 0; k < SIM_SPEC_GPUS; k++) {
            struct sim_spec_pair *pair = &spec->pairs[i][k];

            pair->fault = pair->flip.fault = pair->drop_fault = SIM_NO_FAULT;
            pair->stage_fault = pair->hang_fault = pair->nvml_fault = SIM_NO_FAULT;
        }
    }
    for (unsigned i = 0; i < SIM_SPEC_NODES; i++) {
        for (unsigned k = 0; k < SIM_SPEC_NODES; k++)
            spec->host.socket_faults[i][k] = SIM_NO_FAULT;
    }
    for (unsigned i = 0; i < SIM_SPEC_SWITCHES; i++)
        spec->host.uplink_faults[i] = SIM_NO_FAULT;
    spec->host.memory_node = -1;
    spec->host.memory_fault = spec->host.fabric_fault = SIM_NO_FAULT;
    spec->host.shm_fault = spec->host.nccl_conf_fault = SIM_NO_FAULT;
    spec->host.bus_fault = spec->host.interface_fault = SIM_NO_FAULT;
    spec->host.multicast_fault = spec->host.locking_fault = SIM_NO_FAULT;
}

struct sim_spec_gpu *sim_spec_add_gpu(struct sim_spec *spec)
{
    if (spec->gpu_count == SIM_SPEC_GPUS)
        return NULL;
    struct sim_spec_gpu *gpu = &spec->gpus[spec->gpu_count++];
    gpu->node = gpu->bridge = -1;
    gpu->cores_per_sm = 1;
    for (unsigned i = 0; i < SIM_GEMM_TYPES; i++) {
        gpu->gemm_lanes[i] = 1;
        gpu->gemm_permille[i] = 1000;
    }
    gpu->faults =
        (struct sim_spec_gpu_faults){ SIM_NO_FAULT, SIM_NO_FAULT, SIM_NO_FAULT, SIM_NO_FAULT,
                                      SIM_NO_FAULT, SIM_NO_FAULT, SIM_NO_FAULT, SIM_NO_FAULT,
                                      SIM_NO_FAULT, SIM_NO_FAULT };
    return gpu;
}

void sim_spec_attribute(struct sim_spec_gpu *gpu, int number, int value)
{
    for (unsigned i = 0; i < gpu->attribute_count; i++) {
        if (gpu->attributes[i].number == number) {
            gpu->attributes[i].value = value;
            return;
        }
    }
    if (gpu->attribute_count < SIM_SPEC_ATTRIBUTES)
        gpu->attributes[gpu->attribute_count++] = (struct sim_spec_attribute){ number, value };
}

bool sim_spec_attribute_of(const struct sim_spec_gpu *gpu, int number, int *value)
{
    for (unsigned i = 0; i < gpu->attribute_count; i++) {
        if (gpu->attributes[i].number == number) {
            *value = gpu->attributes[i].value;
            return true;
        }
    }
    return false;
}
