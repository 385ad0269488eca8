/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which shared parts of the machine bytes go through on their way between a GPU and host memory, or
 * between two GPUs. Marks faults on the way as fired. Resources without a rate limit nothing.
 */
#ifndef SIM_MODEL_ROUTE_H
#define SIM_MODEL_ROUTE_H

#include "model/world.h"

/* Between the device and host memory; `weight` is that on the GPU's own link, `copies` how often
 * the bytes pass through host memory. */
void sim_route_host(struct sim_flow *flow, const struct sim_device *device, bool is_to_host,
                    unsigned weight, unsigned copies);

/* From GPU to GPU where one can reach the other: over NVLink if there is any, else over PCIe. */
void sim_route_direct_peers(struct sim_flow *flow, const struct sim_device *from,
                            const struct sim_device *to);

/* From GPU to GPU over PCIe. Below one switch no other link is used. */
void sim_route_pcie_peers(struct sim_flow *flow, const struct sim_device *from,
                          const struct sim_device *to);

/* From GPU to GPU through a buffer in host memory: up, and down again. */
void sim_route_staged_peers(struct sim_flow *flow, const struct sim_device *from,
                            const struct sim_device *to);

#endif
