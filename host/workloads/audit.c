/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit: what files alone tell of the way from the host's driver into this container, before any
 * library is loaded. Where no GPU can be opened its findings name the layer that has to act. The
 * verb of that name asks more, and shows each group by itself.
 */
#include "audit/audit.h"
#include "audit/settle.h"
#include "core/units.h"
#include "run/run.h"
#include "workloads/list.h"

static size_t count_passed(const struct gst_report *report)
{
    size_t count = 0;

    for (size_t i = 0; i < report->check_count; i++)
        count += report->checks[i].item == report->progress.item
                 && report->checks[i].verdict == GST_PASS;
    return count;
}

static bool run_audit(struct gst_run *run, struct gst_status *st)
{
    const struct gst_view_request view = { .root = run->root };
    const bool is_alone = run->report->item_count == 1;
    size_t passed;

    gst_run_phase(run, GST_NO_GPU, "read the files");
    if (!gst_audit_files(run->report, &view, is_alone, st))
        return false;
    passed = count_passed(run->report);
    gst_run_summary(run, "%zu check%s", passed, gst_plural((int64_t)passed));
    return true;
}

const struct gst_workload gst_workload_audit = {
    .name = "audit",
    .group = "audit",
    .summary = "do files tell of anything that keeps this container from its GPUs?",
    .passes_when = "they do not, or the GPUs are reached all the same",
    /* Milliseconds, unless something below /proc or /sys hangs. */
    .timeout_s = 20,
    .is_quick = true,
    .is_early = true,
    .run = run_audit,
    .settle = gst_audit_settle,
};
