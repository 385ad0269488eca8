/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of names with a table of all; see catalog.h. */
#include "lint/catalog.h"

#include <stdlib.h>
#include <string.h>

/* As the kernel does. */
#define LINKS_MAX 40

/* Names and targets together. */
#define TEXT_BYTES_MAX ((size_t)256 << 20)

enum walk { WALK_FIND, WALK_MAKE };

static int resolve(struct gst_catalog *catalog, int from, const char *path, enum walk walk,
                   bool follows, int *links);

static size_t bucket_of(const struct gst_catalog *catalog, int parent, const char *name,
                        size_t length)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)parent;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
    return (size_t)((hash ^ hash >> 32) & (catalog->table_size - 1));
}

/* Gone or not. */
static int child_of(const struct gst_catalog *catalog, int parent, const char *name, size_t length)
{
    int at = catalog->table[bucket_of(catalog, parent, name, length)];

    while (at != GST_NO_NODE) {
        const struct gst_node *node = &catalog->nodes[at];

        if (node->parent == parent && strncmp(node->name, name, length) == 0
            && node->name[length] == '\0')
            return at;
        at = node->chain;
    }
    return GST_NO_NODE;
}

static void hang(struct gst_catalog *catalog, int at)
{
    struct gst_node *node = &catalog->nodes[at];
    int *bucket = &catalog->table[bucket_of(catalog, node->parent, node->name, strlen(node->name))];

    node->chain = *bucket;
    *bucket = at;
}

static bool grow(struct gst_catalog *catalog)
{
    size_t capacity = catalog->capacity == 0 ? 1024 : 2 * catalog->capacity;
    struct gst_node *nodes = realloc(catalog->nodes, capacity * sizeof *nodes);
    int *table = realloc(catalog->table, capacity * sizeof *table);

    catalog->nodes = nodes != NULL ? nodes : catalog->nodes;
    catalog->table = table != NULL ? table : catalog->table;
    if (nodes == NULL || table == NULL)
        return false;
    catalog->capacity = catalog->table_size = capacity;
    for (size_t i = 0; i < capacity; i++)
        table[i] = GST_NO_NODE;
    for (size_t i = 1; i < catalog->count; i++)
        hang(catalog, (int)i);
    return true;
}

static char *keep(struct gst_catalog *catalog, const char *text, size_t length)
{
    char *copy = catalog->text_bytes + length >= TEXT_BYTES_MAX ? NULL : strndup(text, length);

    if (copy == NULL)
        catalog->is_full = true;
    else
        catalog->text_bytes += length + 1;
    return copy;
}

static void drop(struct gst_catalog *catalog, char **text)
{
    if (*text != NULL)
        catalog->text_bytes -= strlen(*text) + 1;
    free(*text);
    *text = NULL;
}

static int make(struct gst_catalog *catalog, int parent, const char *name, size_t length)
{
    struct gst_node node = { .parent = parent, .child = GST_NO_NODE, .is_gone = true };
    int at = (int)catalog->count;

    if (catalog->count == GST_CATALOG_MAX
        || (catalog->count == catalog->capacity && !grow(catalog))) {
        catalog->is_full = true;
        return GST_NO_NODE;
    }
    node.name = keep(catalog, name, length);
    if (node.name == NULL)
        return GST_NO_NODE;
    node.sibling = catalog->nodes[parent].child;
    catalog->nodes[parent].child = at;
    catalog->nodes[at] = node;
    catalog->count++;
    hang(catalog, at);
    return at;
}

bool gst_catalog_init(struct gst_catalog *catalog)
{
    *catalog = (struct gst_catalog){ 0 };
    if (!grow(catalog))
        return false;
    catalog->nodes[0] = (struct gst_node){ .parent = GST_NO_NODE,
                                           .child = GST_NO_NODE,
                                           .sibling = GST_NO_NODE,
                                           .chain = GST_NO_NODE,
                                           .kind = GST_ENTRY_FOLDER,
                                           .mode = 0755 };
    catalog->count = 1;
    return true;
}

void gst_catalog_release(struct gst_catalog *catalog)
{
    for (size_t i = 0; i < catalog->count; i++) {
        free(catalog->nodes[i].name);
        free(catalog->nodes[i].target);
        free(catalog->nodes[i].text);
    }
    free(catalog->nodes);
    free(catalog->table);
    *catalog = (struct gst_catalog){ 0 };
}

void gst_catalog_begin_layer(struct gst_catalog *catalog, int layer)
{
    catalog->layer = layer;
    catalog->has_layers = true;
}

/* Takes away what layers below the one at hand brought below `top`, without recursion: paths have
 * thousands of levels. */
static void remove_below(struct gst_catalog *catalog, int top)
{
    int at = catalog->nodes[top].child;

    while (at != GST_NO_NODE) {
        struct gst_node *node = &catalog->nodes[at];
        int next = node->is_gone ? GST_NO_NODE : node->child;

        if (node->layer < catalog->layer)
            node->is_gone = true;
        while (next == GST_NO_NODE && at != top) {
            next = catalog->nodes[at].sibling;
            at = catalog->nodes[at].parent;
        }
        at = next;
    }
}

void gst_catalog_delete(struct gst_catalog *catalog, const char *path, bool only_below)
{
    int at = gst_catalog_find(catalog, path, only_below);

    if (at == GST_NO_NODE)
        return;
    remove_below(catalog, at);
    if (!only_below && at != 0 && catalog->nodes[at].layer < catalog->layer)
        catalog->nodes[at].is_gone = true;
}

static void fill(struct gst_catalog *catalog, int at, const struct gst_entry *entry)
{
    struct gst_node *node = &catalog->nodes[at];

    if (entry->kind != GST_ENTRY_FOLDER)
        remove_below(catalog, at);
    drop(catalog, &node->target);
    drop(catalog, &node->text);
    node->kind = entry->kind;
    node->size_bytes = entry->size_bytes;
    node->mode = entry->mode;
    node->layer = catalog->layer;
    node->is_gone = node->is_script = false;
    if (entry->kind == GST_ENTRY_LINK)
        node->target = keep(catalog, entry->target, strlen(entry->target));
}

/* Another name of a file is that file. */
static void take_hard_link(struct gst_catalog *catalog, int at, const char *target)
{
    int other = gst_catalog_find(catalog, target, false);
    struct gst_node *node = &catalog->nodes[at];

    if (other == GST_NO_NODE || other == at)
        return;
    node->kind = catalog->nodes[other].kind;
    node->size_bytes = catalog->nodes[other].size_bytes;
    node->mode = catalog->nodes[other].mode;
    node->is_script = catalog->nodes[other].is_script;
    if (catalog->nodes[other].target != NULL)
        node->target =
            keep(catalog, catalog->nodes[other].target, strlen(catalog->nodes[other].target));
}

int gst_catalog_add(struct gst_catalog *catalog, const struct gst_entry *entry)
{
    int links = 0, at = resolve(catalog, 0, entry->path, WALK_MAKE, false, &links);

    if (at == GST_NO_NODE)
        catalog->is_full = true;
    if (at <= 0)
        return GST_NO_NODE;
    fill(catalog, at, entry);
    if (entry->kind == GST_ENTRY_HARD_LINK)
        take_hard_link(catalog, at, entry->target);
    else if (catalog->layer < GST_CATALOG_LAYERS)
        catalog->layer_bytes[catalog->layer] += entry->size_bytes;
    return at;
}

/* A folder that an archive does not name on its own. */
static int make_folder(struct gst_catalog *catalog, int parent, const char *name, size_t length)
{
    int at = child_of(catalog, parent, name, length);

    if (at == GST_NO_NODE)
        at = make(catalog, parent, name, length);
    if (at != GST_NO_NODE && catalog->nodes[at].is_gone)
        fill(catalog, at, &(struct gst_entry){ .kind = GST_ENTRY_FOLDER, .mode = 0755 });
    return at;
}

static int step(struct gst_catalog *catalog, int at, const char *name, size_t length,
                enum walk walk, bool is_last)
{
    int next;

    if (length == 1 && *name == '.')
        return at;
    if (length == 2 && strncmp(name, "..", 2) == 0)
        return at == 0 ? 0 : catalog->nodes[at].parent;
    next = child_of(catalog, at, name, length);
    if (walk == WALK_MAKE && !is_last)
        return make_folder(catalog, at, name, length);
    if (walk == WALK_MAKE && next == GST_NO_NODE)
        return make(catalog, at, name, length);
    return next == GST_NO_NODE || (catalog->nodes[next].is_gone && walk == WALK_FIND) ? GST_NO_NODE
                                                                                      : next;
}

static int resolve(struct gst_catalog *catalog, int from, const char *path, enum walk walk,
                   bool follows, int *links)
{
    int at = *path == '/' ? 0 : from;

    for (path += strspn(path, "/"); *path != '\0' && at != GST_NO_NODE;) {
        size_t length = strcspn(path, "/");
        const char *after = path + length + strspn(path + length, "/");
        bool is_last = *after == '\0';
        int folder = at;

        at = step(catalog, at, path, length, walk, is_last);
        if (at != GST_NO_NODE && catalog->nodes[at].target != NULL && (!is_last || follows)) {
            if (++*links > LINKS_MAX)
                return GST_NO_NODE;
            at = resolve(catalog, folder, catalog->nodes[at].target, walk, true, links);
        }
        path = after;
    }
    return at;
}

int gst_catalog_find(const struct gst_catalog *catalog, const char *path, bool follows)
{
    int links = 0;

    /* Finding makes nothing. */
    return resolve((struct gst_catalog *)catalog, 0, path, WALK_FIND, follows, &links);
}

const char *gst_catalog_path(const struct gst_catalog *catalog, int node,
                             char path[GST_ENTRY_PATH_SIZE])
{
    char *at = path + GST_ENTRY_PATH_SIZE - 1;

    *at = '\0';
    for (; node > 0; node = catalog->nodes[node].parent) {
        size_t length = strlen(catalog->nodes[node].name);

        if ((size_t)(at - path) < length + 1) {
            *path = '\0';
            return path;
        }
        at -= length;
        memcpy(at, catalog->nodes[node].name, length);
        *--at = '/';
    }
    memmove(path, at, strlen(at) + 1);
    return path;
}

int gst_catalog_last_layer(const struct gst_catalog *catalog)
{
    for (int layer = GST_CATALOG_LAYERS - 1; layer >= 0; layer--) {
        if (catalog->layer_bytes[layer] > 0)
            return layer;
    }
    return GST_NO_NODE;
}
