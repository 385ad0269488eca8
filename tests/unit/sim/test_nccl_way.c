/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the way of a collective does to its ranks: faults on it slow them down, stop them or are
 * marked as fired, and what NCCL is asked to write is written. Which way it is and how long it
 * takes has tests of its own.
 */
#include "nccl_fixture.h"

#define BYTES MIB

static char graph_file[64];

/* All three GPUs by NVLinks behind switches, two each. */
static int setup_linked(void **state)
{
    setup_machine(state);
    spec.host.has_fabric = true;
    for (unsigned i = 0; i < RANKS; i++) {
        spec.gpus[i].nvlinks = 2;
        spec.gpus[i].collective_permille = 1000;
        for (unsigned k = 0; k < RANKS; k++) {
            spec.pairs[i][k].nvlinks = i == k ? 0 : 2;
            spec.pairs[i][k].link_rate = i == k ? 0 : 40 * GB;
            spec.pairs[i][k].can_access = i != k;
        }
    }
    return 0;
}

static int start_one(struct team *team)
{
    EXPECT(begin(team) == 0 && allocate(team, BYTES) == 0);
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (unsigned r = 0; r < team->local; r++)
        EXPECT(ncclAllReduce(at(team->sources[r]), at(team->targets[r]), BYTES / sizeof(float),
                             ncclFloat32, ncclSum, team->comms[r], (cudaStream_t)team->streams[r])
               == ncclSuccess);
    EXPECT(ncclGroupEnd() != ncclInvalidUsage);
    EXPECT(settle(team) == ncclSuccess);
    return 0;
}

static int run_one(struct team *team)
{
    EXPECT(start_one(team) == 0);
    EXPECT(drain(team, PATIENCE_MS) == CUDA_SUCCESS);
    return 0;
}

static int run_into_a_wall(struct team *team)
{
    EXPECT(start_one(team) == 0);
    EXPECT(drain(team, 50) == CUDA_ERROR_NOT_READY);
    return 0;
}

static int fail_with(struct team *team, ncclResult_t result, const char *words)
{
    EXPECT(join(team) == 0);
    EXPECT(settle(team) == result);
    EXPECT(strstr(ncclGetLastError(team->comms[0]), words) != NULL);
    return 0;
}

static void test_nccl_way__a_slow_link_is_met(void **state)
{
    (void)state;
    spec.pairs[0][1].link_rate = GB;
    spec.pairs[0][1].fault = FAULT;
    assert_int_equal(run_ranks(run_one, RANKS), 0);
    assert_int_equal(atomic_load(&board->fired), 1);
}

/* The ring goes 0, 1, 2; what is off it is not met. */
static void test_nccl_way__a_slow_slot_is_not_met_by_links(void **state)
{
    (void)state;
    spec.gpus[1].faults.pcie = FAULT;
    assert_int_equal(run_ranks(run_one, RANKS), 0);
    assert_int_equal(atomic_load(&board->fired), 0);
}

static void test_nccl_way__a_link_that_hangs_holds_all(void **state)
{
    (void)state;
    spec.pairs[1][2].hang_fault = FAULT;
    assert_int_equal(run_ranks(run_into_a_wall, RANKS), 0);
    assert_int_equal(atomic_load(&board->fired), 1);
    assert_int_equal(run_ranks(run_into_a_wall, 1), 0);
}

static int fail_cut(struct team *team)
{
    return fail_with(team, ncclUnhandledCudaError,
                     "P2P is disabled between NVLINK connected GPUs 0 and 2.");
}

static void test_nccl_way__links_without_access_are_refused(void **state)
{
    (void)state;
    spec.pairs[0][2].can_access = spec.pairs[2][0].can_access = false;
    spec.pairs[0][2].fault = spec.pairs[2][0].fault = FAULT;
    assert_int_equal(run_ranks(fail_cut, RANKS), 0);
    assert_int_equal(atomic_load(&board->fired), 1);
    setenv("NCCL_IGNORE_DISABLED_P2P", "1", 1);
    assert_int_equal(run_ranks(run_one, RANKS), 0);
    unsetenv("NCCL_IGNORE_DISABLED_P2P");
}

static int fail_full(struct team *team)
{
    return fail_with(team, ncclSystemError, "No space left on device (28)");
}

static int fail_by_proxy(struct team *team)
{
    return fail_with(team, ncclInternalError, "Socket recv failed while polling for opId=");
}

/* Without P2P all three ranks go through /dev/shm, and the first does not fit. Releases since 2.24
 * leave it to a thread of their own, of which its caller only sees the end. */
static void test_nccl_way__a_small_shm_is_full(void **state)
{
    (void)state;
    spec.host.shm_bytes = BYTES;
    spec.host.shm_fault = FAULT;
    assert_int_equal(run_ranks(run_one, 1), 0);
    setenv("NCCL_P2P_DISABLE", "1", 1);
    spec.nccl_version = 22400;
    assert_int_equal(run_ranks(fail_by_proxy, 1), 0);
    spec.nccl_version = 22304;
    assert_int_equal(run_ranks(fail_full, 1), 0);
    unsetenv("NCCL_P2P_DISABLE");
    assert_int_equal(atomic_load(&board->fired), 1);
}

/* By the rank that is told to, and by rank 0 otherwise; once, whatever the others do. */
static void test_nccl_way__graphs_are_written_when_asked_for(void **state)
{
    char text[4096];
    FILE *file;

    (void)state;
    snprintf(graph_file, sizeof graph_file, "/tmp/nccl_way.%d", (int)getpid());
    setenv("NCCL_GRAPH_DUMP_FILE", graph_file, 1);
    assert_int_equal(run_ranks(run_one, RANKS), 0);
    unsetenv("NCCL_GRAPH_DUMP_FILE");
    file = fopen(graph_file, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    unlink(graph_file);
    assert_memory_equal(text, "<graphs version=\"1\">\n  <graph id=\"0\" pattern=\"4\"", 47);
    assert_non_null(strstr(text, "</graphs>\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nccl_way__a_slow_link_is_met, setup_linked),
        cmocka_unit_test_setup(test_nccl_way__a_slow_slot_is_not_met_by_links, setup_linked),
        cmocka_unit_test_setup(test_nccl_way__a_link_that_hangs_holds_all, setup_linked),
        cmocka_unit_test_setup(test_nccl_way__links_without_access_are_refused, setup_linked),
        cmocka_unit_test_setup(test_nccl_way__a_small_shm_is_full, setup_linked),
        cmocka_unit_test_setup(test_nccl_way__graphs_are_written_when_asked_for, setup_linked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
