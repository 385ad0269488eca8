/* SPDX-License-Identifier: Apache-2.0 */
/* Counting and printing reports of misuse; stderr, since stdout belongs to the program. */
#include "model/strict.h"

#include <execinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum { QUIET, LOG, ABORT } mode;
static unsigned count;

bool sim_strict_set(const char *word)
{
    if (word == NULL || word[0] == '\0')
        mode = QUIET;
    else if (strcmp(word, "log") == 0)
        mode = LOG;
    else if (strcmp(word, "abort") == 0)
        mode = ABORT;
    else
        return false;
    return true;
}

void sim_strict_report(const char *format, ...)
{
    void *frames[16];
    va_list arguments;

    count++;
    if (mode == QUIET)
        return;
    fputs("gpu-selftest simulator: misuse: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    fflush(stderr);
    backtrace_symbols_fd(frames, backtrace(frames, 16), STDERR_FILENO);
    if (mode == ABORT)
        abort();
}

unsigned sim_strict_count(void)
{
    return count;
}
