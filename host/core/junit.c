/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit XML; see junit.h. */
#include "core/junit.h"

#include <string.h>

#include "core/utf8.h"

static void write_escaped(FILE *out, const char *text)
{
    char fit[3 * GST_CAUSE_SIZE + 1];

    gst_utf8_printable(fit, sizeof fit, text);
    for (const char *at = fit; *at != '\0'; at++) {
        switch (*at) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*at, out);
        }
    }
}

static void write_attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    write_escaped(out, value);
    fputc('"', out);
}

static bool is_bad(const struct gst_check *check)
{
    return check->verdict == GST_FAIL || check->verdict == GST_ERROR;
}

static void write_problem(FILE *out, const struct gst_check *check)
{
    const struct gst_finding *row = gst_finding(check->finding);
    const char *element = check->verdict == GST_FAIL ? "failure" : "error";

    fprintf(out, "      <%s", element);
    write_attribute(out, "type", row->id);
    write_attribute(out, "message", check->observed);
    fputs(">id: ", out);
    write_escaped(out, row->id);
    if (check->gpu != GST_NO_GPU)
        fprintf(out, "\ngpu: %d", check->gpu);
    fputs("\ncause: ", out);
    write_escaped(out, check->observed);
    if (check->call[0] != '\0') {
        fputs(" (", out);
        write_escaped(out, check->call);
        fprintf(out, ", %d)", check->code);
    }
    fputs("\nremedy: ", out);
    write_escaped(out, row->remedy);
    fprintf(out, "</%s>\n", element);
}

static void write_case(FILE *out, const char *class_name, const char *name, double seconds)
{
    fputs("    <testcase", out);
    write_attribute(out, "classname", class_name);
    write_attribute(out, "name", name);
    fprintf(out, " time=\"%.3f\">\n", seconds);
}

/* Not every reader takes an error and a failure in one test case: only those of the item's word. */
static void write_workload(const struct gst_report *report, size_t index, FILE *out)
{
    const struct gst_item *item = &report->items[index];
    double seconds =
        item->ended_ns > item->started_ns ? (double)(item->ended_ns - item->started_ns) * 1e-9 : 0;
    bool is_told = false;

    write_case(out, "gpu-selftest", item->name, seconds);
    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->item != (int)index || !is_bad(check) || check->verdict != item->verdict)
            continue;
        write_problem(out, check);
        is_told = true;
    }
    if (!is_told && (item->verdict == GST_FAIL || item->verdict == GST_ERROR)) {
        fprintf(out, "      <%s", item->verdict == GST_FAIL ? "failure" : "error");
        write_attribute(out, "message", item->reason);
        fputs("/>\n", out);
    }
    if (!gst_verdict_counts(item->verdict)) {
        fputs("      <skipped", out);
        write_attribute(out, "message", item->reason);
        fputs("/>\n", out);
    }
    fputs("    </testcase>\n", out);
}

static void write_suite_start(const struct gst_report *report, FILE *out)
{
    size_t failures = gst_report_count(report, GST_FAIL);
    size_t errors = gst_report_count(report, GST_ERROR);
    size_t skipped = 0, tests = report->item_count;
    double seconds = report->ended_ns > report->started_ns
                         ? (double)(report->ended_ns - report->started_ns) * 1e-9
                         : 0;

    for (size_t i = 0; i < report->item_count; i++)
        skipped += !gst_verdict_counts(report->items[i].verdict);
    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].item >= 0 || !is_bad(&report->checks[i]))
            continue;
        tests++;
        failures += report->checks[i].verdict == GST_FAIL;
        errors += report->checks[i].verdict == GST_ERROR;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", out);
    write_attribute(out, "name", report->is_simulated ? "gpu-selftest SIMULATED" : "gpu-selftest");
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"",
            tests, failures, errors, skipped, seconds);
    /* The usual schema wants a time without a zone. */
    fprintf(out, " timestamp=\"%.19s\"", report->started_utc);
    write_attribute(out, "hostname", report->host);
    fputs(">\n", out);
}

bool gst_junit_write(const struct gst_report *report, FILE *out)
{
    write_suite_start(report, out);
    for (size_t i = 0; i < report->item_count; i++)
        write_workload(report, i, out);
    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->item >= 0 || !is_bad(check))
            continue;
        write_case(out, "gpu-selftest.machine", gst_finding(check->finding)->id, 0);
        write_problem(out, check);
        fputs("    </testcase>\n", out);
    }
    fputs("  </testsuite>\n</testsuites>\n", out);
    return fflush(out) == 0 && !ferror(out);
}
