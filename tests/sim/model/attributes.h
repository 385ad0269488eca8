/* SPDX-License-Identifier: Apache-2.0 */
/* A model's facts as the numbered attributes that CUDA is asked for. */
#ifndef SIM_MODEL_ATTRIBUTES_H
#define SIM_MODEL_ATTRIBUTES_H

#include "model/spec.h"
#include "script/machine.h"

/* `model` is the GPU's, or that of a slice of it. An attribute that came with a later CUDA than the
 * driver's is not known to it. */
void sim_attributes_fill(struct sim_spec_gpu *to, const struct sim_gpu *gpu,
                         const struct sim_gpu_model *model, int driver_cuda);

#endif
