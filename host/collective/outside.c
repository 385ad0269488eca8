/* SPDX-License-Identifier: Apache-2.0 */
/* Meeting, agreeing and collecting; see outside.h. */
#include "collective/outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/about.h"

/* Who has sent has sent all of it: this is for what is on its way. */
#define UNDER_WAY_S 5

/* Of one case, before its samples. */
struct told {
    int32_t is_done;
    int32_t is_blind;
    uint64_t expected;
    struct gst_collective_data_result result;
};

/* Two ranks on one GPU wait for each other for ever, or NCCL refuses them with a riddle. */
static bool check_gpus(struct gst_outside *outside, struct gst_status *st)
{
    const struct gst_meet *meet = &outside->meet;

    for (int i = 0; meet->is_hub && i < meet->size; i++) {
        for (int k = 0; k < i; k++) {
            if (strcmp(meet->cards[i].gpu, meet->cards[k].gpu) == 0)
                return gst_fail(st, GST_USER_RANKS_DISAGREE,
                                "ranks %d and %d both take GPU %s on '%s': LOCAL_RANK has to "
                                "differ",
                                k, i, meet->cards[i].gpu, meet->cards[i].host);
        }
    }
    return true;
}

/* Each rank tells why its own connections are as they are, for which it has to know the others. */
static bool hand_out_cards(struct gst_outside *outside, double timeout_s, struct gst_status *st)
{
    struct gst_meet *meet = &outside->meet;
    const size_t bytes = (size_t)meet->size * sizeof(outside->cards[0]);

    if (meet->is_hub)
        memcpy(outside->cards, meet->cards, bytes);
    return gst_meet_broadcast(meet, "cards", outside->cards, bytes, timeout_s, st)
           && gst_meet_barrier(meet, "start", timeout_s, st);
}

bool gst_outside_open(struct gst_outside *outside, const struct gst_launch *launch, const char *gpu,
                      const char *plan, double timeout_s, struct gst_status *st)
{
    struct gst_card card =
        gst_card_of_this_process(launch->rank, launch->size, gst_about_version());

    *outside = (struct gst_outside){ .launch = launch };
    card.job = launch->job;
    card.plan = gst_card_digest(plan);
    snprintf(card.gpu, sizeof(card.gpu), "%s", gpu);
    if (launch->size > GST_BOARD_SEATS)
        return gst_fail(st, GST_SUITE_REPORT_FULL, "%d ranks are more than the %d of one report",
                        launch->size, GST_BOARD_SEATS);
    if (!gst_meet_open(&outside->meet, &launch->where, &card, timeout_s, st))
        return false;
    /* The hub alone knows all cards; the others get them when it has looked at them. */
    if (!check_gpus(outside, st)) {
        gst_meet_abort(&outside->meet, st->finding, st->cause);
        return false;
    }
    return hand_out_cards(outside, timeout_s, st);
}

bool gst_outside_agree(struct gst_outside *outside, struct gst_outside_terms *terms,
                       double timeout_s, struct gst_status *st)
{
    struct gst_outside_terms all[GST_BOARD_SEATS] = { { .seed = 0 } };

    if (!gst_meet_gather(&outside->meet, "agree", terms, all, sizeof(*terms), timeout_s, st))
        return false;
    for (int i = 0; outside->meet.is_hub && i < outside->meet.size; i++) {
        if (all[i].free_bytes < terms->free_bytes)
            terms->free_bytes = all[i].free_bytes;
    }
    return gst_meet_broadcast(&outside->meet, "terms", terms, sizeof(*terms), timeout_s, st);
}

void gst_outside_begin(struct gst_outside *outside, struct gst_board *board)
{
    outside->board = board;
    outside->has_id = false;
}

static bool hand_on_id(struct gst_outside *outside, struct gst_status *st)
{
    struct gst_board *board = outside->board;

    if (outside->meet.is_hub ? atomic_load(&board->has_id) == 0
                             : !gst_meet_has_come(&outside->meet))
        return true;
    if (!gst_meet_broadcast(&outside->meet, "id", &board->id, sizeof(board->id), UNDER_WAY_S, st))
        return false;
    atomic_store(&board->has_id, 1);
    outside->has_id = true;
    return true;
}

bool gst_outside_go_on(void *data, struct gst_status *st)
{
    struct gst_outside *outside = data;

    /* Until the id has come, whatever comes belongs to its step, a reason to give up and the end
     * too: a look at what follows could take the id for a hub that is gone. */
    if (!outside->has_id && !outside->meet.is_hub)
        return hand_on_id(outside, st);
    return (outside->has_id || hand_on_id(outside, st)) && gst_meet_check(&outside->meet, st);
}

/* --- what came of all --- */

static size_t bytes_of_outcomes(const struct gst_board *board)
{
    size_t bytes = board->case_count * sizeof(struct told);

    for (size_t i = 0; i < board->case_count; i++)
        bytes += board->cases[i].samples * sizeof(struct gst_board_sample);
    return bytes;
}

static void pack(const struct gst_board *board, uint8_t *at)
{
    for (size_t i = 0; i < board->case_count; i++) {
        const struct gst_board_outcome *outcome = &board->outcomes[i][0];
        const struct told told = {
            .is_done = atomic_load(&outcome->is_done),
            .is_blind = outcome->is_blind,
            .expected = outcome->expected,
            .result = outcome->result,
        };
        const size_t samples = board->cases[i].samples * sizeof(struct gst_board_sample);

        memcpy(at, &told, sizeof(told));
        memcpy(at + sizeof(told), outcome->samples, samples);
        at += sizeof(told) + samples;
    }
}

static void unpack(struct gst_board *board, int seat, const uint8_t *at)
{
    for (size_t i = 0; i < board->case_count; i++) {
        struct gst_board_outcome *outcome = &board->outcomes[i][seat];
        const size_t samples = board->cases[i].samples * sizeof(struct gst_board_sample);
        struct told told;

        memcpy(&told, at, sizeof(told));
        memcpy(outcome->samples, at + sizeof(told), samples);
        at += sizeof(told) + samples;
        outcome->is_blind = told.is_blind != 0;
        outcome->expected = told.expected;
        outcome->result = told.result;
        atomic_store(&outcome->is_done, told.is_done);
    }
}

/* A seat for each rank, in the order of ranks; the GPUs of others are none of this report's. */
static void seat_all(struct gst_outside *outside, const uint8_t *all, size_t bytes)
{
    struct gst_board *board = outside->board;

    for (int i = 1; i < outside->meet.size; i++) {
        struct gst_board_seat *seat = &board->seats[i];

        seat->rank = i;
        seat->gpu = GST_NO_GPU;
        snprintf(seat->uuid, sizeof(seat->uuid), "%s", outside->meet.cards[i].gpu);
        unpack(board, i, all + (size_t)i * bytes);
    }
    board->seat_count = outside->meet.size;
}

bool gst_outside_collect(struct gst_outside *outside, double timeout_s, struct gst_status *st)
{
    const size_t bytes = bytes_of_outcomes(outside->board);
    const size_t parts = outside->meet.is_hub ? (size_t)outside->meet.size : 0;
    uint8_t *own = malloc(bytes), *all = calloc(parts + 1, bytes);
    bool ok = own != NULL && all != NULL;

    if (!ok)
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for the outcomes of %d ranks",
                 outside->meet.size);
    if (ok) {
        pack(outside->board, own);
        ok = gst_meet_gather(&outside->meet, "outcomes", own, all, bytes, timeout_s, st)
             && gst_meet_barrier(&outside->meet, "end", timeout_s, st);
    }
    if (ok && outside->meet.is_hub)
        seat_all(outside, all, bytes);
    free(own);
    free(all);
    return ok;
}

void gst_outside_close(struct gst_outside *outside, const struct gst_status *failure)
{
    if (failure != NULL && failure->finding != GST_NO_FINDING && outside->meet.links != NULL)
        gst_meet_abort(&outside->meet, GST_HOST_RANK_LOST, failure->cause);
    gst_meet_release(&outside->meet);
}
