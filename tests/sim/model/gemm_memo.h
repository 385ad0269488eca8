/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products that were computed before: eight GPUs that multiply the same matrices, or a benchmark
 * that clears its result in between, cost one product and seven copies of the result. By what is in
 * the matrices, not by where they lie.
 */
#ifndef SIM_MODEL_GEMM_MEMO_H
#define SIM_MODEL_GEMM_MEMO_H

#include "model/gemm_compute.h"

/* Computes the product, or copies a result that is the same. */
void sim_gemm_memo_compute(const struct sim_product *product);

/* So many products were really computed by this process. */
unsigned sim_gemm_memo_computed(void);

#endif
