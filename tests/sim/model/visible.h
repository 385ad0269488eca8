/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which GPUs a process sees, and in which order: CUDA_VISIBLE_DEVICES as NVIDIA documents it in the
 * CUDA C++ Programming Guide and in the MIG User Guide. Pure: text and candidates in, choice out.
 */
#ifndef SIM_MODEL_VISIBLE_H
#define SIM_MODEL_VISIBLE_H

#include <stdbool.h>

struct sim_candidate {
    const char *uuid; /* "GPU-..." or "MIG-..." */
    bool is_mig;      /* an instance; stands behind the GPU that it is part of */
    bool has_mig;     /* a GPU in MIG mode: visible only through an instance */
};

/*
 * Fills the indices of the candidates that are visible, returns how many. The list ends at its
 * first invalid entry; an entry named twice hides everything; MIG instances only one at a time.
 * A NULL text means that the variable is not set: everything, or the first MIG instance.
 */
unsigned sim_visible(const char *text, const struct sim_candidate *candidates, unsigned count,
                     unsigned *chosen);

#endif
