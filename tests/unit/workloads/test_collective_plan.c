/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes, repetitions and data of the cases, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workloads/all_reduce/plan.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static struct gst_collective_case cases[512];

static struct gst_collective_choice choice_of(int collective)
{
    struct gst_collective_choice choice = { .min_bytes = 0 };

    choice.has_collective[collective] = true;
    choice.has_element[GST_ELEMENT_FLOAT] = true;
    choice.has_reduction[GST_REDUCTION_SUM] = true;
    return choice;
}

static struct gst_collective_wish wish_of(const struct gst_collective_choice *choice)
{
    return (struct gst_collective_wish){
        .choice = choice, .ranks = 8, .free_bytes = 80 * GIB, .samples = 16
    };
}

static void test_collective_plan__quick_takes_four_sizes_twice(void **state)
{
    const struct gst_collective_choice choice = choice_of(GST_ALL_REDUCE);
    const struct gst_collective_wish wish = wish_of(&choice);
    static const uint64_t elements[] = { 2, 1024, MIB / 2, GIB / 4 };
    static const uint32_t slots[] = { 8, 8, 1, 1 };

    (void)state;
    assert_int_equal(gst_collective_plan(&wish, cases, 512), 8);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(cases[i].collective, GST_ALL_REDUCE);
        assert_int_equal(cases[i].is_in_place, i % 2);
        assert_int_equal(cases[i].elements, elements[i / 2]);
        assert_int_equal(cases[i].slots, slots[i / 2]);
        assert_int_equal(cases[i].samples, i % 2 == 0 ? 16 : 2);
    }
}

/* 48 samples of 8 GiB over a slow link would take all the time there is; smaller ones have all. */
static void test_collective_plan__large_messages_have_few_samples(void **state)
{
    const struct gst_collective_choice choice = choice_of(GST_ALL_REDUCE);
    struct gst_collective_wish wish = wish_of(&choice);
    size_t count, large = 0;

    (void)state;
    wish.is_full = true;
    wish.samples = 48;
    count = gst_collective_plan(&wish, cases, 512);
    for (size_t i = 0; i < count; i++) {
        if (cases[i].is_in_place || cases[i].samples == 0)
            continue;
        assert_int_equal(cases[i].samples, cases[i].elements < GIB / 4 ? 48 : 16);
        large += cases[i].elements >= GIB / 4;
    }
    assert_int_equal(large, 2); /* 1 GiB and 8 GiB */
    wish.samples = 1;
    count = gst_collective_plan(&wish, cases, 512);
    for (size_t i = 0; i < count; i++)
        assert_true(cases[i].samples <= 1);
}

/* 8 bytes times a power of two, since whoever compares runs wants the same sizes. */
static void test_collective_plan__largest_fits_memory_or_is_what_was_asked(void **state)
{
    struct gst_collective_choice choice = choice_of(GST_ALL_REDUCE);
    struct gst_collective_wish wish = wish_of(&choice);

    (void)state;
    assert_true(gst_collective_span(&wish).most_bytes == GIB);
    wish.is_full = true;
    assert_true(gst_collective_span(&wish).most_bytes == 8 * GIB);
    wish.free_bytes = 15 * GIB;
    assert_true(gst_collective_span(&wish).most_bytes == 2 * GIB);
    wish.size_bytes = 16 * MIB + 1;
    assert_true(gst_collective_span(&wish).most_bytes == 16 * MIB);
    choice.min_bytes = 12;
    assert_true(gst_collective_span(&wish).least_bytes == 12);
    assert_true(gst_collective_span(&wish).most_bytes == 12 * MIB);
    choice.max_bytes = 48;
    assert_true(gst_collective_span(&wish).most_bytes == 48);
}

static void test_collective_plan__one_size_is_one_size(void **state)
{
    struct gst_collective_choice choice = choice_of(GST_BROADCAST);
    const struct gst_collective_wish wish = wish_of(&choice);

    (void)state;
    choice.min_bytes = choice.max_bytes = 4096;
    assert_int_equal(gst_collective_plan(&wish, cases, 512), 2);
    assert_int_equal(cases[0].elements, 1024);
}

/* The first is measured, the others are compared; where nothing is combined there is no reduction
 * to vary. */
static void test_collective_plan__every_type_and_reduction_once(void **state)
{
    struct gst_collective_choice choice = choice_of(GST_ALL_REDUCE);
    struct gst_collective_wish wish = wish_of(&choice);

    (void)state;
    choice.has_element[GST_ELEMENT_HALF] = true;
    choice.has_reduction[GST_REDUCTION_MAX] = true;
    assert_int_equal(gst_collective_plan(&wish, cases, 512), 8 + 3);
    for (int i = 8; i < 11; i++) {
        assert_int_equal(cases[i].samples, 0);
        assert_int_equal(cases[i].elements * gst_element_bytes(cases[i].element), MIB);
    }
    assert_int_equal(cases[8].reduction, GST_REDUCTION_MAX);
    assert_int_equal(cases[9].element, GST_ELEMENT_HALF);
    choice.has_collective[GST_ALL_REDUCE] = false;
    choice.has_collective[GST_SEND_RECV] = true;
    assert_int_equal(gst_collective_plan(&wish, cases, 512), 4 + 1);
}

/* Four types by four reductions, less the average of whole numbers, and the one that is measured.
 */
static void test_collective_plan__full_level_compares_what_nobody_chose(void **state)
{
    struct gst_collective_choice choice = choice_of(GST_ALL_REDUCE);
    struct gst_collective_wish wish = wish_of(&choice);
    size_t count, compared = 0;

    (void)state;
    wish.is_full = true;
    count = gst_collective_plan(&wish, cases, 512);
    for (size_t i = 0; i < count; i++)
        compared += cases[i].samples == 0;
    assert_int_equal(compared, 4 * 4 - 1 - 1);
    choice.has_element[GST_ELEMENT_FLOAT] = false;
    choice.has_element[GST_ELEMENT_HALF] = true;
    count = gst_collective_plan(&wish, cases, 512);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(cases[i].element, GST_ELEMENT_HALF);
}

/* bfloat16 counts to 255 and premulsum doubles: more than 127 ranks are no exact sum. */
static void test_collective_plan__leaves_out_what_has_no_exact_result(void **state)
{
    struct gst_collective_choice choice = choice_of(GST_ALL_REDUCE);
    struct gst_collective_wish wish = wish_of(&choice);

    (void)state;
    choice.has_element[GST_ELEMENT_BFLOAT16] = true;
    wish.ranks = 127;
    assert_int_equal(gst_collective_plan(&wish, cases, 512), 8 + 1);
    wish.ranks = 128;
    assert_int_equal(gst_collective_plan(&wish, cases, 512), 8);
}

/* 8 bytes are less than one element for each of 8 ranks. */
static void test_collective_plan__cut_messages_have_whole_parts(void **state)
{
    const struct gst_collective_choice choice = choice_of(GST_ALL_GATHER);
    struct gst_collective_wish wish = wish_of(&choice);

    (void)state;
    wish.ranks = 6;
    assert_int_equal(gst_collective_plan(&wish, cases, 512), 8);
    for (int i = 0; i < 8; i++) {
        assert_true(cases[i].elements > 0);
        assert_int_equal(cases[i].elements % 6, 0);
        assert_true(!cases[i].is_in_place || cases[i].slots == 1);
    }
}

static void test_collective_plan__one_rank_runs_kernels_of_its_own(void **state)
{
    const struct gst_collective_choice choice = choice_of(GST_ALL_REDUCE);
    struct gst_collective_wish wish = wish_of(&choice);
    size_t count;

    (void)state;
    wish.ranks = 1;
    count = gst_collective_plan(&wish, cases, 512);
    assert_int_equal(count, 8 + 4);
    for (size_t i = 0; i < count; i++) {
        if (cases[i].collective == GST_ALL_REDUCE)
            assert_int_equal(cases[i].reduction, GST_REDUCTION_PREMULSUM);
        else
            assert_int_equal(cases[i].collective, GST_SEND_RECV);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collective_plan__quick_takes_four_sizes_twice),
        cmocka_unit_test(test_collective_plan__large_messages_have_few_samples),
        cmocka_unit_test(test_collective_plan__largest_fits_memory_or_is_what_was_asked),
        cmocka_unit_test(test_collective_plan__one_size_is_one_size),
        cmocka_unit_test(test_collective_plan__every_type_and_reduction_once),
        cmocka_unit_test(test_collective_plan__full_level_compares_what_nobody_chose),
        cmocka_unit_test(test_collective_plan__leaves_out_what_has_no_exact_result),
        cmocka_unit_test(test_collective_plan__cut_messages_have_whole_parts),
        cmocka_unit_test(test_collective_plan__one_rank_runs_kernels_of_its_own),
    };

    return cmocka_run_group_tests_name("collective_plan", tests, NULL, NULL);
}
