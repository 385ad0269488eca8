/* SPDX-License-Identifier: Apache-2.0 */
/* Rates to metrics and facts; see judge.h. */
#include "workloads/sgemm/judge.h"

#include <stdio.h>

#include "core/gemm_judged.h"
#include "gpu/gemm/self.h"

/* Names of facts have no hyphen. */
static void make_key(char *key, size_t size, const struct gst_sgemm_kind *kind, const char *what)
{
    snprintf(key, size, "%s_%s", kind->name, what);
    for (char *at = key; *at != '\0'; at++)
        *at = *at == '-' ? '_' : *at;
}

/* What publications compare: the share of what units and the clock attribute allow. Boards exceed
 * that clock, so that it is no bound. */
static void note_share(struct gst_run *run, const struct gst_sgemm_kind *kind,
                       const struct gst_sgemm_seat *seat)
{
    const struct gst_gemm_gpu self = gst_gemm_self(seat->lane.gpu, &seat->condition);
    const double peak = gst_gemm_attribute_peak(kind->type, &self);
    char key[48];

    if (peak <= 0)
        return;
    make_key(key, sizeof(key), kind, "share_of_attribute_peak");
    gst_report_fact_number(run->report, seat->lane.gpu->index, "cublas", key, GST_UNIT_FRACTION,
                           run->report->metrics[run->report->metric_count - 1].value / peak);
}

static struct gst_bar bar_of(const struct gst_sgemm_kind *kind, const struct gst_sgemm_seat *seat,
                             int side)
{
    const struct gst_gpu *gpu = seat->lane.gpu;
    const struct gst_gemm_gpu self = gst_gemm_self(gpu, &seat->condition);
    const struct gst_gemm_measured measured = {
        .type = kind->type,
        .side = side,
        .is_pedantic = kind->is_pedantic,
        .is_emulated =
            gst_blas_is_emulated(&seat->handle.blas->changes, kind->type, kind->is_pedantic),
        .is_part = gst_gemm_is_part(gpu),
    };

    return gst_gemm_bar_of_measured(&measured, &self);
}

bool gst_sgemm_judge(struct gst_run *run, const struct gst_sgemm_kind *kind,
                     const struct gst_sgemm_seat *seat, int side, const double *samples,
                     struct gst_status *st)
{
    char key[48];

    if (!gst_run_metric(run, kind->rate, seat->lane.gpu->index, "", samples, run->samples,
                        bar_of(kind, seat, side), st))
        return false;
    run->report->metrics[run->report->metric_count - 1].side = side;
    note_share(run, kind, seat);
    make_key(key, sizeof(key), kind, "side");
    gst_report_fact_number(run->report, seat->lane.gpu->index, "cublas", key, GST_UNIT_NONE, side);
    gst_run_explain_by(run, &seat->condition);
    return true;
}
