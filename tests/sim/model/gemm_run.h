/* SPDX-License-Identifier: Apache-2.0 */
/* One product in flight, and what it does to memory at its end. */
#ifndef SIM_MODEL_GEMM_RUN_H
#define SIM_MODEL_GEMM_RUN_H

#include "model/gemm_compute.h"
#include "model/world.h"

struct sim_gemm_run {
    struct sim_context *context;
    struct sim_product product;
    const void *alpha, *beta; /* on the device; NULL where the product has them already */
};

struct sim_gemm_run *sim_gemm_run_new(struct sim_context *context);
/* Takes the factors from the host now, or remembers where on the device they are. The product's
 * matrices are filled by then: their type is the factors'. */
void sim_gemm_run_scale(struct sim_gemm_run *run, bool is_on_device, const void *alpha,
                        const void *beta);
/* For the engine: `data` is the run. */
void sim_gemm_run_effect(void *data, sim_time end);
void sim_gemm_run_release(void *data);

#endif
