/* SPDX-License-Identifier: Apache-2.0 */
/* A signal that is held back, and what it does then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/interrupt.h"

/* In a process of its own: the end of it is what is tested. Returns its wait status. */
static int status_of(void (*act)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        act();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void reports_first(void)
{
    gst_interrupt_hold();
    if (gst_interrupt_came())
        _exit(1);
    raise(SIGTERM);
    if (!gst_interrupt_came())
        _exit(2);
    gst_interrupt_release();
    _exit(3);
}

static void nothing_comes(void)
{
    gst_interrupt_hold();
    gst_interrupt_release();
    _exit(4);
}

static void comes_later(void)
{
    gst_interrupt_hold();
    gst_interrupt_release();
    raise(SIGTERM);
    _exit(5);
}

static void test_interrupt__held_until_released(void **state)
{
    int status;

    (void)state;
    status = status_of(reports_first);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    status = status_of(nothing_comes);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
    status = status_of(comes_later);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_interrupt__held_until_released) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
