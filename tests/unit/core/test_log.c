/* SPDX-License-Identifier: Apache-2.0 */
/* What reaches a pipe, and what reaches a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/log.h"

#define BOUND_S 5

/* Runs `speak` with stderr at `to`. */
static void with_stderr(int to, void (*speak)(void))
{
    int kept = dup(STDERR_FILENO);

    dup2(to, STDERR_FILENO);
    speak();
    dup2(kept, STDERR_FILENO);
    close(kept);
}

static void speak(void)
{
    gst_log_progress("copy to gpu %d", 3);
    gst_log("%s is odd", "it");
}

static void show_progress(void)
{
    gst_log_progress("50 %%");
}

static void test_log__pipe_gets_lines_only(void **state)
{
    char text[100] = "";
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    with_stderr(ends[1], speak);
    close(ends[1]);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    close(ends[0]);
    assert_string_equal(text, "gpu-selftest: it is odd\n");
}

static void open_terminal(int *master, int *slave)
{
    *master = posix_openpt(O_RDWR | O_NOCTTY);
    if (*master < 0 || grantpt(*master) != 0 || unlockpt(*master) != 0)
        skip();
    *slave = open(ptsname(*master), O_RDWR | O_NOCTTY);
    assert_true(*slave >= 0);
}

static void test_log__terminal_gets_progress_that_is_taken_away(void **state)
{
    int master, slave;
    char text[200] = "";

    (void)state;
    open_terminal(&master, &slave);
    with_stderr(slave, speak);
    assert_true(read(master, text, sizeof text - 1) > 0);
    if (strstr(text, "odd") == NULL)
        assert_true(read(master, text + strlen(text), sizeof text - 1 - strlen(text)) > 0);
    assert_non_null(strstr(text, "\r\033[Kcopy to gpu 3"));
    assert_non_null(strstr(text, "3\r\033[Kgpu-selftest: it is odd"));
    close(slave);
    close(master);
}

/* By Ctrl-S: a line of progress is no reason to wait for Ctrl-Q. */
static void test_log__progress_passes_over_a_terminal_that_is_held(void **state)
{
    int master, slave;
    char text[200] = "";

    (void)state;
    open_terminal(&master, &slave);
    assert_int_equal(tcflow(slave, TCOOFF), 0);
    alarm(BOUND_S);
    with_stderr(slave, show_progress);
    alarm(0);
    assert_int_equal(tcflow(slave, TCOON), 0);
    with_stderr(slave, speak);
    assert_true(read(master, text, sizeof text - 1) > 0);
    assert_null(strstr(text, "50 %"));
    assert_non_null(strstr(text, "copy to gpu 3"));
    close(slave);
    close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log__pipe_gets_lines_only),
        cmocka_unit_test(test_log__terminal_gets_progress_that_is_taken_away),
        cmocka_unit_test(test_log__progress_passes_over_a_terminal_that_is_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
