/* SPDX-License-Identifier: Apache-2.0 */
/* NVML's counters of memory errors; see ecc.h. */
#include "gpu/ecc.h"

#include "gpu/error.h"

static bool ask_total(struct gst_env *env, const struct gst_gpu *gpu, nvmlMemoryErrorType_t type,
                      unsigned long long totals[GST_ECC_SPANS])
{
    static const nvmlEccCounterType_t counters[GST_ECC_SPANS] = {
        [GST_ECC_VOLATILE] = NVML_VOLATILE_ECC,
        [GST_ECC_AGGREGATE] = NVML_AGGREGATE_ECC,
    };

    for (int i = 0; i < GST_ECC_SPANS; i++) {
        if (GST_NVML(env, nvmlDeviceGetTotalEccErrors,
                     (gpu->nvml_physical, type, counters[i], &totals[i]))
            != NVML_SUCCESS)
            return false;
    }
    return true;
}

bool gst_ecc_read(struct gst_env *env, const struct gst_gpu *gpu, struct gst_ecc *ecc)
{
    struct gst_ecc read = { .has_rows = false };
    nvmlEnableState_t pending = 0;

    if (!env->has_nvml || gpu->nvml_physical == NULL
        || !ask_total(env, gpu, NVML_MEMORY_ERROR_TYPE_CORRECTED, read.corrected)
        || !ask_total(env, gpu, NVML_MEMORY_ERROR_TYPE_UNCORRECTED, read.uncorrected))
        return false;
    read.has_rows = GST_NVML(env, nvmlDeviceGetRemappedRows,
                             (gpu->nvml_physical, &read.rows_corrected, &read.rows_uncorrected,
                              &read.rows_pending, &read.rows_failed))
                    == NVML_SUCCESS;
    read.has_pages =
        GST_NVML(env, nvmlDeviceGetRetiredPagesPendingStatus, (gpu->nvml_physical, &pending))
        == NVML_SUCCESS;
    read.is_page_pending = pending != NVML_FEATURE_DISABLED;
    *ecc = read;
    return true;
}

unsigned long long gst_ecc_rise(const unsigned long long before[GST_ECC_SPANS],
                                const unsigned long long after[GST_ECC_SPANS])
{
    unsigned long long rise = 0;

    for (int i = 0; i < GST_ECC_SPANS; i++) {
        if (after[i] > before[i] && after[i] - before[i] > rise)
            rise = after[i] - before[i];
    }
    return rise;
}

void gst_ecc_note_repairs(struct gst_report *report, int gpu, const char *source,
                          const struct gst_ecc *ecc)
{
    if (ecc->has_rows)
        gst_report_fact_text(report, gpu, source, "remapped_rows",
                             "%u after corrected errors, %u after uncorrectable ones, %u pending, "
                             "%u failed",
                             ecc->rows_corrected, ecc->rows_uncorrected, ecc->rows_pending,
                             ecc->rows_failed);
    if (ecc->has_pages)
        gst_report_fact_text(report, gpu, source, "page_retirement", "%s",
                             ecc->is_page_pending ? "pending" : "none pending");
}
