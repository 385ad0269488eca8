/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Can what was asked for be done by these GPUs at all? What cannot is a mistake of whoever asked,
 * is told before anything is measured, and never changed silently. Pure.
 */
#ifndef GST_RUN_DEMAND_H
#define GST_RUN_DEMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/env.h"
#include "run/plan.h"
#include "run/settings.h"

/* False with one line in `error` if the buffers of --size cannot be in one of the selected GPUs
 * even while it is empty, or if --pairs names a GPU that is not selected. A GPU that is in use may
 * still hold less: workloads then take less, and say so. */
bool gst_demand_can_be_met(const struct gst_settings *settings, const struct gst_plan *plan,
                           const struct gst_env *env, char *error, size_t size);

#endif
