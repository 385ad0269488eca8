/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong with ranks and what callers do wrong: each fault seen biting where it should and
 * nowhere else, with its mark set, and each misuse answered as documented.
 */
#include "nccl_fixture.h"

#include "model/gang_fault.h"

#define COUNT 4u
/* So long is waited for what must not come. */
#define NEVER_MS 200

/* Rank r brings r + 1 everywhere; the sum is 6. */
static int fill(struct team *team)
{
    float values[COUNT];
    int line = allocate(team, sizeof values);

    for (unsigned r = 0; line == 0 && r < team->local; r++) {
        for (unsigned i = 0; i < COUNT; i++)
            values[i] = (float)rank_of(team, r) + 1.0f + 100.0f * (float)i;
        EXPECT(put(team, r, team->sources[r], values, sizeof values));
    }
    return line;
}

static ncclResult_t add_up(const struct team *team, unsigned r, size_t count, int type)
{
    return ncclAllReduce(at(team->sources[r]), at(team->targets[r]), count, type, ncclSum,
                         team->comms[r], (cudaStream_t)team->streams[r]);
}

static int add_up_all(struct team *team)
{
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(add_up(team, r, COUNT, ncclFloat32) == ncclSuccess);
    ncclResult_t end = ncclGroupEnd();
    EXPECT(end == ncclSuccess || end == ncclInProgress);
    return 0;
}

/* Sums of all, for each rank's own eyes. */
static int sums(struct team *team, float out[RANKS][COUNT])
{
    EXPECT(begin(team) == 0 && fill(team) == 0 && add_up_all(team) == 0);
    EXPECT(settle(team) == ncclSuccess && drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(get(team, r, out[r], team->targets[r], COUNT * sizeof(float)));
    return 0;
}

static int sees_6(struct team *team)
{
    float out[RANKS][COUNT];

    EXPECT(sums(team, out) == 0);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(out[r][0] == 6.0f && out[r][3] == 906.0f);
    return 0;
}

static int sees_4(struct team *team)
{
    float out[RANKS][COUNT];

    EXPECT(sums(team, out) == 0);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(out[r][0] == 4.0f && out[r][3] == 604.0f);
    return 0;
}

/* Without what rank 1 brings, 2. */
static void test_nccl_faults__dropped(void **state)
{
    (void)state;
    spec.ranks[1].drop_fault = FAULT;
    for (unsigned processes = 1; processes <= RANKS; processes += 2) {
        assert_int_equal(run_ranks(sees_4, processes), 0);
        assert_true(board->fired);
    }
}

static void test_nccl_faults__dropped_between_processes_only(void **state)
{
    (void)state;
    spec.ranks[1].drop_fault = FAULT;
    spec.ranks[1].drop_where = SIM_RANK_IN_PROCESSES;
    assert_int_equal(run_ranks(sees_6, 1), 0);
    assert_false(board->fired);
    assert_int_equal(run_ranks(sees_4, RANKS), 0);
    assert_true(board->fired);
}

static void test_nccl_faults__dropped_within_a_process_only(void **state)
{
    (void)state;
    spec.ranks[1].drop_fault = FAULT;
    spec.ranks[1].drop_where = SIM_RANK_IN_ONE_PROCESS;
    assert_int_equal(run_ranks(sees_4, 1), 0);
    assert_true(board->fired);
    assert_int_equal(run_ranks(sees_6, RANKS), 0);
    assert_false(board->fired);
}

/* Rank 2 alone: the lowest bit but one of the sign and exponent byte of element 0. */
static int sees_flip(struct team *team)
{
    float out[RANKS][COUNT];

    EXPECT(sums(team, out) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        /* 6 is 0x40c00000; without 0x40000000 it is 0x00c00000. */
        EXPECT((out[r][0] == 6.0f) == (rank_of(team, r) != 2));
        EXPECT(out[r][1] == 306.0f && out[r][2] == 606.0f && out[r][3] == 906.0f);
    }
    return 0;
}

static void test_nccl_faults__flip(void **state)
{
    (void)state;
    spec.ranks[2].flip = (struct sim_spec_flip){ .byte = 3, .bit = 6, .fault = FAULT };
    run_both(sees_flip);
    assert_true(board->fired);
}

static int sees_nan(struct team *team)
{
    float out[RANKS][COUNT];

    EXPECT(sums(team, out) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT((out[r][i] != out[r][i]) == (rank_of(team, r) == 0 && i < 2));
    }
    return 0;
}

static void test_nccl_faults__nan(void **state)
{
    (void)state;
    spec.ranks[0].nan_fault = FAULT;
    run_both(sees_nan);
    assert_true(board->fired);
}

static int sees_swapped(struct team *team)
{
    float out[RANKS][COUNT];

    EXPECT(sums(team, out) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        const float first = rank_of(team, r) == 1 ? 606.0f : 6.0f;

        EXPECT(out[r][0] == first && out[r][2] == 612.0f - first);
    }
    return 0;
}

static void test_nccl_faults__swapped(void **state)
{
    (void)state;
    spec.ranks[1].swap_fault = FAULT;
    run_both(sees_swapped);
    assert_true(board->fired);
}

/* Rank 1 gets the largest instead of the sum, 6. */
static int sees_largest(struct team *team)
{
    float out[RANKS][COUNT];

    EXPECT(sums(team, out) == 0);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(out[r][0] == (rank_of(team, r) == 1 ? 3.0f : 6.0f));
    return 0;
}

static void test_nccl_faults__combined_otherwise(void **state)
{
    (void)state;
    spec.ranks[1].combine_fault = FAULT;
    spec.ranks[1].combines = ncclMax;
    run_both(sees_largest);
    assert_true(board->fired);
}

static void test_nccl_faults__combined_as_it_should_be(void **state)
{
    (void)state;
    spec.ranks[1].combine_fault = FAULT;
    spec.ranks[1].combines = ncclSum;
    run_both(sees_6);
    assert_false(board->fired);
}

/* 6 is 0x40c00000; its last place is 2 to the power of -21. */
static int sees_last_place(struct team *team)
{
    float out[RANKS][COUNT];

    EXPECT(sums(team, out) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(out[r][0] == (rank_of(team, r) == 2 ? 6.0f + 3 * 0x1p-21f : 6.0f));
        EXPECT(out[r][1] == 306.0f);
    }
    return 0;
}

static void test_nccl_faults__last_place(void **state)
{
    (void)state;
    spec.ranks[2].ulps_fault = FAULT;
    spec.ranks[2].ulps = 3;
    run_both(sees_last_place);
    assert_true(board->fired);
}

/* All multiply with 10, but rank 0: 1 + 20 + 30. */
static int sees_51(struct team *team)
{
    float factor = 10, out;
    ncclRedOp_t ops[RANKS];

    EXPECT(begin(team) == 0 && fill(team) == 0);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(ncclRedOpCreatePreMulSum(&ops[r], &factor, ncclFloat32, ncclScalarHostImmediate,
                                        team->comms[r])
               == ncclSuccess);
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(ncclAllReduce(at(team->sources[r]), at(team->targets[r]), COUNT, ncclFloat32, ops[r],
                             team->comms[r], (cudaStream_t)team->streams[r])
               == ncclSuccess);
    ncclResult_t end = ncclGroupEnd();
    EXPECT(end == ncclSuccess || end == ncclInProgress);
    EXPECT(settle(team) == ncclSuccess && drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(get(team, r, &out, team->targets[r], sizeof out) && out == 51.0f);
    return 0;
}

static void test_nccl_faults__factor_left_out(void **state)
{
    (void)state;
    spec.ranks[0].scale_fault = FAULT;
    run_both(sees_51);
    assert_true(board->fired);
}

/* Streams that wait for a rank that is gone end when their communicators are aborted. */
static int waits_for_the_dead(struct team *team)
{
    ncclResult_t seen;

    EXPECT(begin(team) == 0 && fill(team) == 0 && add_up_all(team) == 0);
    EXPECT(drain(team, NEVER_MS) == CUDA_ERROR_NOT_READY);
    seen = poll_all(team);
    EXPECT(seen == ncclSuccess || seen == ncclInProgress || seen == ncclRemoteError);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(ncclCommAbort(team->comms[r]) == ncclSuccess);
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    return 0;
}

/* From GPU 0 to 1, and not back: rank 1 comes behind rank 0 in the ring. */
static int sees_bad_link(struct team *team)
{
    float out[RANKS][COUNT];

    EXPECT(sums(team, out) == 0);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT((out[r][0] == 6.0f) == (rank_of(team, r) != 1) && out[r][1] == 306.0f);
    return 0;
}

static void test_nccl_faults__link_that_flips(void **state)
{
    (void)state;
    spec.pairs[0][1].flip = (struct sim_spec_flip){ .byte = 3, .bit = 6, .fault = FAULT };
    run_both(sees_bad_link);
    assert_true(board->fired);
}

static int sees_nothing_arrive(struct team *team)
{
    float out[RANKS][COUNT];
    uint32_t word;

    EXPECT(sums(team, out) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        memcpy(&word, &out[r][3], sizeof word);
        EXPECT(rank_of(team, r) == 1 ? word == 0xffffffff : out[r][3] == 906.0f);
    }
    return 0;
}

static void test_nccl_faults__link_that_drops(void **state)
{
    (void)state;
    spec.pairs[0][1].drop_fault = FAULT;
    run_both(sees_nothing_arrive);
    assert_true(board->fired);
}

static void test_nccl_faults__link_that_hangs(void **state)
{
    (void)state;
    spec.pairs[0][1].hang_fault = FAULT;
    run_both(waits_for_the_dead);
    assert_true(board->fired);
}

/* Those that are there wait, and get away. */
static int waits_to_join(struct team *team)
{
    ncclResult_t seen;

    EXPECT(join(team) == 0);
    seen = settle_for(team, NEVER_MS);
    EXPECT(seen == ncclInProgress || seen == ncclRemoteError);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(ncclCommAbort(team->comms[r]) == ncclSuccess);
    return 0;
}

static void test_nccl_faults__absent(void **state)
{
    (void)state;
    spec.ranks[2].absent_fault = FAULT;
    run_both(waits_to_join);
    assert_true(board->fired);
}

static void test_nccl_faults__dies_before_it_joins(void **state)
{
    (void)state;
    spec.ranks[2].death_fault = FAULT;
    spec.ranks[2].dies_at = SIM_RANK_AT_INIT;
    assert_int_equal(run_ranks(waits_to_join, 1), 100);
    assert_int_equal(run_ranks(waits_to_join, RANKS), 100);
}

static void test_nccl_faults__dies_at_a_collective(void **state)
{
    (void)state;
    spec.ranks[1].death_fault = FAULT;
    spec.ranks[1].dies_at = SIM_RANK_AT_COLLECTIVE;
    assert_int_equal(run_ranks(waits_for_the_dead, 1), 100);
    assert_int_equal(run_ranks(waits_for_the_dead, RANKS), 100);
}

/* A rank that gave up is an error of the others. */
static int gives_up(struct team *team)
{
    EXPECT(begin(team) == 0 && fill(team) == 0);
    if (team->first == 1)
        return ncclCommAbort(team->comms[0]) != ncclSuccess;
    EXPECT(add_up_all(team) == 0);
    for (unsigned i = 0; i < PATIENCE_MS && poll_all(team) != ncclRemoteError; i++) {
        EXPECT(cuStreamQuery(team->streams[0]) == CUDA_ERROR_NOT_READY);
        pass_ms(1);
    }
    EXPECT(poll_all(team) == ncclRemoteError);
    EXPECT(strstr(ncclGetLastError(NULL), "rank 1 of 3") != NULL);
    return 0;
}

static void test_nccl_faults__abort_is_told_to_the_others(void **state)
{
    (void)state;
    assert_int_equal(run_ranks(gives_up, RANKS), 0);
}

static int disagrees(struct team *team)
{
    EXPECT(begin(team) == 0 && fill(team) == 0);
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(add_up(team, r, rank_of(team, r) == 1 ? 2 : 3, ncclFloat32) == ncclSuccess);
    EXPECT(ncclGroupEnd() == ncclInProgress);
    EXPECT(drain(team, NEVER_MS) == CUDA_ERROR_NOT_READY);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(ncclCommAbort(team->comms[r]) == ncclSuccess);
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    return 0;
}

static void test_nccl_faults__ranks_that_disagree_never_end(void **state)
{
    (void)state;
    run_both(disagrees);
}

/* All ask for the same, and one of them is heard wrong. */
static int never_ends(struct team *team)
{
    EXPECT(begin(team) == 0 && fill(team) == 0 && add_up_all(team) == 0);
    EXPECT(drain(team, NEVER_MS) == CUDA_ERROR_NOT_READY);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(ncclCommAbort(team->comms[r]) == ncclSuccess);
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    return 0;
}

static void test_nccl_faults__a_rank_that_miscounts_holds_all_up(void **state)
{
    (void)state;
    spec.ranks[1].miscount_fault = FAULT;
    spec.ranks[1].miscounts = 1;
    run_both(never_ends);
    assert_true(board->fired);
}

static int version(struct team *team)
{
    int number = 0;

    (void)team;
    EXPECT(ncclGetVersion(&number) == ncclSuccess && number == 21200);
    return 0;
}

static void test_nccl_faults__version(void **state)
{
    (void)state;
    spec.nccl_version = 21200;
    spec.nccl_fault = FAULT;
    assert_int_equal(run_ranks(version, 1), 0);
    assert_true(board->fired);
}

/* Ranks 0 and 1 on one GPU. */
static int twice_on_one(struct team *team)
{
    struct gst_nccl_config config = GST_NCCL_CONFIG_NON_BLOCKING;

    EXPECT(cuInit(0) == CUDA_SUCCESS);
    EXPECT(cuDevicePrimaryCtxRetain(&team->contexts[0], 1) == CUDA_SUCCESS);
    EXPECT(cuCtxSetCurrent(team->contexts[0]) == CUDA_SUCCESS);
    EXPECT(ncclGetUniqueId(&board->id) == ncclSuccess);
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (int i = 0; i < 2; i++)
        EXPECT(ncclCommInitRankConfig(&team->comms[i], 2, board->id, i, &config) == ncclSuccess);
    ncclGroupEnd();
    team->local = 2;
    EXPECT(settle(team) == ncclInvalidUsage);
    EXPECT(strstr(ncclGetLastError(NULL), "Duplicate GPU") != NULL);
    return 0;
}

static void test_nccl_faults__one_gpu_is_one_rank(void **state)
{
    (void)state;
    assert_int_equal(run_ranks(twice_on_one, 1), 0);
}

static int wrong_arguments(struct team *team)
{
    struct gst_nccl_config config = GST_NCCL_CONFIG_NON_BLOCKING;
    ncclComm_t comm = NULL;
    ncclRedOp_t op = 0;
    float scalar = 1;

    EXPECT(begin(team) == 0 && fill(team) == 0);
    cudaStream_t stream = (cudaStream_t)team->streams[0];
    void *source = at(team->sources[0]), *target = at(team->targets[0]);
#define REDUCE(source, count, type, op, comm, stream)                                              \
    ncclAllReduce(source, target, count, type, op, comm, stream)
    EXPECT(REDUCE(source, 1, ncclFloat32, ncclSum, NULL, stream) == ncclInvalidArgument);
    EXPECT(REDUCE(source, 1, 99, ncclSum, team->comms[0], stream) == ncclInvalidArgument);
    EXPECT(REDUCE(source, 1, ncclFloat32, 7, team->comms[0], stream) == ncclInvalidArgument);
    EXPECT(REDUCE(&scalar, 1, ncclFloat32, ncclSum, team->comms[0], stream) == ncclInvalidArgument);
    EXPECT(REDUCE(source, COUNT + 1, ncclFloat32, ncclSum, team->comms[0], stream)
           == ncclInvalidArgument);
    EXPECT(REDUCE(at(team->sources[1]), 1, ncclFloat32, ncclSum, team->comms[0], stream)
           == ncclInvalidArgument);
    EXPECT(strstr(ncclGetLastError(NULL), "device 1") != NULL);
    EXPECT(REDUCE(source, 1, ncclFloat32, ncclSum, team->comms[0], (cudaStream_t)team->streams[1])
           == ncclInvalidUsage);
    EXPECT(ncclBroadcast(source, target, 1, ncclFloat32, 3, team->comms[0], stream)
           == ncclInvalidArgument);
    EXPECT(ncclSend(source, 1, ncclFloat32, -1, team->comms[0], stream) == ncclInvalidArgument);
    EXPECT(ncclRedOpCreatePreMulSum(&op, NULL, ncclFloat32, ncclScalarHostImmediate, team->comms[0])
           == ncclInvalidArgument);
    EXPECT(ncclGroupEnd() == ncclInvalidUsage);
    EXPECT(ncclCommInitRankConfig(&comm, 2, board->id, 2, &config) == ncclInvalidArgument);
    EXPECT(ncclCommInitRankConfig(&comm, 2, board->id, 0, &config) == ncclInvalidUsage);
    config.magic = 0;
    EXPECT(ncclCommInitRankConfig(&comm, 3, board->id, 0, &config) == ncclInvalidArgument);
    EXPECT(comm == NULL);
    memset(&board->id, 1, sizeof board->id);
    config.magic = GST_NCCL_CONFIG_MAGIC;
    EXPECT(ncclCommInitRankConfig(&comm, 1, board->id, 0, &config) == ncclRemoteError);
    EXPECT(strstr(ncclGetLastError(NULL), "returned Connection refused, exceeded") != NULL);
    return 0;
}

static void test_nccl_faults__wrong_arguments(void **state)
{
    (void)state;
    assert_int_equal(run_ranks(wrong_arguments, 1), 0);
}

/* Nothing before all are there, and nothing between a first collective and the answer to it. */
static int impatient(struct team *team)
{
    int rank = -1, count = 0, device = -1;

    if (team->first != 0) {
        while (!atomic_load(&board->notes[0]))
            pass_ms(1);
    }
    EXPECT(join(team) == 0);
    if (team->first == 0 && team->local == 1) {
        EXPECT(poll_all(team) == ncclInProgress);
        EXPECT(ncclCommCount(team->comms[0], &count) == ncclInvalidArgument);
        EXPECT(add_up(team, 0, 1, ncclFloat32) == ncclInvalidArgument);
    }
    atomic_store(&board->notes[0], 1);
    EXPECT(settle(team) == ncclSuccess && fill(team) == 0 && add_up_all(team) == 0);
    EXPECT(add_up(team, 0, COUNT, ncclFloat32) == ncclInvalidArgument);
    EXPECT(settle(team) == ncclSuccess && drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    EXPECT(ncclCommUserRank(team->comms[0], &rank) == ncclSuccess && rank == (int)team->first);
    EXPECT(ncclCommCount(team->comms[0], &count) == ncclSuccess && count == 3);
    EXPECT(ncclCommCuDevice(team->comms[0], &device) == ncclSuccess && device == (int)team->first);
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(ncclCommFinalize(team->comms[r]) == ncclSuccess);
        EXPECT(add_up(team, r, COUNT, ncclFloat32) == ncclInvalidUsage);
        EXPECT(ncclCommDestroy(team->comms[r]) == ncclSuccess);
        EXPECT(ncclCommDestroy(team->comms[r]) == ncclInvalidArgument);
    }
    return 0;
}

static void test_nccl_faults__calls_have_their_time(void **state)
{
    (void)state;
    run_both(impatient);
}

/* Blocking communicators of one thread without a group: the first waits for the second for good. */
static int deadlock(struct team *team)
{
    ncclComm_t comm;

    (void)team;
    EXPECT(setenv("GPU_SELFTEST_SIM_HANG", "abort:1s", 1) == 0);
    EXPECT(cuInit(0) == CUDA_SUCCESS && ncclGetUniqueId(&board->id) == ncclSuccess);
    ncclCommInitRankConfig(&comm, 2, board->id, 0, NULL);
    return 0;
}

static void test_nccl_faults__no_group_is_a_deadlock(void **state)
{
    (void)state;
    assert_int_equal(run_ranks(deadlock, 1), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nccl_faults__dropped, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__dropped_between_processes_only, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__dropped_within_a_process_only, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__flip, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__nan, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__swapped, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__combined_otherwise, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__combined_as_it_should_be, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__last_place, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__factor_left_out, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__link_that_flips, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__link_that_drops, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__link_that_hangs, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__absent, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__dies_before_it_joins, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__dies_at_a_collective, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__abort_is_told_to_the_others, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__a_rank_that_miscounts_holds_all_up, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__ranks_that_disagree_never_end, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__version, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__one_gpu_is_one_rank, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__wrong_arguments, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__calls_have_their_time, setup_machine),
        cmocka_unit_test_setup(test_nccl_faults__no_group_is_a_deadlock, setup_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
