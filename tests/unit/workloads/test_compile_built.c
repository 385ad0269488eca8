/* SPDX-License-Identifier: Apache-2.0 */
/* What the words and the end of a built program mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/compile/built.h"
#include "workloads/compile/texts.h"

#define PCI "0000:1b:00.0"

/* n = 1048577: 3 n (n - 1) / 2 + n. */
#define SUM "1649270063105"
#define GOOD                                                                                       \
    "error=0 pci=0000:1B:00.0 runtime=13000 driver=13010 elements=1048577 wrong=0 sum=" SUM "\n"

static bool judge(enum gst_tool_how how, int number, const char *output,
                  struct gst_built_words *words, struct gst_status *st)
{
    static struct gst_tool_end end;

    memset(&end, 0, sizeof(end));
    end.how = how;
    end.number = number;
    end.seconds = 60;
    snprintf(end.output, sizeof(end.output), "%s", output);
    return gst_built_judge(&end, PCI, words, st);
}

static void test_compile_built__good(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_built_words words;

    (void)state;
    assert_true(judge(GST_TOOL_EXITED, 0, GOOD, &words, &st));
    assert_int_equal(words.runtime_version, 13000);
    assert_int_equal(words.driver_version, 13010);
    assert_int_equal(words.elements, 1048577);
    /* What a preloaded library prints is no part of it. */
    assert_true(judge(GST_TOOL_EXITED, 0, "some banner\n" GOOD, &words, &st));
}

static void test_compile_built__each_end(void **state)
{
    static const struct {
        enum gst_tool_how how;
        int number;
        const char *output;
        enum gst_finding_id finding;
        const char *said;
    } cases[] = {
        { GST_TOOL_NOT_STARTED, 13, "", GST_IMAGE_BUILT_PROGRAM_FAILS, "Permission denied" },
        { GST_TOOL_NOT_STARTED, EAGAIN, "", GST_USER_PROCESS_LIMIT, "temporarily unavailable" },
        { GST_TOOL_NOT_STARTED, ENOMEM, "", GST_SUITE_OUT_OF_MEMORY, "Cannot allocate memory" },
        { GST_TOOL_KILLED, SIGKILL, "", GST_SUITE_OUT_OF_MEMORY, "SIGKILL" },
        { GST_TOOL_EXITED, 1, "error=200 name=x\n", GST_IMAGE_BUILT_PROGRAM_FAILS, "error=200" },
        { GST_TOOL_EXITED, 1, "error=209 name=x\n", GST_IMAGE_BUILT_PROGRAM_FAILS, "error=209" },
        { GST_TOOL_EXITED, 1, "error=218 name=x\n", GST_IMAGE_BUILT_PROGRAM_FAILS, "error=218" },
        { GST_TOOL_EXITED, 1, "error=300 name=x\n", GST_IMAGE_BUILT_PROGRAM_FAILS, "error=300" },
        { GST_TOOL_EXITED, 1, "error=500 name=x\n", GST_IMAGE_BUILT_PROGRAM_FAILS, "error=500" },
        { GST_TOOL_LATE, 9, "", GST_IMAGE_BUILT_PROGRAM_HANGS, "not over after 60 s" },
        { GST_TOOL_LATE, 9, GOOD, GST_IMAGE_BUILT_PROGRAM_HANGS, "sum=" },
        { GST_TOOL_KILLED, 11, GOOD, GST_IMAGE_BUILT_PROGRAM_FAILS, "SIGSEGV" },
        { GST_TOOL_EXITED, 1, GOOD, GST_IMAGE_BUILT_PROGRAM_FAILS, "exit code 1" },
        { GST_TOOL_EXITED, 0, "", GST_IMAGE_BUILT_PROGRAM_FAILS, "nothing" },
        { GST_TOOL_EXITED, 0, "error=0\n", GST_IMAGE_BUILT_PROGRAM_FAILS, "error=0" },
        { GST_TOOL_EXITED, 0, "terror=0 x", GST_IMAGE_BUILT_PROGRAM_FAILS, "terror" },
        { GST_TOOL_EXITED, 1, "error=35 name=x call=y\n", GST_HOST_DRIVER_TOO_OLD, "error=35" },
        { GST_TOOL_EXITED, 1, "error=100 name=x\n", GST_RUNTIME_DEVICE_NODES, "error=100" },
        { GST_TOOL_EXITED, 1, "error=999 name=x\n", GST_HOST_CALL_FAILED, "error=999" },
        { GST_TOOL_EXITED, 0,
          "error=0 pci=0000:1B:00.0 runtime=1 driver=1 elements=1048577 wrong=1 sum=" SUM,
          GST_HARDWARE_WRONG_RESULT, "1 of 1048577" },
        { GST_TOOL_EXITED, 0,
          "error=0 pci=0000:1B:00.0 runtime=1 driver=1 elements=1048577 wrong=0 sum=1",
          GST_HARDWARE_WRONG_RESULT, "have " SUM },
        { GST_TOOL_EXITED, 0,
          "error=0 pci=0000:1B:00.0 runtime=1 driver=1 elements=1 wrong=0 sum=" SUM,
          GST_HARDWARE_WRONG_RESULT, "0 of 1 " },
        { GST_TOOL_EXITED, 0,
          "error=0 pci=0000:1C:00.0 runtime=1 driver=1 elements=1048577 wrong=0 sum=" SUM,
          GST_IMAGE_BUILT_PROGRAM_FAILS, "1C:00.0" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_status st = GST_STATUS_INIT;
        struct gst_built_words words;

        assert_false(judge(cases[i].how, cases[i].number, cases[i].output, &words, &st));
        assert_int_equal(st.finding, cases[i].finding);
        if (strstr(st.cause, cases[i].said) == NULL)
            fail_msg("'%s' does not say '%s'", st.cause, cases[i].said);
    }
}

static void test_compile_built__sum_is_the_sum(void **state)
{
    unsigned long long sum = 0;

    (void)state;
    for (unsigned i = 0; i < GST_COMPILE_ELEMENTS; i++)
        sum += (unsigned long long)(gst_compile_a(i) + gst_compile_b(i));
    assert_int_equal(sum, gst_compile_sum(GST_COMPILE_ELEMENTS));
    assert_int_equal(gst_compile_sum(1), 1);
    assert_int_equal(gst_compile_sum(3), 1 + 4 + 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_built__good),
        cmocka_unit_test(test_compile_built__each_end),
        cmocka_unit_test(test_compile_built__sum_is_the_sum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
