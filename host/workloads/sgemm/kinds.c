/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of the list of kinds; see kinds.h. */
#include "workloads/sgemm/kinds.h"

#define RATE(symbol, name_, type, is_pedantic, text)                                               \
    [symbol] = {                                                                                   \
        .name = "sgemm." name_,                                                                    \
        .title = "product of " text,                                                               \
        .unit = GST_UNIT_FLOP_PER_S,                                                               \
        .has_siblings = true,                                                                      \
    },

static const struct gst_metric_def rates[] = { GST_SGEMM_KINDS(RATE) };

#define KIND(symbol, name, type, is_pedantic, text)                                                \
    [symbol] = { name, type, is_pedantic, &rates[symbol] },

const struct gst_sgemm_kind gst_sgemm_kinds[GST_SGEMM_KIND_COUNT] = { GST_SGEMM_KINDS(KIND) };

#define METRIC(symbol, name, type, is_pedantic, text) [symbol] = &rates[symbol],

const struct gst_metric_def *const gst_sgemm_metrics[GST_SGEMM_KIND_COUNT + 1] = { GST_SGEMM_KINDS(
    METRIC) };
