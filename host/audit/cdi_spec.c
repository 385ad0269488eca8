/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CDI specifications through libyaml; see cdi_spec.h. The document stays, and everything points
 * into it. An alias (*name) stands for a piece of any size, so what comes out is bounded and not
 * only what goes in.
 */
#include "audit/cdi_spec.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "api/yaml.h"
#include "core/units.h"
#include "core/utf8.h"

enum {
    ENTRIES_MAX = 16384, /* of each kind; 16 GPUs in MIG slices make a few hundred */
    FIELDS_MAX = 64,     /* of a map; the specification knows a dozen */
    TEXT_MAX = 4096,     /* the kernel's own bound for a path */
    DEPTH_MAX = 16,
    ANCHORS_MAX = 256,
};

struct reader {
    struct gst_cdi_spec *spec;
    yaml_document_t *document;
    char *error;
    size_t error_size;
};

static bool refuse(const struct reader *reader, const yaml_node_t *node, const char *why, ...)
    __attribute__((format(printf, 3, 4)));

/* False for the caller to hand up; names from the file are cut and made printable. */
static bool refuse(const struct reader *reader, const yaml_node_t *node, const char *why, ...)
{
    char text[256], clean[256];
    va_list arguments;

    va_start(arguments, why);
    gst_utf8_format(text, sizeof(text), why, arguments);
    va_end(arguments);
    gst_utf8_printable(clean, sizeof(clean), text);
    snprintf(reader->error, reader->error_size, "line %zu: %s",
             node != NULL ? gst_yaml_line(node) : (size_t)1, clean);
    return false;
}

static const yaml_node_t *node_at(const struct reader *reader, int index)
{
    return yaml_document_get_node(reader->document, index);
}

static const char *text_of(const yaml_node_t *node)
{
    return gst_yaml_text(node, TEXT_MAX);
}

static bool expect_map(const struct reader *reader, const yaml_node_t *node, const char *what)
{
    if (node->type != YAML_MAPPING_NODE)
        return refuse(reader, node, "%s is no map", what);
    if (node->data.mapping.pairs.top - node->data.mapping.pairs.start > FIELDS_MAX)
        return refuse(reader, node, "%s has more than %d fields", what, FIELDS_MAX);
    return true;
}

/* A field of a map; NULL if it is not there. */
static const yaml_node_t *field(const struct reader *reader, const yaml_node_t *map,
                                const char *name)
{
    const yaml_node_pair_t *pair = map->data.mapping.pairs.start;

    for (; pair < map->data.mapping.pairs.top; pair++) {
        const char *key = text_of(node_at(reader, pair->key));

        if (key != NULL && strcmp(key, name) == 0)
            return node_at(reader, pair->value);
    }
    return NULL;
}

/* A text that has to be there and not empty. */
static bool take_text(const struct reader *reader, const yaml_node_t *map, const char *name,
                      const char **text)
{
    const yaml_node_t *node = field(reader, map, name);

    if (node == NULL)
        return refuse(reader, map, "no '%s'", name);
    *text = text_of(node);
    if (*text == NULL || (*text)[0] == '\0')
        return refuse(reader, node, "'%s' is no text of 1 to %d bytes", name, TEXT_MAX);
    return true;
}

/* Leaves *number alone if the field is not there. */
static bool take_number(const struct reader *reader, const yaml_node_t *map, const char *name,
                        bool *is_there, unsigned *number)
{
    const yaml_node_t *node = field(reader, map, name);
    const char *text = text_of(node);
    uint64_t value;

    *is_there = node != NULL;
    if (node == NULL)
        return true;
    if (text == NULL || !gst_parse_unsigned(text, &value) || value > UINT_MAX)
        return refuse(reader, node, "'%s' is no number", name);
    *number = (unsigned)value;
    return true;
}

/* One more of a list; NULL if there are too many or no memory. */
static void *grow(const struct reader *reader, const yaml_node_t *node, void *list, size_t *count,
                  size_t size)
{
    void *longer;

    if (*count >= ENTRIES_MAX) {
        refuse(reader, node, "more than %d entries of one kind", ENTRIES_MAX);
        return NULL;
    }
    /* A power of two: time to grow. */
    if ((*count & (*count - 1)) != 0)
        return list;
    longer = realloc(list, (*count == 0 ? 1 : *count * 2) * size);
    if (longer == NULL)
        refuse(reader, node, "no memory");
    return longer;
}

#define GROW(reader, node, list, count) (grow((reader), (node), (list), &(count), sizeof(*(list))))

static bool add_node(const struct reader *reader, const yaml_node_t *item, int device)
{
    struct gst_cdi_spec *spec = reader->spec;
    struct gst_cdi_node node = { .device = device, .line = gst_yaml_line(item) }, *nodes;
    bool has_major, has_minor;

    if (!expect_map(reader, item, "a device node") || !take_text(reader, item, "path", &node.path)
        || !take_number(reader, item, "major", &has_major, &node.major)
        || !take_number(reader, item, "minor", &has_minor, &node.minor))
        return false;
    /* Minor 0 is left out by those who write it: the node of the first GPU is 195:0. */
    node.has_number = has_major;
    node.host_path = node.path;
    if (field(reader, item, "hostPath") != NULL
        && !take_text(reader, item, "hostPath", &node.host_path))
        return false;
    nodes = GROW(reader, item, spec->nodes, spec->node_count);
    if (nodes == NULL)
        return false;
    spec->nodes = nodes;
    spec->nodes[spec->node_count++] = node;
    return true;
}

static bool add_mount(const struct reader *reader, const yaml_node_t *item, int device)
{
    struct gst_cdi_spec *spec = reader->spec;
    struct gst_cdi_mount mount = { .device = device, .line = gst_yaml_line(item) }, *mounts;

    if (!expect_map(reader, item, "a mount")
        || !take_text(reader, item, "hostPath", &mount.host_path)
        || !take_text(reader, item, "containerPath", &mount.container_path))
        return false;
    mounts = GROW(reader, item, spec->mounts, spec->mount_count);
    if (mounts == NULL)
        return false;
    spec->mounts = mounts;
    spec->mounts[spec->mount_count++] = mount;
    return true;
}

static bool add_hook(const struct reader *reader, const yaml_node_t *item, int device)
{
    struct gst_cdi_spec *spec = reader->spec;
    struct gst_cdi_hook hook = { .device = device, .line = gst_yaml_line(item) }, *hooks;

    if (!expect_map(reader, item, "a hook") || !take_text(reader, item, "hookName", &hook.name)
        || !take_text(reader, item, "path", &hook.path))
        return false;
    hooks = GROW(reader, item, spec->hooks, spec->hook_count);
    if (hooks == NULL)
        return false;
    spec->hooks = hooks;
    spec->hooks[spec->hook_count++] = hook;
    return true;
}

static bool add_env(const struct reader *reader, const yaml_node_t *item, int device)
{
    struct gst_cdi_spec *spec = reader->spec;
    struct gst_cdi_env one = { .device = device, .entry = text_of(item) }, *env;

    if (one.entry == NULL || strchr(one.entry, '=') == NULL)
        return refuse(reader, item, "an environment variable is no 'NAME=value'");
    env = GROW(reader, item, spec->env, spec->env_count);
    if (env == NULL)
        return false;
    spec->env = env;
    spec->env[spec->env_count++] = one;
    return true;
}

typedef bool (*adder)(const struct reader *reader, const yaml_node_t *item, int device);

static bool take_list(const struct reader *reader, const yaml_node_t *map, const char *name,
                      int device, adder add)
{
    const yaml_node_t *list = field(reader, map, name);
    const yaml_node_item_t *item;

    if (list == NULL || gst_yaml_is_null(list))
        return true;
    if (list->type != YAML_SEQUENCE_NODE)
        return refuse(reader, list, "'%s' is no list", name);
    for (item = list->data.sequence.items.start; item < list->data.sequence.items.top; item++) {
        if (!add(reader, node_at(reader, *item), device))
            return false;
    }
    return true;
}

static bool take_edits(const struct reader *reader, const yaml_node_t *map, int device)
{
    static const struct {
        const char *name;
        adder add;
    } lists[] = {
        { "deviceNodes", add_node },
        { "mounts", add_mount },
        { "hooks", add_hook },
        { "env", add_env },
    };
    const yaml_node_t *edits = field(reader, map, "containerEdits");

    if (edits == NULL || gst_yaml_is_null(edits))
        return true;
    if (!expect_map(reader, edits, "'containerEdits'"))
        return false;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (!take_list(reader, edits, lists[i].name, device, lists[i].add))
            return false;
    }
    return true;
}

static bool add_device(const struct reader *reader, const yaml_node_t *item, int unused)
{
    struct gst_cdi_spec *spec = reader->spec;
    const char *name = NULL, **devices;

    (void)unused;
    if (!expect_map(reader, item, "a device") || !take_text(reader, item, "name", &name))
        return false;
    devices = GROW(reader, item, spec->devices, spec->device_count);
    if (devices == NULL)
        return false;
    spec->devices = devices;
    spec->devices[spec->device_count++] = name;
    return take_edits(reader, item, (int)spec->device_count - 1);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* An engine refuses a spec that defines a device twice. */
static bool check_devices(const struct reader *reader, const yaml_node_t *root)
{
    const struct gst_cdi_spec *spec = reader->spec;
    const char **sorted;
    bool is_ok = true;

    if (spec->device_count == 0)
        return refuse(reader, root, "no devices");
    sorted = malloc(spec->device_count * sizeof(*sorted));
    if (sorted == NULL)
        return refuse(reader, root, "no memory");
    memcpy(sorted, spec->devices, spec->device_count * sizeof(*sorted));
    qsort(sorted, spec->device_count, sizeof(*sorted), by_name);
    for (size_t i = 1; is_ok && i < spec->device_count; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            is_ok = refuse(reader, root, "device '%s' is defined twice", sorted[i]);
    }
    free(sorted);
    return is_ok;
}

/* vendor/class */
static bool check_kind(const struct reader *reader, const yaml_node_t *root)
{
    const char *slash = strchr(reader->spec->kind, '/');

    if (slash == NULL || slash == reader->spec->kind || slash[1] == '\0'
        || strchr(slash + 1, '/') != NULL)
        return refuse(reader, field(reader, root, "kind"), "kind '%s' is no 'vendor/class'",
                      reader->spec->kind);
    return true;
}

static bool read_document(const struct reader *reader)
{
    const yaml_node_t *root = yaml_document_get_root_node(reader->document);

    if (root == NULL)
        return refuse(reader, NULL, "it is empty");
    return expect_map(reader, root, "the whole")
           && take_text(reader, root, "cdiVersion", &reader->spec->version)
           && take_text(reader, root, "kind", &reader->spec->kind) && check_kind(reader, root)
           && take_list(reader, root, "devices", 0, add_device)
           && take_edits(reader, root, GST_CDI_COMMON) && check_devices(reader, root);
}

bool gst_cdi_spec_parse(struct gst_cdi_spec *spec, const char *text, size_t length, char *error,
                        size_t error_size)
{
    static const struct gst_yaml_limits limits = { GST_CDI_SPEC_MAX, DEPTH_MAX, ANCHORS_MAX,
                                                   "a specification" };
    struct reader reader = { .spec = spec, .error = error, .error_size = error_size };

    *spec = (struct gst_cdi_spec){ 0 };
    reader.document = gst_yaml_load(text, length, &limits, error, error_size);
    if (reader.document == NULL)
        return false;
    spec->document = reader.document;
    if (read_document(&reader))
        return true;
    gst_cdi_spec_release(spec);
    return false;
}

void gst_cdi_spec_release(struct gst_cdi_spec *spec)
{
    gst_yaml_release(spec->document);
    free(spec->devices);
    free(spec->nodes);
    free(spec->mounts);
    free(spec->hooks);
    free(spec->env);
    *spec = (struct gst_cdi_spec){ 0 };
}
