/* SPDX-License-Identifier: Apache-2.0 */
/* See lint_verb.h. */
#include "run/lint_verb.h"

#include <errno.h>
#include <string.h>

#include "core/log.h"
#include "lint/lint.h"
#include "run/record.h"

static int look(const struct gst_settings *settings, const struct gst_expectations *expectations,
                FILE *out)
{
    struct gst_report *report = gst_report_map();
    char error[512];
    int code;

    if (report == NULL) {
        gst_log("no memory for the report: %s", strerror(errno));
        return gst_record_exit(GST_EXIT_COULD_NOT_TELL, settings);
    }
    gst_record_begin(report, settings);
    if (gst_lint(settings->words.items[1], expectations, report, error, sizeof(error))) {
        code = gst_record_end(report, settings, out);
    } else {
        gst_log("%s", error);
        code = GST_EXIT_USAGE;
    }
    gst_report_unmap(report);
    return code;
}

int gst_lint_verb(const struct gst_settings *settings, FILE *out)
{
    struct gst_expectations expectations;
    char error[512];
    int code = GST_EXIT_USAGE;

    if (settings->words.count != 2) {
        gst_log("usage: gpu-selftest lint <folder>|<archive>|<image>, or - for an archive on "
                "standard input");
        return GST_EXIT_USAGE;
    }
    if (settings->expect == NULL)
        return look(settings, NULL, out);
    if (gst_expect_read(&expectations, settings->expect, error, sizeof(error)))
        code = look(settings, &expectations, out);
    else
        gst_log("%s", error);
    gst_expect_release(&expectations);
    return code;
}
