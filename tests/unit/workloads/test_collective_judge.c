/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of wrong outcomes: which finding, whose GPU, in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "workloads/all_reduce/judge.h"
#include "workloads/list.h"

#define RANKS    4
#define ELEMENTS 100

/* Four ranks on GPUs 10 to 13, one all-reduce of floats, all well. */
static int setup(void **state)
{
    struct gst_board *board = calloc(1, sizeof(*board));

    assert_non_null(board);
    board->world = board->seat_count = RANKS;
    board->seed = 3;
    board->case_count = 1;
    board->cases[0] = (struct gst_collective_case){ .collective = GST_ALL_REDUCE,
                                                    .element = GST_ELEMENT_FLOAT,
                                                    .reduction = GST_REDUCTION_SUM,
                                                    .elements = ELEMENTS,
                                                    .slots = 1 };
    for (int i = 0; i < RANKS; i++) {
        board->seats[i].rank = i;
        board->seats[i].gpu = 10 + i;
        board->outcomes[0][i].expected = ELEMENTS;
        board->outcomes[0][i].result.checked = ELEMENTS;
    }
    *state = board;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

/* One wrong element on this seat, holding the bits. */
static void spoil(struct gst_board *board, int seat, uint64_t element, uint32_t bits)
{
    struct gst_collective_data_result *result = &board->outcomes[0][seat].result;

    result->element[result->wrong] = element;
    result->found[result->wrong] = bits;
    result->wrong++;
}

static void assert_fault(const struct gst_board *board, const char *id, int gpu, const char *words)
{
    struct gst_collective_fault fault;

    gst_collective_judge(board, &fault);
    assert_string_equal(gst_finding(fault.finding)->id, id);
    assert_int_equal(fault.gpu, gpu);
    assert_non_null(strstr(fault.text, words));
}

static void test_collective_judge__all_right(void **state)
{
    const struct gst_board *board = *state;
    struct gst_collective_fault fault;

    gst_collective_judge(board, &fault);
    assert_int_equal(fault.finding, GST_NO_FINDING);
    assert_int_equal(gst_collective_checked(board), RANKS * ELEMENTS);
}

static void test_collective_judge__one_wrong_element_is_its_gpus(void **state)
{
    struct gst_board *board = *state;

    spoil(board, 2, 7, 0x3fc00000);
    assert_fault(board, "hardware.collective-corrupted", 12,
                 "on rank 2 1 of 100 elements wrong; first met: element 7 holds 1.5");
}

static void test_collective_judge__wrong_everywhere_is_nobodys(void **state)
{
    struct gst_board *board = *state;

    for (int i = 0; i < RANKS; i++)
        spoil(board, i, 7, 0x3fc00000);
    assert_fault(board, "hardware.collective-corrupted", GST_NO_GPU, "other ranks alike");
}

/* Every rank has a sum that lacks what rank 1 gave: it is that rank's GPU that is named. */
static void test_collective_judge__missing_contribution_is_its_givers(void **state)
{
    struct gst_board *board = *state;
    const struct gst_collective_data data = {
        .element = GST_ELEMENT_FLOAT, .reduction = GST_REDUCTION_SUM, .ranks = RANKS, .seed = 3
    };
    const struct gst_collective_data_args all = gst_collective_data_combined(&data);
    const struct gst_collective_data_args one = gst_collective_data_given(&data, 1);

    for (uint64_t element = 0; element < 3; element++) {
        const float value = (float)(gst_collective_data_value(&all, element)
                                    - gst_collective_data_value(&one, element));
        uint32_t bits;

        memcpy(&bits, &value, sizeof(bits));
        for (int i = 0; i < RANKS; i++)
            spoil(board, i, element, bits);
    }
    assert_fault(board, "hardware.contribution-missing", 11, "as if rank 1 had given nothing");
}

static void test_collective_judge__nan_and_poison_are_told_apart(void **state)
{
    struct gst_board *board = *state;

    spoil(board, 3, 7, 0xffffffff);
    board->outcomes[0][3].result.unwritten = 1;
    assert_fault(board, "hardware.collective-corrupted", 13, "1 of them never written");
    spoil(board, 3, 8, 0x7fc00000);
    board->outcomes[0][3].result.nans = 1;
    assert_fault(board, "hardware.collective-nan", 13, "1 of them no numbers");
}

/* Before anything that it says is believed. */
static void test_collective_judge__blind_comparison_is_the_suites(void **state)
{
    struct gst_board *board = *state;

    spoil(board, 0, 7, 0x3fc00000);
    board->outcomes[0][1].is_blind = true;
    board->outcomes[0][1].result.checked = ELEMENTS - 1;
    assert_fault(board, "suite.check-is-blind", 11, "compared 99 of 100 elements");
}

/* Contexts that libraries left behind in an earlier row's process would stand in the ranks' way. */
static void test_collective_judge__ranks_start_from_a_child_of_its_own(void **state)
{
    (void)state;
    assert_non_null(gst_workload_all_reduce.env);
    assert_null(gst_workload_all_reduce.env[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_collective_judge__all_right, setup, teardown),
        cmocka_unit_test_setup_teardown(test_collective_judge__one_wrong_element_is_its_gpus, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_collective_judge__wrong_everywhere_is_nobodys, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_collective_judge__missing_contribution_is_its_givers,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_collective_judge__nan_and_poison_are_told_apart, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_collective_judge__blind_comparison_is_the_suites,
                                        setup, teardown),
        cmocka_unit_test(test_collective_judge__ranks_start_from_a_child_of_its_own),
    };

    return cmocka_run_group_tests_name("collective_judge", tests, NULL, NULL);
}
