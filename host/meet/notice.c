/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of ranks as text; see notice.h. */
#include "meet/notice.h"

#include <stdio.h>
#include <string.h>

/* A line that names more is not read to its end. */
#define PARTS_MAX 8

int gst_notice_count(const bool *is_set, int size)
{
    int count = 0;

    for (int i = 0; i < size; i++)
        count += is_set[i];
    return count;
}

/* The end of the run that begins at `first`. */
static int run_end(const bool *is_set, int size, int first)
{
    int end = first;

    while (end + 1 < size && is_set[end + 1])
        end++;
    /* Two are named one by one. */
    return end == first + 1 ? first : end;
}

const char *gst_notice_ranks(const bool *is_set, int size, char *text, size_t text_size)
{
    const int count = gst_notice_count(is_set, size);
    int named = 0, next;

    text[0] = '\0';
    if (count == 0)
        return text;
    snprintf(text, text_size, "rank%s", count == 1 ? "" : "s");
    for (int i = 0, parts = 0; i < size; i = next, parts++) {
        size_t used = strlen(text);
        int end;

        while (i < size && !is_set[i])
            i++;
        if (i == size)
            break;
        end = run_end(is_set, size, i);
        next = end + 1;
        if (parts == PARTS_MAX) {
            snprintf(text + used, text_size - used, " and %d more", count - named);
            break;
        }
        named += end - i + 1;
        snprintf(text + used, text_size - used, "%s %d",
                 parts == 0       ? ""
                 : named == count ? " and"
                                  : ",",
                 i);
        used = strlen(text);
        if (end > i)
            snprintf(text + used, text_size - used, " to %d", end);
    }
    snprintf(text + strlen(text), text_size - strlen(text), " of %d", size);
    return text;
}
