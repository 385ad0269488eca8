/* SPDX-License-Identifier: Apache-2.0 */
/* Draining and noting what libraries print; see output.h. */
#include "run/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define READS_AT_ONCE 32

static void keep(struct gst_output *output, const char *text, size_t bytes)
{
    size_t room = sizeof(output->text) - output->kept_bytes;
    size_t kept = bytes < room ? bytes : room;

    memcpy(output->text + output->kept_bytes, text, kept);
    output->kept_bytes += kept;
    output->total_bytes += bytes;
}

bool gst_output_drain(struct gst_output *output, int fd, const struct gst_progress *progress)
{
    char text[32768], phase[sizeof(output->phase)];

    for (int i = 0; i < READS_AT_ONCE; i++) {
        ssize_t got;

        /* Before reading: the child goes on to its next phase only when the pipe is empty. */
        memcpy(phase, progress->phase, sizeof(phase));
        phase[sizeof(phase) - 1] = '\0';
        got = read(fd, text, sizeof(text));
        if (got == 0)
            return false;
        if (got < 0)
            return errno == EAGAIN || errno == EINTR;
        if (output->total_bytes == 0)
            memcpy(output->phase, phase, sizeof(phase));
        keep(output, text, (size_t)got);
    }
    return true;
}

/* The first line that is not empty; bytes a terminal would act on become '?'. */
static void first_line(const struct gst_output *output, char *line, size_t size)
{
    size_t from = 0, length = 0;

    while (from < output->kept_bytes && (unsigned char)output->text[from] <= ' ')
        from++;
    while (from + length < output->kept_bytes && length + 1 < size
           && output->text[from + length] != '\n') {
        unsigned char byte = (unsigned char)output->text[from + length];

        line[length++] = (byte < ' ' && byte != '\t') || byte == 0x7f ? '?' : (char)byte;
    }
    line[length] = '\0';
}

void gst_output_note(struct gst_output *output, struct gst_report *report)
{
    int item = report->progress.item;
    char line[120];

    if (output->total_bytes == 0)
        return;
    first_line(output, line, sizeof(line));
    gst_report_check(report, GST_SUITE_LIBRARY_OUTPUT, GST_NO_GPU, false,
                     "%s, phase '%s': %zu bytes printed, the first line is '%s'",
                     item >= 0 && (size_t)item < report->item_count ? report->items[item].name
                                                                    : "before any workload",
                     output->phase, output->total_bytes, line);
    output->total_bytes = 0;
    output->kept_bytes = 0;
}
