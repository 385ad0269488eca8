/* SPDX-License-Identifier: Apache-2.0 */
/* GPUs, ranks and workers; see seats.h. */
#include "workloads/all_reduce/seats.h"

#include <inttypes.h>
#include <stdio.h>

#include "gpu/error.h"
#include "workloads/all_reduce/plan.h"

struct gst_gpu *gst_collective_own_gpu(struct gst_run *run, struct gst_status *st)
{
    struct gst_env *env = run->env;
    const int local = run->launch->local_rank;

    /* A launcher may give each rank a container with one GPU. */
    if (env->gpu_count == 1)
        return &env->gpus[0];
    if (local >= 0 && local < env->gpu_count)
        return &env->gpus[local];
    if (local < 0)
        gst_fail(st, GST_USER_RANKS_DISAGREE,
                 "no LOCAL_RANK says which of %d GPUs rank %d takes: set it, or show each rank one "
                 "GPU (--device)",
                 env->gpu_count, run->launch->rank);
    else
        gst_fail(st, GST_USER_RANKS_DISAGREE, "LOCAL_RANK is %d, and there are GPUs for 0 to %d",
                 local, env->gpu_count - 1);
    return NULL;
}

const char *gst_collective_terms(const struct gst_run *run, char *text, size_t size)
{
    char choice[256];

    snprintf(text, size, "%s, size %" PRIu64 ", %zu samples%s",
             gst_collective_describe(run->collectives, choice, sizeof(choice)), run->size_bytes,
             run->samples, run->is_full ? ", full" : "");
    return text;
}

static bool least_free(struct gst_run *run, struct gst_gpu *gpus, int count, uint64_t *bytes,
                       struct gst_status *st)
{
    *bytes = UINT64_MAX;
    for (int i = 0; i < count; i++) {
        size_t available = 0, total = 0;

        if (!gst_gpu_use(run->env, &gpus[i], st)
            || !GST_CU(run->env, st, cuMemGetInfo, (&available, &total)))
            return false;
        *bytes = available < *bytes ? available : *bytes;
    }
    return true;
}

static void assign(struct gst_board *board, bool is_per_gpu)
{
    board->worker_count = is_per_gpu ? board->seat_count : 1;
    for (int i = 0; i < board->worker_count; i++) {
        board->workers[i].first_seat = i;
        board->workers[i].seat_count = is_per_gpu ? 1 : board->seat_count;
    }
}

static void seat(struct gst_board *board, const struct gst_gpu *gpus, int count, int first_rank)
{
    board->seat_count = count;
    for (int i = 0; i < count; i++) {
        board->seats[i].rank = first_rank + i;
        board->seats[i].gpu = gpus[i].index;
        snprintf(board->seats[i].uuid, sizeof(board->seats[i].uuid), "%s", gpus[i].uuid);
    }
}

bool gst_collective_seat(struct gst_run *run, struct gst_board *board, bool is_per_gpu,
                         struct gst_outside *outside, double timeout_s, struct gst_status *st)
{
    struct gst_gpu *gpus = outside == NULL ? run->env->gpus : gst_collective_own_gpu(run, st);
    const int count = outside == NULL ? run->env->gpu_count : 1;
    struct gst_outside_terms terms = { .seed = gst_run_pattern_seed(run) };
    struct gst_collective_wish wish = {
        .choice = run->collectives,
        .ranks = outside == NULL ? count : run->launch->size,
        .is_full = run->is_full,
        .size_bytes = run->size_bytes,
        .samples = (uint32_t)run->samples,
    };

    if (gpus == NULL || !least_free(run, gpus, count, &terms.free_bytes, st)
        || (outside != NULL && !gst_outside_agree(outside, &terms, timeout_s, st)))
        return false;
    wish.free_bytes = terms.free_bytes;
    snprintf(board->root, sizeof(board->root), "%s", run->root);
    board->seed = (uint32_t)terms.seed;
    board->world = wish.ranks;
    seat(board, gpus, count, outside == NULL ? 0 : run->launch->rank);
    assign(board, is_per_gpu);
    board->case_count = gst_collective_plan(&wish, board->cases, GST_BOARD_CASES);
    return true;
}
