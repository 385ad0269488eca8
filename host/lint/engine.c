/* SPDX-License-Identifier: Apache-2.0 */
/* `docker save` and `podman save`; see engine.h. */
#include "lint/engine.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lint/spool.h"

extern char **environ;

static const char *const engines[] = { "docker", "podman" };

/* The exit status, -1 with errno if it could not be started. */
static int run(const char *engine, const char *image, int out, int err)
{
    char save[] = "save", end[] = "--", program[16], name[512];
    char *arguments[] = { program, save, end, name, NULL };
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;

    snprintf(program, sizeof program, "%s", engine);
    snprintf(name, sizeof name, "%s", image);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    errno = posix_spawnp(&child, engine, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (errno != 0)
        return -1;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Its last line that is not empty: engines say first what they try. */
static void last_line(int err, char *text, size_t size)
{
    ssize_t got = pread(err, text, size - 1, 0);
    char *line;

    text[got > 0 ? got : 0] = '\0';
    for (size_t end = strlen(text); end > 0 && text[end - 1] <= ' '; end--)
        text[end - 1] = '\0';
    line = strrchr(text, '\n');
    if (line != NULL)
        memmove(text, line + 1, strlen(line));
}

/* Asks one engine; adds to `why` what it answered if it has no such image. */
static bool save(const char *engine, const char *image, int out, char *why, size_t size,
                 bool *is_none, struct gst_status *st)
{
    int err = gst_spool_open(st), status;
    char text[160];
    size_t used = strlen(why);

    if (err < 0)
        return false;
    status = run(engine, image, out, err);
    *is_none = *is_none && status < 0 && errno == ENOENT;
    if (status < 0)
        snprintf(text, sizeof text, "%s", errno == ENOENT ? "not on PATH" : strerror(errno));
    else
        last_line(err, text, sizeof text);
    close(err);
    if (status != 0)
        snprintf(why + used, size - used, "%s%s: %s", used > 0 ? "; " : "", engine,
                 text[0] == '\0' ? "it failed without a word" : text);
    return status == 0;
}

int gst_engine_save(const char *image, bool *is_none, struct gst_status *st)
{
    char why[384] = "";

    *is_none = true;
    for (size_t i = 0; i < sizeof engines / sizeof *engines && st->finding == GST_NO_FINDING; i++) {
        int out = gst_spool_open(st);

        if (out >= 0 && save(engines[i], image, out, why, sizeof why, is_none, st)) {
            *is_none = false;
            lseek(out, 0, SEEK_SET);
            return out;
        }
        if (out >= 0)
            close(out);
    }
    gst_fail(st, GST_SUITE_IMAGE_NOT_FOUND,
             "there is no file or folder '%.160s', and no engine gives such an image: %s", image,
             why);
    return -1;
}
