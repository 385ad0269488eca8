/* SPDX-License-Identifier: Apache-2.0 */
/* See try_opens.h. */
#include "audit/try_opens.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "audit/view.h"
#include "core/clock.h"

/* One open() in a child: its process, 0 if there is none, and the pipe the outcome comes through.
 */
struct trial {
    pid_t pid;
    int fd;
};

static double seconds_now(void)
{
    return (double)gst_clock_ns() / 1e9;
}

static void try_open(const char *path, int out)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
    int outcome = fd >= 0 ? 0 : errno;

    /* Told before the close. */
    _exit(write(out, &outcome, sizeof outcome) == (ssize_t)sizeof outcome ? 0 : 1);
}

static bool start(struct trial *trial, const char *path, struct gst_status *st)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return gst_fail(st, GST_SUITE_PROBE_FAILED, "cannot make a pipe: %s", strerror(errno));
    trial->pid = fork();
    if (trial->pid == 0)
        try_open(path, ends[1]);
    close(ends[1]);
    trial->fd = ends[0];
    if (trial->pid > 0)
        return true;
    trial->pid = 0;
    close(ends[0]);
    return gst_fail(st, GST_SUITE_PROBE_FAILED, "cannot start a process: %s", strerror(errno));
}

static int outcome_of(const struct trial *trial, double until_s)
{
    double left_s = until_s - seconds_now();
    struct pollfd wait = { .fd = trial->fd, .events = POLLIN };
    int outcome = GST_OPEN_HANGS;

    if (poll(&wait, 1, left_s > 0 ? (int)(left_s * 1000) + 1 : 0) > 0
        && read(trial->fd, &outcome, sizeof outcome) != (ssize_t)sizeof outcome)
        outcome = GST_OPEN_NOT_TRIED;
    close(trial->fd);
    return outcome;
}

/* A process that hangs in the driver may not end for SIGKILL: it is left to its fate then. */
static void end(const struct trial *trial, double until_s)
{
    const struct timespec pause = { .tv_nsec = 1000000 };

    while (waitpid(trial->pid, NULL, WNOHANG) == 0) {
        if (seconds_now() >= until_s) {
            kill(trial->pid, SIGKILL);
            waitpid(trial->pid, NULL, WNOHANG);
            return;
        }
        nanosleep(&pause, NULL);
    }
}

bool gst_try_opens(const char *const *paths, size_t count, double deadline_s, int *results,
                   struct gst_status *st)
{
    double until_s = seconds_now() + deadline_s;
    struct trial *trials = calloc(count, sizeof *trials);
    bool ok =
        trials != NULL || gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for %zu nodes", count);

    for (size_t i = 0; i < count; i++)
        results[i] = GST_OPEN_NOT_TRIED;
    if (trials == NULL)
        return false;
    for (size_t i = 0; i < count && ok; i++)
        ok = start(&trials[i], paths[i], st);
    for (size_t i = 0; i < count && trials[i].pid > 0; i++) {
        results[i] = outcome_of(&trials[i], until_s);
        if (results[i] == GST_OPEN_NOT_TRIED)
            ok = gst_fail(st, GST_SUITE_PROBE_FAILED,
                          "the process that was to open '%s' ended without an answer", paths[i]);
    }
    for (size_t i = 0; i < count && trials[i].pid > 0; i++)
        end(&trials[i], until_s);
    free(trials);
    return ok;
}
