/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in order of their paths, and what layers do to them; see ledger.h. */
#include "lint/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An image that holds more than this is told to be wrong well enough. */
#define ROWS_MAX (1 << 12)
#define TEXT_MAX (8 << 20)

void gst_ledger_release(struct gst_ledger *ledger)
{
    for (size_t i = 0; i < ledger->count; i++) {
        free(ledger->rows[i].path);
        free(ledger->rows[i].target);
    }
    free(ledger->rows);
    *ledger = (struct gst_ledger){ 0 };
}

static int in_order(const void *a, const void *b)
{
    const struct gst_suspect *one = a, *other = b;
    int paths = strcmp(one->path, other->path);

    return paths != 0 ? paths : one->layer - other->layer;
}

void gst_ledger_begin_layer(struct gst_ledger *ledger, int layer)
{
    if (ledger->count > 0)
        qsort(ledger->rows, ledger->count, sizeof *ledger->rows, in_order);
    ledger->lower_count = ledger->count;
    ledger->last_folder = ledger->count;
    ledger->layer = layer;
}

/* The first of the finished rows whose path is not before `path`. */
static size_t lower_bound(const struct gst_ledger *ledger, const char *path)
{
    size_t low = 0, high = ledger->lower_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(ledger->rows[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void bury(const struct gst_ledger *ledger, struct gst_suspect *row, bool is_covered)
{
    if (row->gone_in != GST_NO_LAYER)
        return;
    row->gone_in = ledger->layer;
    row->is_covered = is_covered;
}

static void bury_at(struct gst_ledger *ledger, const char *path, bool is_covered)
{
    for (size_t i = lower_bound(ledger, path);
         i < ledger->lower_count && strcmp(ledger->rows[i].path, path) == 0; i++)
        bury(ledger, &ledger->rows[i], is_covered);
}

void gst_ledger_delete_below(struct gst_ledger *ledger, const char *path)
{
    char below[GST_ENTRY_PATH_SIZE + 1];
    size_t length;

    snprintf(below, sizeof below, "%s%s", path, path[0] == '\0' ? "" : "/");
    length = strlen(below);
    for (size_t i = lower_bound(ledger, below);
         i < ledger->lower_count && strncmp(ledger->rows[i].path, below, length) == 0; i++)
        bury(ledger, &ledger->rows[i], false);
}

/* A folder that is counted as one loses a file; the last one takes the row along. */
static void take_from_folder(struct gst_ledger *ledger, const char *path)
{
    char folder[GST_ENTRY_PATH_SIZE];
    char *slash;

    snprintf(folder, sizeof folder, "%s", path);
    while ((slash = strrchr(folder, '/')) != NULL) {
        *slash = '\0';
        for (size_t i = lower_bound(ledger, folder);
             i < ledger->lower_count && strcmp(ledger->rows[i].path, folder) == 0; i++) {
            struct gst_suspect *row = &ledger->rows[i];

            if (row->kind == GST_ENTRY_FOLDER && row->gone_in == GST_NO_LAYER
                && --row->file_count == 0)
                bury(ledger, row, false);
        }
    }
}

void gst_ledger_delete(struct gst_ledger *ledger, const char *path)
{
    if (ledger->lower_count == 0)
        return;
    bury_at(ledger, path, false);
    gst_ledger_delete_below(ledger, path);
    take_from_folder(ledger, path);
}

void gst_ledger_cover(struct gst_ledger *ledger, const char *path, bool is_folder)
{
    if (ledger->lower_count == 0)
        return;
    /* A folder joins a folder; a row that means all of one goes on. */
    for (size_t i = lower_bound(ledger, path);
         i < ledger->lower_count && strcmp(ledger->rows[i].path, path) == 0; i++) {
        if (!is_folder || ledger->rows[i].kind != GST_ENTRY_FOLDER)
            bury(ledger, &ledger->rows[i], true);
    }
    if (!is_folder)
        gst_ledger_delete_below(ledger, path);
}

static struct gst_suspect *new_row(struct gst_ledger *ledger, const char *path, size_t length,
                                   const char *target)
{
    struct gst_suspect *row;
    size_t bytes = length + strlen(target) + 2;

    if (ledger->count == ledger->capacity && ledger->capacity < ROWS_MAX) {
        size_t capacity = ledger->capacity == 0 ? 64 : 2 * ledger->capacity;
        struct gst_suspect *rows = realloc(ledger->rows, capacity * sizeof *rows);

        if (rows != NULL) {
            ledger->rows = rows;
            ledger->capacity = capacity;
        }
    }
    if (ledger->count == ledger->capacity || ledger->text_bytes + bytes > TEXT_MAX)
        return NULL;
    row = &ledger->rows[ledger->count];
    *row = (struct gst_suspect){ .path = strndup(path, length), .target = strdup(target) };
    if (row->path == NULL || row->target == NULL) {
        free(row->path);
        free(row->target);
        return NULL;
    }
    ledger->text_bytes += bytes;
    ledger->count++;
    return row;
}

static bool is_folder_row(const struct gst_ledger *ledger, size_t index,
                          const struct gst_lint_rule *rule, const char *path, size_t length)
{
    const struct gst_suspect *row = &ledger->rows[index];

    return row->rule == rule && row->kind == GST_ENTRY_FOLDER && strlen(row->path) == length
           && strncmp(row->path, path, length) == 0;
}

/* The row of this layer that counts the folder already, NULL if there is none. */
static struct gst_suspect *row_of_folder(struct gst_ledger *ledger,
                                         const struct gst_lint_rule *rule, const char *path,
                                         size_t length)
{
    /* Files of a folder come one after the other, as a rule. */
    if (ledger->last_folder < ledger->count
        && is_folder_row(ledger, ledger->last_folder, rule, path, length))
        return &ledger->rows[ledger->last_folder];
    for (size_t i = ledger->lower_count; i < ledger->count; i++) {
        if (is_folder_row(ledger, i, rule, path, length)) {
            ledger->last_folder = i;
            return &ledger->rows[i];
        }
    }
    return NULL;
}

void gst_ledger_add(struct gst_ledger *ledger, const struct gst_lint_rule *rule,
                    const struct gst_entry *entry, size_t folder_length, const char *detail)
{
    size_t length = folder_length > 0 ? folder_length : strlen(entry->path);
    struct gst_suspect *row = NULL;

    if (folder_length > 0)
        row = row_of_folder(ledger, rule, entry->path, length);
    if (row == NULL) {
        row = new_row(ledger, entry->path, length, folder_length > 0 ? "" : entry->target);
        if (row == NULL) {
            ledger->overflow++;
            return;
        }
        row->rule = rule;
        row->kind = folder_length > 0 ? GST_ENTRY_FOLDER : entry->kind;
        row->layer = ledger->layer;
        row->gone_in = GST_NO_LAYER;
        snprintf(row->detail, sizeof row->detail, "%s", detail);
        if (folder_length > 0)
            ledger->last_folder = ledger->count - 1;
    }
    row->file_count++;
    row->size_bytes += entry->size_bytes;
}

void gst_ledger_add_package(struct gst_ledger *ledger, const struct gst_lint_rule *rule,
                            const struct gst_entry *entry, const char *detail)
{
    for (size_t i = lower_bound(ledger, entry->path);
         i < ledger->lower_count && strcmp(ledger->rows[i].path, entry->path) == 0; i++) {
        struct gst_suspect *row = &ledger->rows[i];

        if (strcmp(row->detail, detail) == 0 && row->gone_in == ledger->layer) {
            row->gone_in = GST_NO_LAYER;
            row->is_covered = false;
            return;
        }
    }
    gst_ledger_add(ledger, rule, entry, 0, detail);
}

void gst_ledger_finish(struct gst_ledger *ledger)
{
    gst_ledger_begin_layer(ledger, ledger->layer + 1);
}

const struct gst_suspect *gst_ledger_at(const struct gst_ledger *ledger, const char *path)
{
    for (size_t i = lower_bound(ledger, path);
         i < ledger->lower_count && strcmp(ledger->rows[i].path, path) == 0; i++) {
        if (ledger->rows[i].gone_in == GST_NO_LAYER)
            return &ledger->rows[i];
    }
    return NULL;
}

static int by_layer(const void *a, const void *b)
{
    const struct gst_suspect *one = a, *other = b;

    return one->layer != other->layer ? one->layer - other->layer : strcmp(one->path, other->path);
}

void gst_ledger_order(struct gst_ledger *ledger)
{
    if (ledger->count > 0)
        qsort(ledger->rows, ledger->count, sizeof *ledger->rows, by_layer);
}
