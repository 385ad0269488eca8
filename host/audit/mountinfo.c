/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts of /proc/self/mountinfo; see mountinfo.h. A line is
 *     ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE SUPER-OPTIONS
 * with exactly one blank between fields, since a source may be empty.
 */
#include "audit/mountinfo.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

/* No machine has so many; a file that claims more is cut off there. */
#define MOUNTS_MAX 65536

static bool is_octal(char digit)
{
    return digit >= '0' && digit <= '7';
}

/* The kernel writes blanks, tabs, line ends and backslashes as \ooo. A zero stays as it is written:
 * no path holds one, and it would cut the field. */
static void unescape(char *field)
{
    char *to = field;

    for (const char *from = field; *from != '\0'; to++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && is_octal(from[2])
            && is_octal(from[3]) && memcmp(from + 1, "000", 3) != 0) {
            *to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

static bool parse_number(const char *text, unsigned *number)
{
    uint64_t value;

    if (!gst_parse_unsigned(text, &value) || value > UINT_MAX)
        return false;
    *number = (unsigned)value;
    return true;
}

static bool parse_device(char *field, struct gst_mount *mount)
{
    char *colon = strchr(field, ':');

    if (colon == NULL)
        return false;
    *colon = '\0';
    return parse_number(field, &mount->device_major)
           && parse_number(colon + 1, &mount->device_minor);
}

/* The field after which TYPE follows: optional tags come before it. */
static bool skip_tags(char **line)
{
    const char *field;

    do {
        field = strsep(line, " ");
    } while (field != NULL && strcmp(field, "-") != 0);
    return field != NULL;
}

static bool parse_line(char *line, struct gst_mount *mount)
{
    enum { ID, PARENT, DEVICE, ROOT, POINT, OPTIONS, BEFORE_TAGS };
    char *fields[BEFORE_TAGS], *type, *source;
    unsigned id;

    for (int i = 0; i < BEFORE_TAGS; i++) {
        fields[i] = strsep(&line, " ");
        if (fields[i] == NULL || fields[i][0] == '\0')
            return false;
    }
    if (!parse_number(fields[ID], &id) || !parse_number(fields[PARENT], &id)
        || !parse_device(fields[DEVICE], mount) || fields[POINT][0] != '/' || !skip_tags(&line))
        return false;
    type = strsep(&line, " ");
    source = strsep(&line, " ");
    if (type == NULL || type[0] == '\0' || source == NULL)
        return false;
    unescape(fields[ROOT]);
    unescape(fields[POINT]);
    unescape(type);
    unescape(source);
    mount->root = fields[ROOT];
    mount->point = fields[POINT];
    mount->options = fields[OPTIONS];
    mount->type = type;
    mount->source = source;
    return true;
}

static size_t count_lines(const char *text)
{
    size_t count = 1;

    while ((text = strchr(text, '\n')) != NULL) {
        text++;
        count++;
    }
    return count;
}

bool gst_mounts_parse(struct gst_mounts *mounts, const char *text)
{
    size_t room = count_lines(text);
    char *rest, *line;

    *mounts = (struct gst_mounts){ 0 };
    if (room > MOUNTS_MAX)
        room = MOUNTS_MAX;
    mounts->items = calloc(room, sizeof(*mounts->items));
    mounts->text = strdup(text);
    if (mounts->items == NULL || mounts->text == NULL) {
        gst_mounts_release(mounts);
        return false;
    }
    rest = mounts->text;
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] == '\0')
            continue;
        if (mounts->count < room && parse_line(line, &mounts->items[mounts->count]))
            mounts->count++;
        else
            mounts->is_damaged = true;
    }
    return true;
}

void gst_mounts_release(struct gst_mounts *mounts)
{
    free(mounts->items);
    free(mounts->text);
    *mounts = (struct gst_mounts){ 0 };
}

const struct gst_mount *gst_mounts_at(const struct gst_mounts *mounts, const char *path)
{
    for (size_t i = mounts->count; i > 0; i--) {
        if (strcmp(mounts->items[i - 1].point, path) == 0)
            return &mounts->items[i - 1];
    }
    return NULL;
}

static bool is_at_or_below(const char *path, const char *point, size_t length)
{
    if (length == 1) /* "/" */
        return path[0] == '/';
    return strncmp(path, point, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

const struct gst_mount *gst_mounts_over(const struct gst_mounts *mounts, const char *path)
{
    const struct gst_mount *over = NULL;
    size_t longest = 0;

    for (size_t i = 0; i < mounts->count; i++) {
        const struct gst_mount *mount = &mounts->items[i];
        size_t length = strlen(mount->point);

        /* Of two at the same point, the later lies on top. */
        if (length >= longest && is_at_or_below(path, mount->point, length)) {
            over = mount;
            longest = length;
        }
    }
    return over;
}

bool gst_mount_has_option(const struct gst_mount *mount, const char *option)
{
    size_t length = strlen(option);
    const char *at = mount->options;

    for (;;) {
        size_t word = strcspn(at, ",");

        if (word == length && memcmp(at, option, length) == 0)
            return true;
        if (at[word] == '\0')
            return false;
        at += word + 1;
    }
}

bool gst_mount_is_deleted(const struct gst_mount *mount)
{
    static const char ending[] = "//deleted";
    size_t length = strlen(mount->root);

    return length >= sizeof(ending) - 1
           && strcmp(mount->root + length - (sizeof(ending) - 1), ending) == 0;
}
