/* SPDX-License-Identifier: Apache-2.0 */
/* Files of expectations: finding them, and what they extend; see expect.h. */
#include "lint/expect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lint/expect_rows.h"

/* The whole file; NULL with errno, EFBIG for one that is too long. The caller frees it. */
static char *read_all(const char *path, size_t *length)
{
    FILE *file = fopen(path, "re");
    char *text = file == NULL ? NULL : malloc(GST_EXPECT_FILE_MAX + 1);
    int code = 0;

    if (text != NULL) {
        *length = fread(text, 1, GST_EXPECT_FILE_MAX + 1, file);
        code = ferror(file) ? errno : *length > GST_EXPECT_FILE_MAX ? EFBIG : 0;
    }
    if (file != NULL)
        fclose(file);
    if (code == 0)
        return text;
    free(text);
    errno = code;
    return NULL;
}

/* "images/base.yaml", which "images/runtime.yaml" extends. Only a name: a file of expectations does
 * not lead elsewhere. */
static bool path_beside(const char *path, const char *name, char *found, size_t size)
{
    const char *slash = strrchr(path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - path + 1);

    return strchr(name, '/') == NULL
           && snprintf(found, size, "%.*s%s", folder, path, name) < (int)size;
}

static bool read_chain(struct gst_expectations *expectations, const char *path, char *error,
                       size_t size);

static bool read_extended(struct gst_expectations *expectations, const char *path, const char *name,
                          const char *extends, char *error, size_t size)
{
    char found[4096];

    if (extends == NULL)
        return true;
    if (path != NULL && path_beside(path, extends, found, sizeof found))
        return read_chain(expectations, found, error, size);
    snprintf(error, size, "'%.60s' extends '%.60s', which is no name of a file beside it", name,
             extends);
    return false;
}

/* What is extended comes first, so that the rows of `path` take the place of its. `path` is NULL
 * for a text that is no file. */
static bool take(struct gst_expectations *expectations, const char *path, const char *name,
                 const char *text, size_t length, char *error, size_t size)
{
    const char *extends = NULL;
    size_t index = expectations->document_count;

    if (index == GST_EXPECT_CHAIN_MAX) {
        snprintf(error, size, "'%.60s' is one of more than %d files that extend one another", name,
                 GST_EXPECT_CHAIN_MAX);
        return false;
    }
    expectations->names[index] = strdup(name);
    expectations->document_count++;
    if (expectations->names[index] == NULL) {
        snprintf(error, size, "no memory");
        return false;
    }
    return gst_expect_rows_load(expectations, index, text, length, &extends, error, size)
           && read_extended(expectations, path, name, extends, error, size)
           && gst_expect_rows_take(expectations, index, error, size);
}

static bool read_chain(struct gst_expectations *expectations, const char *path, char *error,
                       size_t size)
{
    const char *slash = strrchr(path, '/');
    size_t length = 0;
    char *text = read_all(path, &length);
    bool ok;

    if (text == NULL) {
        snprintf(error, size, "cannot read the expectations of '%.200s': %s", path,
                 errno == EFBIG ? "it is larger than 256 KiB" : strerror(errno));
        return false;
    }
    ok = take(expectations, path, slash == NULL ? path : slash + 1, text, length, error, size);
    free(text);
    return ok;
}

bool gst_expect_read(struct gst_expectations *expectations, const char *path, char *error,
                     size_t size)
{
    *expectations = (struct gst_expectations){ 0 };
    return read_chain(expectations, path, error, size);
}

bool gst_expect_parse(struct gst_expectations *expectations, const char *name, const char *text,
                      size_t length, char *error, size_t size)
{
    *expectations = (struct gst_expectations){ 0 };
    return take(expectations, NULL, name, text, length, error, size);
}

void gst_expect_release(struct gst_expectations *expectations)
{
    for (size_t i = 0; i < expectations->document_count; i++) {
        gst_expect_rows_unload(expectations->documents[i]);
        free(expectations->names[i]);
    }
    for (size_t i = 0; i < expectations->word_list_count; i++)
        free(expectations->words[i]);
    free(expectations->rows);
    *expectations = (struct gst_expectations){ 0 };
}
