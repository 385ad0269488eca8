/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a capture; see capture.h. Each folder of it is a layer: an index of the paths that its
 * lists tell of, before the files that it holds. The first layer that knows a path decides.
 */
#include "audit/capture.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/errno_names.h"

#define LAYERS_MAX  24
#define DEPTH_MAX   8
#define LIST_MAX    (8u << 20)
#define ENTRIES_MAX 65536u
#define MARKER      "/capture"

enum state {
    PRESENT,
    ABSENT,  /* neither here nor in layers below */
    IMPLIED, /* a link leads to it, and nothing else tells of it */
};

struct entry {
    char *path;
    enum state state;
    struct gst_node node;
    char *target; /* of a link */
    bool is_elf;
};

struct outcome {
    char *path;
    enum gst_look look;
    int result;
};

struct room {
    char *path;
    struct gst_space space;
};

struct layer {
    struct gst_root root;
    size_t count, room_for;
    struct entry *entries; /* by path */
    size_t outcome_count;
    struct outcome *outcomes;
    size_t space_count;
    struct room *spaces;
};

struct gst_capture {
    size_t layer_count;
    struct layer layers[LAYERS_MAX];
    char **environment;
    size_t variable_count;
    char *answers;
};

/* Where in a list something is wrong, for the message. */
struct place {
    const struct layer *layer;
    const char *list;
    unsigned line;
    struct gst_status *st;
};

static bool refuse(const struct place *place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(const struct place *place, const char *format, ...)
{
    char text[160];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return gst_fail(place->st, GST_SUITE_ROOT_UNREADABLE, "'%s%s' line %u: %s",
                    place->layer->root.path, place->list, place->line, text);
}

bool gst_capture_is_here(const struct gst_root *root)
{
    return gst_root_exists(root, MARKER);
}

/* Text of a list in memory, NULL with *is_there false if there is no such list. */
static char *load(const struct gst_root *root, const char *path, bool *is_there)
{
    int fd = gst_root_open_file(root, path);
    char *text = NULL;
    size_t length = 0, size;
    struct stat info;
    ssize_t got = 0;

    *is_there = fd >= 0;
    if (fd < 0)
        return NULL;
    size = fstat(fd, &info) == 0 && info.st_size < LIST_MAX ? (size_t)info.st_size : LIST_MAX;
    if (size < LIST_MAX)
        text = malloc(size + 1);
    while (text != NULL && length < size && (got = read(fd, text + length, size - length)) > 0)
        length += (size_t)got;
    close(fd);
    if (text == NULL || got < 0 || memchr(text, '\0', length) != NULL) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    return text;
}

/* Calls `parse` for each line that is no comment. */
static bool each_line(struct layer *layer, const char *list,
                      bool (*parse)(char *line, const struct place *place, void *data), void *data,
                      struct gst_status *st)
{
    struct place place = { .layer = layer, .list = list, .st = st };
    bool is_there, ok = true;
    char *text = load(&layer->root, list, &is_there), *rest = text, *line;

    if (text == NULL)
        return !is_there
               || gst_fail(st, GST_SUITE_ROOT_UNREADABLE,
                           "'%s%s' cannot be read, is no text or is longer than %u MiB",
                           layer->root.path, list, LIST_MAX >> 20);
    while (ok && (line = strsep(&rest, "\n")) != NULL) {
        place.line++;
        line[strcspn(line, "\r")] = '\0';
        if (*line != '\0' && *line != '#')
            ok = parse(line, &place, data);
    }
    free(text);
    return ok;
}

static struct entry *add_entry(struct layer *layer, const char *path, enum state state)
{
    struct entry *entry;
    size_t length = strlen(path);

    if (layer->count == layer->room_for) {
        size_t room_for = layer->room_for == 0 ? 64 : layer->room_for * 2;
        struct entry *entries =
            room_for > ENTRIES_MAX ? NULL : realloc(layer->entries, room_for * sizeof *entries);

        if (entries == NULL)
            return NULL;
        layer->entries = entries;
        layer->room_for = room_for;
    }
    entry = &layer->entries[layer->count];
    *entry = (struct entry){ .path = strdup(path), .state = state };
    if (entry->path == NULL)
        return NULL;
    while (length > 1 && entry->path[length - 1] == '/')
        entry->path[--length] = '\0';
    layer->count++;
    return entry;
}

static bool no_room(const struct place *place)
{
    return refuse(place, "more than %u paths, or no memory", ENTRIES_MAX);
}

/* As paths are looked up here: an empty part would be the name of nothing. */
static bool is_path(const char *text)
{
    return text[0] == '/' && strstr(text, "//") == NULL;
}

/* "rwxr-xr-t" as bits. */
static bool read_mode(const char *text, unsigned *mode)
{
    static const char letters[] = "rwxrwxrwx";

    *mode = 0;
    for (size_t i = 0; i < 9; i++) {
        char c = text[i];

        if (c == '\0' || (c != '-' && c != letters[i] && strchr("sStT", c) == NULL))
            return false;
        if (c != '-' && c != 'S' && c != 'T')
            *mode |= 0400u >> i;
        if (strchr("sStT", c) != NULL)
            *mode |= 01000u << (2 - i / 3);
    }
    return true;
}

static enum gst_node_kind kind_of(char letter)
{
    switch (letter) {
    case '-':
        return GST_NODE_FILE;
    case 'd':
        return GST_NODE_FOLDER;
    case 'l':
        return GST_NODE_LINK;
    case 'c':
        return GST_NODE_CHARACTER;
    case 'b':
    case 'p':
    case 's':
        return GST_NODE_OTHER;
    default:
        return GST_NODE_ABSENT;
    }
}

static bool read_pair(const char *text, unsigned *major, unsigned *minor)
{
    return sscanf(text, "%u:%u", major, minor) == 2;
}

/* What stands behind the path: "dev=0:41 ino=7 magic=elf target=/x tdev=0:41 ...". */
static bool read_attribute(const char *word, struct entry *entry, struct entry *target)
{
    const char *value = strchr(word, '=');
    size_t length;

    if (value == NULL)
        return false;
    length = (size_t)(value - word);
    value++;
#define IS(name) (length == sizeof(name) - 1 && memcmp(word, name, length) == 0)
    if (IS("dev"))
        return read_pair(value, &entry->node.device_major, &entry->node.device_minor);
    if (IS("ino"))
        entry->node.inode = strtoull(value, NULL, 10);
    else if (IS("ctime"))
        entry->node.changed_s = strtoll(value, NULL, 10);
    else if (IS("magic"))
        entry->is_elf = strcmp(value, "elf") == 0;
    else if (IS("target")) {
        free(target->path);
        target->path = strdup(value);
    } else if (IS("tdev"))
        return read_pair(value, &target->node.device_major, &target->node.device_minor);
    else if (IS("tino"))
        target->node.inode = strtoull(value, NULL, 10);
    else if (IS("tsize"))
        target->node.size_bytes = strtoull(value, NULL, 10);
    else if (IS("tnlink"))
        target->node.links = strtoull(value, NULL, 10);
    else
        return false;
#undef IS
    return true;
}

static bool add_target(struct layer *layer, const struct entry *target, const struct place *place)
{
    struct entry *entry;

    if (target->path == NULL || !is_path(target->path))
        return true;
    entry = add_entry(layer, target->path, IMPLIED);
    if (entry == NULL)
        return no_room(place);
    entry->node = target->node;
    entry->node.kind = GST_NODE_FILE;
    entry->node.mode = 0755;
    entry->is_elf = true;
    return true;
}

/* "crw-rw-rw- 1 0 0 195, 0 /dev/nvidia0", "lrwxrwxrwx 1 0 0 12 /a -> b dev=...", "absent /a" */
static bool parse_node(char *line, const struct place *place, void *data)
{
    struct layer *layer = data;
    struct entry read = { .state = PRESENT }, target = { .state = IMPLIED }, *entry;
    char mode[16] = "", path[PATH_MAX] = "", *word, *rest;
    unsigned long long links = 0, size = 0;
    int used = 0;
    bool ok = true;

    if (sscanf(line, "absent %4095s", path) == 1 && is_path(path))
        return add_entry(layer, path, ABSENT) != NULL || no_room(place);
    if (sscanf(line, "%15s %llu %u %u %n", mode, &links, &read.node.uid, &read.node.gid, &used) < 4)
        return refuse(place, "'%.40s' is no line of ls -ln", line);
    rest = line + used;
    read.node.kind = kind_of(mode[0]);
    read.node.links = links;
    if (read.node.kind == GST_NODE_ABSENT || !read_mode(mode + 1, &read.node.mode))
        return refuse(place, "'%s' is no file mode", mode);
    used = 0;
    if (mode[0] == 'c' || mode[0] == 'b')
        ok = sscanf(rest, "%u, %u %4095s %n", &read.node.major, &read.node.minor, path, &used) == 3;
    else
        ok = sscanf(rest, "%llu %4095s %n", &size, path, &used) == 2;
    if (!ok || !is_path(path))
        return refuse(place, "'%.40s' has no size, or no path that begins with '/' and has no '//'",
                      rest);
    read.node.size_bytes = size;
    rest += used;
    entry = add_entry(layer, path, PRESENT);
    if (entry == NULL)
        return no_room(place);
    entry->node = read.node;
    if (strncmp(rest, "-> ", 3) == 0) {
        rest += 3;
        word = strsep(&rest, " ");
        entry->target = strdup(word);
    }
    while (ok && rest != NULL && (word = strsep(&rest, " ")) != NULL) {
        if (*word != '\0' && !read_attribute(word, entry, &target))
            ok = refuse(place,
                        "'%.40s' is no attribute (dev, ino, ctime, magic, target, tdev, "
                        "tino, tsize, tnlink)",
                        word);
    }
    if (ok && entry->node.kind == GST_NODE_LINK && entry->target == NULL)
        ok = refuse(place, "the link '%.60s' says not where it leads", path);
    ok = ok && add_target(layer, &target, place);
    free(target.path);
    return ok;
}

static bool parse_absent(char *line, const struct place *place, void *data)
{
    if (!is_path(line))
        return refuse(place, "'%.40s' does not begin with '/', or has '//'", line);
    return add_entry(data, line, ABSENT) != NULL || no_room(place);
}

static bool add_outcome(struct layer *layer, char *line, const struct place *place,
                        enum gst_look look)
{
    char path[PATH_MAX], word[32];
    struct outcome *outcomes;
    int result;

    if (sscanf(line, "%4095s %31s", path, word) != 2)
        return refuse(place, "'%.40s' is no path and outcome", line);
    if (strcmp(word, "OK") == 0)
        result = 0;
    else if (strcmp(word, "HANGS") == 0)
        result = GST_OPEN_HANGS;
    else if ((result = gst_errno_by_name(word)) == 0)
        return refuse(place, "'%s' is none of OK, HANGS and an errno's name", word);
    outcomes = realloc(layer->outcomes, (layer->outcome_count + 1) * sizeof *outcomes);
    if (outcomes == NULL)
        return no_room(place);
    layer->outcomes = outcomes;
    outcomes[layer->outcome_count] =
        (struct outcome){ .path = strdup(path), .look = look, .result = result };
    return outcomes[layer->outcome_count++].path != NULL || no_room(place);
}

static bool parse_open(char *line, const struct place *place, void *data)
{
    return add_outcome(data, line, place, GST_LOOK_FIRST);
}

static bool parse_open_later(char *line, const struct place *place, void *data)
{
    return add_outcome(data, line, place, GST_LOOK_LATER);
}

/* "/dev/shm f_bsize=4096 ... f_flag=0x100e ... bytes=67108864"; a path alone with an errno's name
 * is a file system that could not be asked. */
static bool parse_space(char *line, const struct place *place, void *data)
{
    struct layer *layer = data;
    char *rest = line, *path = strsep(&rest, " "), *word;
    struct gst_space space = { 0 };
    struct room *spaces;
    unsigned long flags;

    if (*path != '/')
        return refuse(place, "'%.40s' does not begin with '/'", path);
    while (rest != NULL && (word = strsep(&rest, " ")) != NULL) {
        if (strncmp(word, "bytes=", 6) == 0)
            space.size_bytes = strtoull(word + 6, NULL, 10);
        if (strncmp(word, "f_flag=", 7) == 0) {
            flags = strtoul(word + 7, NULL, 0);
            space.is_read_only = (flags & ST_RDONLY) != 0;
            space.is_noexec = (flags & ST_NOEXEC) != 0;
            space.is_nodev = (flags & ST_NODEV) != 0;
        }
        if (word[0] == 'E')
            return true;
    }
    spaces = realloc(layer->spaces, (layer->space_count + 1) * sizeof *spaces);
    if (spaces == NULL)
        return no_room(place);
    layer->spaces = spaces;
    spaces[layer->space_count] = (struct room){ .path = strdup(path), .space = space };
    return spaces[layer->space_count++].path != NULL || no_room(place);
}

static void remove_variable(struct gst_capture *capture, const char *name, size_t length)
{
    for (size_t i = 0; i < capture->variable_count; i++) {
        char *entry = capture->environment[i];

        if (strncmp(entry, name, length) == 0 && entry[length] == '=') {
            free(entry);
            capture->environment[i] = capture->environment[--capture->variable_count];
            capture->environment[capture->variable_count] = NULL;
            return;
        }
    }
}

static bool parse_variable(char *line, const struct place *place, void *data)
{
    struct gst_capture *capture = data;
    size_t length = strcspn(line, "=");
    char **grown;

    if (line[0] == '-') {
        remove_variable(capture, line + 1, strlen(line + 1));
        return true;
    }
    if (line[length] != '=' || length == 0)
        return refuse(place, "'%.40s' is neither NAME=value nor -NAME", line);
    remove_variable(capture, line, length);
    grown = realloc(capture->environment, (capture->variable_count + 2) * sizeof *grown);
    if (grown == NULL)
        return no_room(place);
    capture->environment = grown;
    grown[capture->variable_count] = strdup(line);
    if (grown[capture->variable_count] == NULL)
        return no_room(place);
    grown[++capture->variable_count] = NULL;
    return true;
}

static int by_path(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int order = strcmp(left->path, right->path);

    return order != 0 ? order : (int)left->state - (int)right->state;
}

static bool read_lists(struct layer *layer, struct gst_status *st)
{
    bool ok = each_line(layer, "/dev.txt", parse_node, layer, st)
              && each_line(layer, "/lib.txt", parse_node, layer, st)
              && each_line(layer, "/absent.txt", parse_absent, layer, st)
              && each_line(layer, "/open.txt", parse_open, layer, st)
              && each_line(layer, "/open-later.txt", parse_open_later, layer, st)
              && each_line(layer, "/statvfs.txt", parse_space, layer, st);

    if (ok && layer->count > 0)
        qsort(layer->entries, layer->count, sizeof *layer->entries, by_path);
    return ok;
}

static bool open_layer(struct gst_capture *capture, const char *folder, unsigned depth,
                       struct gst_status *st);

struct descent {
    struct gst_capture *capture;
    const char *folder;
    unsigned depth;
};

static bool parse_beneath(char *line, const struct place *place, void *data)
{
    struct descent *descent = data;
    char folder[PATH_MAX];

    if (snprintf(folder, sizeof folder, "%s/%s", descent->folder, line) >= (int)sizeof folder)
        return refuse(place, "the path is too long");
    return open_layer(descent->capture, folder, descent->depth + 1, place->st);
}

static bool open_layer(struct gst_capture *capture, const char *folder, unsigned depth,
                       struct gst_status *st)
{
    struct descent descent = { .capture = capture, .folder = folder, .depth = depth };
    struct layer *layer;

    if (capture->layer_count == LAYERS_MAX || depth > DEPTH_MAX)
        return gst_fail(st, GST_SUITE_ROOT_UNREADABLE,
                        "'%s': a capture of more than %d folders, or one that lies beneath itself",
                        folder, LAYERS_MAX);
    layer = &capture->layers[capture->layer_count];
    if (!gst_root_open(&layer->root, folder, st))
        return false;
    capture->layer_count++;
    return read_lists(layer, st) && each_line(layer, "/beneath", parse_beneath, &descent, st);
}

/* The lowest layer first, so that what lies above has the last word. */
static bool read_environment(struct gst_capture *capture, struct gst_status *st)
{
    for (size_t i = capture->layer_count; i-- > 0;) {
        /* An empty list says that nothing is set. */
        if (capture->environment == NULL
            && gst_root_exists(&capture->layers[i].root, "/environ.txt"))
            capture->environment = calloc(1, sizeof *capture->environment);
        if (!each_line(&capture->layers[i], "/environ.txt", parse_variable, capture, st))
            return false;
    }
    return true;
}

static void read_answers(struct gst_capture *capture)
{
    bool is_there;

    for (size_t i = 0; i < capture->layer_count && capture->answers == NULL; i++)
        capture->answers = load(&capture->layers[i].root, "/answers.txt", &is_there);
}

struct gst_capture *gst_capture_open(const char *folder, struct gst_status *st)
{
    struct gst_capture *capture = calloc(1, sizeof *capture);

    if (capture == NULL) {
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for a capture");
        return NULL;
    }
    if (!open_layer(capture, folder, 0, st) || !read_environment(capture, st)) {
        gst_capture_close(capture);
        return NULL;
    }
    read_answers(capture);
    return capture;
}

void gst_capture_close(struct gst_capture *capture)
{
    if (capture == NULL)
        return;
    for (size_t i = 0; i < capture->layer_count; i++) {
        struct layer *layer = &capture->layers[i];

        gst_root_close(&layer->root);
        for (size_t k = 0; k < layer->count; k++) {
            free(layer->entries[k].path);
            free(layer->entries[k].target);
        }
        for (size_t k = 0; k < layer->outcome_count; k++)
            free(layer->outcomes[k].path);
        for (size_t k = 0; k < layer->space_count; k++)
            free(layer->spaces[k].path);
        free(layer->entries);
        free(layer->outcomes);
        free(layer->spaces);
    }
    for (size_t i = 0; i < capture->variable_count; i++)
        free(capture->environment[i]);
    free(capture->environment);
    free(capture->answers);
    free(capture);
}

static size_t first_at_or_after(const struct layer *layer, const char *path)
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

static const struct entry *entry_at(const struct layer *layer, const char *path, enum state state)
{
    for (size_t i = first_at_or_after(layer, path);
         i < layer->count && strcmp(layer->entries[i].path, path) == 0; i++) {
        if (layer->entries[i].state == state)
            return &layer->entries[i];
    }
    return NULL;
}

/* True if the layer says that the path, or a folder that it lies in, is absent. */
static bool is_absent(const struct layer *layer, const char *path)
{
    char part[PATH_MAX];

    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return true;
    while (part[0] != '\0') {
        if (entry_at(layer, part, ABSENT) != NULL)
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
    return strcmp(path, MARKER) == 0 || strcmp(path, "/beneath") == 0
           || strcmp(path, "/expect") == 0
           || (length > 4 && strcmp(path + length - 4, ".txt") == 0);
}

static bool is_implied_folder(const struct layer *layer, const char *path)
{
    char inside[PATH_MAX];
    size_t length;

    if (snprintf(inside, sizeof inside, "%s/", path) >= (int)sizeof inside)
        return false;
    length = strlen(inside);
    for (size_t i = first_at_or_after(layer, inside);
         i < layer->count && strncmp(layer->entries[i].path, inside, length) == 0; i++) {
        if (layer->entries[i].state != ABSENT)
            return true;
    }
    return false;
}

static bool find_file(const struct layer *layer, const char *path, struct gst_node *node,
                      char *target, size_t size)
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
    const struct entry *entry;
    bool is_hidden = false, is_folder = false;

    target[0] = '\0';
    for (size_t i = 0; i < capture->layer_count && !is_hidden; i++) {
        const struct layer *layer = &capture->layers[i];

        entry = entry_at(layer, path, PRESENT);
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
        entry = entry_at(&capture->layers[i], path, IMPLIED);
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
    static const enum state states[] = { PRESENT, IMPLIED };

    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < capture->layer_count; i++) {
            const struct entry *entry = entry_at(&capture->layers[i], path, states[k]);

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
            room_for > ENTRIES_MAX ? NULL : realloc(names->items, room_for * sizeof *items);

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
static void add_listed(const struct layer *layer, const char *inside, struct names *names)
{
    size_t length = strlen(inside);
    char name[NAME_MAX + 1];

    for (size_t i = first_at_or_after(layer, inside);
         i < layer->count && strncmp(layer->entries[i].path, inside, length) == 0; i++) {
        const char *rest = layer->entries[i].path + length;

        if (*rest == '\0' || layer->entries[i].state == ABSENT || strcspn(rest, "/") > NAME_MAX)
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
        const struct layer *layer = &capture->layers[i];

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
        const struct layer *layer = &capture->layers[i];

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
