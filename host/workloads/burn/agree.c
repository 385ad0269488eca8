/* SPDX-License-Identifier: Apache-2.0 */
/* Counting opinions; see agree.h. */
#include "workloads/burn/agree.h"

#include <string.h>

static bool is_alike(const struct gst_burn_opinion *a, const struct gst_burn_opinion *b)
{
    return a->is_given && b->is_given && a->sms == b->sms && a->side == b->side
           && strcmp(a->name, b->name) == 0;
}

static int count_of(const struct gst_burn_opinion *opinions, int count, int index)
{
    int found = 0;

    for (int i = 0; i < count; i++)
        found += is_alike(&opinions[i], &opinions[index])
                 && opinions[i].digest == opinions[index].digest;
    return found;
}

struct gst_burn_majority gst_burn_majority_of(const struct gst_burn_opinion *opinions, int count,
                                              int index)
{
    struct gst_burn_majority most = { .index = index };

    for (int i = 0; i < count; i++) {
        int found;

        if (!is_alike(&opinions[i], &opinions[index]))
            continue;
        most.alike++;
        found = count_of(opinions, count, i);
        if (found > most.count) {
            most.count = found;
            most.index = i;
        }
    }
    for (int i = 0; i < count && !most.is_shared; i++) {
        if (!is_alike(&opinions[i], &opinions[index])
            || opinions[i].digest == opinions[most.index].digest
            || count_of(opinions, count, i) < most.count)
            continue;
        most.is_shared = true;
        if (opinions[most.index].digest == opinions[index].digest)
            most.index = i;
    }
    return most;
}
