/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a program, in the words of the grammar; see ask_program.h. */
#include "audit/ask_program.h"

#include <stdio.h>
#include <string.h>

#include "audit/program.h"

/* Kept free behind the lines: the longest problem holds a path and the words of a program. */
#define PROBLEM_SIZE 640

/* What follows PREFIX and `word` in the last line that begins with them; "" if there is none. */
static void find_last(const char *text, const char *prefix, const char *word, char *rest,
                      size_t size)
{
    size_t prefix_length = strlen(prefix), length = strlen(word);

    rest[0] = '\0';
    while (*text != '\0') {
        size_t line = strcspn(text, "\n");

        if (strncmp(text, prefix, prefix_length) == 0
            && strncmp(text + prefix_length, word, length) == 0)
            snprintf(rest, size, "%.*s", (int)(line - prefix_length - length),
                     text + prefix_length + length);
        text += line + (text[line] == '\n');
    }
}

static bool is_done(const char *text, const char *prefix)
{
    char done[96];
    size_t length = strlen(text), wanted;

    wanted = (size_t)snprintf(done, sizeof(done), "%sdone\n", prefix);
    return length >= wanted && strcmp(text + length - wanted, done) == 0;
}

static void describe(const struct gst_program_end *end, const char *path, const char *step,
                     double deadline_s, char *problem, size_t size)
{
    switch (end->kind) {
    case GST_PROGRAM_NOT_FOUND:
        snprintf(problem, size, "not-found %s", path);
        return;
    case GST_PROGRAM_NO_LOADER:
        snprintf(problem, size, "no-loader %s needs %s", path,
                 end->words[0] != '\0' ? end->words : "a loader that is not here");
        return;
    case GST_PROGRAM_NOT_RUNNABLE:
        snprintf(problem, size, "not-runnable %s: %s", path, end->words);
        return;
    case GST_PROGRAM_HANGS:
        snprintf(problem, size, "hangs in %s after %g s", step, deadline_s);
        return;
    case GST_PROGRAM_SIGNALLED:
        snprintf(problem, size, "signal %d in %s", end->code, step);
        return;
    case GST_PROGRAM_EXITED:
        if (end->code == 0)
            snprintf(problem, size, "stopped in %s", step);
        else
            snprintf(problem, size, "exit %d in %s%s%s", end->code, step,
                     end->words[0] != '\0' ? ": " : "", end->words);
        return;
    }
}

bool gst_ask_program(const char *const *arguments, const char *prefix, double deadline_s,
                     char *text, size_t size, struct gst_status *st)
{
    char step[64], already[8], problem[PROBLEM_SIZE - 64];
    struct gst_program_end end;
    size_t length;

    if (!gst_program_run(arguments, deadline_s, text, size - PROBLEM_SIZE, &end, st))
        return false;
    find_last(text, prefix, "problem ", already, sizeof(already));
    if (end.kind == GST_PROGRAM_EXITED && end.code == 0
        && (is_done(text, prefix) || already[0] != '\0'))
        return true;
    find_last(text, prefix, "enter ", step, sizeof(step));
    describe(&end, arguments[0], step[0] != '\0' ? step : "the start", deadline_s, problem,
             sizeof(problem));
    length = strlen(text);
    snprintf(text + length, size - length, "%s%sproblem %s\n",
             length > 0 && text[length - 1] != '\n' ? "\n" : "", prefix, problem);
    return true;
}
