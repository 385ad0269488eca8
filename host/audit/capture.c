/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking things up in a capture; see capture.h. Each folder of it is a layer: an index of the
 * paths that its lists tell of, before the files that it holds. The first layer that knows a path
 * decides.
 */
#include "audit/capture.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/capture_layer.h"

static size_t first_at_or_after(const struct gst_capture_layer *layer, const char *path)
{
    size_t low = 0, high = layer->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(layer->entries[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct gst_capture_entry *entry_at(const struct gst_capture_layer *layer,
                                                const char *path, enum gst_capture_state state)
{
    for (size_t i = first_at_or_after(layer, path);
         i < layer->count && strcmp(layer->entries[i].path, path) == 0; i++) {
        if (layer->entries[i].state == state)
            return &layer->entries[i];
    }
    return NULL;
}

/* True if the layer says that the path, or a folder that it lies in, is absent. */
static bool is_absent(const struct gst_capture_layer *layer, const char *path)
{
    char part[PATH_MAX];

    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return true;
    while (part[0] != '\0') {
        if (entry_at(layer, part, GST_CAPTURE_ABSENT) != NULL)
            return true;
        *strrchr(part, '/') = '\0';
    }
    return false;
}

/* The lists and notes of the capture itself lie at the top of each layer. */
static bool is_own_file(const char *path)
{
    size_t length = strlen(path);

    if (strchr(path + 1, '/') != NULL)
        return false;
    return strcmp(path, GST_CAPTURE_MARKER) == 0 || strcmp(path, "/beneath") == 0
           || strcmp(path, "/expect") == 0
           || (length > 4 && strcmp(path + length - 4, ".txt") == 0);
}

static bool is_implied_folder(const struct gst_capture_layer *layer, const char *path)
{
    char inside[PATH_MAX];
    size_t length;

    if (snprintf(inside, sizeof inside, "%s/", path) >= (int)sizeof inside)
        return false;
    length = strlen(inside);
    for (size_t i = first_at_or_after(layer, inside);
         i < layer->count && strncmp(layer->entries[i].path, inside, length) == 0; i++) {
        if (layer->entries[i].state != GST_CAPTURE_ABSENT)
            return true;
    }
    return false;
}

static bool find_file(const struct gst_capture_layer *layer, const char *path,
                      struct gst_node *node, char *target, size_t size)
{
    struct stat info;

    if (is_own_file(path) || !gst_root_lstat(&layer->root, path, &info))
        return false;
    *node = (struct gst_node){ .kind = S_ISDIR(info.st_mode)   ? GST_NODE_FOLDER
                                       : S_ISLNK(info.st_mode) ? GST_NODE_LINK
                                                               : GST_NODE_FILE,
                               .mode = info.st_mode & 0777,
                               .links = 1,
                               .size_bytes = (uint64_t)info.st_size };
    return node->kind != GST_NODE_LINK || gst_root_link(&layer->root, path, target, size);
}

bool gst_capture_find(const struct gst_capture *capture, const char *path, struct gst_node *node,
                      char *target, size_t size)
{
    const struct gst_capture_entry *entry;
    bool is_hidden = false, is_folder = false;

    target[0] = '\0';
    for (size_t i = 0; i < capture->layer_count && !is_hidden; i++) {
        const struct gst_capture_layer *layer = &capture->layers[i];

        entry = entry_at(layer, path, GST_CAPTURE_PRESENT);
        if (entry != NULL) {
            *node = entry->node;
            snprintf(target, size, "%s", entry->target != NULL ? entry->target : "");
            return true;
        }
        /* Of a folder that is there for what lies in it, a layer below may know more. */
        if (find_file(layer, path, node, target, size)) {
            if (node->kind != GST_NODE_FOLDER)
                return true;
            is_folder = true;
        }
        is_folder = is_folder || is_implied_folder(layer, path);
        is_hidden = is_absent(layer, path);
    }
    *node = (struct gst_node){ .kind = is_folder ? GST_NODE_FOLDER : GST_NODE_ABSENT,
                               .mode = is_folder ? 0755 : 0 };
    if (is_folder)
        return true;
    for (size_t i = 0; i < capture->layer_count; i++) {
        if (is_absent(&capture->layers[i], path))
            return false;
        entry = entry_at(&capture->layers[i], path, GST_CAPTURE_IMPLIED);
        if (entry != NULL) {
            *node = entry->node;
            return true;
        }
    }
    return false;
}

int gst_capture_open_file(const struct gst_capture *capture, const char *path)
{
    if (is_own_file(path))
        return -1;
    for (size_t i = 0; i < capture->layer_count; i++) {
        int fd = gst_root_open_file(&capture->layers[i].root, path);

        if (fd >= 0)
            return fd;
        if (is_absent(&capture->layers[i], path))
            return -1;
    }
    return -1;
}

bool gst_capture_is_elf(const struct gst_capture *capture, const char *path)
{
    static const enum gst_capture_state states[] = { GST_CAPTURE_PRESENT, GST_CAPTURE_IMPLIED };

    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < capture->layer_count; i++) {
            const struct gst_capture_entry *entry = entry_at(&capture->layers[i], path, states[k]);

            if (entry != NULL)
                return entry->is_elf;
        }
    }
    return false;
}

struct names {
    char **items;
    size_t count, room_for;
};

static bool add_name(const char *name, void *data)
{
    struct names *names = data;

    if (names->count == names->room_for) {
        size_t room_for = names->room_for == 0 ? 64 : names->room_for * 2;
        char **items =
            room_for > GST_CAPTURE_ENTRIES ? NULL : realloc(names->items, room_for * sizeof *items);

        if (items == NULL)
            return false;
        names->items = items;
        names->room_for = room_for;
    }
    names->items[names->count] = strdup(name);
    if (names->items[names->count] != NULL)
        names->count++;
    return true;
}

/* The parts directly below `inside` of all paths that the lists of a layer tell of. */
static void add_listed(const struct gst_capture_layer *layer, const char *inside,
                       struct names *names)
{
    size_t length = strlen(inside);
    char name[NAME_MAX + 1];

    for (size_t i = first_at_or_after(layer, inside);
         i < layer->count && strncmp(layer->entries[i].path, inside, length) == 0; i++) {
        const char *rest = layer->entries[i].path + length;

        if (*rest == '\0' || layer->entries[i].state == GST_CAPTURE_ABSENT
            || strcspn(rest, "/") > NAME_MAX)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(rest, "/"), rest);
        add_name(name, names);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool gst_capture_list(const struct gst_capture *capture, const char *path,
                      bool (*visit)(const char *name, void *data), void *data)
{
    char inside[PATH_MAX], full[PATH_MAX + NAME_MAX], target[PATH_MAX];
    struct names names = { 0 };
    struct gst_node node;
    bool go_on = true;

    if (!gst_capture_find(capture, path, &node, target, sizeof target)
        || node.kind != GST_NODE_FOLDER)
        return false;
    if (snprintf(inside, sizeof inside, "%s/", strcmp(path, "/") == 0 ? "" : path)
        >= (int)sizeof inside)
        return false;
    for (size_t i = 0; i < capture->layer_count; i++) {
        add_listed(&capture->layers[i], inside, &names);
        gst_root_list(&capture->layers[i].root, path, add_name, &names);
    }
    if (names.count > 0)
        qsort(names.items, names.count, sizeof *names.items, by_name);
    for (size_t i = 0; i < names.count; i++) {
        snprintf(full, sizeof full, "%s%s", inside, names.items[i]);
        if (go_on && (i == 0 || strcmp(names.items[i], names.items[i - 1]) != 0)
            && gst_capture_find(capture, full, &node, target, sizeof target))
            go_on = visit(names.items[i], data);
    }
    for (size_t i = 0; i < names.count; i++)
        free(names.items[i]);
    free(names.items);
    return true;
}

char *const *gst_capture_environment(const struct gst_capture *capture)
{
    return capture->environment;
}

int gst_capture_open_result(const struct gst_capture *capture, const char *path, enum gst_look look)
{
    for (size_t i = 0; i < capture->layer_count; i++) {
        const struct gst_capture_layer *layer = &capture->layers[i];

        for (size_t k = 0; k < layer->outcome_count; k++) {
            if (layer->outcomes[k].look == look && strcmp(layer->outcomes[k].path, path) == 0)
                return layer->outcomes[k].result;
        }
    }
    return GST_OPEN_NOT_TRIED;
}

bool gst_capture_space(const struct gst_capture *capture, const char *path, struct gst_space *space)
{
    for (size_t i = 0; i < capture->layer_count; i++) {
        const struct gst_capture_layer *layer = &capture->layers[i];

        for (size_t k = 0; k < layer->space_count; k++) {
            if (strcmp(layer->spaces[k].path, path) == 0) {
                *space = layer->spaces[k].space;
                return true;
            }
        }
        if (is_absent(layer, path))
            return false;
    }
    return false;
}

const char *gst_capture_answers(const struct gst_capture *capture)
{
    return capture->answers != NULL ? capture->answers : "";
}
