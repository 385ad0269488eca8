/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When collectives happen in virtual time: all ranks together, the last one to be ready decides,
 * and events tell the same however ranks are spread over processes and whoever runs first. How long
 * one takes is the model's of ways, which has tests of its own.
 */
#include "nccl_fixture.h"

#include "model/gang_time.h"

#define BYTES   MIB
#define ROUNDS  10
#define HEAD_US 671.088640 /* a fill of 64 MiB at 100 GB/s */

static double duration_us(const struct team *team, size_t bytes)
{
    struct sim_gang_rank ranks[RANKS];

    for (unsigned i = 0; i < RANKS; i++)
        ranks[i] = (struct sim_gang_rank){ .gpu = i,
                                           .host = sim_gang_host(sim_gang_env()),
                                           .process = team->local == 1 ? (int32_t)i : 0 };
    return (double)sim_gang_duration(&sim_world.spec, sim_gang_env(), ranks, RANKS,
                                     SIM_GANG_ALL_REDUCE, bytes)
           / 1e6;
}

static int all_reduce(struct team *team, size_t bytes)
{
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(ncclAllReduce(at(team->sources[r]), at(team->targets[r]), bytes / sizeof(float),
                             ncclFloat32, ncclSum, team->comms[r], (cudaStream_t)team->streams[r])
               == ncclSuccess);
    ncclResult_t end = ncclGroupEnd();
    EXPECT(end == ncclSuccess || end == ncclInProgress);
    EXPECT(settle(team) == ncclSuccess);
    return 0;
}

static int record(struct team *team, CUevent *events)
{
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(cuCtxSetCurrent(team->contexts[r]) == CUDA_SUCCESS);
        if (events[r] == NULL)
            EXPECT(cuEventCreate(&events[r], 0) == CUDA_SUCCESS);
        EXPECT(cuEventRecord(events[r], team->streams[r]) == CUDA_SUCCESS);
    }
    return 0;
}

/* Processes come late, by real time that is different in each: it must not show. */
static int measure(struct team *team)
{
    CUevent start[RANKS] = { NULL }, stop[RANKS] = { NULL };

    EXPECT(begin(team) == 0 && allocate(team, BYTES) == 0);
    for (unsigned again = 0; again < 3; again++) {
        pass_ms((int)(7 * ((team->first + again) % RANKS)));
        EXPECT(all_reduce(team, 8) == 0);
        EXPECT(record(team, start) == 0);
        for (unsigned i = 0; i < ROUNDS; i++) {
            if (i == 5)
                pass_ms((int)(3 * team->first));
            EXPECT(all_reduce(team, BYTES) == 0);
        }
        EXPECT(record(team, stop) == 0);
        EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
        for (unsigned r = 0; r < team->local; r++) {
            float took_ms = 0;
            double off_us;

            EXPECT(cuEventElapsedTime(&took_ms, start[r], stop[r]) == CUDA_SUCCESS);
            off_us = took_ms * 1e3 - ROUNDS * duration_us(team, BYTES);
            EXPECT(off_us < 0.6 && off_us > -0.6); /* events have steps of half a microsecond */
        }
    }
    return 0;
}

static void test_nccl_time__events_tell_the_same_wherever_ranks_are(void **state)
{
    (void)state;
    run_both(measure);
}

/* Rank 1 has something else to do first, and all wait for it. */
static int head_start(struct team *team)
{
    CUevent start[RANKS] = { NULL }, stop[RANKS] = { NULL };
    CUdeviceptr busy;

    EXPECT(begin(team) == 0 && allocate(team, BYTES) == 0);
    EXPECT(cuMemAlloc_v2(&busy, 64 * MIB) == CUDA_SUCCESS);
    EXPECT(all_reduce(team, BYTES) == 0);
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    EXPECT(all_reduce(team, BYTES) == 0);
    EXPECT(record(team, start) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        if (rank_of(team, r) != 1)
            continue;
        EXPECT(cuCtxSetCurrent(team->contexts[r]) == CUDA_SUCCESS);
        EXPECT(cuMemsetD8Async(busy, 1, 64 * MIB, team->streams[r]) == CUDA_SUCCESS);
    }
    EXPECT(all_reduce(team, BYTES) == 0);
    EXPECT(record(team, stop) == 0);
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    for (unsigned r = 0; r < team->local; r++) {
        float took_ms = 0;
        double off_us;

        EXPECT(cuEventElapsedTime(&took_ms, start[r], stop[r]) == CUDA_SUCCESS);
        off_us = took_ms * 1e3 - HEAD_US - duration_us(team, BYTES);
        EXPECT(off_us < 1.6 && off_us > 0.4); /* a fill takes a microsecond to start */
    }
    return 0;
}

static void test_nccl_time__the_last_rank_decides(void **state)
{
    (void)state;
    run_both(head_start);
}

/* A rank that dawdles before each holds all up by as much. */
static int late(struct team *team)
{
    CUevent start[RANKS] = { NULL }, stop[RANKS] = { NULL };

    EXPECT(begin(team) == 0 && allocate(team, BYTES) == 0);
    EXPECT(all_reduce(team, BYTES) == 0);
    EXPECT(record(team, start) == 0);
    for (unsigned i = 0; i < ROUNDS; i++)
        EXPECT(all_reduce(team, BYTES) == 0);
    EXPECT(record(team, stop) == 0);
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    for (unsigned r = 0; r < team->local; r++) {
        float took_ms = 0;
        double off_us;

        EXPECT(cuEventElapsedTime(&took_ms, start[r], stop[r]) == CUDA_SUCCESS);
        off_us = took_ms * 1e3 - ROUNDS * (duration_us(team, BYTES) + 30);
        EXPECT(off_us < 0.6 && off_us > -0.6);
    }
    return 0;
}

static void test_nccl_time__a_late_rank_holds_all_up(void **state)
{
    (void)state;
    spec.ranks[2].late_fault = FAULT;
    spec.ranks[2].late = 30 * SIM_US;
    run_both(late);
    assert_true(board->fired);
}

/* A question to a stream that waits for another process costs nothing; what has to be done does. */
static int patience(struct team *team)
{
    sim_time before;

    EXPECT(begin(team) == 0 && allocate(team, BYTES) == 0);
    EXPECT(all_reduce(team, 8) == 0);
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    if (team->first == 2) {
        while (atomic_load(&board->notes[0]) < 2)
            pass_ms(1);
        return all_reduce(team, 8);
    }
    EXPECT(all_reduce(team, 8) == 0);
    before = sim_world.host_now;
    for (unsigned i = 0; i < 50; i++)
        EXPECT(cuStreamQuery(team->streams[0]) == CUDA_ERROR_NOT_READY);
    EXPECT(sim_world.host_now == before);
    EXPECT(cuEventQuery(NULL) == CUDA_ERROR_INVALID_HANDLE);
    EXPECT(cuCtxSetCurrent(team->contexts[0]) == CUDA_SUCCESS);
    EXPECT(sim_world.host_now > before);
    atomic_fetch_add(&board->notes[0], 1);
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    return 0;
}

static void test_nccl_time__waiting_for_others_takes_none(void **state)
{
    (void)state;
    assert_int_equal(run_ranks(patience, RANKS), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nccl_time__events_tell_the_same_wherever_ranks_are,
                               setup_machine),
        cmocka_unit_test_setup(test_nccl_time__the_last_rank_decides, setup_machine),
        cmocka_unit_test_setup(test_nccl_time__a_late_rank_holds_all_up, setup_machine),
        cmocka_unit_test_setup(test_nccl_time__waiting_for_others_takes_none, setup_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
