/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The double of NCCL does what collectives are documented to do, with ranks in one process and in
 * several: what arrives, where it is written, and what is refused. Expected values are worked out
 * beside each case from what each rank brings.
 */
#include <pthread.h>

#include "nccl_fixture.h"

#define COUNT 12u

/* What rank r brings at place i: differs by both. */
static float brought(unsigned rank, unsigned i)
{
    return (float)(10 * rank + i);
}

static int fill(struct team *team)
{
    float values[COUNT];
    int line = allocate(team, COUNT * sizeof(float));

    for (unsigned r = 0; line == 0 && r < team->local; r++) {
        for (unsigned i = 0; i < COUNT; i++)
            values[i] = brought(rank_of(team, r), i);
        EXPECT(put(team, r, team->sources[r], values, sizeof values));
    }
    return line;
}

/* Every rank calls the same; the buffers are the team's. */
#define FOR_ALL(team, call)                                                                        \
    do {                                                                                           \
        EXPECT(ncclGroupStart() == ncclSuccess);                                                   \
        for (unsigned r = 0; r < (team)->local; r++) {                                             \
            void *source = at((team)->sources[r]), *target = at((team)->targets[r]);               \
            ncclComm_t comm = (team)->comms[r];                                                    \
            cudaStream_t stream = (cudaStream_t)(team)->streams[r];                                \
            (void)source;                                                                          \
            (void)target;                                                                          \
            EXPECT((call) == ncclSuccess);                                                         \
        }                                                                                          \
        ncclResult_t end = ncclGroupEnd();                                                         \
        EXPECT(end == ncclSuccess || end == ncclInProgress);                                       \
        EXPECT(settle(team) == ncclSuccess);                                                       \
    } while (0)

static int all_reduce(struct team *team)
{
    float out[COUNT];

    EXPECT(begin(team) == 0 && fill(team) == 0);
    FOR_ALL(team, ncclAllReduce(source, target, COUNT, ncclFloat32, ncclSum, comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(get(team, r, out, team->targets[r], sizeof out));
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT(out[i] == 30.0f + 3.0f * (float)i); /* 0 + 10 + 20, and i three times */
    }
    return 0;
}

static void test_nccl__all_reduce_adds_up(void **state)
{
    (void)state;
    run_both(all_reduce);
}

static int all_reduce_in_place(struct team *team)
{
    float out[COUNT];

    EXPECT(begin(team) == 0 && fill(team) == 0);
    FOR_ALL(team, ncclAllReduce(source, source, COUNT, ncclFloat32, ncclMax, comm, stream));
    FOR_ALL(team, ncclAllReduce(source, source, COUNT, ncclFloat32, ncclSum, comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(get(team, r, out, team->sources[r], sizeof out));
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT(out[i] == 3.0f * (20.0f + (float)i)); /* rank 2 has the most */
    }
    return 0;
}

static void test_nccl__all_reduce_works_in_place_again_and_again(void **state)
{
    (void)state;
    run_both(all_reduce_in_place);
}

static int all_gather(struct team *team)
{
    float out[COUNT];

    EXPECT(begin(team) == 0 && fill(team) == 0);
    FOR_ALL(team, ncclAllGather(source, target, COUNT / 3, ncclFloat32, comm, stream));
    /* In place: what a rank brings lies where it belongs. */
    FOR_ALL(team, ncclAllGather((float *)source + rank_of(team, r) * (COUNT / 3), source, COUNT / 3,
                                ncclFloat32, comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(get(team, r, out, team->targets[r], sizeof out));
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT(out[i] == brought(i / 4, i % 4));
        EXPECT(get(team, r, out, team->sources[r], sizeof out));
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT(out[i] == brought(i / 4, i));
    }
    return 0;
}

static void test_nccl__all_gather_puts_ranks_in_order(void **state)
{
    (void)state;
    run_both(all_gather);
}

static int reduce_scatter(struct team *team)
{
    float out[COUNT];

    EXPECT(begin(team) == 0 && fill(team) == 0);
    FOR_ALL(team, ncclReduceScatter(source, target, COUNT / 3, ncclFloat32, ncclSum, comm, stream));
    FOR_ALL(team, ncclReduceScatter(source, (float *)source + rank_of(team, r) * (COUNT / 3),
                                    COUNT / 3, ncclFloat32, ncclSum, comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        const unsigned rank = rank_of(team, r);

        EXPECT(get(team, r, out, team->targets[r], sizeof out));
        for (unsigned i = 0; i < 4; i++)
            EXPECT(out[i] == 30.0f + 3.0f * (float)(4 * rank + i));
        EXPECT(get(team, r, out, team->sources[r], sizeof out));
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT(out[i] == (i / 4 == rank ? 30.0f + 3.0f * (float)i : brought(rank, i)));
    }
    return 0;
}

static void test_nccl__reduce_scatter_gives_each_rank_its_part(void **state)
{
    (void)state;
    run_both(reduce_scatter);
}

static int from_and_to_a_root(struct team *team)
{
    float out[COUNT], poison;

    memset(&poison, 0xff, sizeof poison);
    EXPECT(begin(team) == 0 && fill(team) == 0);
    FOR_ALL(team, ncclReduce(source, target, COUNT, ncclFloat32, ncclMin, 1, comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(get(team, r, out, team->targets[r], sizeof out));
        if (rank_of(team, r) != 1) {
            EXPECT(memcmp(&out[0], &poison, sizeof poison) == 0); /* only the root is written to */
            continue;
        }
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT(out[i] == (float)i); /* rank 0 has the least */
    }
    FOR_ALL(team, ncclBroadcast(source, target, COUNT, ncclFloat32, 2, comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(get(team, r, out, team->targets[r], sizeof out));
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT(out[i] == brought(2, i));
    }
    return 0;
}

static void test_nccl__reduce_and_broadcast_know_their_root(void **state)
{
    (void)state;
    run_both(from_and_to_a_root);
}

static int messages(struct team *team)
{
    float out[COUNT];

    EXPECT(begin(team) == 0 && fill(team) == 0);
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (unsigned r = 0; r < team->local; r++) {
        const unsigned rank = rank_of(team, r);
        cudaStream_t stream = (cudaStream_t)team->streams[r];

        /* Around a ring, and two to itself. */
        EXPECT(ncclSend(at(team->sources[r]), 4, ncclFloat32, (int)((rank + 1) % 3), team->comms[r],
                        stream)
               == ncclSuccess);
        EXPECT(ncclRecv(at(team->targets[r]), 4, ncclFloat32, (int)((rank + 2) % 3), team->comms[r],
                        stream)
               == ncclSuccess);
        for (unsigned half = 1; half < 3; half++) {
            EXPECT(ncclSend((float *)at(team->sources[r]) + 4 * half, 4, ncclFloat32, (int)rank,
                            team->comms[r], stream)
                   == ncclSuccess);
            EXPECT(ncclRecv((float *)at(team->targets[r]) + 4 * half, 4, ncclFloat32, (int)rank,
                            team->comms[r], stream)
                   == ncclSuccess);
        }
    }
    ncclResult_t end = ncclGroupEnd();
    EXPECT(end == ncclSuccess || end == ncclInProgress);
    EXPECT(settle(team) == ncclSuccess);
    for (unsigned r = 0; r < team->local; r++) {
        const unsigned rank = rank_of(team, r);

        EXPECT(get(team, r, out, team->targets[r], sizeof out));
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT(out[i] == brought(i < 4 ? (rank + 2) % 3 : rank, i));
    }
    return 0;
}

static void test_nccl__messages_reach_others_and_oneself(void **state)
{
    (void)state;
    run_both(messages);
}

/* Each rank brings rank + 2: 2, 3, 4. Sum 9, product 24, average 3. */
static int all_types(struct team *team)
{
    static const struct {
        int type;
        unsigned bytes;
        uint64_t in[3], sum, product, most, least, average;
    } ROWS[] = {
        { ncclInt8, 1, { 2, 3, 4 }, 9, 24, 4, 2, 3 },
        { ncclUint8, 1, { 2, 3, 4 }, 9, 24, 4, 2, 3 },
        { ncclInt32, 4, { 2, 3, 4 }, 9, 24, 4, 2, 3 },
        { ncclUint32, 4, { 2, 3, 4 }, 9, 24, 4, 2, 3 },
        { ncclInt64, 8, { 2, 3, 4 }, 9, 24, 4, 2, 3 },
        { ncclUint64, 8, { 2, 3, 4 }, 9, 24, 4, 2, 3 },
        /* IEEE 754: 2 = 1 * 2^1, 3 = 1.5 * 2^1, 4 = 1 * 2^2, 9 = 1.125 * 2^3, 24 = 1.5 * 2^4 */
        { ncclFloat16, 2, { 0x4000, 0x4200, 0x4400 }, 0x4880, 0x4e00, 0x4400, 0x4000, 0x4200 },
        { ncclBfloat16, 2, { 0x4000, 0x4040, 0x4080 }, 0x4110, 0x41c0, 0x4080, 0x4000, 0x4040 },
        { ncclFloat32,
          4,
          { 0x40000000, 0x40400000, 0x40800000 },
          0x41100000,
          0x41c00000,
          0x40800000,
          0x40000000,
          0x40400000 },
        { ncclFloat64,
          8,
          { 0x4000000000000000, 0x4008000000000000, 0x4010000000000000 },
          0x4022000000000000,
          0x4038000000000000,
          0x4010000000000000,
          0x4000000000000000,
          0x4008000000000000 },
    };

    EXPECT(begin(team) == 0 && allocate(team, 8) == 0);
    for (size_t k = 0; k < sizeof ROWS / sizeof ROWS[0]; k++) {
        const uint64_t wanted[] = { ROWS[k].sum, ROWS[k].product, ROWS[k].most, ROWS[k].least,
                                    ROWS[k].average };

        for (unsigned r = 0; r < team->local; r++)
            EXPECT(put(team, r, team->sources[r], &ROWS[k].in[rank_of(team, r)], 8));
        for (int op = ncclSum; op <= ncclAvg; op++) {
            FOR_ALL(team, ncclAllReduce(source, target, 1, ROWS[k].type, op, comm, stream));
            for (unsigned r = 0; r < team->local; r++) {
                uint64_t out = 0;

                EXPECT(get(team, r, &out, team->targets[r], ROWS[k].bytes));
                EXPECT(out == wanted[op]);
            }
        }
    }
    return 0;
}

static void test_nccl__every_type_knows_every_operation(void **state)
{
    (void)state;
    run_both(all_types);
}

/* Rank r multiplies by r + 1: 1 (0 + i) + 2 (10 + i) + 3 (20 + i) = 80 + 6 i. */
static int pre_multiplied(struct team *team)
{
    float out[COUNT];
    ncclRedOp_t ops[RANKS];

    EXPECT(begin(team) == 0 && fill(team) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        float scalar = (float)rank_of(team, r) + 1.0f;

        EXPECT(ncclRedOpCreatePreMulSum(&ops[r], &scalar, ncclFloat32, ncclScalarHostImmediate,
                                        team->comms[r])
               == ncclSuccess);
        EXPECT(ops[r] >= ncclNumOps);
    }
    FOR_ALL(team, ncclAllReduce(source, target, COUNT, ncclFloat32, ops[r], comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(get(team, r, out, team->targets[r], sizeof out));
        for (unsigned i = 0; i < COUNT; i++)
            EXPECT(out[i] == 80.0f + 6.0f * (float)i);
        EXPECT(ncclRedOpDestroy(ops[r], team->comms[r]) == ncclSuccess);
        EXPECT(ncclRedOpDestroy(ops[r], team->comms[r]) == ncclInvalidArgument);
    }
    return 0;
}

static void test_nccl__ranks_may_multiply_first(void **state)
{
    (void)state;
    run_both(pre_multiplied);
}

/* Big enough that ranks share the work: 3 MiB, and not a whole number of slices. */
static int big(struct team *team)
{
    const size_t count = 3 * MIB / 4 + 1;
    float *values = malloc(count * sizeof(float));

    EXPECT(values != NULL);
    EXPECT(begin(team) == 0 && allocate(team, count * sizeof(float)) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        for (size_t i = 0; i < count; i++)
            values[i] = (float)(rank_of(team, r) + i % 1000);
        EXPECT(put(team, r, team->sources[r], values, count * sizeof(float)));
    }
    for (unsigned round = 0; round < 3; round++)
        FOR_ALL(team, ncclAllReduce(source, target, count, ncclFloat32, ncclSum, comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(get(team, r, values, team->targets[r], count * sizeof(float)));
        for (size_t i = 0; i < count; i++)
            EXPECT(values[i] == (float)(3 + 3 * (i % 1000)));
    }
    free(values);
    return 0;
}

static void test_nccl__big_sums_are_worked_out_together(void **state)
{
    (void)state;
    run_both(big);
}

/* What is done again on bytes that nobody wrote is not done; what changed is. */
static int repeats(struct team *team)
{
    uint64_t writes;
    float one = 1.0f, out;

    EXPECT(begin(team) == 0 && fill(team) == 0);
    FOR_ALL(team, ncclAllReduce(source, target, COUNT, ncclFloat32, ncclSum, comm, stream));
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    writes = sim_world.writes;
    for (unsigned i = 0; i < 5; i++)
        FOR_ALL(team, ncclAllReduce(source, target, COUNT, ncclFloat32, ncclSum, comm, stream));
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    EXPECT(sim_world.writes == writes);
    EXPECT(put(team, 0, team->sources[0], &one, sizeof one));
    FOR_ALL(team, ncclAllReduce(source, target, COUNT, ncclFloat32, ncclSum, comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(get(team, r, &out, team->targets[r], sizeof out));
        EXPECT(out == (team->local == 1 ? 3.0f : 31.0f)); /* everywhere 1, or in rank 0 alone */
        EXPECT(cuMemsetD8Async(team->targets[r], 0, sizeof out, team->streams[r]) == CUDA_SUCCESS);
    }
    FOR_ALL(team, ncclAllReduce(source, target, COUNT, ncclFloat32, ncclSum, comm, stream));
    EXPECT(get(team, 0, &out, team->targets[0], sizeof out));
    EXPECT(out == (team->local == 1 ? 3.0f : 31.0f));
    return 0;
}

static void test_nccl__what_is_done_again_costs_nothing(void **state)
{
    (void)state;
    run_both(repeats);
}

/* Memory of NCCL's own is device memory like any other, registered or not. */
static int own_memory(struct team *team)
{
    const float seven = 7.0f;
    void *memory[RANKS], *handles[RANKS];
    float out;

    EXPECT(begin(team) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(cuCtxSetCurrent(team->contexts[r]) == CUDA_SUCCESS);
        EXPECT(ncclMemAlloc(&memory[r], sizeof seven) == ncclSuccess);
        team->sources[r] = team->targets[r] = (uintptr_t)memory[r];
        EXPECT(put(team, r, team->sources[r], &seven, sizeof seven));
        EXPECT(ncclCommRegister(team->comms[r], memory[r], sizeof seven, &handles[r])
               == ncclSuccess);
        EXPECT(ncclCommRegister(team->comms[r], &out, sizeof out, &handles[r])
               == ncclInvalidArgument);
    }
    FOR_ALL(team, ncclAllReduce(source, target, 1, ncclFloat32, ncclSum, comm, stream));
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(get(team, r, &out, team->targets[r], sizeof out) && out == 21.0f);
        EXPECT(ncclCommDeregister(team->comms[r], handles[r]) == ncclSuccess);
        EXPECT(ncclMemFree(memory[r]) == ncclSuccess);
        EXPECT(ncclMemFree(memory[r]) == ncclUnhandledCudaError);
    }
    return 0;
}

static void test_nccl__memory_of_its_own(void **state)
{
    (void)state;
    run_both(own_memory);
}

/* A factor in device memory is read when the collective runs, not when the operation is made. */
static int factor_on_the_device(struct team *team)
{
    const float three = 3.0f;
    float out;
    ncclRedOp_t ops[RANKS];

    EXPECT(begin(team) == 0 && fill(team) == 0);
    for (unsigned r = 0; r < team->local; r++) {
        EXPECT(ncclRedOpCreatePreMulSum(&ops[r], (float *)at(team->targets[r]) + 1, ncclFloat32,
                                        ncclScalarDevice, team->comms[r])
               == ncclSuccess);
        EXPECT(put(team, r, team->targets[r] + sizeof three, &three, sizeof three));
    }
    FOR_ALL(team, ncclAllReduce(source, target, 1, ncclFloat32, ops[r], comm, stream));
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(get(team, r, &out, team->targets[r], sizeof out) && out == 90.0f);
    return 0;
}

static void test_nccl__factors_may_lie_on_the_device(void **state)
{
    (void)state;
    run_both(factor_on_the_device);
}

/* A thread for each rank, and communicators that block: each call waits for the other threads. */
static int be_thread(int rank)
{
    CUcontext context;
    CUstream stream;
    CUdeviceptr word;
    ncclComm_t comm;
    const uint32_t brought = (uint32_t)rank + 1;
    uint32_t sum = 0;

    EXPECT(cuDevicePrimaryCtxRetain(&context, rank) == CUDA_SUCCESS);
    EXPECT(cuCtxSetCurrent(context) == CUDA_SUCCESS);
    EXPECT(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING) == CUDA_SUCCESS);
    EXPECT(cuMemAlloc_v2(&word, sizeof brought) == CUDA_SUCCESS);
    EXPECT(cuMemcpyHtoDAsync_v2(word, &brought, sizeof brought, stream) == CUDA_SUCCESS);
    EXPECT(ncclCommInitRankConfig(&comm, RANKS, board->id, rank, NULL) == ncclSuccess);
    for (unsigned i = 0; i < 3; i++)
        EXPECT(ncclAllReduce(at(word), at(word), 1, ncclUint32, ncclSum, comm, (cudaStream_t)stream)
               == ncclSuccess);
    EXPECT(cuStreamSynchronize(stream) == CUDA_SUCCESS);
    EXPECT(cuMemcpyDtoH_v2(&sum, word, sizeof sum) == CUDA_SUCCESS);
    EXPECT(sum == 6 * 3 * 3); /* 1 + 2 + 3, then three times as much, twice */
    EXPECT(ncclCommFinalize(comm) == ncclSuccess && ncclCommDestroy(comm) == ncclSuccess);
    return 0;
}

static void *run_thread(void *rank)
{
    return (void *)(intptr_t)be_thread((int)(intptr_t)rank);
}

static int threads(struct team *team)
{
    pthread_t all[RANKS];

    (void)team;
    EXPECT(cuInit(0) == CUDA_SUCCESS && ncclGetUniqueId(&board->id) == ncclSuccess);
    for (int i = 0; i < RANKS; i++)
        EXPECT(pthread_create(&all[i], NULL, run_thread, (void *)(intptr_t)i) == 0);
    for (int i = 0; i < RANKS; i++) {
        void *line;

        EXPECT(pthread_join(all[i], &line) == 0);
        if (line != NULL)
            return (int)(intptr_t)line;
    }
    return 0;
}

static void test_nccl__threads_that_block(void **state)
{
    (void)state;
    assert_int_equal(run_ranks(threads, 1), 0);
}

static int alone(struct team *team)
{
    float out[COUNT], half = 0.5f;
    ncclRedOp_t op;

    if (team->first != 0)
        return 0;
    team->local = team->total = 1;
    EXPECT(begin(team) == 0 && fill(team) == 0);
    FOR_ALL(team, ncclAllReduce(source, target, COUNT, ncclFloat32, ncclSum, comm, stream));
    EXPECT(get(team, 0, out, team->targets[0], sizeof out));
    EXPECT(out[7] == 7.0f);
    EXPECT(
        ncclRedOpCreatePreMulSum(&op, &half, ncclFloat32, ncclScalarHostImmediate, team->comms[0])
        == ncclSuccess);
    FOR_ALL(team, ncclAllReduce(source, target, COUNT, ncclFloat32, op, comm, stream));
    EXPECT(get(team, 0, out, team->targets[0], sizeof out));
    EXPECT(out[7] == 3.5f);
    return 0;
}

static void test_nccl__one_rank_is_a_job_too(void **state)
{
    (void)state;
    assert_int_equal(run_ranks(alone, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nccl__all_reduce_adds_up, setup_machine),
        cmocka_unit_test_setup(test_nccl__all_reduce_works_in_place_again_and_again, setup_machine),
        cmocka_unit_test_setup(test_nccl__all_gather_puts_ranks_in_order, setup_machine),
        cmocka_unit_test_setup(test_nccl__reduce_scatter_gives_each_rank_its_part, setup_machine),
        cmocka_unit_test_setup(test_nccl__reduce_and_broadcast_know_their_root, setup_machine),
        cmocka_unit_test_setup(test_nccl__messages_reach_others_and_oneself, setup_machine),
        cmocka_unit_test_setup(test_nccl__every_type_knows_every_operation, setup_machine),
        cmocka_unit_test_setup(test_nccl__ranks_may_multiply_first, setup_machine),
        cmocka_unit_test_setup(test_nccl__threads_that_block, setup_machine),
        cmocka_unit_test_setup(test_nccl__memory_of_its_own, setup_machine),
        cmocka_unit_test_setup(test_nccl__factors_may_lie_on_the_device, setup_machine),
        cmocka_unit_test_setup(test_nccl__big_sums_are_worked_out_together, setup_machine),
        cmocka_unit_test_setup(test_nccl__what_is_done_again_costs_nothing, setup_machine),
        cmocka_unit_test_setup(test_nccl__one_rank_is_a_job_too, setup_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
