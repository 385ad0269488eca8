/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering numbers of one kind; see metric_group.h. */
#include "core/metric_group.h"

#include <stdio.h>
#include <string.h>

static bool is_same_group(const struct gst_metric *a, const struct gst_metric *b)
{
    return a->def == b->def && a->item == b->item && strcmp(a->variant, b->variant) == 0;
}

size_t gst_metric_group(const struct gst_report *report, size_t first,
                        const struct gst_metric **rows)
{
    size_t count = 0;

    for (size_t i = 0; i < first; i++) {
        if (is_same_group(&report->metrics[i], &report->metrics[first]))
            return 0;
    }
    for (size_t i = first; i < report->metric_count; i++) {
        if (is_same_group(&report->metrics[first], &report->metrics[i]))
            rows[count++] = &report->metrics[i];
    }
    return count;
}

bool gst_metric_group_is_matrix(const struct gst_metric *const *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i]->src_gpu == rows[i]->dst_gpu || rows[i]->src_gpu < 0 || rows[i]->dst_gpu < 0
            || rows[i]->src_gpu >= GST_REPORT_GPUS || rows[i]->dst_gpu >= GST_REPORT_GPUS)
            return false;
    }
    return count > GST_GROUP_ROWS_SHOWN;
}

bool gst_metric_is_bad(const struct gst_metric *metric)
{
    return metric->verdict == GST_FAIL || metric->verdict == GST_ERROR;
}

const char *gst_metric_name(const struct gst_metric *metric, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s", metric->def->name, metric->variant[0] == '\0' ? "" : " ",
             metric->variant);
    return text;
}
