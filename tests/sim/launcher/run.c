/* SPDX-License-Identifier: Apache-2.0 */
/* Running the program; see run.h. Signals are waited for, not handled: no race, no globals. */
#include "launcher/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COULD_NOT_FORK 3

static void ask_to_end(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGQUIT);
}

void sim_run_hold_signals(sigset_t *before)
{
    sigset_t held;

    ask_to_end(&held);
    sigaddset(&held, SIGCHLD);
    /* A reader that has gone away is no reason to leave the private folder behind. */
    sigaddset(&held, SIGPIPE);
    sigprocmask(SIG_BLOCK, &held, before);
    /* Where SIGCHLD was ignored, children would leave no status. */
    signal(SIGCHLD, SIG_DFL);
}

void sim_run_fill_streams(struct sim_run_streams *streams)
{
    for (int fd = 0; fd < SIM_RUN_STREAMS; fd++) {
        streams->is_closed[fd] = fcntl(fd, F_GETFD) < 0 && errno == EBADF;
        if (streams->is_closed[fd] && open("/dev/null", O_RDWR) < 0)
            return;
    }
}

__attribute__((noreturn)) static void become(char *const program[], const sigset_t *mask,
                                             const struct sim_run_streams *streams, pid_t launcher)
{
    /* Killing the launcher ends the program, too. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != launcher)
        _exit(128 + SIGTERM);
    sigprocmask(SIG_SETMASK, mask, NULL);
    for (int fd = 0; fd < SIM_RUN_STREAMS; fd++) {
        if (streams->is_closed[fd])
            close(fd);
    }
    execvp(program[0], program);
    fprintf(stderr, "gpu-selftest-simulate: cannot run '%s': %s\n", program[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

/* Takes every child that has ended: as the first process of a container, others' children become
 * ours. True if the program is among them. */
static bool has_ended(pid_t program, int *status)
{
    bool found = false;
    pid_t pid;
    int one;

    while ((pid = waitpid(-1, &one, WNOHANG)) > 0) {
        if (pid == program) {
            *status = one;
            found = true;
        }
    }
    return found;
}

int sim_run(char *const program[], const sigset_t *mask, const struct sim_run_streams *streams)
{
    const pid_t launcher = getpid();
    const struct timespec no_time = { 0 };
    sigset_t awaited;
    siginfo_t info;
    int status = 0, number;
    pid_t pid;

    ask_to_end(&awaited);
    number = sigtimedwait(&awaited, NULL, &no_time);
    if (number > 0)
        return 128 + number;
    pid = fork();
    if (pid == 0)
        become(program, mask, streams, launcher);
    if (pid < 0) {
        fprintf(stderr, "gpu-selftest-simulate: cannot fork: %s\n", strerror(errno));
        return COULD_NOT_FORK;
    }
    sigaddset(&awaited, SIGCHLD);
    while (!has_ended(pid, &status)) {
        number = sigwaitinfo(&awaited, &info);
        /* What a terminal sends has reached the program already: it is in the same group. */
        if (number > 0 && number != SIGCHLD && info.si_code != SI_KERNEL)
            kill(pid, number);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
