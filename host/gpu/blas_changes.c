/* SPDX-License-Identifier: Apache-2.0 */
/* Variables that change products; see blas_changes.h. */
#include "gpu/blas_changes.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { TF32, SINGLE, DOUBLE, STRATEGY };

const char *const gst_blas_variables[GST_BLAS_VARIABLES] = {
    [TF32] = "NVIDIA_TF32_OVERRIDE",
    [SINGLE] = "CUBLAS_EMULATE_SINGLE_PRECISION",
    [DOUBLE] = "CUBLAS_EMULATE_DOUBLE_PRECISION",
    [STRATEGY] = "CUBLAS_EMULATION_STRATEGY",
};

static void apply(struct gst_blas_changes *changes, int variable, bool is_zero)
{
    if (variable == TF32)
        *(is_zero ? &changes->without_tf32 : &changes->is_forced) = true;
    if (variable == SINGLE && !is_zero)
        changes->emulates_single = true;
    if (variable == DOUBLE && !is_zero)
        changes->emulates_double = true;
}

struct gst_blas_changes gst_blas_changes_of(const char *const values[GST_BLAS_VARIABLES])
{
    struct gst_blas_changes changes = { .is_changed = false };
    size_t used = 0;

    for (int i = 0; i < GST_BLAS_VARIABLES; i++) {
        if (values[i] == NULL || values[i][0] == '\0')
            continue;
        /* It says how to emulate, and not that. */
        if (i == STRATEGY && !changes.emulates_single && !changes.emulates_double)
            continue;
        if (used < sizeof(changes.variables))
            used += (size_t)snprintf(changes.variables + used, sizeof(changes.variables) - used,
                                     "%s%s=%.16s", used > 0 ? " " : "", gst_blas_variables[i],
                                     values[i]);
        changes.is_changed = true;
        apply(&changes, i, strcmp(values[i], "0") == 0);
    }
    return changes;
}

bool gst_blas_is_emulated(const struct gst_blas_changes *changes, enum gst_gemm_type type,
                          bool is_pedantic)
{
    return (changes->emulates_single && type == GST_GEMM_FP32 && !is_pedantic)
           || (changes->emulates_double && type == GST_GEMM_FP64);
}
