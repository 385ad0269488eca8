/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the messages that a text holds are kept, and which is said first; see message.h. */
#include <string.h>

#include "core/message.h"

static void drop(struct gst_message_hits *hits, size_t i)
{
    hits->count--;
    memmove(&hits->items[i], &hits->items[i + 1], (hits->count - i) * sizeof(hits->items[0]));
}

static bool is_meant_before(const struct gst_message_hit *a, const struct gst_message_hit *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->row < b->row;
}

/* Of messages that overlap, the one whose pattern says more is meant, or stands first in the list.
 * False if it is not this one, or if there is no room for it. */
static bool make_room(struct gst_message_hits *hits, const struct gst_message_hit *candidate)
{
    size_t least = 0;

    for (size_t i = 0; i < hits->count; i++) {
        const struct gst_message_hit *hit = &hits->items[i];

        if (hit->begin < candidate->end && candidate->begin < hit->end
            && is_meant_before(hit, candidate))
            return false;
    }
    for (size_t i = hits->count; i-- > 0;) {
        if (hits->items[i].begin < candidate->end && candidate->begin < hits->items[i].end)
            drop(hits, i);
    }
    if (hits->count < GST_MESSAGE_HITS)
        return true;
    for (size_t i = 1; i < hits->count; i++) {
        if (is_meant_before(&hits->items[least], &hits->items[i]))
            least = i;
    }
    if (is_meant_before(&hits->items[least], candidate))
        return false;
    drop(hits, least);
    return true;
}

void gst_message_hits_add(struct gst_message_hits *hits, const struct gst_message_hit *hit)
{
    if (make_room(hits, hit))
        hits->items[hits->count++] = *hit;
}

static bool is_explained(const struct gst_message_hits *hits, size_t i)
{
    for (size_t other = 0; other < hits->count; other++) {
        if (gst_finding_blocks(hits->items[other].row->finding, hits->items[i].row->finding))
            return true;
    }
    return false;
}

void gst_message_hits_sort(struct gst_message_hits *hits)
{
    struct gst_message_hits sorted = { .count = 0 };

    while (hits->count > 0) {
        size_t best = 0;

        for (size_t i = 1; i < hits->count; i++) {
            const struct gst_message_hit *hit = &hits->items[i], *top = &hits->items[best];
            const bool is_cause = !is_explained(hits, i), is_top_cause = !is_explained(hits, best);

            if (is_cause != is_top_cause     ? is_cause
                : hit->weight != top->weight ? hit->weight > top->weight
                                             : hit->begin < top->begin)
                best = i;
        }
        sorted.items[sorted.count++] = hits->items[best];
        drop(hits, best);
    }
    *hits = sorted;
}

enum gst_verdict gst_message_word(enum gst_finding_id finding)
{
    const struct gst_finding *row = gst_finding(finding);

    return row->verdict == GST_NOTE && row->action == GST_ACTION_NONE ? GST_NOTE : GST_FAIL;
}
