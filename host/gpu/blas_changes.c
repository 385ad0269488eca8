/* SPDX-License-Identifier: Apache-2.0 */
/* Variables that change products; see blas_changes.h. */
#include "gpu/blas_changes.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *const gst_blas_variables[GST_BLAS_VARIABLES] = {
    "NVIDIA_TF32_OVERRIDE",
    "CUBLAS_EMULATE_SINGLE_PRECISION",
    "CUBLAS_EMULATE_DOUBLE_PRECISION",
    "CUBLAS_EMULATION_STRATEGY",
};

struct gst_blas_changes gst_blas_changes_of(const char *const values[GST_BLAS_VARIABLES])
{
    struct gst_blas_changes changes = { .is_changed = false };
    size_t used = 0;

    for (int i = 0; i < GST_BLAS_VARIABLES; i++) {
        if (values[i] == NULL || values[i][0] == '\0')
            continue;
        if (used < sizeof(changes.variables))
            used += (size_t)snprintf(changes.variables + used, sizeof(changes.variables) - used,
                                     "%s%s=%.16s", used > 0 ? " " : "", gst_blas_variables[i],
                                     values[i]);
        changes.is_changed = true;
        if (i == 0)
            *(strcmp(values[i], "0") == 0 ? &changes.without_tf32 : &changes.is_forced) = true;
        else if (strcmp(values[i], "0") != 0)
            changes.is_emulated = true;
    }
    return changes;
}
