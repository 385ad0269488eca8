/* SPDX-License-Identifier: Apache-2.0 */
/* Where the helper is and what became of it; see ask_libraries.h. */
#include "audit/ask_libraries.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/program.h"

#define PROBLEM_SIZE 512
#define ENTER        "enter "
#define DONE         "done\n"

static void find_helper(char *path, size_t size)
{
    char *slash;
    ssize_t length = readlink("/proc/self/exe", path, size - 1);

    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    /* Without /proc the name alone is left, which PATH may know. */
    if (slash == NULL)
        snprintf(path, size, "%s", GST_ASK_HELPER);
    else
        snprintf(slash + 1, size - (size_t)(slash + 1 - path), "%s", GST_ASK_HELPER);
}

/* The last that was entered: "cuInit". */
static void find_last_enter(const char *text, char *name, size_t size)
{
    const char *last = NULL;

    for (const char *at = text; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, ENTER, strlen(ENTER)) == 0)
            last = at + strlen(ENTER);
    }
    snprintf(name, size, "%.*s", last != NULL ? (int)strcspn(last, "\n") : 9,
             last != NULL ? last : "the start");
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);

    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static void describe(const struct gst_program_end *end, const char *helper, const char *name,
                     double deadline_s, char *problem, size_t size)
{
    switch (end->kind) {
    case GST_PROGRAM_NOT_FOUND:
        snprintf(problem, size, "not-found %s", helper);
        return;
    case GST_PROGRAM_NO_LOADER:
        snprintf(problem, size, "no-loader %s needs %s", helper,
                 end->words[0] != '\0' ? end->words : "a loader that is not here");
        return;
    case GST_PROGRAM_NOT_RUNNABLE:
        snprintf(problem, size, "not-runnable %s: %s", helper, end->words);
        return;
    case GST_PROGRAM_HANGS:
        snprintf(problem, size, "hangs in %s after %g s", name, deadline_s);
        return;
    case GST_PROGRAM_SIGNALLED:
        snprintf(problem, size, "signal %d in %s", end->code, name);
        return;
    case GST_PROGRAM_EXITED:
        if (end->code == 0)
            snprintf(problem, size, "stopped in %s", name);
        else
            snprintf(problem, size, "exit %d in %s%s%s", end->code, name,
                     end->words[0] != '\0' ? ": " : "", end->words);
        return;
    }
}

bool gst_ask_libraries(const char *helper, double deadline_s, char *text, size_t size,
                       struct gst_status *st)
{
    char path[PATH_MAX], name[64], problem[PROBLEM_SIZE];
    struct gst_program_end end;
    size_t length;

    if (helper == NULL) {
        find_helper(path, sizeof(path));
        helper = path;
    }
    if (!gst_program_run((const char *const[]){ helper, NULL }, deadline_s, text,
                         size - PROBLEM_SIZE, &end, st))
        return false;
    if (end.kind == GST_PROGRAM_EXITED && end.code == 0 && ends_with(text, DONE))
        return true;
    find_last_enter(text, name, sizeof(name));
    describe(&end, helper, name, deadline_s, problem, sizeof(problem) - sizeof("\nproblem \n"));
    length = strlen(text);
    snprintf(text + length, size - length, "%sproblem %s\n",
             length > 0 && text[length - 1] != '\n' ? "\n" : "", problem);
    return true;
}
