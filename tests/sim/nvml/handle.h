/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NVML lists, and the handles for it. NVML counts GPUs in the order of their PCI addresses and
 * knows nothing of CUDA_VISIBLE_DEVICES. Handles are numbers that no object lies at, so that
 * reading through one faults.
 */
#ifndef SIM_NVML_HANDLE_H
#define SIM_NVML_HANDLE_H

#include "api/nvml_abi.h"
#include "script/machine.h"

/* Which handles a function takes; the reference manual says so for each of them. */
enum sim_nvml_accepts {
    SIM_NVML_ANY,
    SIM_NVML_GPU,      /* "not supported" for an instance, which has no such thing of its own */
    SIM_NVML_PARENT,   /* an instance is an invalid argument */
    SIM_NVML_INSTANCE, /* a GPU is an invalid argument */
};

struct sim_nvml_target {
    unsigned number; /* of the GPU in the profile */
    const struct sim_gpu *gpu;
    unsigned index;                          /* of the instance */
    const struct sim_mig_instance *instance; /* NULL for a GPU */
};

/* How many GPUs there are for NVML. */
unsigned sim_nvml_count(void);
/* NULL if there is no such GPU. */
nvmlDevice_t sim_nvml_gpu_at(unsigned index);
unsigned sim_nvml_index_of(unsigned number);
/* Of a GPU or an instance; NULL if there is none. */
nvmlDevice_t sim_nvml_by_uuid(const char *uuid);
nvmlDevice_t sim_nvml_by_pci(unsigned domain, unsigned bus, unsigned device);

nvmlDevice_t sim_nvml_gpu_handle(unsigned number);
nvmlDevice_t sim_nvml_instance_handle(unsigned number, unsigned index);

/* What is behind the handle: 2 if nothing is, 15 if the GPU is lost, and what `accepts` says. */
nvmlReturn_t sim_nvml_find(nvmlDevice_t handle, enum sim_nvml_accepts accepts,
                           struct sim_nvml_target *target);
/* Hands the handle out, if it is one and its GPU can still be reached. */
nvmlReturn_t sim_nvml_hand_out(nvmlDevice_t handle, nvmlReturn_t if_null, nvmlDevice_t *device);

#endif
