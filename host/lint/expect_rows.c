/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of a file, and the sections that are of one thing; see expect_rows.h. */
#include "lint/expect_rows.h"

#include <stdio.h>
#include <string.h>

#include "api/yaml.h"
#include "core/units.h"
#include "lint/expect_reader.h"

/* user, entrypoint, cmd, shell */

static bool take_user(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name)
{
    struct gst_expectation row = { .kind = GST_EXPECT_USER, .name = "" };

    return gst_expect_text(reader, node, name, &row.value) && gst_expect_add(reader, node, row);
}

static bool take_entrypoint(struct gst_expect_reader *reader, const yaml_node_t *node,
                            const char *name)
{
    struct gst_expectation row = { .kind = GST_EXPECT_ENTRYPOINT, .name = "" };

    return gst_expect_words(reader, node, name, &row) && gst_expect_add(reader, node, row);
}

static bool take_cmd(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name)
{
    struct gst_expectation row = { .kind = GST_EXPECT_CMD, .name = "" };

    return gst_expect_words(reader, node, name, &row) && gst_expect_add(reader, node, row);
}

static bool take_shell(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name)
{
    const char *text = gst_yaml_text(node, GST_EXPECT_TEXT_MAX);

    if (text == NULL || strcmp(text, "unneeded") != 0)
        return gst_expect_refuse(reader, node, "'%s' may only be unneeded", name);
    return gst_expect_add(reader, node,
                          (struct gst_expectation){ .kind = GST_EXPECT_SHELL, .name = "" });
}

/* layers */

static bool take_size(struct gst_expect_reader *reader, const yaml_node_t *node,
                      enum gst_expect_scope scope)
{
    struct gst_expectation row = { .kind = GST_EXPECT_SIZE, .name = "", .scope = scope };
    const char *text = gst_yaml_text(node, GST_EXPECT_TEXT_MAX);

    if (text == NULL || !gst_parse_size(text, &row.size_bytes))
        return gst_expect_refuse(reader, node, "'%.40s' is no size such as 4MiB",
                                 text == NULL ? "" : text);
    return gst_expect_add(reader, node, row);
}

static bool take_layer_field(struct gst_expect_reader *reader, const char *key,
                             const yaml_node_t *key_node, const yaml_node_t *value, void *data)
{
    const enum gst_expect_scope *scope = data;
    struct gst_expectation row = { .name = "", .scope = *scope };
    const char *text = gst_yaml_text(value, GST_EXPECT_TEXT_MAX);

    if (strcmp(key, "size") == 0)
        return take_size(reader, value, *scope);
    row.kind = strcmp(key, "only") == 0           ? GST_EXPECT_ONLY
               : strcmp(key, "setuid-files") == 0 ? GST_EXPECT_NO_SETUID
                                                  : GST_EXPECT_NOT_WORLD;
    if (row.kind == GST_EXPECT_ONLY)
        return gst_expect_words(reader, value, key, &row) && gst_expect_add(reader, key_node, row);
    if (text == NULL || strcmp(text, "none") != 0)
        return gst_expect_refuse(reader, value, "'%s' may only be none", key);
    return gst_expect_add(reader, key_node, row);
}

static bool take_layer(struct gst_expect_reader *reader, const char *key,
                       const yaml_node_t *key_node, const yaml_node_t *value, void *data)
{
    static const char *const names[] = { "only", "setuid-files", "size", "world-writable", NULL };
    enum gst_expect_scope scope = strcmp(key, "last") == 0 ? GST_SCOPE_LAST : GST_SCOPE_ALL;

    (void)key_node, (void)data;
    return value->type == YAML_SCALAR_NODE
               ? take_size(reader, value, scope)
               : gst_expect_pairs(reader, value, key, names, take_layer_field, &scope);
}

static bool take_layers(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name)
{
    static const char *const names[] = { "all", "last", NULL };

    return gst_expect_pairs(reader, node, name, names, take_layer, NULL);
}

/* The whole */

static bool take_extends(struct gst_expect_reader *reader, const yaml_node_t *node,
                         const char *name)
{
    (void)reader, (void)node, (void)name;
    return true;
}

static const struct section {
    const char *name;
    bool (*take)(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name);
} sections[] = {
    { "cmd", take_cmd },
    { "entrypoint", take_entrypoint },
    { "environment", gst_expect_environment },
    { "extends", take_extends },
    { "files", gst_expect_files },
    { "labels", gst_expect_labels },
    { "layers", take_layers },
    { "libraries", gst_expect_libraries },
    { "shell", take_shell },
    { "user", take_user },
};

enum { SECTION_COUNT = sizeof sections / sizeof *sections };

static bool take_section(struct gst_expect_reader *reader, const char *key,
                         const yaml_node_t *key_node, const yaml_node_t *value, void *data)
{
    (void)key_node, (void)data;
    for (int i = 0; i < SECTION_COUNT; i++) {
        if (strcmp(sections[i].name, key) == 0)
            return sections[i].take(reader, value, key);
    }
    return false;
}

static struct gst_expect_reader reader_of(struct gst_expectations *all, size_t index, char *error,
                                          size_t size)
{
    return (struct gst_expect_reader){ .all = all,
                                       .document = all->documents[index],
                                       .file = all->names[index],
                                       .error = error,
                                       .error_size = size };
}

/* What the whole extends, found before anything else is read. */
static bool find_extends(struct gst_expect_reader *reader, const char **extends)
{
    const yaml_node_t *root = yaml_document_get_root_node(reader->document);
    const yaml_node_pair_t *pair;

    if (root == NULL || root->type != YAML_MAPPING_NODE)
        return gst_expect_refuse(reader, root, "it is no map of expectations");
    for (pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top; pair++) {
        const char *key = gst_yaml_text(gst_expect_node(reader, pair->key), GST_EXPECT_TEXT_MAX);

        if (key != NULL && strcmp(key, "extends") == 0
            && !gst_expect_text(reader, gst_expect_node(reader, pair->value), key, extends))
            return false;
    }
    return true;
}

bool gst_expect_rows_load(struct gst_expectations *expectations, size_t index, const char *text,
                          size_t length, const char **extends, char *error, size_t size)
{
    static const struct gst_yaml_limits limits = { GST_EXPECT_FILE_MAX, 8, 0,
                                                   "a file of expectations" };
    struct gst_expect_reader reader;
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
    struct gst_expect_reader reader = reader_of(expectations, index, error, size);
    const yaml_node_t *root = yaml_document_get_root_node(reader.document);
    const char *names[SECTION_COUNT + 1] = { NULL };

    for (int i = 0; i < SECTION_COUNT; i++)
        names[i] = sections[i].name;
    if (!gst_expect_pairs(&reader, root, reader.file, names, take_section, NULL))
        return false;
    return expectations->count > 0 || gst_expect_refuse(&reader, root, "it expects nothing");
}

void gst_expect_rows_unload(void *document)
{
    gst_yaml_release(document);
}
