/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of the list at a time; see visible.h. */
#include "audit/visible.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/scene.h"

enum { NOT_HERE = -1, NOT_KNOWN = -2, ENDS_LIST = -3 };

static int by_uuid(const char *entry, const char *const *uuids, int count)
{
    int found = NOT_HERE;
    bool is_any_unknown = false;

    for (int i = 0; i < count; i++) {
        is_any_unknown |= uuids[i][0] == '\0';
        if (strncmp(uuids[i], entry, strlen(entry)) != 0)
            continue;
        if (found >= 0)
            return NOT_HERE; /* a beginning that fits two */
        found = i;
    }
    return found == NOT_HERE && is_any_unknown ? NOT_KNOWN : found;
}

static int find(const char *entry, const char *const *uuids, int count)
{
    if (strcmp(entry, "-1") == 0 || strcmp(entry, "NoDevFiles") == 0)
        return ENDS_LIST;
    if (strncmp(entry, "MIG-", 4) == 0)
        return NOT_KNOWN;
    if (strncmp(entry, "GPU-", 4) == 0 && entry[4] != '\0')
        return by_uuid(entry, uuids, count);
    if (entry[0] == '\0' || strspn(entry, "0123456789") != strlen(entry) || strlen(entry) > 4
        || atoi(entry) >= count)
        return NOT_HERE;
    return atoi(entry);
}

enum gst_visible gst_visible_judge(const char *value, const char *const *uuids, int count,
                                   int *shown, char *entry, size_t size)
{
    bool is_shown[GST_SCENE_GPUS] = { false };

    *shown = 0;
    snprintf(entry, size, "%s", value);
    if (value[0] == '\0')
        return GST_VISIBLE_NONE;
    for (const char *at = value;; at++) {
        const size_t length = strcspn(at, ",");
        int index;

        snprintf(entry, size, "%.*s", (int)(length < size ? length : size - 1), at);
        index = find(entry, uuids, count < GST_SCENE_GPUS ? count : GST_SCENE_GPUS);
        if (index == NOT_KNOWN)
            return GST_VISIBLE_UNKNOWN;
        if (index == NOT_HERE || (index >= 0 && is_shown[index]))
            return GST_VISIBLE_INVALID;
        if (index == ENDS_LIST)
            break;
        is_shown[index] = true;
        ++*shown;
        at += length;
        if (*at == '\0')
            break;
    }
    if (*shown == 0)
        return GST_VISIBLE_NONE;
    return *shown == count ? GST_VISIBLE_ALL : GST_VISIBLE_SOME;
}
