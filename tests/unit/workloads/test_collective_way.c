/* SPDX-License-Identifier: Apache-2.0 */
/* What the way of one process model says about the other's numbers: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
};

/* Two GPUs whose NVLinks lead to a switch, and a variable that keeps them from copying to each
 * other. */
static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
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
    gst_collective_trace_tell(&trace, &f->way, model);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_collective_way__each_model_loses_by_itself, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_collective_way__what_is_not_told_is_not_lost, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
