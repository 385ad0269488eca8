/* SPDX-License-Identifier: Apache-2.0 */
/* See record.h. */
#include "run/record.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/clock.h"
#include "run/about.h"
#include "run/write.h"

void gst_record_begin(struct gst_report *report, const struct gst_settings *settings)
{
    const char *profile = getenv("GPU_SELFTEST_SIM_PROFILE");

    report->started_ns = gst_clock_ns();
    gst_clock_utc(report->started_utc, sizeof(report->started_utc));
    snprintf(report->version, sizeof(report->version), "%s", gst_about_version());
    snprintf(report->commit, sizeof(report->commit), "%s", gst_about_commit());
    snprintf(report->profile, sizeof(report->profile), "%s", profile == NULL ? "" : profile);
    /* Whatever is read there is make-believe, the files as much as the libraries. */
    report->is_simulated = profile != NULL;
    if (gethostname(report->host, sizeof(report->host) - 1) != 0)
        snprintf(report->host, sizeof(report->host), "unknown");
    gst_settings_describe(settings, report->plan, sizeof(report->plan));
    report->is_strict = settings->is_strict;
}

int gst_record_exit(enum gst_exit code, const struct gst_settings *settings)
{
    if (settings->exit_map == GST_EXIT_MAP_PLAIN || code == GST_EXIT_PASSED)
        return (int)code;
    return code == GST_EXIT_FAILED ? 2 : 3;
}

int gst_record_end(struct gst_report *report, const struct gst_settings *settings, FILE *out)
{
    enum gst_exit code;

    report->ended_ns = gst_clock_ns();
    gst_report_conclude(report);
    code = gst_report_exit(report);
    if (!gst_write_all(report, settings, out))
        code = GST_EXIT_COULD_NOT_TELL;
    return gst_record_exit(code, settings);
}
