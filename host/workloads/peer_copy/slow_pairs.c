/* SPDX-License-Identifier: Apache-2.0 */
/* Counting rows and columns; see slow_pairs.h. */
#include "workloads/peer_copy/slow_pairs.h"

/* With a single peer it is the pair that is slow, and nobody can tell which end of it. */
#define PEERS_TO_BLAME 2

struct tally {
    size_t judged, slow;
};

static void count(struct tally *tally, enum gst_pair_state state)
{
    tally->judged += state != GST_PAIR_UNKNOWN;
    tally->slow += state == GST_PAIR_SLOW;
}

static bool is_all_slow(struct tally tally)
{
    return tally.judged >= PEERS_TO_BLAME && tally.slow == tally.judged;
}

struct gst_slow_blame gst_slow_pairs_blame(const struct gst_slow_pairs *pairs)
{
    struct gst_slow_blame blame = { .judged = 0 };
    struct tally all = { 0, 0 };

    for (int i = 0; i < pairs->count; i++) {
        struct tally from = { 0, 0 }, to = { 0, 0 };

        for (int k = 0; k < pairs->count; k++) {
            count(&all, pairs->of[i][k]);
            count(&from, pairs->of[i][k]);
            count(&to, pairs->of[k][i]);
        }
        blame.gpus[i] = is_all_slow(from) || is_all_slow(to);
    }
    blame.judged = all.judged;
    blame.slow = all.slow;
    /* Two GPUs have one pair, each way. */
    blame.is_everybody = all.judged > 2 && all.slow == all.judged;
    for (int i = 0; i < pairs->count && blame.is_everybody; i++)
        blame.gpus[i] = false;
    return blame;
}

bool gst_slow_pair_is_blamed(const struct gst_slow_blame *blame, int from, int to)
{
    return blame->is_everybody || blame->gpus[from] || blame->gpus[to];
}
