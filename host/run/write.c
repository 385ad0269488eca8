/* SPDX-License-Identifier: Apache-2.0 */
/* Reports to files and descriptors; see write.h. */
#include "run/write.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json.h"
#include "core/junit.h"
#include "core/log.h"
#include "core/prometheus.h"
#include "core/text.h"

/* What is to be written, and by what. */
struct writing {
    const void *value;
    bool (*writer)(const void *value, FILE *out);
};

/* What to do about it: a container's user and its mounts are seldom those one thinks of. */
static const struct {
    int number;
    const char *remedy;
} remedies[] = {
    { EACCES, "let this user write there, or be its owner by --user of docker run" },
    { EROFS, "mount a folder there without ro, by -v or --tmpfs of docker run" },
    { ENOENT, "make the folder, or mount one there by -v of docker run" },
    { ENOSPC, "make room there" },
    { EDQUOT, "make room there" },
};

static bool complain(char *error, size_t size, const char *path)
{
    const int number = errno;
    const char *remedy = NULL;
    char user[48] = "";

    for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
        if (remedies[i].number == number)
            remedy = remedies[i].remedy;
    }
    if (number == EACCES)
        snprintf(user, sizeof(user), " to user %ld", (long)geteuid());
    snprintf(error, size, "cannot write '%s': %s%s%s%s", path, strerror(number), user,
             remedy == NULL ? "" : "; ", remedy == NULL ? "" : remedy);
    return false;
}

/* Closes `file` whatever happened; a full disk may show only now. */
static bool finish(struct writing writing, FILE *file)
{
    bool ok = writing.writer(writing.value, file);
    int first_errno = errno;

    if (fflush(file) != 0 && ok) {
        first_errno = errno;
        ok = false;
    }
    if (fclose(file) != 0 && ok)
        return false;
    errno = first_errno;
    return ok;
}

static bool write_direct(struct writing writing, const char *path, char *error, size_t size)
{
    FILE *file = fopen(path, "we");

    if (file == NULL || !finish(writing, file))
        return complain(error, size, path);
    return true;
}

bool gst_write_value(const void *value, bool (*writer)(const void *value, FILE *out),
                     const char *path, char *error, size_t size)
{
    const struct writing writing = { .value = value, .writer = writer };
    char target[PATH_MAX], temporary[PATH_MAX + 32];
    struct stat info;
    FILE *file;

    /* Renaming over a device, or over a link, would replace it. */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return write_direct(writing, path, error, size);
    if (realpath(path, target) == NULL)
        snprintf(target, sizeof(target), "%s", path);
    snprintf(temporary, sizeof(temporary), "%s.%ld.tmp", target, (long)getpid());
    file = fopen(temporary, "wxe");
    if (file == NULL)
        return complain(error, size, path);
    if (finish(writing, file) && rename(temporary, target) == 0)
        return true;
    complain(error, size, path);
    unlink(temporary);
    return false;
}

/* A report and its writer as one value. */
struct report_writing {
    const struct gst_report *report;
    gst_writer writer;
};

static bool write_report(const void *value, FILE *out)
{
    const struct report_writing *writing = value;

    return writing->writer(writing->report, out);
}

bool gst_write_file(const struct gst_report *report, gst_writer writer, const char *path,
                    char *error, size_t size)
{
    const struct report_writing writing = { .report = report, .writer = writer };

    return gst_write_value(&writing, write_report, path, error, size);
}

static bool write_text(const struct gst_report *report, FILE *out)
{
    return gst_text_write(report, out, gst_text_style_for(out));
}

static bool write_stream(const struct gst_report *report, gst_writer writer, FILE *out)
{
    return out != NULL && writer(report, out) && fflush(out) == 0;
}

/* What could not be written is still worth the reader's time. */
static bool rescue(const struct gst_report *report, gst_writer writer, const char *error)
{
    gst_log("%s; the report follows", error);
    writer(report, stderr);
    return false;
}

static bool write_one(const struct gst_report *report, gst_writer writer, const char *path)
{
    char error[PATH_MAX + 128];

    if (path == NULL || gst_write_file(report, writer, path, error, sizeof(error)))
        return true;
    return rescue(report, writer, error);
}

bool gst_write_all(const struct gst_report *report, const struct gst_settings *settings, FILE *out)
{
    const bool is_json_out = settings->json != NULL && strcmp(settings->json, "-") == 0;
    const gst_writer first = is_json_out ? gst_json_write : write_text;
    bool ok = true;

    /* Files first: a terminal that somebody holds, or a slow reader, must not keep them back. */
    if (!is_json_out)
        ok = write_one(report, gst_json_write, settings->json);
    ok = write_one(report, gst_junit_write, settings->junit) && ok;
    ok = write_one(report, gst_prometheus_write, settings->prometheus) && ok;
    if (!write_stream(report, first, out))
        ok = rescue(report, first, "cannot write to standard output");
    if (is_json_out)
        write_text(report, stderr);
    return ok;
}
