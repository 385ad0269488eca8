/* SPDX-License-Identifier: Apache-2.0 */
/* From a subject to the layers to look at; see lint.h. */
#include "lint/lint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/utf8.h"
#include "lint/engine.h"
#include "lint/gather.h"
#include "lint/manifest.h"
#include "lint/spool.h"
#include "lint/tell.h"
#include "lint/tree.h"

/* Too large for the stack of a thread; one at a time. */
struct job {
    struct gst_report *report;
    struct gst_inspection inspection;
    const struct gst_expectations *expectations; /* NULL: none */
    struct gst_catalog catalog;
    struct gst_gathering gathering;
    struct gst_manifest manifest;
    bool has_manifest;
    const char *kind;
    size_t others;
    struct gst_status st;
};

static bool look_at_layer(struct job *job, const struct gst_store *store, size_t index)
{
    const struct gst_image_layer *known = &job->manifest.layers[index];
    struct gst_store_layer layer;
    char label[48];
    bool ok;

    snprintf(label, sizeof label, "layer %zu of %zu", index + 1, job->manifest.count);
    if (!gst_store_open_layer(store, known->name, label, &layer, &job->st))
        return false;
    gst_ledger_begin_layer(&job->inspection.ledger, (int)index);
    gst_catalog_begin_layer(&job->catalog, (int)index);
    ok = gst_unpack_walk(layer.unpack, gst_gather, &job->gathering, &job->st);
    gst_store_close_layer(&layer);
    return ok;
}

static void look_at_store(struct job *job, const struct gst_store *store)
{
    bool ok = gst_manifest_read(&job->manifest, store, &job->st);

    job->has_manifest = ok;
    job->kind = job->manifest.kind == NULL ? job->kind : job->manifest.kind;
    job->inspection.has_layers = true;
    for (size_t i = 0; ok && i < job->manifest.count; i++)
        ok = look_at_layer(job, store, i);
}

static void look_at_root(struct job *job, int fd)
{
    struct gst_unpack *unpack;

    job->kind = "archive of a root";
    unpack = lseek(fd, 0, SEEK_SET) == 0 ? gst_unpack_open(fd, "the archive", &job->st) : NULL;
    if (unpack == NULL)
        return;
    gst_unpack_walk(unpack, gst_gather, &job->gathering, &job->st);
    gst_unpack_close(unpack);
}

/* An archive that can be read at any place. */
static void look_at_plain(struct job *job, int fd)
{
    struct gst_store store = { .fd = -1 };

    job->kind = "archive";
    if (gst_store_open_archive(&store, fd, &job->st)) {
        if (gst_manifest_is_there(&store))
            look_at_store(job, &store);
        else
            look_at_root(job, fd);
    }
    gst_store_release(&store);
}

static bool is_plain(int fd)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_unpack *unpack;
    bool is_compressed;

    if (lseek(fd, 0, SEEK_SET) != 0)
        return false;
    unpack = gst_unpack_open(fd, "the archive", &st);
    is_compressed = unpack != NULL && gst_unpack_is_compressed(unpack);
    gst_unpack_close(unpack);
    return lseek(fd, 0, SEEK_SET) == 0 && !is_compressed;
}

/* Manifests may come last, and layers in any order: what cannot be read at any place goes to a file
 * that can. */
static void look_at_archive(struct job *job, int fd)
{
    int spool = -1;

    job->kind = "archive";
    if (!is_plain(fd)) {
        spool = gst_spool_open(&job->st);
        if (spool < 0 || !gst_unpack_filters(fd, spool, &job->st) || lseek(spool, 0, SEEK_SET) != 0)
            fd = -1;
        else
            fd = spool;
    }
    if (fd >= 0)
        look_at_plain(job, fd);
    if (spool >= 0)
        close(spool);
}

static void look_at_folder(struct job *job, int fd)
{
    struct gst_store store = { .fd = -1 };

    gst_store_open_folder(&store, fd);
    if (gst_manifest_is_there(&store)) {
        look_at_store(job, &store);
        return;
    }
    job->kind = "folder";
    gst_tree_walk(fd, gst_gather, &job->gathering, &job->others, &job->st);
}

static struct job *begin(struct gst_report *report, const struct gst_expectations *expectations)
{
    struct job *job = calloc(1, sizeof *job);

    if (job == NULL)
        return NULL;
    job->report = report;
    job->st = (struct gst_status)GST_STATUS_INIT;
    job->kind = "image";
    gst_inspection_init(&job->inspection);
    job->expectations = expectations;
    job->gathering.inspection = &job->inspection;
    if (expectations == NULL)
        return job;
    job->gathering.catalog = &job->catalog;
    if (!gst_catalog_init(&job->catalog))
        gst_fail(&job->st, GST_SUITE_NO_HOST_MEMORY, "no memory to look at the image");
    return job;
}

static void end(struct job *job)
{
    const struct gst_lint_result result = {
        .inspection = &job->inspection,
        .manifest = job->has_manifest ? &job->manifest : NULL,
        .kind = job->kind,
        .others = job->others,
        .st = &job->st,
        .expectations = job->expectations,
        .catalog = &job->catalog,
    };

    /* Layers may be empty; a root that is has not been looked at, whatever it was. */
    if (job->inspection.entry_count == 0 && !job->has_manifest)
        gst_fail(&job->st, GST_SUITE_IMAGE_UNREADABLE, "the %s holds nothing", job->kind);
    gst_ledger_finish(&job->inspection.ledger);
    gst_lint_tell(job->report, &result);
    gst_inspection_release(&job->inspection);
    gst_catalog_release(&job->catalog);
    gst_manifest_release(&job->manifest);
    free(job);
}

/* What somebody who writes so means to be a path. */
static bool is_path(const char *subject)
{
    return subject[0] == '/' || subject[0] == '.' || strstr(subject, ".tar") != NULL;
}

static bool look_at_image(struct job *job, const char *name, char *error, size_t size)
{
    bool is_none;
    int fd = is_path(name) ? -1 : gst_engine_save(name, &is_none, &job->st);

    if (is_path(name))
        snprintf(error, size, "there is no file or folder '%.200s'", name);
    else if (fd < 0 && is_none)
        snprintf(error, size,
                 "there is no file or folder '%.200s', and neither docker nor podman is on PATH to "
                 "ask for an image of that name",
                 name);
    if (fd >= 0) {
        look_at_archive(job, fd);
        close(fd);
    }
    return error[0] == '\0';
}

static void look_at_path(struct job *job, const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0 || fstat(fd, &info) != 0)
        gst_fail(&job->st, GST_SUITE_IMAGE_UNREADABLE, "cannot open '%.200s': %s", path,
                 strerror(errno));
    else if (S_ISDIR(info.st_mode))
        look_at_folder(job, fd);
    else
        look_at_archive(job, fd);
    if (fd >= 0)
        close(fd);
}

bool gst_lint(const char *subject, const struct gst_expectations *expectations,
              struct gst_report *report, char *error, size_t size)
{
    struct job *job = begin(report, expectations);
    struct stat info;
    bool ok = true;

    error[0] = '\0';
    if (job == NULL) {
        snprintf(error, size, "no memory");
        return false;
    }
    gst_utf8_copy(report->subject, sizeof report->subject,
                  strcmp(subject, "-") == 0 ? "standard input" : subject);
    if (strcmp(subject, "-") == 0)
        look_at_archive(job, STDIN_FILENO);
    else if (stat(subject, &info) == 0 || (errno != ENOENT && errno != ENOTDIR))
        look_at_path(job, subject);
    else
        ok = look_at_image(job, subject, error, size);
    end(job);
    return ok;
}

void gst_lint_archive(int fd, const struct gst_expectations *expectations,
                      struct gst_report *report)
{
    struct job *job = begin(report, expectations);

    if (job == NULL)
        return;
    look_at_archive(job, fd);
    end(job);
}
