/* SPDX-License-Identifier: Apache-2.0 */
/* See audit_verb.h. */
#include "run/audit_verb.h"

#include <errno.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/framework_answers.h"
#include "core/log.h"
#include "run/record.h"

static bool audit(struct gst_report *report, const struct gst_settings *settings)
{
    const struct gst_audit_request request = {
        .view = { .root = settings->root,
                  .proc = settings->proc,
                  .sys = settings->sys,
                  .dev = settings->dev },
        .tries = !settings->is_files_only && gst_settings_are_of_this_machine(settings),
        .deadline_s = settings->timeout_s,
        .watch_s = settings->watch_s,
        .framework = settings->framework < 0 ? NULL : gst_framework_names[settings->framework],
    };
    struct gst_status st = GST_STATUS_INIT;

    if (gst_audit(report, &request, &st))
        return true;
    gst_report_status(report, &st);
    return false;
}

int gst_audit_verb(const struct gst_settings *settings, FILE *out)
{
    struct gst_report *report = gst_report_map();
    int code;

    if (report == NULL) {
        gst_log("no memory for the report: %s", strerror(errno));
        return gst_record_exit(GST_EXIT_COULD_NOT_TELL, settings);
    }
    gst_record_begin(report, settings);
    /* What is looked at is somebody else's machine. */
    if (!gst_settings_are_of_this_machine(settings))
        snprintf(report->host, sizeof(report->host), "%s", settings->root);
    audit(report, settings);
    code = gst_record_end(report, settings, out);
    gst_report_unmap(report);
    return code;
}
