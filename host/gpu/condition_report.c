/* SPDX-License-Identifier: Apache-2.0 */
/* What a GPU's condition leaves in the report: facts, and the faults that need no number. See
 * condition.h. */
#include "gpu/condition.h"

#include <stdio.h>

#include "gpu/clock_reasons.h"

static void note_clock(struct gst_report *report, int gpu, const char *source, const char *key,
                       unsigned mhz)
{
    if (mhz != 0)
        gst_report_fact_number(report, gpu, source, key, GST_UNIT_HERTZ, mhz * 1e6);
}

static void note_load(const struct gst_condition *condition, struct gst_report *report, int gpu,
                      const char *source)
{
    const struct gst_condition_reading *load = &condition->load;
    char text[GST_TEXT_SIZE];

    note_clock(report, gpu, source, "sm_clock_under_load", load->sm_mhz);
    note_clock(report, gpu, source, "memory_clock_under_load", load->memory_mhz);
    if (load->has_reasons)
        gst_report_fact_text(report, gpu, source, "clock_limits_under_load", "%s",
                             gst_clock_reasons_describe(load->reasons, text, sizeof(text)));
    if (load->pstate >= 0)
        gst_report_fact_text(report, gpu, source, "performance_state_under_load", "P%d",
                             load->pstate);
    if (load->celsius != 0)
        gst_report_fact_number(report, gpu, source, "temperature_under_load", GST_UNIT_CELSIUS,
                               load->celsius);
    if (load->milliwatts != 0)
        gst_report_fact_number(report, gpu, source, "power_under_load", GST_UNIT_WATTS,
                               load->milliwatts * 1e-3);
}

static void note_ecc(const struct gst_condition *condition, struct gst_report *report, int gpu,
                     const char *source)
{
    const struct gst_ecc *ecc = &condition->ecc;

    if (!condition->has_ecc)
        return;
    gst_report_fact_number(report, gpu, source, "memory_errors_corrected_meanwhile", GST_UNIT_NONE,
                           (double)gst_ecc_rise(condition->ecc_before.corrected, ecc->corrected));
    gst_report_fact_number(
        report, gpu, source, "memory_errors_uncorrected_meanwhile", GST_UNIT_NONE,
        (double)gst_ecc_rise(condition->ecc_before.uncorrected, ecc->uncorrected));
    gst_ecc_note_repairs(report, gpu, source, ecc);
}

/* Under the current workload, or under any: what is there all the time is told once. */
static bool is_recorded(const struct gst_report *report, enum gst_finding_id finding, int gpu,
                        bool under_any)
{
    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->finding == finding && check->gpu == gpu && check->verdict != GST_PASS
            && (under_any || check->item == report->progress.item))
            return true;
    }
    return false;
}

void gst_condition_report(const struct gst_condition *condition, struct gst_env *env,
                          const struct gst_gpu *gpu, const char *source)
{
    struct gst_report *report = env->report;
    const unsigned long long errors =
        gst_ecc_rise(condition->ecc_before.uncorrected, condition->ecc.uncorrected);
    char text[224];

    if (condition->readings > 0)
        note_load(condition, report, gpu->index, source);
    if (condition->others.is_told)
        gst_report_fact_text(report, gpu->index, source, "other_processes", "%s",
                             gst_others_describe(&condition->others, text, sizeof(text)));
    note_ecc(condition, report, gpu->index, source);
    if (gst_condition_is_throttled(condition)
        && !is_recorded(report, GST_HARDWARE_THROTTLED, gpu->index, false))
        gst_report_check(report, GST_HARDWARE_THROTTLED, gpu->index, false, "under load: %s",
                         gst_condition_describe(condition, text, sizeof(text)));
    if (gst_others_disturb(&condition->others)
        && !is_recorded(report, GST_USER_GPU_BUSY, gpu->index, false)
        && !is_recorded(report, GST_USER_GPU_SHARED, gpu->index, true))
        gst_report_check(report, GST_USER_GPU_SHARED, gpu->index, false, "other processes: %s",
                         gst_others_describe(&condition->others, text, sizeof(text)));
    if (condition->has_ecc && errors > 0
        && !is_recorded(report, GST_HARDWARE_ECC, gpu->index, false))
        gst_report_check(report, GST_HARDWARE_ECC, gpu->index, false,
                         "%llu uncorrectable memory error%s meanwhile", errors,
                         gst_plural((int64_t)errors));
}
