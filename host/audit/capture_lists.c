/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of a capture, line by line; their form is in tests/fixtures/README.md. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "audit/capture_layer.h"
#include "core/errno_names.h"

#define LIST_MAX (8u << 20)

bool gst_capture_refuse(const struct gst_capture_place *place, const char *format, ...)
{
    char text[160];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return gst_fail(place->st, GST_SUITE_ROOT_UNREADABLE, "'%s%s' line %u: %s",
                    place->layer->root.path, place->list, place->line, text);
}

/* Text of a list in memory, NULL with *is_there false if there is no such list. */
char *gst_capture_load(const struct gst_root *root, const char *path, bool *is_there)
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
bool gst_capture_each_line(struct gst_capture_layer *layer, const char *list,
                           bool (*parse)(char *line, const struct gst_capture_place *place,
                                         void *data),
                           void *data, struct gst_status *st)
{
    struct gst_capture_place place = { .layer = layer, .list = list, .st = st };
    bool is_there, ok = true;
    char *text = gst_capture_load(&layer->root, list, &is_there), *rest = text, *line;

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

static struct gst_capture_entry *add_entry(struct gst_capture_layer *layer, const char *path,
                                           enum gst_capture_state state)
{
    struct gst_capture_entry *entry;
    size_t length = strlen(path);

    if (layer->count == layer->room_for) {
        size_t room_for = layer->room_for == 0 ? 64 : layer->room_for * 2;
        struct gst_capture_entry *entries =
            room_for > GST_CAPTURE_ENTRIES ? NULL
                                           : realloc(layer->entries, room_for * sizeof *entries);

        if (entries == NULL)
            return NULL;
        layer->entries = entries;
        layer->room_for = room_for;
    }
    entry = &layer->entries[layer->count];
    *entry = (struct gst_capture_entry){ .path = strdup(path), .state = state };
    if (entry->path == NULL)
        return NULL;
    while (length > 1 && entry->path[length - 1] == '/')
        entry->path[--length] = '\0';
    layer->count++;
    return entry;
}

bool gst_capture_no_room(const struct gst_capture_place *place)
{
    return gst_capture_refuse(place, "more than %u paths, or no memory", GST_CAPTURE_ENTRIES);
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
static bool read_attribute(const char *word, struct gst_capture_entry *entry,
                           struct gst_capture_entry *target)
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

static bool add_target(struct gst_capture_layer *layer, const struct gst_capture_entry *target,
                       const struct gst_capture_place *place)
{
    struct gst_capture_entry *entry;

    if (target->path == NULL || !is_path(target->path))
        return true;
    entry = add_entry(layer, target->path, GST_CAPTURE_IMPLIED);
    if (entry == NULL)
        return gst_capture_no_room(place);
    entry->node = target->node;
    entry->node.kind = GST_NODE_FILE;
    entry->node.mode = 0755;
    entry->is_elf = true;
    return true;
}

/* "crw-rw-rw- 1 0 0 195, 0 /dev/nvidia0", "lrwxrwxrwx 1 0 0 12 /a -> b dev=...", "absent /a" */
static bool parse_node(char *line, const struct gst_capture_place *place, void *data)
{
    struct gst_capture_layer *layer = data;
    struct gst_capture_entry read = { .state = GST_CAPTURE_PRESENT },
                             target = { .state = GST_CAPTURE_IMPLIED }, *entry;
    char mode[16] = "", path[PATH_MAX] = "", *word, *rest;
    unsigned long long links = 0, size = 0;
    int used = 0;
    bool ok = true;

    if (sscanf(line, "absent %4095s", path) == 1 && is_path(path))
        return add_entry(layer, path, GST_CAPTURE_ABSENT) != NULL || gst_capture_no_room(place);
    if (sscanf(line, "%15s %llu %u %u %n", mode, &links, &read.node.uid, &read.node.gid, &used) < 4)
        return gst_capture_refuse(place, "'%.40s' is no line of ls -ln", line);
    rest = line + used;
    read.node.kind = kind_of(mode[0]);
    read.node.links = links;
    if (read.node.kind == GST_NODE_ABSENT || !read_mode(mode + 1, &read.node.mode))
        return gst_capture_refuse(place, "'%s' is no file mode", mode);
    used = 0;
    if (mode[0] == 'c' || mode[0] == 'b')
        ok = sscanf(rest, "%u, %u %4095s %n", &read.node.major, &read.node.minor, path, &used) == 3;
    else
        ok = sscanf(rest, "%llu %4095s %n", &size, path, &used) == 2;
    if (!ok || !is_path(path))
        return gst_capture_refuse(
            place, "'%.40s' has no size, or no path that begins with '/' and has no '//'", rest);
    read.node.size_bytes = size;
    rest += used;
    entry = add_entry(layer, path, GST_CAPTURE_PRESENT);
    if (entry == NULL)
        return gst_capture_no_room(place);
    entry->node = read.node;
    if (strncmp(rest, "-> ", 3) == 0) {
        rest += 3;
        word = strsep(&rest, " ");
        entry->target = strdup(word);
    }
    while (ok && rest != NULL && (word = strsep(&rest, " ")) != NULL) {
        if (*word != '\0' && !read_attribute(word, entry, &target))
            ok =
                gst_capture_refuse(place,
                                   "'%.40s' is no attribute (dev, ino, ctime, magic, target, tdev, "
                                   "tino, tsize, tnlink)",
                                   word);
    }
    if (ok && entry->node.kind == GST_NODE_LINK && entry->target == NULL)
        ok = gst_capture_refuse(place, "the link '%.60s' says not where it leads", path);
    ok = ok && add_target(layer, &target, place);
    free(target.path);
    return ok;
}

static bool parse_absent(char *line, const struct gst_capture_place *place, void *data)
{
    if (!is_path(line))
        return gst_capture_refuse(place, "'%.40s' does not begin with '/', or has '//'", line);
    return add_entry(data, line, GST_CAPTURE_ABSENT) != NULL || gst_capture_no_room(place);
}

static bool add_outcome(struct gst_capture_layer *layer, char *line,
                        const struct gst_capture_place *place, enum gst_look look)
{
    char path[PATH_MAX], word[32];
    struct gst_capture_outcome *outcomes;
    int result;

    if (sscanf(line, "%4095s %31s", path, word) != 2)
        return gst_capture_refuse(place, "'%.40s' is no path and outcome", line);
    if (strcmp(word, "OK") == 0)
        result = 0;
    else if (strcmp(word, "HANGS") == 0)
        result = GST_OPEN_HANGS;
    else if ((result = gst_errno_by_name(word)) == 0)
        return gst_capture_refuse(place, "'%s' is none of OK, HANGS and an errno's name", word);
    outcomes = realloc(layer->outcomes, (layer->outcome_count + 1) * sizeof *outcomes);
    if (outcomes == NULL)
        return gst_capture_no_room(place);
    layer->outcomes = outcomes;
    outcomes[layer->outcome_count] =
        (struct gst_capture_outcome){ .path = strdup(path), .look = look, .result = result };
    return outcomes[layer->outcome_count++].path != NULL || gst_capture_no_room(place);
}

static bool parse_open(char *line, const struct gst_capture_place *place, void *data)
{
    return add_outcome(data, line, place, GST_LOOK_FIRST);
}

static bool parse_open_later(char *line, const struct gst_capture_place *place, void *data)
{
    return add_outcome(data, line, place, GST_LOOK_LATER);
}

/* "/dev/shm f_bsize=4096 ... f_flag=0x100e ... bytes=67108864"; a path alone with an errno's name
 * is a file system that could not be asked. */
static bool parse_space(char *line, const struct gst_capture_place *place, void *data)
{
    struct gst_capture_layer *layer = data;
    char *rest = line, *path = strsep(&rest, " "), *word;
    struct gst_space space = { 0 };
    struct gst_capture_room *spaces;
    unsigned long flags;

    if (*path != '/')
        return gst_capture_refuse(place, "'%.40s' does not begin with '/'", path);
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
        return gst_capture_no_room(place);
    layer->spaces = spaces;
    spaces[layer->space_count] = (struct gst_capture_room){ .path = strdup(path), .space = space };
    return spaces[layer->space_count++].path != NULL || gst_capture_no_room(place);
}

static int by_path(const void *a, const void *b)
{
    const struct gst_capture_entry *left = a, *right = b;
    int order = strcmp(left->path, right->path);

    return order != 0 ? order : (int)left->state - (int)right->state;
}

bool gst_capture_read_lists(struct gst_capture_layer *layer, struct gst_status *st)
{
    bool ok = gst_capture_each_line(layer, "/dev.txt", parse_node, layer, st)
              && gst_capture_each_line(layer, "/lib.txt", parse_node, layer, st)
              && gst_capture_each_line(layer, "/absent.txt", parse_absent, layer, st)
              && gst_capture_each_line(layer, "/open.txt", parse_open, layer, st)
              && gst_capture_each_line(layer, "/open-later.txt", parse_open_later, layer, st)
              && gst_capture_each_line(layer, "/statvfs.txt", parse_space, layer, st);

    if (ok && layer->count > 0)
        qsort(layer->entries, layer->count, sizeof *layer->entries, by_path);
    return ok;
}
