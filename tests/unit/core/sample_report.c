/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_report.h"

#include <math.h>
#include <string.h>

static const struct gst_metric_def bandwidth = { "vector-add.bandwidth", "a + b, read and written",
                                                 GST_UNIT_BYTES_PER_S, false };
static const struct gst_metric_def latency = { "launch.latency", "one empty kernel",
                                               GST_UNIT_SECONDS, false };

static void begin(struct gst_report *report, const char *name, enum gst_verdict verdict)
{
    int index = gst_report_item(report, name);

    report->items[index].state = GST_ITEM_DONE;
    report->items[index].verdict = verdict;
    report->items[index].started_ns = 1000000000;
    report->items[index].ended_ns = 2300000000;
    report->progress.item = index;
}

static void fill_device_query(struct gst_report *report)
{
    begin(report, "device-query", GST_PASS);
    strcpy(report->items[0].summary, "2 GPUs, 3 sources agree on 212 facts");
    for (int gpu = 0; gpu < 2; gpu++) {
        gst_report_fact_text(report, gpu, "driver", "name", "NVIDIA H100 80GB HBM3");
        gst_report_fact_number(report, gpu, "driver", "memory_total", GST_UNIT_BYTES, 85899345920);
        gst_report_fact_number(report, gpu, "nvml", "memory_total", GST_UNIT_BYTES, 85899345920);
    }
    gst_report_fact_text(report, GST_NO_GPU, "proc", "driver_version", "580.95.05");
    gst_report_check(report, GST_HOST_SOURCES_DISAGREE, 0, true, "all agree");
}

static void fill_vector_add(struct gst_report *report)
{
    struct gst_bar bar = {
        .floor = 2e12, .ceiling = 3.35e12, .floor_from = "HBM class", .ceiling_from = "memory clock"
    };
    const double slow[] = { 5e11, 4e11, 6e11 }, fine[] = { 2.68e12 };

    begin(report, "vector-add", GST_FAIL);
    report->items[1].elements_checked = 1048583;
    gst_report_check(report, GST_HARDWARE_WRONG_RESULT, 1, false,
                     "element 12345 is 7.5, expected 3.5");
    gst_report_metric(report, &bandwidth, 0, GST_NO_GPU, "driver", fine, 1, &bar);
    gst_report_metric(report, &bandwidth, 1, GST_NO_GPU, "driver", slow, 3, &bar);
}

struct gst_report *sample_report(void)
{
    struct gst_report *report = gst_report_map();
    const double unjudged[] = { 4.2e-6 };

    if (report == NULL)
        return NULL;
    strcpy(report->version, "0.1.0");
    strcpy(report->commit, "0123abc");
    strcpy(report->host, "node7");
    strcpy(report->started_utc, "2026-11-23T08:15:00Z");
    strcpy(report->plan, "--level quick");
    strcpy(report->profile, "h100x2");
    report->is_simulated = true;
    report->started_ns = 1000000000;
    report->ended_ns = 3500000000;
    report->gpus_total = report->gpus_tested = 2;
    fill_device_query(report);
    fill_vector_add(report);
    gst_report_metric(report, &latency, 0, GST_NO_GPU, NULL, unjudged, 1, NULL);
    gst_report_metric(report, &latency, 1, GST_NO_GPU, NULL, NULL, 0, NULL);
    begin(report, "launch", GST_SKIP);
    strcpy(report->items[2].reason, "needs 3 GPUs, found 2");
    gst_report_check(report, GST_SUITE_LIBRARY_OUTPUT, GST_NO_GPU, false, "%s", SAMPLE_HOSTILE);
    report->progress.item = -1;
    return report;
}
