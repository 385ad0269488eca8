/* SPDX-License-Identifier: Apache-2.0 */
/* Text into pairs, and pairs against GPUs; see pairs.h. */
#include "run/pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

/* More digits are no index of a GPU. */
#define DIGITS_MAX 4

/* The number at the start of `text`, -1 if there is none; *used counts its digits. */
static int take_index(const char *text, size_t length, size_t *used)
{
    char digits[DIGITS_MAX + 1] = "";

    *used = 0;
    while (*used < length && strchr(DIGITS, text[*used]) != NULL)
        (*used)++;
    if (*used == 0 || *used > DIGITS_MAX)
        return -1;
    memcpy(digits, text, *used);
    return (int)strtol(digits, NULL, 10);
}

static bool read_pair(struct gst_pair *pair, const char *text, size_t length)
{
    size_t used = 0;
    size_t rest = 0;

    pair->first = take_index(text, length, &used);
    if (pair->first < 0 || used == length || text[used] != '-')
        return false;
    used++;
    pair->second = take_index(text + used, length - used, &rest);
    return pair->second >= 0 && used + rest == length;
}

bool gst_pairs_read(struct gst_pairs *pairs, const struct gst_option_list *list, char *error,
                    size_t size)
{
    struct gst_pairs read = { .count = list->count };

    for (size_t i = 0; i < list->count; i++) {
        const int length = list->lengths[i] < 40 ? (int)list->lengths[i] : 40;

        if (!read_pair(&read.rows[i], list->items[i], list->lengths[i])) {
            snprintf(error, size, "'%.*s' for '--pairs' is no pair of GPUs such as 0-1", length,
                     list->items[i]);
            return false;
        }
        if (read.rows[i].first == read.rows[i].second) {
            snprintf(error, size, "'%.*s' for '--pairs' is GPU %d twice; a pair is two GPUs",
                     length, list->items[i], read.rows[i].first);
            return false;
        }
    }
    *pairs = read;
    return true;
}

bool gst_pairs_have(const struct gst_pairs *pairs, int source, int target)
{
    if (pairs == NULL || pairs->count == 0)
        return true;
    for (size_t i = 0; i < pairs->count; i++) {
        const struct gst_pair *pair = &pairs->rows[i];

        if ((pair->first == source && pair->second == target)
            || (pair->first == target && pair->second == source))
            return true;
    }
    return false;
}

static bool is_tested(int gpu, const int *gpus, int count)
{
    for (int i = 0; i < count; i++) {
        if (gpus[i] == gpu)
            return true;
    }
    return false;
}

bool gst_pairs_check(const struct gst_pairs *pairs, const int *gpus, int count, char *error,
                     size_t size)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct gst_pair *pair = &pairs->rows[i];
        const int missing = is_tested(pair->first, gpus, count) ? pair->second : pair->first;
        size_t used;

        if (is_tested(missing, gpus, count))
            continue;
        used = (size_t)snprintf(error, size,
                                "'--pairs': no GPU %d for %d-%d among those to be tested:", missing,
                                pair->first, pair->second);
        for (int k = 0; k < count && used < size; k++)
            used +=
                (size_t)snprintf(error + used, size - used, "%s %d", k == 0 ? "" : ",", gpus[k]);
        return false;
    }
    return true;
}
