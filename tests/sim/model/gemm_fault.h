/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong with a product of matrices: which of the script's faults apply to it, and what
 * they do to its result.
 */
#ifndef SIM_MODEL_GEMM_FAULT_H
#define SIM_MODEL_GEMM_FAULT_H

#include "model/gemm_compute.h"
#include "model/world.h"

/* A bit per fault of this device whose time has come. */
uint32_t sim_gemm_faults(const struct sim_device *device, sim_time now);

/* Does it never end? The fault is marked. What the work takes, with what slows it down. */
bool sim_gemm_fault_hangs(uint32_t faults);
uint64_t sim_gemm_fault_work(uint32_t faults, uint64_t work);

/* Changes what will be computed: operands, roundings. */
void sim_gemm_fault_before(uint32_t faults, struct sim_product *product);
/* What must stay as it was: a copy of C for the next one, NULL if nothing must. */
void *sim_gemm_fault_keep(uint32_t faults, const struct sim_product *product);
/* Spoils C, which holds what is right; frees the copy. */
void sim_gemm_fault_after(uint32_t faults, const struct sim_product *product, void *kept);

/* The context that a handle made in this one belongs to. */
struct sim_context *sim_gemm_fault_context(struct sim_context *context);

#endif
