/* SPDX-License-Identifier: Apache-2.0 */
/* How checks answer; see check.h. */
#include "audit/check.h"

#include <stdarg.h>

#include "core/utf8.h"

static bool is_declared(const struct gst_audit_check *check, enum gst_finding_id finding)
{
    for (size_t i = 0; i < GST_CHECK_FINDINGS && check->findings[i] != GST_NO_FINDING; i++) {
        if (check->findings[i] == finding)
            return true;
    }
    return false;
}

void gst_found_at(struct gst_asking *asking, const char *where, enum gst_finding_id finding,
                  int gpu, const char *observed, ...)
{
    char text[GST_CAUSE_SIZE];
    va_list arguments;

    va_start(arguments, observed);
    gst_utf8_format(text, sizeof(text), observed, arguments);
    va_end(arguments);
    asking->is_answered = true;
    if (!is_declared(asking->check, finding))
        gst_report_check_at(asking->report, where, GST_SUITE_CRASHED, GST_NO_GPU, false,
                            "check %s answers with '%s', which it does not declare",
                            asking->check->id, gst_finding(finding)->id);
    else
        gst_report_check_at(asking->report, where, finding, gpu, false, "%s", text);
}

void gst_fine(struct gst_asking *asking, const char *observed, ...)
{
    char text[GST_CAUSE_SIZE];
    va_list arguments;

    if (asking->is_answered || asking->check->findings[0] == GST_NO_FINDING)
        return;
    va_start(arguments, observed);
    gst_utf8_format(text, sizeof(text), observed, arguments);
    va_end(arguments);
    asking->is_answered = true;
    gst_report_check_at(asking->report, NULL, asking->check->findings[0], GST_NO_GPU, true, "%s",
                        text);
}

void gst_audit_ask(const struct gst_audit_check *check, const struct gst_scene *scene,
                   struct gst_report *report)
{
    struct gst_asking asking = { .scene = scene, .check = check, .report = report };

    check->ask(&asking);
}
