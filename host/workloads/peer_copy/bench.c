/* SPDX-License-Identifier: Apache-2.0 */
/* Moving, and keeping the samples; see bench.h. */
#include "workloads/peer_copy/bench.h"

#include <stdio.h>
#include <string.h>

#include "core/stats.h"
#include "gpu/error.h"
#include "gpu/together.h"
#include "kernels/memory_bandwidth.h"
#include "workloads/peer_copy/data.h"
#include "workloads/traffic.h"

/* A GPU takes part in dozens of pairs, and each reading asks the driver half a dozen questions. */
#define READINGS_MOST 16

/* One copy of a round. */
struct move {
    struct gst_peer_bench *bench;
    const struct gst_peer_pass *pass;
    int from, to;
};

struct moves {
    size_t count;
    struct move of[GST_ENV_GPUS];
};

bool gst_peer_bench_has(const struct gst_run *run, int from, int to)
{
    return gst_pairs_have(run->pairs, run->env->gpus[from].index, run->env->gpus[to].index);
}

static bool is_meant(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                     const struct gst_round_pair pair)
{
    return gst_peer_bench_has(bench->run, pair.from, pair.to)
           && gst_peers_are_direct(bench->peers, pair.from, pair.to) != pass->is_staged
           && bench->data[pair.from][pair.to] <= GST_PEER_DATA_RIGHT
           && (!pass->is_both_ways || bench->data[pair.to][pair.from] <= GST_PEER_DATA_RIGHT);
}

static bool copy_by_engine(struct gst_lane *lane, const struct move *move, struct gst_status *st)
{
    const struct gst_peer_seat *from = &move->bench->seats[move->from];
    const struct gst_peer_seat *to = &move->bench->seats[move->to];

    return GST_CU(lane->env, st, cuMemcpyPeerAsync,
                  (to->in, to->lane.gpu->context, from->out, from->lane.gpu->context,
                   move->bench->memory.bytes, lane->stream));
}

static bool copy_by_kernel(struct gst_lane *lane, const struct move *move, struct gst_status *st)
{
    const size_t bytes = move->bench->memory.bytes;
    struct gst_memory_bandwidth_args args = {
        .x = (const float *)(uintptr_t)move->bench->seats[move->from].out,
        .z = (float *)(uintptr_t)move->bench->seats[move->to].in,
        .vectors = bytes / GST_MEMORY_VECTOR_BYTES,
    };

    return lane->path->launch(lane, gst_traffic_blocks(lane->gpu, bytes / sizeof(float)),
                              GST_TRAFFIC_THREADS, &args, st);
}

static bool copy_once(struct gst_lane *lane, void *data, struct gst_status *st)
{
    const struct move *move = data;

    return move->pass->is_kernel ? copy_by_kernel(lane, move, st) : copy_by_engine(lane, move, st);
}

static void read_states(struct gst_peer_bench *bench, const struct moves *moves)
{
    struct gst_pcie_link now;

    for (size_t i = 0; i < moves->count; i++) {
        const int ends[] = { moves->of[i].from, moves->of[i].to };

        for (size_t k = 0; k < 2; k++) {
            struct gst_peer_seat *seat = &bench->seats[ends[k]];

            if (gst_pcie_link_read(bench->run->env, seat->lane.gpu, &now))
                gst_pcie_link_raise(&seat->link, &now);
            if (seat->condition.readings < READINGS_MOST)
                gst_condition_sample(&seat->condition, bench->run->env, seat->lane.gpu);
        }
    }
}

static struct gst_peer_result *result_of(struct gst_peer_bench *bench, const struct move *move)
{
    return &bench->results[move->from][move->to];
}

/* Of a step, each pair takes the time of its own copies. */
static void keep_samples(struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                         const struct moves *moves, const struct gst_together *together)
{
    const double bytes = (double)bench->memory.bytes;
    const size_t stride = pass->is_both_ways ? 2 : 1;

    for (size_t i = 0; i < moves->count; i += stride) {
        struct gst_peer_result *result = result_of(bench, &moves->of[i]);

        result->was_ahead = (result->count == 0 || result->was_ahead) && together->was_ahead;
        for (size_t k = 0; k < together->copies; k++) {
            double seconds = together->streams[i].seconds[k];

            if (pass->is_both_ways && together->streams[i + 1].seconds[k] > seconds)
                seconds = together->streams[i + 1].seconds[k];
            result->samples[result->count++] = (double)stride * bytes / seconds;
        }
    }
    for (size_t k = 0; k < together->copies; k++)
        bench->seconds += together->seconds[k];
}

/* "copy 0->1, 2->7": for whoever has to explain a hang. */
static void tell_phase(struct gst_peer_bench *bench, const char *verb, const struct moves *moves)
{
    char text[48] = "";
    size_t at = 0;

    for (size_t i = 0; i < moves->count && at < sizeof(text) - 1; i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%d->%d", i == 0 ? "" : ", ",
                               bench->seats[moves->of[i].from].lane.gpu->index,
                               bench->seats[moves->of[i].to].lane.gpu->index);
    gst_run_phase(bench->run, bench->seats[moves->of[0].from].lane.gpu->index, "%s %s", verb, text);
}

static bool time_moves(struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                       struct moves *moves, struct gst_status *st)
{
    const size_t wanted = bench->run->samples;
    struct gst_together_stream streams[GST_ENV_GPUS];
    struct gst_together together;
    bool ok;

    for (size_t i = 0; i < moves->count; i++) {
        struct move *move = &moves->of[i];

        streams[i].lane = &bench->seats[pass->is_pull ? move->to : move->from].lane;
        streams[i].data = move;
    }
    tell_phase(bench, "copy", moves);
    ok = gst_together_init(&together, streams, moves->count, st);
    for (size_t i = 0; i < wanted && ok; i += together.copies) {
        together.copies = gst_batch_copies_of(wanted - i);
        ok = gst_together_queue(&together, copy_once, st);
        if (ok && i == 0)
            read_states(bench, moves);
        ok = ok && gst_together_finish(&together, st);
        if (ok)
            keep_samples(bench, pass, moves, &together);
    }
    gst_together_release(&together);
    return ok;
}

static bool prepare(struct gst_peer_bench *bench, const struct moves *moves, struct gst_status *st)
{
    tell_phase(bench, "prepare", moves);
    for (size_t i = 0; i < moves->count; i++) {
        if (!gst_peer_data_prepare(bench, moves->of[i].from, moves->of[i].to, st))
            return false;
    }
    for (size_t i = 0; i < moves->count; i++) {
        if (!gst_peer_data_wait(bench, moves->of[i].from, st)
            || !gst_peer_data_wait(bench, moves->of[i].to, st))
            return false;
    }
    return true;
}

/* A rate of wrong data is worth nothing. */
static bool verify(struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                   const struct moves *moves, struct gst_status *st)
{
    tell_phase(bench, "compare", moves);
    for (size_t i = 0; i < moves->count; i++) {
        const struct move *move = &moves->of[i];

        if (!gst_peer_data_verify(bench, move->from, move->to, st))
            return false;
        if (bench->data[move->from][move->to] == GST_PEER_DATA_RIGHT)
            continue;
        result_of(bench, move)->count = 0;
        if (pass->is_both_ways)
            bench->results[move->to][move->from].count = 0;
    }
    return true;
}

static bool run_round(struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                      const struct gst_round *round, struct gst_status *st)
{
    struct moves moves = { .count = 0 };

    for (size_t i = 0; i < round->count; i++) {
        struct gst_round_pair pair = round->pairs[i];

        if (pass->is_both_ways && pair.from > pair.to)
            pair = (struct gst_round_pair){ pair.to, pair.from };
        if (!is_meant(bench, pass, pair))
            continue;
        moves.of[moves.count++] = (struct move){ bench, pass, pair.from, pair.to };
        if (pass->is_both_ways)
            moves.of[moves.count++] = (struct move){ bench, pass, pair.to, pair.from };
    }
    if (moves.count == 0)
        return true;
    bench->rounds++;
    bench->pairs += moves.count;
    return prepare(bench, &moves, st) && time_moves(bench, pass, &moves, st)
           && verify(bench, pass, &moves, st);
}

static size_t rounds_of(const struct gst_peer_pass *pass, int gpus)
{
    if (!pass->is_in_rounds)
        return gst_rounds_alone(gpus);
    return pass->is_both_ways ? gst_rounds_both_ways(gpus) : gst_rounds_one_way(gpus);
}

bool gst_peer_bench_run(struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                        struct gst_status *st)
{
    memset(bench->results, 0, sizeof(bench->results));
    bench->seconds = 0;
    bench->rounds = bench->pairs = 0;
    for (size_t i = 0; i < rounds_of(pass, bench->count); i++) {
        const struct gst_round round =
            pass->is_in_rounds ? gst_round_of(bench->count, i) : gst_round_alone(bench->count, i);

        /* Alone, every two come twice. */
        if (pass->is_both_ways && !pass->is_in_rounds && round.pairs[0].from > round.pairs[0].to)
            continue;
        if (!run_round(bench, pass, &round, st))
            return false;
    }
    return true;
}

bool gst_peer_bench_alone(struct gst_peer_bench *bench, const struct gst_peer_pass *pass, int from,
                          int to, double *bytes_per_s, struct gst_status *st)
{
    const struct gst_round round = { 1, { { from, to } } };
    struct gst_peer_result *result = &bench->results[from][to];
    const struct gst_peer_result kept = *result;
    const double seconds = bench->seconds;
    const size_t rounds = bench->rounds, pairs = bench->pairs;
    bool ok;

    *result = (struct gst_peer_result){ .count = 0 };
    ok = run_round(bench, pass, &round, st);
    *bytes_per_s = result->count == 0 ? 0 : gst_stats_of(result->samples, result->count).median;
    *result = kept;
    bench->seconds = seconds;
    bench->rounds = rounds;
    bench->pairs = pairs;
    return ok;
}
