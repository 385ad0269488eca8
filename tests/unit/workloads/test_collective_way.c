/* SPDX-License-Identifier: Apache-2.0 */
/* What the way of one process model says about the other's numbers: nothing; and what its log says
 * of a failure: why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "workloads/all_reduce/way.h"

#define RANKS 2

#define VIA(words)                                                                                 \
    "n:1:1 [0] NCCL INFO Channel 00/0 : 0[0] -> 1[1] via " words "\n"                              \
    "n:1:1 [1] NCCL INFO Channel 00/0 : 1[1] -> 0[0] via " words "\n"

static const struct gst_workload workload = { .name = "all-reduce" };

struct fixture {
    struct gst_run run;
    struct gst_env env;
    struct gst_collective_way way;
    struct gst_board *board;
};

/* Two GPUs whose NVLinks lead to a switch, and a variable that keeps them from copying to each
 * other. */
static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->board = calloc(1, sizeof(*f->board));
    assert_non_null(f->board);
    f->env.gpu_count = RANKS;
    f->run.workload = &workload;
    f->run.env = &f->env;
    f->run.report = gst_report_map();
    f->run.report->progress.item = gst_report_item(f->run.report, "all-reduce");
    f->way.run = &f->run;
    f->way.ranks = f->way.peers.count = f->way.peers.links.count = RANKS;
    f->way.peers.links.gpus = f->env.gpus;
    for (int i = 0; i < RANKS; i++) {
        f->env.gpus[i].index = i;
        f->way.gpus[i] = i;
        f->way.peers.links.of[i] =
            (struct gst_nvlinks){ .there = 18, .up = (1u << 18) - 1, .switched = 18 };
        for (int k = 0; k < RANKS; k++)
            f->way.peers.of[i][k].is_enabled = f->way.peers.of[i][k].can_access = i != k;
    }
    gst_way_settings_add_file(&f->way.settings, "NCCL_P2P_DISABLE=1\n", "/etc/nccl.conf");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    gst_report_unmap(f->run.report);
    free(f->board);
    free(f);
    return 0;
}

/* NULL: the ranks wrote nothing. */
static void tell(struct fixture *f, const char *log, const char *model)
{
    struct gst_collective_trace trace = { .seen = NULL };

    if (log != NULL) {
        trace.seen = calloc(1, sizeof(*trace.seen));
        assert_non_null(trace.seen);
        trace.seen->has_log = true;
        gst_way_log_start(&trace.seen->log);
        gst_way_log_add(&trace.seen->log, log, strlen(log));
    }
    gst_collective_trace_tell(&trace, &f->way, f->board, model);
    gst_collective_trace_release(&trace);
}

/* What a status becomes by what was written. */
static void blame(struct fixture *f, const char *log, struct gst_status *st)
{
    struct gst_collective_trace trace = { .seen = calloc(1, sizeof(*trace.seen)) };

    assert_non_null(trace.seen);
    trace.seen->has_log = true;
    gst_way_log_start(&trace.seen->log);
    gst_way_log_add(&trace.seen->log, log, strlen(log));
    gst_collective_trace_blame(&trace, &f->way, f->board, st);
    gst_collective_trace_release(&trace);
}

static void test_collective_way__each_model_loses_by_itself(void **state)
{
    struct fixture *f = *state;

    tell(f, VIA("SHM/direct/direct"), "per-gpu");
    assert_int_equal(f->way.lost, GST_USER_NCCL_PEERS_OFF);
    tell(f, VIA("P2P/direct pointer"), "one-process");
    assert_int_equal(f->way.lost, GST_NO_FINDING);
}

static void test_collective_way__what_is_not_told_is_not_lost(void **state)
{
    struct fixture *f = *state;

    tell(f, VIA("SHM/direct/direct"), "per-gpu");
    tell(f, NULL, "one-process");
    assert_int_equal(f->way.lost, GST_NO_FINDING);
}

/* A full /dev/shm in NCCL 2.28: the last words are those of a thread that knows nothing. */
#define FULL                                                                                       \
    "n:1:2 [0] NCCL WARN Error: failed to extend /dev/shm/nccl-7Y2ovb to 9637892 bytes, error: "   \
    "No "                                                                                          \
    "space left on device (28)\n"                                                                  \
    "n:1:2 [0] NCCL WARN [Proxy Service 0] Failed to execute operation Setup from rank 0, "        \
    "retcode "                                                                                     \
    "2\n"                                                                                          \
    "n:1:1 [0] NCCL WARN Socket recv failed while polling for opId=0x7f00\n"

static void test_collective_way__a_warning_says_why(void **state)
{
    struct gst_status st = GST_STATUS_INIT;

    gst_status_fail_call(&st, GST_IMAGE_NCCL_FAILED, GST_WHERE, "ncclGroupEnd", 3,
                         "rank 0: ncclGroupEnd: ncclInternalError: Socket recv failed");
    st.gpu = 4;
    blame(*state, FULL, &st);
    assert_int_equal(st.finding, GST_USER_NCCL_SHM_FULL);
    assert_int_equal(st.gpu, GST_NO_GPU);
    assert_string_equal(st.call, "ncclGroupEnd");
    assert_non_null(strstr(st.cause, "Socket recv failed; first 'Error: failed to extend /dev/shm/"
                                     "nccl-7Y2ovb to 9637892 bytes, error: No space left"));
}

/* What is clear by itself stays, and what another coordinator tells. */
static void test_collective_way__a_warning_changes_nothing_that_is_clear(void **state)
{
    struct gst_status st = GST_STATUS_INIT;

    gst_status_fail_call(&st, GST_USER_MEMORY_FULL, GST_WHERE, "ncclGroupEnd", 1, "no memory");
    blame(*state, FULL, &st);
    assert_int_equal(st.finding, GST_USER_MEMORY_FULL);
    assert_string_equal(st.cause, "no memory");
    gst_status_clear(&st);
    gst_fail(&st, GST_HOST_RANK_LOST, "rank 3 is gone");
    blame(*state, FULL, &st);
    assert_int_equal(st.finding, GST_HOST_RANK_LOST);
}

/* All ranks wait inside of NCCL, and none has its kernels: not so if one has yet to come there. */
static void test_collective_way__kernels_are_waited_for_by_all(void **state)
{
    struct fixture *f = *state;

    f->board->nccl_version = 22809;
    f->board->worker_count = RANKS;
    for (int last = 0; last < RANKS; last++) {
        struct gst_status st = GST_STATUS_INIT;

        for (int i = 0; i < RANKS; i++)
            snprintf(f->board->workers[i].progress.phase,
                     sizeof(f->board->workers[i].progress.phase), "%s",
                     i <= last ? GST_BOARD_JOINING : "allocate");
        gst_fail(&st, GST_HOST_RANK_ABSENT, "not done after 9 s: they wait");
        blame(f, "n:1:1 [0] NCCL INFO NCCL version 2.28.9+cuda13.0\n", &st);
        assert_int_equal(st.finding, last == RANKS - 1 ? GST_IMAGE_NCCL_COMPILES_TOO_LONG
                                                       : GST_HOST_RANK_ABSENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_collective_way__each_model_loses_by_itself, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_collective_way__a_warning_says_why, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_collective_way__a_warning_changes_nothing_that_is_clear, setup, teardown),
        cmocka_unit_test_setup_teardown(test_collective_way__kernels_are_waited_for_by_all, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_collective_way__what_is_not_told_is_not_lost, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
