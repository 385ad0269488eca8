/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What findings from files are worth once the GPUs were tried: a report as a run leaves it, with
 * the audit's item first, is settled and concluded, and the verdict of each check is looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "audit/settle.h"
#include "core/status.h"

#define MACHINE (-1)
#define AUDIT   0
#define WORK    1

struct told {
    int item;
    enum gst_finding_id finding;
    const char *call;         /* that said so, NULL: nobody was asked */
    enum gst_verdict verdict; /* expected */
};

static void tell(struct gst_report *report, const struct told *told)
{
    struct gst_status st = GST_STATUS_INIT;

    report->progress.item = told->item;
    if (told->call == NULL)
        gst_report_check(report, told->finding, GST_NO_GPU, false, "seen");
    else
        gst_status_fail_call(&st, told->finding, GST_WHERE, told->call, 100, "seen");
    gst_report_status(report, &st);
}

static void end_item(struct gst_report *report, const char *name, enum gst_verdict verdict)
{
    struct gst_item *item = &report->items[gst_report_item(report, name)];

    item->state = GST_ITEM_DONE;
    item->verdict = verdict;
}

static void test_settle__worth(void **state)
{
    static const struct {
        const char *name;
        int gpus; /* that were opened */
        struct told told[3];
        enum gst_verdict whole;
    } cases[] = {
        { "files say why, and it is not so",
          1,
          { { AUDIT, GST_RUNTIME_UVM_NODE_MISSING, NULL, GST_NOTE } },
          GST_PASS },
        { "a sandbox through which GPUs are reached",
          1,
          { { AUDIT, GST_SUITE_SANDBOX, NULL, GST_NOTE } },
          GST_PASS },
        { "nothing was opened",
          0,
          { { AUDIT, GST_RUNTIME_UVM_NODE_MISSING, NULL, GST_FAIL } },
          GST_FAIL },
        { "fewer GPUs than asked are there",
          1,
          { { AUDIT, GST_RUNTIME_FEWER_GPUS, NULL, GST_FAIL } },
          GST_FAIL },
        { "a wrong result is not explained by a node",
          1,
          { { AUDIT, GST_RUNTIME_UVM_NODE_MISSING, NULL, GST_NOTE },
            { WORK, GST_HARDWARE_WRONG_RESULT, NULL, GST_FAIL } },
          GST_FAIL },
        { "nor is a call that failed on a GPU that was opened",
          1,
          { { AUDIT, GST_RUNTIME_UVM_NODE_MISSING, NULL, GST_NOTE },
            { WORK, GST_HOST_CALL_FAILED, "cuStreamCreate", GST_FAIL } },
          GST_FAIL },
        { "work found the same",
          1,
          { { AUDIT, GST_RUNTIME_JIT_MISSING, NULL, GST_FAIL },
            { WORK, GST_RUNTIME_JIT_MISSING, "cuModuleLoadDataEx", GST_FAIL } },
          GST_FAIL },
        { "a library beside the rest is missing, and files say why",
          1,
          { { AUDIT, GST_RUNTIME_LIBRARY_UNREADABLE, NULL, GST_FAIL },
            { MACHINE, GST_RUNTIME_NVML_MISSING, NULL, GST_SKIP } },
          GST_FAIL },
        { "the audit itself crashed",
          1,
          { { AUDIT, GST_SUITE_CRASHED, NULL, GST_ERROR } },
          GST_ERROR },
        { "told twice",
          0,
          { { AUDIT, GST_HOST_MODULE_NOT_LOADED, NULL, GST_FAIL },
            { MACHINE, GST_HOST_MODULE_NOT_LOADED, "cuInit", GST_SKIP } },
          GST_FAIL },
        { "a consequence",
          0,
          { { AUDIT, GST_USER_NO_GPUS_REQUESTED, NULL, GST_FAIL },
            { MACHINE, GST_RUNTIME_LIBCUDA_MISSING, NULL, GST_SKIP } },
          GST_FAIL },
        { "a guess from files yields",
          0,
          { { AUDIT, GST_USER_NO_GPUS_REQUESTED, NULL, GST_FAIL },
            { MACHINE, GST_HOST_NO_GPU, NULL, GST_SKIP } },
          GST_FAIL },
        { "what a library said does not",
          0,
          { { AUDIT, GST_USER_NO_GPUS_REQUESTED, NULL, GST_SKIP },
            { MACHINE, GST_HOST_NO_GPU, "cuInit", GST_FAIL } },
          GST_FAIL },
        { "nor does a guess to what explains no missing library",
          0,
          { { AUDIT, GST_RUNTIME_CDI_SPEC_STALE, NULL, GST_FAIL },
            { MACHINE, GST_HOST_NO_GPU, NULL, GST_FAIL } },
          GST_FAIL },
        { "a sandbox hides what a guess would need",
          0,
          { { AUDIT, GST_SUITE_SANDBOX, NULL, GST_ERROR },
            { MACHINE, GST_HOST_NO_GPU, NULL, GST_SKIP } },
          GST_ERROR },
        { "a note that work makes, too, with more to say",
          1,
          { { AUDIT, GST_USER_VISIBLE_DEVICES, NULL, GST_SKIP },
            { WORK, GST_USER_VISIBLE_DEVICES, NULL, GST_NOTE } },
          GST_PASS },
        { "a note of its own", 1, { { AUDIT, GST_USER_PRIVILEGED, NULL, GST_NOTE } }, GST_PASS },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_report *report = gst_report_map();
        size_t count = 0;

        end_item(report, "audit", GST_PASS);
        end_item(report, "work", cases[i].gpus > 0 ? GST_PASS : GST_SKIP);
        report->gpus_total = report->gpus_tested = cases[i].gpus;
        for (; count < 3 && cases[i].told[count].finding != GST_NO_FINDING; count++)
            tell(report, &cases[i].told[count]);
        report->progress.item = MACHINE;
        gst_audit_settle(report, AUDIT);
        gst_report_conclude(report);
        for (size_t k = 0; k < count; k++) {
            if (report->checks[k].verdict != cases[i].told[k].verdict)
                fail_msg("'%s': %s is %s", cases[i].name,
                         gst_finding(report->checks[k].finding)->id,
                         gst_verdict_word(report->checks[k].verdict));
        }
        if (report->verdict != cases[i].whole)
            fail_msg("'%s' ends with %s", cases[i].name, gst_verdict_word(report->verdict));
        gst_report_unmap(report);
    }
}

/* What was seen stays, and what it came to stands behind it, in whatever room is left. */
static void test_settle__says_that_it_is_disproved(void **state)
{
    struct gst_report *report = gst_report_map();
    char longest[GST_CAUSE_SIZE];

    (void)state;
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    end_item(report, "audit", GST_PASS);
    report->progress.item = AUDIT;
    report->gpus_tested = 1;
    gst_report_check(report, GST_RUNTIME_UVM_NODE_MISSING, GST_NO_GPU, false, "no node");
    gst_report_check(report, GST_HOST_UVM_NOT_LOADED, GST_NO_GPU, false, "%s", longest);
    gst_audit_settle(report, AUDIT);
    assert_string_equal(report->checks[0].observed,
                        "no node, but the GPUs were opened all the same");
    assert_string_equal(report->checks[1].observed, longest);
    gst_report_unmap(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settle__worth),
        cmocka_unit_test(test_settle__says_that_it_is_disproved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
