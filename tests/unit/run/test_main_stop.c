/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request to stop that comes while the program is still starting. A tracer sends it at each
 * system call in turn, from the first of all: whichever it is, the report tells of the request.
 */
#include <setjmp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "run/main.h"

#define REFUSED   77
#define STOPS_MAX 10000
#define BOUND_S   20

/* Whether the tests are under way. */
static volatile sig_atomic_t *has_begun;

static bool hang(struct gst_run *run, struct gst_status *st)
{
    (void)run;
    (void)st;
    *has_begun = 1;
    while (*has_begun != 0)
        pause();
    return true;
}

static const struct gst_workload hangs = {
    .name = "hangs",
    .group = "basic",
    .summary = "does it end?",
    .passes_when = "never",
    .timeout_s = BOUND_S,
    .is_quick = true,
    .is_early = true,
    .run = hang,
};
static const struct gst_workload *const rows[] = { &hangs };
static const struct gst_workload_list list = { rows, 1 };

static void become(int in, FILE *out, char *const words[])
{
    char *argv[4] = { (char *)(uintptr_t) "gpu-selftest", words[0], words[1], NULL };

    alarm(2 * BOUND_S);
    dup2(in, STDIN_FILENO);
    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(out), STDERR_FILENO);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(REFUSED);
    /* Not kill(), to which a sanitizer adds system calls of its own. */
    syscall(SYS_kill, getpid(), SIGSTOP);
    _exit(gst_main(3, argv, list));
}

static pid_t start(int in, FILE *out, const char *option, const char *value)
{
    char *const words[] = { (char *)(uintptr_t)option, (char *)(uintptr_t)value };
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0)
        become(in, out, words);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == REFUSED) {
        print_message("ptrace(2) is refused here\n");
        skip();
    }
    assert_true(WIFSTOPPED(status));
    return pid;
}

/* On to the entry or the end of the next system call. */
static void step(pid_t pid)
{
    int status;

    assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSTOPPED(status));
}

static void ask_to_stop(pid_t pid)
{
    kill(pid, SIGTERM);
    ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

static void assert_told(int stops, int status, FILE *out)
{
    char text[16384];
    size_t length;

    rewind(out);
    length = fread(text, 1, sizeof(text) - 1, out);
    text[length] = '\0';
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 3
        || strstr(text, "\"interrupted\": \"SIGTERM\"") == NULL)
        fail_msg("SIGTERM at stop %d: wait status 0x%x and\n%s", stops, (unsigned)status, text);
}

static void test_main_stop__at_each_system_call(void **state)
{
    (void)state;
    has_begun =
        mmap(NULL, sizeof(*has_begun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(has_begun, MAP_FAILED);
    for (int stops = 1; *has_begun == 0; stops++) {
        FILE *out = tmpfile();
        pid_t pid = start(STDIN_FILENO, out, "--json", "-");
        int status;

        assert_true(stops < STOPS_MAX);
        for (int i = 0; i < stops; i++)
            step(pid);
        ask_to_stop(pid);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_told(stops, status, out);
        fclose(out);
    }
}

/* Nothing has begun, and what it waits for may never come. */
static void test_main_stop__while_the_bars_come_from_a_pipe(void **state)
{
    FILE *out = tmpfile();
    int ends[2], unread, status;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid = start(ends[0], out, "--bars", "/dev/stdin");
    assert_int_equal(write(ends[1], "{", 1), 1);
    assert_int_equal(ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
    while (ioctl(ends[0], FIONREAD, &unread) == 0 && unread > 0)
        sched_yield();
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    close(ends[0]);
    close(ends[1]);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_main_stop__at_each_system_call),
        cmocka_unit_test(test_main_stop__while_the_bars_come_from_a_pipe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
