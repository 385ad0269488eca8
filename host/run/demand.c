/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and pairs against GPUs; see demand.h. */
#include "run/demand.h"

#include <stdio.h>

#include "core/units.h"

/* The workload that needs most. */
static const struct gst_workload *largest_of(const struct gst_plan *plan)
{
    const struct gst_workload *largest = NULL;

    for (size_t i = 0; i < plan->count; i++) {
        if (largest == NULL || plan->rows[i]->size_buffers > largest->size_buffers)
            largest = plan->rows[i];
    }
    return largest;
}

static bool size_fits(const struct gst_settings *settings, const struct gst_plan *plan,
                      const struct gst_env *env, char *error, size_t size)
{
    const struct gst_workload *row = largest_of(plan);
    char asked[32], total[32];

    if (settings->size_bytes == 0 || row == NULL || row->size_buffers == 0)
        return true;
    for (int i = 0; i < env->gpu_count; i++) {
        const struct gst_gpu *gpu = &env->gpus[i];

        if (settings->size_bytes <= gpu->memory_total_bytes / (uint64_t)row->size_buffers)
            continue;
        gst_format(asked, sizeof(asked), (double)settings->size_bytes, GST_UNIT_BYTES);
        gst_format(total, sizeof(total), (double)gpu->memory_total_bytes, GST_UNIT_BYTES);
        snprintf(error, size, "'--size': no room for %d buffer%s of %s (%s) in the %s of gpu %d",
                 row->size_buffers, gst_plural(row->size_buffers), asked, row->name, total,
                 gpu->index);
        return false;
    }
    return true;
}

bool gst_demand_can_be_met(const struct gst_settings *settings, const struct gst_plan *plan,
                           const struct gst_env *env, char *error, size_t size)
{
    int gpus[GST_ENV_GPUS];

    for (int i = 0; i < env->gpu_count; i++)
        gpus[i] = env->gpus[i].index;
    return size_fits(settings, plan, env, error, size)
           && gst_pairs_check(&settings->pairs, gpus, env->gpu_count, error, size);
}
