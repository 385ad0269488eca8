/* SPDX-License-Identifier: Apache-2.0 */
/* posix_spawn, a pipe and a deadline; see tool.h. */
#include "workloads/compile/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "run/blame.h"

/* How often a process is looked after whose output stays open: its children may hold it. */
#define LOOK_MS 20

/* From SIGKILL to giving up: a process that waits inside a driver does not end. */
#define KILL_MOST_S 5.0

#define COPY_STEP (1UL << 20)

extern char **environ;

/* The caller's environment with another TMPDIR; NULL without memory. Its one new text is `tmpdir`.
 */
static char **environment(char *tmpdir)
{
    size_t count = 0, kept = 0;
    char **all;

    while (environ[count] != NULL)
        count++;
    all = malloc((count + 2) * sizeof(*all));
    if (all == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], "TMPDIR=", strlen("TMPDIR=")) != 0)
            all[kept++] = environ[i];
    }
    all[kept++] = tmpdir;
    all[kept] = NULL;
    return all;
}

static int start(pid_t *pid, const char *path, const char *const *argv, const char *folder,
                 int output)
{
    posix_spawn_file_actions_t actions;
    char tmpdir[512];
    char **env;
    int error;

    snprintf(tmpdir, sizeof(tmpdir), "TMPDIR=%s", folder);
    env = environment(tmpdir);
    if (env == NULL || posix_spawn_file_actions_init(&actions) != 0) {
        free(env);
        return ENOMEM;
    }
    error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    /* posix_spawn never writes to what argv points to. */
    if (error == 0)
        error = posix_spawn(pid, path, &actions, NULL, (char *const *)(uintptr_t)argv, env);
    posix_spawn_file_actions_destroy(&actions);
    free(env);
    return error;
}

/* Takes what is there now. False once nobody can write any more. */
static bool take(struct gst_tool_end *end, size_t *used, int fd)
{
    char rest[1024];

    for (;;) {
        const size_t room = sizeof(end->output) - 1 - *used;
        const ssize_t got =
            room > 0 ? read(fd, end->output + *used, room) : read(fd, rest, sizeof(rest));

        if (got > 0 && room > 0)
            *used += (size_t)got;
        if (got == 0)
            return false;
        if (got < 0 && errno != EINTR)
            return errno == EAGAIN;
    }
}

static void settle(struct gst_tool_end *end, int status)
{
    if (WIFSIGNALED(status)) {
        end->how = GST_TOOL_KILLED;
        end->number = WTERMSIG(status);
    } else {
        end->how = GST_TOOL_EXITED;
        end->number = WEXITSTATUS(status);
    }
}

static void attend(struct gst_tool_end *end, pid_t pid, int fd, double most_s)
{
    const uint64_t begun_ns = gst_clock_ns();
    bool is_late = false, is_open = true;
    double killed_s = 0;
    size_t used = 0;
    int status = 0;

    for (;;) {
        struct pollfd wait = { .fd = is_open ? fd : -1, .events = POLLIN };
        pid_t gone;

        poll(&wait, 1, LOOK_MS);
        is_open = is_open && take(end, &used, fd);
        gone = waitpid(pid, &status, WNOHANG);
        end->seconds = (double)(gst_clock_ns() - begun_ns) * 1e-9;
        if (gone == pid || (gone < 0 && errno != EINTR))
            break;
        if (!is_late && end->seconds > most_s) {
            is_late = true;
            killed_s = end->seconds;
            kill(pid, SIGKILL);
        }
        end->is_stuck = is_late && end->seconds > killed_s + KILL_MOST_S;
        if (end->is_stuck)
            break;
    }
    if (is_open)
        take(end, &used, fd);
    end->output[used] = '\0';
    settle(end, status);
    if (is_late)
        end->how = GST_TOOL_LATE;
}

static void run(struct gst_tool_end *end, const char *path, const char *const *argv,
                const char *folder, double most_s)
{
    int output[2];
    pid_t pid = -1;
    int error;

    if (pipe2(output, O_CLOEXEC) != 0) {
        end->number = errno;
        return;
    }
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    error = start(&pid, path, argv, folder, output[1]);
    close(output[1]);
    if (error == 0)
        attend(end, pid, output[0], most_s);
    else
        end->number = error;
    close(output[0]);
}

void gst_tool_run(struct gst_tool_end *end, const char *const *argv, const char *folder,
                  double most_s)
{
    memset(end, 0, sizeof(*end));
    run(end, argv[0], argv, folder, most_s);
}

/* Descriptor of a file in memory, -1 with errno. The program that it becomes inherits it: one that
 * is a script reads itself through it. */
static int copy_to_memory(const char *path)
{
    const int from = open(path, O_RDONLY | O_CLOEXEC);
    const int to = from >= 0 ? memfd_create("program", 0) : -1;
    ssize_t moved = 1;
    int error;

    while (to >= 0 && moved > 0)
        moved = sendfile(to, from, NULL, COPY_STEP);
    error = errno;
    if (from >= 0)
        close(from);
    if (to >= 0 && moved == 0)
        return to;
    if (to >= 0)
        close(to);
    errno = error;
    return -1;
}

void gst_tool_run_copy(struct gst_tool_end *end, const char *const *argv, const char *folder,
                       double most_s)
{
    char path[32];
    const int fd = copy_to_memory(argv[0]);

    memset(end, 0, sizeof(*end));
    if (fd < 0) {
        end->number = errno;
        return;
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    run(end, path, argv, folder, most_s);
    close(fd);
}

bool gst_tool_succeeded(const struct gst_tool_end *end)
{
    return end->how == GST_TOOL_EXITED && end->number == 0;
}

enum gst_finding_id gst_tool_limit(const struct gst_tool_end *end)
{
    if (end->how == GST_TOOL_NOT_STARTED && end->number == EAGAIN)
        return GST_USER_PROCESS_LIMIT;
    if ((end->how == GST_TOOL_NOT_STARTED && end->number == ENOMEM)
        || (end->how == GST_TOOL_KILLED && end->number == SIGKILL))
        return GST_SUITE_OUT_OF_MEMORY;
    return GST_NO_FINDING;
}

const char *gst_tool_describe(const struct gst_tool_end *end, char *text, size_t size)
{
    char name[32];

    switch (end->how) {
    case GST_TOOL_EXITED:
        snprintf(text, size, "exit code %d", end->number);
        break;
    case GST_TOOL_KILLED:
        snprintf(text, size, "killed by %s", gst_signal_name(end->number, name, sizeof(name)));
        break;
    case GST_TOOL_LATE:
        snprintf(text, size, "not over after %.0f s%s", end->seconds,
                 end->is_stuck ? ", and it outlives SIGKILL" : "");
        break;
    case GST_TOOL_NOT_STARTED:
        snprintf(text, size, "cannot be started: %s", strerror(end->number));
        break;
    }
    return text;
}
