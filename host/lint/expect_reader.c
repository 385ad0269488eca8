/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is read may be of another kind than it should; see expect_reader.h. */
#include "lint/expect_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/yaml.h"
#include "core/utf8.h"
#include "lint/expect_values.h"

bool gst_expect_refuse(const struct gst_expect_reader *reader, const yaml_node_t *node,
                       const char *why, ...)
{
    char text[320], clean[320];
    va_list arguments;

    va_start(arguments, why);
    gst_utf8_format(text, sizeof text, why, arguments);
    va_end(arguments);
    gst_utf8_printable(clean, sizeof clean, text);
    snprintf(reader->error, reader->error_size, "%.80s, line %zu: %s", reader->file,
             node == NULL ? (size_t)1 : gst_yaml_line(node), clean);
    return false;
}

const yaml_node_t *gst_expect_node(const struct gst_expect_reader *reader, int index)
{
    return yaml_document_get_node(reader->document, index);
}

bool gst_expect_text(const struct gst_expect_reader *reader, const yaml_node_t *node,
                     const char *what, const char **text)
{
    *text = gst_yaml_text(node, GST_EXPECT_TEXT_MAX);
    if (*text == NULL)
        return gst_expect_refuse(reader, node, "'%s' is no text of at most %d bytes", what,
                                 GST_EXPECT_TEXT_MAX);
    if (!gst_expect_values_are_known(*text))
        return gst_expect_refuse(reader, node,
                                 "'%.60s' holds braces that are none of " GST_EXPECT_VALUES, *text);
    return true;
}

/* "executable, link and mode" */
static void list_names(const char *const *names, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; names[i] != NULL && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 i == 0                 ? ""
                                 : names[i + 1] == NULL ? " and "
                                                        : ", ",
                                 names[i]);
}

static bool is_one_of(const char *const *names, const char *name)
{
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

bool gst_expect_pairs(struct gst_expect_reader *reader, const yaml_node_t *map, const char *what,
                      const char *const *names, gst_expect_taker take, void *data)
{
    const yaml_node_pair_t *pair, *earlier;
    char known[200];

    if (map->type != YAML_MAPPING_NODE)
        return gst_expect_refuse(reader, map, "'%.80s' is no map", what);
    if (map->data.mapping.pairs.top == map->data.mapping.pairs.start)
        return gst_expect_refuse(reader, map, "'%.80s' expects nothing", what);
    if (map->data.mapping.pairs.top - map->data.mapping.pairs.start > GST_EXPECT_ROWS_MAX)
        return gst_expect_refuse(reader, map, "'%.80s' has more than %d entries", what,
                                 GST_EXPECT_ROWS_MAX);
    for (pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key_node = gst_expect_node(reader, pair->key);
        const char *key;

        if (!gst_expect_text(reader, key_node, "key", &key))
            return false;
        if (names != NULL && !is_one_of(names, key)) {
            list_names(names, known, sizeof known);
            return gst_expect_refuse(reader, key_node, "unknown '%.40s' in '%.60s'; it knows %s",
                                     key, what, known);
        }
        for (earlier = map->data.mapping.pairs.start; earlier < pair; earlier++) {
            if (strcmp(gst_yaml_text(gst_expect_node(reader, earlier->key), GST_EXPECT_TEXT_MAX),
                       key)
                == 0)
                return gst_expect_refuse(reader, key_node, "'%.80s' is there twice", key);
        }
        if (!take(reader, key, key_node, gst_expect_node(reader, pair->value), data))
            return false;
    }
    return true;
}

/* One of a kind and its opposite are about the same. */
static enum gst_expect_kind subject_of(enum gst_expect_kind kind)
{
    return kind == GST_EXPECT_NO_FILE      ? GST_EXPECT_FILE
           : kind == GST_EXPECT_NO_LIBRARY ? GST_EXPECT_LIBRARY
                                           : kind;
}

bool gst_expect_add(struct gst_expect_reader *reader, const yaml_node_t *node,
                    struct gst_expectation row)
{
    struct gst_expectations *all = reader->all;
    struct gst_expectation *rows;

    row.file = reader->file;
    row.line = gst_yaml_line(node);
    for (size_t i = 0; i < all->count; i++) {
        const struct gst_expectation *old = &all->rows[i];

        if (subject_of(old->kind) == subject_of(row.kind) && old->scope == row.scope
            && strcmp(old->name, row.name) == 0) {
            all->rows[i] = row;
            return true;
        }
    }
    if (all->count == GST_EXPECT_ROWS_MAX)
        return gst_expect_refuse(reader, node, "there are more than %d expectations",
                                 GST_EXPECT_ROWS_MAX);
    rows = realloc(all->rows, (all->count + 1) * sizeof *rows);
    if (rows == NULL)
        return gst_expect_refuse(reader, node, "no memory");
    all->rows = rows;
    rows[all->count++] = row;
    return true;
}

bool gst_expect_true(struct gst_expect_reader *reader, const yaml_node_t *node, const char *what)
{
    const char *text = gst_yaml_text(node, GST_EXPECT_TEXT_MAX);

    return (text != NULL && strcmp(text, "true") == 0)
           || gst_expect_refuse(reader, node, "'%s' may only be true", what);
}

bool gst_expect_words(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name,
                      struct gst_expectation *row)
{
    struct gst_expectations *all = reader->all;
    const yaml_node_item_t *item = NULL;
    const char **words;

    if (node->type != YAML_SEQUENCE_NODE
        || node->data.sequence.items.top - node->data.sequence.items.start > GST_EXPECT_WORDS_MAX)
        return gst_expect_refuse(reader, node, "'%s' is no list of at most %d texts", name,
                                 GST_EXPECT_WORDS_MAX);
    words = calloc(GST_EXPECT_WORDS_MAX, sizeof *words);
    if (words == NULL || all->word_list_count == sizeof all->words / sizeof *all->words) {
        free(words);
        return gst_expect_refuse(reader, node, "no memory");
    }
    all->words[all->word_list_count++] = words;
    row->words = words;
    for (item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++) {
        if (!gst_expect_text(reader, gst_expect_node(reader, *item), name, &words[row->word_count]))
            return false;
        row->word_count++;
    }
    return true;
}
