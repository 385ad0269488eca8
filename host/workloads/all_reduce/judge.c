/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes into a fault; see judge.h. */
#include "workloads/all_reduce/judge.h"

#include <inttypes.h>
#include <stdio.h>

#include "workloads/all_reduce/names.h"

static size_t kept(const struct gst_collective_data_result *result)
{
    return result->wrong < GST_COLLECTIVE_DATA_KEPT ? (size_t)result->wrong
                                                    : GST_COLLECTIVE_DATA_KEPT;
}

/* The rank that seems to have given nothing, -1 if that is not what it looks like. */
static int missing_rank(const struct gst_board *board, const struct gst_collective_case *c,
                        const struct gst_collective_data_result *result)
{
    const struct gst_collective_data data = {
        .element = c->element, .reduction = c->reduction, .ranks = board->world, .seed = board->seed
    };

    return gst_collective_combines(c->collective)
               ? gst_collective_data_missing(&data, result->element, result->found, kept(result))
               : -1;
}

static int gpu_of_rank(const struct gst_board *board, int rank)
{
    for (int i = 0; i < board->seat_count; i++) {
        if (board->seats[i].rank == rank)
            return board->seats[i].gpu;
    }
    return GST_NO_GPU;
}

/* Which finding, and whose GPU: one missing contribution is its giver's, one wrong result the GPU's
 * that holds it. */
static void name_fault(const struct gst_board *board, size_t number, int seat, int wrong_seats,
                       struct gst_collective_fault *fault)
{
    const struct gst_collective_case *c = &board->cases[number];
    const struct gst_collective_data_result *result = &board->outcomes[number][seat].result;
    const int missing = missing_rank(board, c, result);
    char what[96], looks[64] = "";

    fault->finding = GST_HARDWARE_COLLECTIVE_CORRUPTED;
    fault->gpu = wrong_seats == 1 ? board->seats[seat].gpu : GST_NO_GPU;
    if (missing >= 0) {
        fault->finding = GST_HARDWARE_CONTRIBUTION_MISSING;
        fault->gpu = gpu_of_rank(board, missing);
        snprintf(looks, sizeof(looks), ", as if rank %d had given nothing", missing);
    } else if (result->nans > 0) {
        fault->finding = GST_HARDWARE_COLLECTIVE_NAN;
        snprintf(looks, sizeof(looks), ", %llu of them no numbers", result->nans);
    } else if (result->unwritten > 0) {
        snprintf(looks, sizeof(looks), ", %llu of them never written", result->unwritten);
    }
    gst_collective_name_case(c, what, sizeof(what));
    snprintf(fault->text, sizeof(fault->text),
             "%s: on rank %d %llu of %llu elements wrong%s; first met: element %llu holds %g%s",
             what, board->seats[seat].rank, result->wrong, result->checked, looks,
             result->element[0], gst_collective_data_decode(c->element, result->found[0]),
             wrong_seats > 1 ? ", other ranks alike" : "");
}

static bool judge_case(const struct gst_board *board, size_t number,
                       struct gst_collective_fault *fault)
{
    int wrong_seats = 0, first = -1;

    for (int i = 0; i < board->seat_count; i++) {
        const struct gst_board_outcome *outcome = &board->outcomes[number][i];

        if (outcome->is_blind) {
            fault->finding = GST_SUITE_BLIND;
            fault->gpu = board->seats[i].gpu;
            snprintf(fault->text, sizeof(fault->text),
                     "rank %d compared %llu of %" PRIu64 " elements, or missed one that was made "
                     "wrong",
                     board->seats[i].rank, outcome->result.checked, outcome->expected);
            return false;
        }
        if (outcome->result.wrong > 0) {
            wrong_seats++;
            first = first < 0 ? i : first;
        }
    }
    if (wrong_seats > 0)
        name_fault(board, number, first, wrong_seats, fault);
    return wrong_seats == 0;
}

void gst_collective_judge(const struct gst_board *board, struct gst_collective_fault *fault)
{
    *fault = (struct gst_collective_fault){ .gpu = GST_NO_GPU };
    for (size_t i = 0; i < board->case_count; i++) {
        if (!judge_case(board, i, fault))
            return;
    }
}

uint64_t gst_collective_checked(const struct gst_board *board)
{
    uint64_t checked = 0;

    for (size_t i = 0; i < board->case_count; i++) {
        for (int k = 0; k < board->seat_count; k++)
            checked += board->outcomes[i][k].result.checked;
    }
    return checked;
}
