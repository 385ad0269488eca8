/* SPDX-License-Identifier: Apache-2.0 */
/* What one process model says about the other: whose fault it is, how often it is told, and which
 * numbers are still believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "workloads/all_reduce/attempt.h"
#include "workloads/list.h"

#define RANKS 2

struct fixture {
    struct gst_run run;
    struct gst_env env;
    struct gst_collective_way way;
    struct gst_collective_attempt per_gpu, one;
};

/* One all-reduce of 1 MiB that has been measured once; so it took each rank a millisecond. */
static void seat(struct gst_collective_attempt *attempt, const char *model)
{
    struct gst_board *board = calloc(1, sizeof(*board));

    assert_non_null(board);
    board->world = board->seat_count = RANKS;
    board->case_count = 1;
    board->cases[0] = (struct gst_collective_case){
        .collective = GST_ALL_REDUCE, .elements = UINT64_C(1) << 18, .slots = 1, .samples = 1
    };
    for (int i = 0; i < RANKS; i++) {
        board->seats[i].rank = i;
        board->seats[i].gpu = i;
        board->outcomes[0][i].samples[0].seconds = 1e-3;
        atomic_store(&board->outcomes[0][i].is_done, 1);
    }
    *attempt = (struct gst_collective_attempt){
        .model = model, .is_run = true, .crew = { .board = board }, .st = GST_STATUS_INIT
    };
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->env.gpu_count = RANKS;
    f->run.workload = &gst_workload_all_reduce;
    f->run.env = &f->env;
    f->run.report = gst_report_map();
    f->run.report->progress.item = gst_report_item(f->run.report, "all-reduce");
    f->way.run = &f->run;
    f->way.ranks = RANKS;
    seat(&f->per_gpu, "per-gpu");
    seat(&f->one, "one-process");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    free(f->per_gpu.crew.board);
    free(f->one.crew.board);
    gst_report_unmap(f->run.report);
    free(f);
    return 0;
}

static void spoil(struct gst_collective_attempt *attempt, enum gst_finding_id finding, int gpu)
{
    attempt->fault.finding = finding;
    attempt->fault.gpu = gpu;
    strcpy(attempt->fault.text, "3 of 8 elements wrong");
}

static void give_up(struct gst_collective_attempt *attempt, enum gst_finding_id finding)
{
    attempt->st.finding = finding;
    strcpy(attempt->st.cause, "rank 1 came to nothing");
}

static void report(struct fixture *f)
{
    struct gst_status st = GST_STATUS_INIT;

    assert_true(gst_collective_attempts_report(&f->run, &f->per_gpu, &f->one, &f->way, &st));
    assert_int_equal(st.finding, GST_NO_FINDING);
}

/* The n-th of `count` faults. */
static void assert_told(const struct fixture *f, size_t count, size_t n, const char *id, int gpu,
                        const char *words)
{
    const struct gst_check *check = &f->run.report->checks[n];

    assert_int_equal(f->run.report->check_count, count);
    assert_string_equal(gst_finding(check->finding)->id, id);
    assert_int_equal(check->gpu, gpu);
    assert_non_null(strstr(check->observed, words));
}

/* Time, algorithm and bus bandwidth of one size. */
static void assert_numbers(const struct fixture *f, size_t models)
{
    assert_int_equal(f->run.report->metric_count, 3 * models);
}

static void test_collective_attempt__right_ones_have_numbers_and_no_fault(void **state)
{
    struct fixture *f = *state;

    report(f);
    assert_numbers(f, 2);
    assert_int_equal(f->run.report->check_count, 0);
    assert_string_equal(f->run.report->metrics[0].variant, "per-gpu 1 MiB");
    assert_string_equal(f->run.report->metrics[3].variant, "one-process 1 MiB");
}

static void test_collective_attempt__what_was_not_run_says_nothing(void **state)
{
    struct fixture *f = *state;

    f->one.is_run = false;
    spoil(&f->one, GST_HARDWARE_COLLECTIVE_CORRUPTED, 1);
    report(f);
    assert_numbers(f, 1);
    assert_int_equal(f->run.report->check_count, 0);
}

/* In one process the same GPUs are right: it is what lies between processes, and no GPU's. */
static void test_collective_attempt__wrong_between_processes_alone_is_the_containers(void **state)
{
    static const enum gst_finding_id found[] = { GST_HARDWARE_COLLECTIVE_CORRUPTED,
                                                 GST_HARDWARE_COLLECTIVE_NAN,
                                                 GST_HARDWARE_CONTRIBUTION_MISSING };

    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        struct fixture *f;

        if (i > 0)
            setup(state);
        f = *state;
        spoil(&f->per_gpu, found[i], 1);
        report(f);
        assert_told(f, 1, 0, "runtime.collective-across-processes", GST_NO_GPU,
                    "per-gpu: 3 of 8 elements wrong");
        assert_numbers(f, 1);
        if (i + 1 < sizeof(found) / sizeof(found[0]))
            teardown(state);
    }
}

static void test_collective_attempt__hang_between_processes_alone_is_the_containers(void **state)
{
    struct fixture *f = *state;

    give_up(&f->per_gpu, GST_HARDWARE_COLLECTIVE_HANG);
    report(f);
    assert_told(f, 1, 0, "runtime.collective-across-processes", GST_NO_GPU,
                "per-gpu: rank 1 came to nothing");
}

/* Only what can lie between processes is put there. */
static void test_collective_attempt__a_lost_gpu_stays_what_it_is(void **state)
{
    struct fixture *f = *state;

    give_up(&f->per_gpu, GST_HARDWARE_GPU_LOST);
    report(f);
    assert_told(f, 1, 0, "hardware.gpu-lost", GST_NO_GPU, "per-gpu: rank 1");
    assert_numbers(f, 1);
}

static void test_collective_attempt__the_same_in_both_is_told_once(void **state)
{
    struct fixture *f = *state;

    spoil(&f->per_gpu, GST_HARDWARE_COLLECTIVE_CORRUPTED, 1);
    spoil(&f->one, GST_HARDWARE_COLLECTIVE_CORRUPTED, 1);
    report(f);
    assert_told(f, 1, 0, "hardware.collective-corrupted", 1, "per-gpu: 3 of 8");
    assert_numbers(f, 0);
}

static void test_collective_attempt__two_faults_are_told_each(void **state)
{
    struct fixture *f = *state;

    spoil(&f->per_gpu, GST_HARDWARE_COLLECTIVE_CORRUPTED, 1);
    spoil(&f->one, GST_HARDWARE_COLLECTIVE_NAN, 0);
    report(f);
    assert_told(f, 2, 0, "hardware.collective-corrupted", 1, "per-gpu: ");
    assert_told(f, 2, 1, "hardware.collective-nan", 0, "one-process: ");
}

/* Wrong in one process alone: nothing excuses the GPU. */
static void test_collective_attempt__wrong_in_one_process_alone_is_the_gpus(void **state)
{
    struct fixture *f = *state;

    spoil(&f->one, GST_HARDWARE_COLLECTIVE_CORRUPTED, 1);
    report(f);
    assert_told(f, 1, 0, "hardware.collective-corrupted", 1, "one-process: ");
    assert_numbers(f, 1);
}

/* What is done is done: numbers of it are kept, unless some of it was wrong. */
static void test_collective_attempt__out_of_time_keeps_what_is_done(void **state)
{
    struct fixture *f = *state;

    give_up(&f->per_gpu, GST_SUITE_TIMED_OUT);
    report(f);
    assert_told(f, 1, 0, "suite.timed-out", GST_NO_GPU, "per-gpu: rank 1");
    assert_numbers(f, 2);
}

static void test_collective_attempt__wrong_tells_more_than_out_of_time(void **state)
{
    struct fixture *f = *state;

    give_up(&f->one, GST_SUITE_TIMED_OUT);
    spoil(&f->one, GST_HARDWARE_COLLECTIVE_CORRUPTED, 1);
    report(f);
    assert_told(f, 1, 0, "hardware.collective-corrupted", 1, "one-process: 3 of 8");
    assert_numbers(f, 1);
}

/* Ranks elsewhere have then told nothing of theirs. */
static void test_collective_attempt__out_of_time_among_others_has_no_numbers(void **state)
{
    struct fixture *f = *state;

    give_up(&f->per_gpu, GST_SUITE_TIMED_OUT);
    f->per_gpu.crew.board->seat_count = 1;
    f->one.is_run = false;
    report(f);
    assert_numbers(f, 0);
}

/* What the image lacks, it lacks in both. */
static void test_collective_attempt__what_the_image_lacks_is_no_models(void **state)
{
    struct fixture *f = *state;

    give_up(&f->per_gpu, GST_IMAGE_NCCL_MISSING);
    f->one.is_run = false;
    report(f);
    assert_int_equal(f->run.report->check_count, 1);
    assert_string_equal(f->run.report->checks[0].observed, "rank 1 came to nothing");
}

/* 64 MiB between two GPUs over PCIe 4.0 x16, of which healthy ones carry 7.7 GB/s: in 6.7 ms 10, in
 * 22 ms 3. A host that was late counts unless the sample takes far longer than that host does. */
static void test_collective_attempt__long_samples_count_though_the_host_was_late(void **state)
{
    static const struct {
        double seconds, host_s;
        uint32_t slots;
        bool was_late;
        enum gst_verdict verdict;
    } rows[] = {
        { 6.7e-3, 0.1e-3, 1, false, GST_PASS },      { 22e-3, 0.1e-3, 1, false, GST_FAIL },
        { 6.7e-3, 0.1e-3, 1, true, GST_PASS },       { 22e-3, 0.1e-3, 1, true, GST_FAIL },
        { 6.7e-3, 0.5e-3, 1, true, GST_NOT_JUDGED }, { 22e-3, 2e-3, 1, true, GST_NOT_JUDGED },
        { 22e-3, 2e-3, 8, true, GST_FAIL },          { 22e-3, 0, 1, true, GST_NOT_JUDGED },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture *f;
        struct gst_board *board;

        if (i > 0)
            setup(state);
        f = *state;
        f->one.is_run = false;
        f->way.site = (struct gst_way_site){ .ranks = RANKS,
                                             .machines = 1,
                                             .kind = GST_WAY_KIND_HOST,
                                             .cc_major = 8,
                                             .cc_minor = 9,
                                             .pcie_generation = 4,
                                             .pcie_width = 16,
                                             .is_pcie_wide = true };
        board = f->per_gpu.crew.board;
        board->cases[0].elements = UINT64_C(1) << 24;
        board->cases[0].slots = rows[i].slots;
        for (int k = 0; k < RANKS; k++) {
            board->outcomes[0][k].samples[0].seconds = rows[i].seconds;
            board->outcomes[0][k].host_s = rows[i].host_s / (k + 1); /* the slower one decides */
        }
        board->outcomes[0][1].samples[0].was_late = rows[i].was_late;
        report(f);
        assert_string_equal(f->run.report->metrics[2].def->name, "all-reduce.bus-bandwidth");
        if (f->run.report->metrics[2].verdict != rows[i].verdict)
            fail_msg("row %zu: verdict %d", i, (int)f->run.report->metrics[2].verdict);
        if (i + 1 < sizeof(rows) / sizeof(rows[0]))
            teardown(state);
    }
}

static void assert_late(const struct fixture *f, const char *words)
{
    const struct gst_fact *fact =
        gst_report_find_fact(f->run.report, GST_NO_GPU, "per-gpu", "collectives_host_late");

    assert_non_null(fact);
    assert_non_null(strstr(fact->text, words));
}

/* What the host was stalled in is long for that alone: it is the shortest that tells. */
static void test_collective_attempt__a_stall_is_no_long_sample(void **state)
{
    for (size_t late = 1; late <= 2; late++) {
        struct fixture *f;
        struct gst_board *board;

        if (late > 1)
            setup(state);
        f = *state;
        f->one.is_run = false;
        board = f->per_gpu.crew.board;
        board->cases[0].samples = 2;
        for (int i = 0; i < RANKS; i++) {
            board->outcomes[0][i].host_s = 0.1e-3;
            board->outcomes[0][i].samples[0].seconds = 50e-3;
            board->outcomes[0][i].samples[0].was_late = true;
            board->outcomes[0][i].samples[1].seconds = 1e-3;
            board->outcomes[0][i].samples[1].was_late = late > 1;
        }
        report(f);
        assert_late(f, late > 1 ? "2 of 2 samples" : "1 of 2 samples");
        assert_true(f->run.report->metrics[0].sample_count == (late > 1 ? 2U : 1U));
        if (late == 1)
            teardown(state);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_collective_attempt__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(right_ones_have_numbers_and_no_fault),
        TEST(what_was_not_run_says_nothing),
        TEST(wrong_between_processes_alone_is_the_containers),
        TEST(hang_between_processes_alone_is_the_containers),
        TEST(a_lost_gpu_stays_what_it_is),
        TEST(the_same_in_both_is_told_once),
        TEST(two_faults_are_told_each),
        TEST(wrong_in_one_process_alone_is_the_gpus),
        TEST(out_of_time_keeps_what_is_done),
        TEST(wrong_tells_more_than_out_of_time),
        TEST(out_of_time_among_others_has_no_numbers),
        TEST(what_the_image_lacks_is_no_models),
        TEST(long_samples_count_though_the_host_was_late),
        TEST(a_stall_is_no_long_sample),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
