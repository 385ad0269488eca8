/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that are run to their end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "workloads/compile/tool.h"

/* What /bin/sh makes of a line. */
static void run(struct gst_tool_end *end, const char *line, double most_s)
{
    const char *const argv[] = { "/bin/sh", "-c", line, NULL };

    gst_tool_run(end, argv, "/some/folder", most_s);
}

static void test_compile_tool__ends(void **state)
{
    static struct gst_tool_end end;
    char text[96];

    (void)state;
    run(&end, "echo out; echo err >&2; exit 3", 30);
    assert_int_equal(end.how, GST_TOOL_EXITED);
    assert_int_equal(end.number, 3);
    assert_string_equal(end.output, "out\nerr\n");
    assert_false(gst_tool_succeeded(&end));
    assert_string_equal(gst_tool_describe(&end, text, sizeof(text)), "exit code 3");
    run(&end, "true", 30);
    assert_true(gst_tool_succeeded(&end));
    run(&end, "kill -ABRT $$", 30);
    assert_int_equal(end.how, GST_TOOL_KILLED);
    assert_int_equal(end.number, SIGABRT);
    assert_string_equal(gst_tool_describe(&end, text, sizeof(text)), "killed by SIGABRT");
}

static void test_compile_tool__cannot_be_started(void **state)
{
    static const char *const argv[] = { "/dev/null", NULL };
    static struct gst_tool_end end;
    char text[96];

    (void)state;
    gst_tool_run(&end, argv, "/", 30);
    assert_int_equal(end.how, GST_TOOL_NOT_STARTED);
    assert_int_equal(end.number, EACCES);
    assert_string_equal(gst_tool_describe(&end, text, sizeof(text)),
                        "cannot be started: Permission denied");
}

/* Neither the deadline nor a child that keeps the pipe open makes it wait. */
static void test_compile_tool__deadline(void **state)
{
    static struct gst_tool_end end;

    (void)state;
    run(&end, "echo begun; exec sleep 1000", 0.2);
    assert_int_equal(end.how, GST_TOOL_LATE);
    assert_string_equal(end.output, "begun\n");
    assert_true(end.seconds >= 0.2 && end.seconds < 20);
    run(&end, "sleep 2 & echo gone", 30);
    assert_true(gst_tool_succeeded(&end));
    assert_true(end.seconds < 2);
}

static void test_compile_tool__copy_in_memory(void **state)
{
    static const char *const argv[] = { "/bin/sh", "-c", "echo $0 here; exit 4", NULL };
    static const char *const none[] = { "/nowhere", NULL };
    static struct gst_tool_end end;

    (void)state;
    gst_tool_run_copy(&end, argv, "/", 30);
    assert_int_equal(end.how, GST_TOOL_EXITED);
    assert_int_equal(end.number, 4);
    assert_string_equal(end.output, "/bin/sh here\n");
    gst_tool_run_copy(&end, none, "/", 30);
    assert_int_equal(end.how, GST_TOOL_NOT_STARTED);
    assert_int_equal(end.number, ENOENT);
}

static void test_compile_tool__much_output(void **state)
{
    static struct gst_tool_end end;

    (void)state;
    run(&end,
        "i=0; while [ $i -lt 2000 ]; do echo 0123456789012345678901234567890123456789; "
        "i=$((i + 1)); done; exit 5",
        60);
    assert_int_equal(end.number, 5);
    assert_int_equal(strlen(end.output), GST_TOOL_OUTPUT - 1);
}

static void test_compile_tool__environment(void **state)
{
    static struct gst_tool_end end;

    (void)state;
    setenv("TMPDIR", "/elsewhere", 1);
    setenv("GST_TEST_KEPT", "yes", 1);
    run(&end, "echo $TMPDIR $GST_TEST_KEPT; read line || echo nothing to read", 30);
    assert_string_equal(end.output, "/some/folder yes\nnothing to read\n");
    assert_string_equal(getenv("TMPDIR"), "/elsewhere");
}

/* One that waits for a driver without end: SIGKILL does nothing to it. */
static bool is_unkillable;

int kill(pid_t pid, int number)
{
    return is_unkillable ? 0 : (int)syscall(SYS_kill, pid, number);
}

static void test_compile_tool__outlives_its_end(void **state)
{
    static struct gst_tool_end end;
    char text[96];

    (void)state;
    is_unkillable = true;
    run(&end, "echo $$; exec sleep 30", 0.2);
    is_unkillable = false;
    assert_int_equal(end.how, GST_TOOL_LATE);
    assert_true(end.seconds >= 0.2 && end.seconds < 20);
    assert_non_null(strstr(gst_tool_describe(&end, text, sizeof(text)), "outlives SIGKILL"));
    assert_int_equal(kill(atoi(end.output), SIGKILL), 0);
    assert_int_equal(waitpid(atoi(end.output), NULL, 0), atoi(end.output));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_tool__ends),
        cmocka_unit_test(test_compile_tool__cannot_be_started),
        cmocka_unit_test(test_compile_tool__deadline),
        cmocka_unit_test(test_compile_tool__outlives_its_end),
        cmocka_unit_test(test_compile_tool__copy_in_memory),
        cmocka_unit_test(test_compile_tool__much_output),
        cmocka_unit_test(test_compile_tool__environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
