/* SPDX-License-Identifier: Apache-2.0 */
/* One function per section of a file; see expect_rows.h. Whatever is read may be of another kind
 * than it should. */
#include "lint/expect_rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "api/yaml.h"
#include "core/units.h"
#include "core/utf8.h"
#include "lint/expect_values.h"

enum { TEXT_MAX = 4095 };

struct reader {
    struct gst_expectations *all;
    yaml_document_t *document;
    const char *file;
    char *error;
    size_t error_size;
};

/* False for the caller to hand up; names from the file are cut and made printable. */
static bool refuse(const struct reader *reader, const yaml_node_t *node, const char *why, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(const struct reader *reader, const yaml_node_t *node, const char *why, ...)
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

static const yaml_node_t *node_at(const struct reader *reader, int index)
{
    return yaml_document_get_node(reader->document, index);
}

/* A text whose names in braces are known. */
static bool take_text(const struct reader *reader, const yaml_node_t *node, const char *what,
                      const char **text)
{
    *text = gst_yaml_text(node, TEXT_MAX);
    if (*text == NULL)
        return refuse(reader, node, "'%s' is no text of at most %d bytes", what, TEXT_MAX);
    if (!gst_expect_values_are_known(*text))
        return refuse(reader, node, "'%.60s' holds braces that are none of " GST_EXPECT_VALUES,
                      *text);
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

typedef bool (*pair_taker)(struct reader *reader, const char *key, const yaml_node_t *key_node,
                           const yaml_node_t *value, void *data);

/* Hands all pairs of a map to `take`. `names` NULL: any key will do. */
static bool each_pair(struct reader *reader, const yaml_node_t *map, const char *what,
                      const char *const *names, pair_taker take, void *data)
{
    const yaml_node_pair_t *pair, *earlier;
    char known[200];

    if (map->type != YAML_MAPPING_NODE)
        return refuse(reader, map, "'%.80s' is no map", what);
    if (map->data.mapping.pairs.top == map->data.mapping.pairs.start)
        return refuse(reader, map, "'%.80s' expects nothing", what);
    if (map->data.mapping.pairs.top - map->data.mapping.pairs.start > GST_EXPECT_ROWS_MAX)
        return refuse(reader, map, "'%.80s' has more than %d entries", what, GST_EXPECT_ROWS_MAX);
    for (pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++) {
        const yaml_node_t *key_node = node_at(reader, pair->key);
        const char *key;

        if (!take_text(reader, key_node, "key", &key))
            return false;
        if (names != NULL && !is_one_of(names, key)) {
            list_names(names, known, sizeof known);
            return refuse(reader, key_node, "unknown '%.40s' in '%.60s'; it knows %s", key, what,
                          known);
        }
        for (earlier = map->data.mapping.pairs.start; earlier < pair; earlier++) {
            if (strcmp(gst_yaml_text(node_at(reader, earlier->key), TEXT_MAX), key) == 0)
                return refuse(reader, key_node, "'%.80s' is there twice", key);
        }
        if (!take(reader, key, key_node, node_at(reader, pair->value), data))
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

static bool add(struct reader *reader, const yaml_node_t *node, struct gst_expectation row)
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
        return refuse(reader, node, "there are more than %d expectations", GST_EXPECT_ROWS_MAX);
    rows = realloc(all->rows, (all->count + 1) * sizeof *rows);
    if (rows == NULL)
        return refuse(reader, node, "no memory");
    all->rows = rows;
    rows[all->count++] = row;
    return true;
}

static bool take_true(struct reader *reader, const yaml_node_t *node, const char *what)
{
    const char *text = gst_yaml_text(node, TEXT_MAX);

    return (text != NULL && strcmp(text, "true") == 0)
           || refuse(reader, node, "'%s' may only be true", what);
}

/* files */

static bool take_mode(struct reader *reader, const yaml_node_t *node, int *mode)
{
    const char *text = gst_yaml_text(node, TEXT_MAX);

    if (text == NULL || text[0] == '\0' || strlen(text) > 4
        || strspn(text, "01234567") != strlen(text))
        return refuse(reader, node, "'mode' is no octal number such as 0755");
    *mode = (int)strtol(text, NULL, 8);
    return true;
}

static bool take_file_field(struct reader *reader, const char *key, const yaml_node_t *key_node,
                            const yaml_node_t *value, void *data)
{
    struct gst_expectation *row = data;

    (void)key_node;
    if (strcmp(key, "mode") == 0)
        return take_mode(reader, value, &row->mode);
    if (strcmp(key, "link") == 0)
        return take_text(reader, value, key, &row->link);
    row->is_executable = true;
    return take_true(reader, value, key);
}

/* Of a scalar: "present" or "absent". */
static bool take_presence(struct reader *reader, const yaml_node_t *value, const char *fields,
                          bool *is_absent)
{
    const char *text = gst_yaml_text(value, TEXT_MAX);

    *is_absent = text != NULL && strcmp(text, "absent") == 0;
    return *is_absent || (text != NULL && strcmp(text, "present") == 0)
           || refuse(reader, value, "it is none of present, absent, and a map of %s", fields);
}

static bool take_file(struct reader *reader, const char *key, const yaml_node_t *key_node,
                      const yaml_node_t *value, void *data)
{
    static const char *const names[] = { "executable", "link", "mode", NULL };
    struct gst_expectation row = { .kind = GST_EXPECT_FILE, .name = key, .mode = -1 };
    bool is_absent = false;

    (void)data;
    if (key[0] != '/' && strncmp(key, "**", 2) != 0)
        return refuse(reader, key_node, "'%.80s' begins neither with / nor with **", key);
    if (value->type == YAML_MAPPING_NODE
            ? !each_pair(reader, value, key, names, take_file_field, &row)
            : !take_presence(reader, value, "executable, link and mode", &is_absent))
        return false;
    row.kind = is_absent ? GST_EXPECT_NO_FILE : GST_EXPECT_FILE;
    return add(reader, key_node, row);
}

static bool take_files(struct reader *reader, const yaml_node_t *node, const char *name)
{
    return each_pair(reader, node, name, NULL, take_file, NULL);
}

/* libraries */

static bool take_version(struct reader *reader, const char *key, const yaml_node_t *key_node,
                         const yaml_node_t *value, void *data)
{
    struct gst_expectation *row = data;
    const char **text = strcmp(key, "at-least") == 0 ? &row->at_least : &row->at_most;

    (void)key_node;
    if (!take_text(reader, value, key, text))
        return false;
    return ((*text)[0] != '\0' && (strspn(*text, "0123456789.") == strlen(*text) || **text == '{'))
           || refuse(reader, value, "'%.40s' is no version such as 12.4", *text);
}

static bool take_library(struct reader *reader, const char *key, const yaml_node_t *key_node,
                         const yaml_node_t *value, void *data)
{
    static const char *const names[] = { "at-least", "at-most", NULL };
    struct gst_expectation row = { .kind = GST_EXPECT_LIBRARY, .name = key };
    bool is_absent = false;

    (void)data;
    if (key[0] == '\0' || strpbrk(key, "/*?") != NULL)
        return refuse(reader, key_node, "'%.80s' is no name of a library such as libcudart.so.12",
                      key);
    if (value->type == YAML_MAPPING_NODE
            ? !each_pair(reader, value, key, names, take_version, &row)
            : !take_presence(reader, value, "at-least and at-most", &is_absent))
        return false;
    row.kind = is_absent ? GST_EXPECT_NO_LIBRARY : GST_EXPECT_LIBRARY;
    return add(reader, key_node, row);
}

static bool take_libraries(struct reader *reader, const yaml_node_t *node, const char *name)
{
    return each_pair(reader, node, name, NULL, take_library, NULL);
}

/* environment, labels */

static bool take_how(struct reader *reader, const char *key, const yaml_node_t *key_node,
                     const yaml_node_t *value, void *data)
{
    struct gst_expectation *row = data;

    if (row->value != NULL || row->how != GST_HOW_EXACT)
        return refuse(reader, key_node, "'%.80s' is to be one thing alone", row->name);
    row->how = strcmp(key, "absent") == 0    ? GST_HOW_ABSENT
               : strcmp(key, "present") == 0 ? GST_HOW_PRESENT
                                             : GST_HOW_CONTAINS;
    return row->how == GST_HOW_CONTAINS ? take_text(reader, value, key, &row->value)
                                        : take_true(reader, value, key);
}

static bool take_value(struct reader *reader, const char *key, const yaml_node_t *key_node,
                       const yaml_node_t *value, void *data)
{
    static const char *const names[] = { "absent", "contains", "present", NULL };
    const enum gst_expect_kind *kind = data;
    struct gst_expectation row = { .kind = *kind, .name = key };

    if (key[0] == '\0' || (*kind == GST_EXPECT_ENVIRONMENT && strchr(key, '=') != NULL))
        return refuse(reader, key_node, "'%.80s' is no name of a variable or label", key);
    if (value->type == YAML_MAPPING_NODE ? !each_pair(reader, value, key, names, take_how, &row)
                                         : !take_text(reader, value, key, &row.value))
        return false;
    return add(reader, key_node, row);
}

static bool take_environment(struct reader *reader, const yaml_node_t *node, const char *name)
{
    enum gst_expect_kind kind = GST_EXPECT_ENVIRONMENT;

    return each_pair(reader, node, name, NULL, take_value, &kind);
}

static bool take_labels(struct reader *reader, const yaml_node_t *node, const char *name)
{
    enum gst_expect_kind kind = GST_EXPECT_LABEL;

    return each_pair(reader, node, name, NULL, take_value, &kind);
}

/* user, entrypoint, cmd, shell */

static bool take_user(struct reader *reader, const yaml_node_t *node, const char *name)
{
    struct gst_expectation row = { .kind = GST_EXPECT_USER, .name = "" };

    return take_text(reader, node, name, &row.value) && add(reader, node, row);
}

static bool take_words(struct reader *reader, const yaml_node_t *node, const char *name,
                       struct gst_expectation *row)
{
    struct gst_expectations *all = reader->all;
    const yaml_node_item_t *item = NULL;
    const char **words;

    if (node->type != YAML_SEQUENCE_NODE
        || node->data.sequence.items.top - node->data.sequence.items.start > GST_EXPECT_WORDS_MAX)
        return refuse(reader, node, "'%s' is no list of at most %d texts", name,
                      GST_EXPECT_WORDS_MAX);
    words = calloc(GST_EXPECT_WORDS_MAX, sizeof *words);
    if (words == NULL || all->word_list_count == sizeof all->words / sizeof *all->words) {
        free(words);
        return refuse(reader, node, "no memory");
    }
    all->words[all->word_list_count++] = words;
    row->words = words;
    for (item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++) {
        if (!take_text(reader, node_at(reader, *item), name, &words[row->word_count]))
            return false;
        row->word_count++;
    }
    return true;
}

static bool take_entrypoint(struct reader *reader, const yaml_node_t *node, const char *name)
{
    struct gst_expectation row = { .kind = GST_EXPECT_ENTRYPOINT, .name = "" };

    return take_words(reader, node, name, &row) && add(reader, node, row);
}

static bool take_cmd(struct reader *reader, const yaml_node_t *node, const char *name)
{
    struct gst_expectation row = { .kind = GST_EXPECT_CMD, .name = "" };

    return take_words(reader, node, name, &row) && add(reader, node, row);
}

static bool take_shell(struct reader *reader, const yaml_node_t *node, const char *name)
{
    const char *text = gst_yaml_text(node, TEXT_MAX);

    if (text == NULL || strcmp(text, "unneeded") != 0)
        return refuse(reader, node, "'%s' may only be unneeded", name);
    return add(reader, node, (struct gst_expectation){ .kind = GST_EXPECT_SHELL, .name = "" });
}

/* layers */

static bool take_size(struct reader *reader, const yaml_node_t *node, enum gst_expect_scope scope)
{
    struct gst_expectation row = { .kind = GST_EXPECT_SIZE, .name = "", .scope = scope };
    const char *text = gst_yaml_text(node, TEXT_MAX);

    if (text == NULL || !gst_parse_size(text, &row.size_bytes))
        return refuse(reader, node, "'%.40s' is no size such as 4MiB", text == NULL ? "" : text);
    return add(reader, node, row);
}

static bool take_layer_field(struct reader *reader, const char *key, const yaml_node_t *key_node,
                             const yaml_node_t *value, void *data)
{
    const enum gst_expect_scope *scope = data;
    struct gst_expectation row = { .name = "", .scope = *scope };
    const char *text = gst_yaml_text(value, TEXT_MAX);

    if (strcmp(key, "size") == 0)
        return take_size(reader, value, *scope);
    row.kind = strcmp(key, "only") == 0           ? GST_EXPECT_ONLY
               : strcmp(key, "setuid-files") == 0 ? GST_EXPECT_NO_SETUID
                                                  : GST_EXPECT_NOT_WORLD;
    if (row.kind == GST_EXPECT_ONLY)
        return take_words(reader, value, key, &row) && add(reader, key_node, row);
    if (text == NULL || strcmp(text, "none") != 0)
        return refuse(reader, value, "'%s' may only be none", key);
    return add(reader, key_node, row);
}

static bool take_layer(struct reader *reader, const char *key, const yaml_node_t *key_node,
                       const yaml_node_t *value, void *data)
{
    static const char *const names[] = { "only", "setuid-files", "size", "world-writable", NULL };
    enum gst_expect_scope scope = strcmp(key, "last") == 0 ? GST_SCOPE_LAST : GST_SCOPE_ALL;

    (void)key_node, (void)data;
    return value->type == YAML_SCALAR_NODE
               ? take_size(reader, value, scope)
               : each_pair(reader, value, key, names, take_layer_field, &scope);
}

static bool take_layers(struct reader *reader, const yaml_node_t *node, const char *name)
{
    static const char *const names[] = { "all", "last", NULL };

    return each_pair(reader, node, name, names, take_layer, NULL);
}

/* The whole */

static bool take_extends(struct reader *reader, const yaml_node_t *node, const char *name)
{
    (void)reader, (void)node, (void)name;
    return true;
}

static const struct section {
    const char *name;
    bool (*take)(struct reader *reader, const yaml_node_t *node, const char *name);
} sections[] = {
    { "cmd", take_cmd },
    { "entrypoint", take_entrypoint },
    { "environment", take_environment },
    { "extends", take_extends },
    { "files", take_files },
    { "labels", take_labels },
    { "layers", take_layers },
    { "libraries", take_libraries },
    { "shell", take_shell },
    { "user", take_user },
};

enum { SECTION_COUNT = sizeof sections / sizeof *sections };

static bool take_section(struct reader *reader, const char *key, const yaml_node_t *key_node,
                         const yaml_node_t *value, void *data)
{
    (void)key_node, (void)data;
    for (int i = 0; i < SECTION_COUNT; i++) {
        if (strcmp(sections[i].name, key) == 0)
            return sections[i].take(reader, value, key);
    }
    return false;
}

static struct reader reader_of(struct gst_expectations *all, size_t index, char *error, size_t size)
{
    return (struct reader){ .all = all,
                            .document = all->documents[index],
                            .file = all->names[index],
                            .error = error,
                            .error_size = size };
}

/* What the whole extends, found before anything else is read. */
static bool find_extends(struct reader *reader, const char **extends)
{
    const yaml_node_t *root = yaml_document_get_root_node(reader->document);
    const yaml_node_pair_t *pair;

    if (root == NULL || root->type != YAML_MAPPING_NODE)
        return refuse(reader, root, "it is no map of expectations");
    for (pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++) {
        const char *key = gst_yaml_text(node_at(reader, pair->key), TEXT_MAX);

        if (key != NULL && strcmp(key, "extends") == 0
            && !take_text(reader, node_at(reader, pair->value), key, extends))
            return false;
    }
    return true;
}

bool gst_expect_rows_load(struct gst_expectations *expectations, size_t index, const char *text,
                          size_t length, const char **extends, char *error, size_t size)
{
    static const struct gst_yaml_limits limits = { GST_EXPECT_FILE_MAX, 8, 0,
                                                   "a file of expectations" };
    struct reader reader;
    char problem[200];

    expectations->documents[index] = gst_yaml_load(text, length, &limits, problem, sizeof problem);
    if (expectations->documents[index] == NULL) {
        snprintf(error, size, "%.80s, %s", expectations->names[index], problem);
        return false;
    }
    reader = reader_of(expectations, index, error, size);
    return find_extends(&reader, extends);
}

bool gst_expect_rows_take(struct gst_expectations *expectations, size_t index, char *error,
                          size_t size)
{
    struct reader reader = reader_of(expectations, index, error, size);
    const yaml_node_t *root = yaml_document_get_root_node(reader.document);
    const char *names[SECTION_COUNT + 1] = { NULL };

    for (int i = 0; i < SECTION_COUNT; i++)
        names[i] = sections[i].name;
    if (!each_pair(&reader, root, reader.file, names, take_section, NULL))
        return false;
    return expectations->count > 0 || refuse(&reader, root, "it expects nothing");
}

void gst_expect_rows_unload(void *document)
{
    gst_yaml_release(document);
}
