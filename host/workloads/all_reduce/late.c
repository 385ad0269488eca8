/* SPDX-License-Identifier: Apache-2.0 */
/* Samples of all ranks, and those that a host was late for; see late.h. */
#include "workloads/all_reduce/late.h"

#include <math.h>

double gst_collective_slowest_s(const struct gst_board *board, size_t number, uint32_t sample)
{
    double seconds = 0;

    for (int i = 0; i < board->seat_count; i++)
        seconds = fmax(seconds, board->outcomes[number][i].samples[sample].seconds);
    return seconds;
}

bool gst_collective_was_late(const struct gst_board *board, size_t number, uint32_t sample)
{
    for (int i = 0; i < board->seat_count; i++) {
        if (board->outcomes[number][i].samples[sample].was_late)
            return true;
    }
    return false;
}

static size_t count_late(const struct gst_board *board, size_t number)
{
    size_t count = 0;

    for (uint32_t i = 0; i < board->cases[number].samples; i++)
        count += gst_collective_was_late(board, number, i);
    return count;
}

/* A sample of so many times what the host takes to queue one tells of the GPUs even if they waited
 * for that: of less than a twentieth no floor depends. */
#define LONG_AGAINST_HOST 20

/* By the fastest: one that a host was stalled in is long for that alone. */
static bool is_long(const struct gst_board *board, size_t number)
{
    const struct gst_collective_case *c = &board->cases[number];
    double host_s = 0, fastest_s = INFINITY;

    for (int i = 0; i < board->seat_count; i++)
        host_s = fmax(host_s, board->outcomes[number][i].host_s);
    for (uint32_t i = 0; i < c->samples; i++)
        fastest_s = fmin(fastest_s, gst_collective_slowest_s(board, number, i) * c->slots);
    return host_s > 0 && fastest_s > LONG_AGAINST_HOST * host_s;
}

size_t gst_collective_count_lost(const struct gst_board *board, size_t number)
{
    const size_t late = count_late(board, number);

    return late == board->cases[number].samples && is_long(board, number) ? 0 : late;
}
