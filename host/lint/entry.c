/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of entries; see entry.h. */
#include "lint/entry.h"

#include <stdio.h>
#include <string.h>

bool gst_entry_path(const char *from, char path[GST_ENTRY_PATH_SIZE], struct gst_status *st)
{
    size_t used = 0;

    for (const char *at = from + strspn(from, "/"); *at != '\0'; at += strspn(at, "/")) {
        size_t length = strcspn(at, "/");

        if (length == 2 && strncmp(at, "..", 2) == 0)
            return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE, "the path '%.200s' holds '..'", from);
        if (used + length + 2 > GST_ENTRY_PATH_SIZE)
            return gst_fail(st, GST_SUITE_IMAGE_UNREADABLE,
                            "a path is longer than %d bytes; it begins '%.80s'",
                            GST_ENTRY_PATH_SIZE - 1, from);
        if (length != 1 || *at != '.') {
            if (used > 0)
                path[used++] = '/';
            memcpy(path + used, at, length);
            used += length;
        }
        at += length;
    }
    path[used] = '\0';
    return true;
}

bool gst_entry_is_whiteout(const char *path, char target[GST_ENTRY_PATH_SIZE], bool *only_below)
{
    static const char mark[] = ".wh.", opaque[] = ".wh..wh..opq", reserved[] = ".wh..wh.";
    const char *name = gst_entry_name(path);
    int folder = (int)(name - path);

    target[0] = '\0';
    *only_below = strcmp(name, opaque) == 0;
    if (strncmp(name, mark, strlen(mark)) != 0)
        return false;
    if (*only_below)
        snprintf(target, GST_ENTRY_PATH_SIZE, "%.*s", folder > 0 ? folder - 1 : 0, path);
    else if (strncmp(name, reserved, strlen(reserved)) != 0)
        snprintf(target, GST_ENTRY_PATH_SIZE, "%.*s%s", folder, path, name + strlen(mark));
    return true;
}

const char *gst_entry_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

bool gst_entry_is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);

    return length == 0
           || (strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/'));
}
