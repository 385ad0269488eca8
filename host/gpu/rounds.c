/* SPDX-License-Identifier: Apache-2.0 */
/* The circle method; see rounds.h. */
#include "gpu/rounds.h"

/* With the one who is not there. */
static int players_of(int gpus)
{
    return gpus + gpus % 2;
}

size_t gst_rounds_both_ways(int gpus)
{
    return gpus < 2 ? 0 : (size_t)players_of(gpus) - 1;
}

size_t gst_rounds_one_way(int gpus)
{
    return 2 * gst_rounds_both_ways(gpus);
}

struct gst_round gst_round_of(int gpus, size_t index)
{
    const size_t half = gst_rounds_both_ways(gpus);
    const int circle = players_of(gpus) - 1; /* the last player stands in its middle */
    struct gst_round round = { .count = 0 };

    if (half == 0)
        return round;
    for (int k = 0; k < players_of(gpus) / 2; k++) {
        const int turn = (int)(index % half);
        struct gst_round_pair pair = { (turn + k) % circle, (turn + circle - k) % circle };

        if (k == 0)
            pair.to = circle;
        if (pair.from >= gpus || pair.to >= gpus)
            continue;
        if (index >= half)
            pair = (struct gst_round_pair){ pair.to, pair.from };
        round.pairs[round.count++] = pair;
    }
    return round;
}

size_t gst_rounds_alone(int gpus)
{
    return gpus < 2 ? 0 : (size_t)gpus * ((size_t)gpus - 1);
}

struct gst_round gst_round_alone(int gpus, size_t index)
{
    const int from = (int)(index / ((size_t)gpus - 1));
    const int step = (int)(index % ((size_t)gpus - 1));

    return (struct gst_round){ 1, { { from, step < from ? step : step + 1 } } };
}
