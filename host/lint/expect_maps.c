/* SPDX-License-Identifier: Apache-2.0 */
/* Sections whose entries have names: files, libraries, variables and labels; see expect_reader.h.
 */
#include <stdlib.h>
#include <string.h>

#include "api/yaml.h"
#include "lint/expect_reader.h"

/* files */

static bool take_mode(struct gst_expect_reader *reader, const yaml_node_t *node, int *mode)
{
    const char *text = gst_yaml_text(node, GST_EXPECT_TEXT_MAX);

    if (text == NULL || text[0] == '\0' || strlen(text) > 4
        || strspn(text, "01234567") != strlen(text))
        return gst_expect_refuse(reader, node, "'mode' is no octal number such as 0755");
    *mode = (int)strtol(text, NULL, 8);
    return true;
}

static bool take_file_field(struct gst_expect_reader *reader, const char *key,
                            const yaml_node_t *key_node, const yaml_node_t *value, void *data)
{
    struct gst_expectation *row = data;

    (void)key_node;
    if (strcmp(key, "mode") == 0)
        return take_mode(reader, value, &row->mode);
    if (strcmp(key, "link") == 0)
        return gst_expect_text(reader, value, key, &row->link);
    row->is_executable = true;
    return gst_expect_true(reader, value, key);
}

/* Of a scalar: "present" or "absent". */
static bool take_presence(struct gst_expect_reader *reader, const yaml_node_t *value,
                          const char *fields, bool *is_absent)
{
    const char *text = gst_yaml_text(value, GST_EXPECT_TEXT_MAX);

    *is_absent = text != NULL && strcmp(text, "absent") == 0;
    return *is_absent || (text != NULL && strcmp(text, "present") == 0)
           || gst_expect_refuse(reader, value, "it is none of present, absent, and a map of %s",
                                fields);
}

static bool take_file(struct gst_expect_reader *reader, const char *key,
                      const yaml_node_t *key_node, const yaml_node_t *value, void *data)
{
    static const char *const names[] = { "executable", "link", "mode", NULL };
    struct gst_expectation row = { .kind = GST_EXPECT_FILE, .name = key, .mode = -1 };
    bool is_absent = false;

    (void)data;
    if (key[0] != '/' && strncmp(key, "**", 2) != 0)
        return gst_expect_refuse(reader, key_node, "'%.80s' begins neither with / nor with **",
                                 key);
    if (value->type == YAML_MAPPING_NODE
            ? !gst_expect_pairs(reader, value, key, names, take_file_field, &row)
            : !take_presence(reader, value, "executable, link and mode", &is_absent))
        return false;
    row.kind = is_absent ? GST_EXPECT_NO_FILE : GST_EXPECT_FILE;
    return gst_expect_add(reader, key_node, row);
}

bool gst_expect_files(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name)
{
    return gst_expect_pairs(reader, node, name, NULL, take_file, NULL);
}

/* libraries */

static bool take_version(struct gst_expect_reader *reader, const char *key,
                         const yaml_node_t *key_node, const yaml_node_t *value, void *data)
{
    struct gst_expectation *row = data;
    const char **text = strcmp(key, "at-least") == 0 ? &row->at_least : &row->at_most;

    (void)key_node;
    if (!gst_expect_text(reader, value, key, text))
        return false;
    return ((*text)[0] != '\0' && (strspn(*text, "0123456789.") == strlen(*text) || **text == '{'))
           || gst_expect_refuse(reader, value, "'%.40s' is no version such as 12.4", *text);
}

static bool take_library(struct gst_expect_reader *reader, const char *key,
                         const yaml_node_t *key_node, const yaml_node_t *value, void *data)
{
    static const char *const names[] = { "at-least", "at-most", NULL };
    struct gst_expectation row = { .kind = GST_EXPECT_LIBRARY, .name = key };
    bool is_absent = false;

    (void)data;
    if (key[0] == '\0' || strpbrk(key, "/*?") != NULL)
        return gst_expect_refuse(reader, key_node,
                                 "'%.80s' is no name of a library such as libcudart.so.12", key);
    if (value->type == YAML_MAPPING_NODE
            ? !gst_expect_pairs(reader, value, key, names, take_version, &row)
            : !take_presence(reader, value, "at-least and at-most", &is_absent))
        return false;
    row.kind = is_absent ? GST_EXPECT_NO_LIBRARY : GST_EXPECT_LIBRARY;
    return gst_expect_add(reader, key_node, row);
}

bool gst_expect_libraries(struct gst_expect_reader *reader, const yaml_node_t *node,
                          const char *name)
{
    return gst_expect_pairs(reader, node, name, NULL, take_library, NULL);
}

/* environment, labels */

static bool take_how(struct gst_expect_reader *reader, const char *key, const yaml_node_t *key_node,
                     const yaml_node_t *value, void *data)
{
    struct gst_expectation *row = data;

    if (row->value != NULL || row->how != GST_HOW_EXACT)
        return gst_expect_refuse(reader, key_node, "'%.80s' is to be one thing alone", row->name);
    row->how = strcmp(key, "absent") == 0    ? GST_HOW_ABSENT
               : strcmp(key, "present") == 0 ? GST_HOW_PRESENT
                                             : GST_HOW_CONTAINS;
    return row->how == GST_HOW_CONTAINS ? gst_expect_text(reader, value, key, &row->value)
                                        : gst_expect_true(reader, value, key);
}

static bool take_value(struct gst_expect_reader *reader, const char *key,
                       const yaml_node_t *key_node, const yaml_node_t *value, void *data)
{
    static const char *const names[] = { "absent", "contains", "present", NULL };
    const enum gst_expect_kind *kind = data;
    struct gst_expectation row = { .kind = *kind, .name = key };

    if (key[0] == '\0' || (*kind == GST_EXPECT_ENVIRONMENT && strchr(key, '=') != NULL))
        return gst_expect_refuse(reader, key_node, "'%.80s' is no name of a variable or label",
                                 key);
    if (value->type == YAML_MAPPING_NODE
            ? !gst_expect_pairs(reader, value, key, names, take_how, &row)
            : !gst_expect_text(reader, value, key, &row.value))
        return false;
    return gst_expect_add(reader, key_node, row);
}

bool gst_expect_environment(struct gst_expect_reader *reader, const yaml_node_t *node,
                            const char *name)
{
    enum gst_expect_kind kind = GST_EXPECT_ENVIRONMENT;

    return gst_expect_pairs(reader, node, name, NULL, take_value, &kind);
}

bool gst_expect_labels(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name)
{
    enum gst_expect_kind kind = GST_EXPECT_LABEL;

    return gst_expect_pairs(reader, node, name, NULL, take_value, &kind);
}
