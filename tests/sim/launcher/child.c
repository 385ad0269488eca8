/* SPDX-License-Identifier: Apache-2.0 */
/* Running the program; see child.h. */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const int PASSED_ON[] = { SIGTERM, SIGINT, SIGHUP };
#define PASSED_ON_COUNT (sizeof PASSED_ON / sizeof PASSED_ON[0])

/* Signal handlers have no other way to know whom to tell. */
static volatile sig_atomic_t child_pid;

static void pass_on(int signal_number)
{
    int saved = errno;

    if (child_pid > 0)
        kill((pid_t)child_pid, signal_number);
    errno = saved;
}

static void block(int how, sigset_t *old)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < PASSED_ON_COUNT; i++)
        sigaddset(&set, PASSED_ON[i]);
    sigprocmask(how, &set, old);
}

static _Noreturn void become(char *const arguments[], const sigset_t *mask)
{
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(arguments[0], arguments);
    fprintf(stderr, "gpu-selftest-simulate: cannot run '%s': %s\n", arguments[0], strerror(errno));
    _exit(127);
}

int sim_child_run(char *const arguments[])
{
    struct sigaction action = { .sa_handler = pass_on }, old[PASSED_ON_COUNT];
    sigset_t mask;
    int status = 0;
    pid_t pid;

    /* Blocked until the child's number is known, so that no signal is lost in between. */
    block(SIG_BLOCK, &mask);
    pid = fork();
    if (pid == 0)
        become(arguments, &mask);
    if (pid > 0) {
        child_pid = (sig_atomic_t)pid;
        for (size_t i = 0; i < PASSED_ON_COUNT; i++)
            sigaction(PASSED_ON[i], &action, &old[i]);
    }
    sigprocmask(SIG_SETMASK, &mask, NULL);
    if (pid < 0) {
        fprintf(stderr, "gpu-selftest-simulate: cannot fork: %s\n", strerror(errno));
        return 127;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
