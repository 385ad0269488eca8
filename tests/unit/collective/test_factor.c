/* SPDX-License-Identifier: Apache-2.0 */
/* Factors by hand from nccl-tests' table, and what each rank gives and gets. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collective/factor.h"

static const struct {
    enum gst_collective collective;
    double of_two, of_eight;
    size_t input, output, message; /* of 19 elements, 4 ranks */
} rows[] = {
    { GST_ALL_REDUCE, 1, 1.75, 19, 19, 19 },
    { GST_ALL_GATHER, 0.5, 0.875, 4, 16, 16 },
    { GST_REDUCE_SCATTER, 0.5, 0.875, 16, 4, 16 },
    { GST_BROADCAST, 1, 1, 19, 19, 19 },
    { GST_REDUCE, 1, 1, 19, 19, 19 },
    { GST_SEND_RECV, 1, 1, 19, 19, 19 },
    { GST_ALL_TO_ALL, 0.5, 0.875, 16, 16, 16 },
};

static void test_factor__equals_the_published_table(void **state)
{
    (void)state;
    assert_int_equal(sizeof(rows) / sizeof(rows[0]), GST_COLLECTIVE_COUNT);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(gst_collective_bus_factor(rows[i].collective, 2) == rows[i].of_two);
        assert_true(gst_collective_bus_factor(rows[i].collective, 8) == rows[i].of_eight);
    }
}

/* 0 would be a number, and a PASS for whoever has no floor. */
static void test_factor__one_rank_has_no_bus(void **state)
{
    (void)state;
    for (int i = 0; i < GST_COLLECTIVE_COUNT; i++)
        assert_true(isnan(gst_collective_bus_factor((enum gst_collective)i, 1)));
}

static void test_factor__sides_and_what_is_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_collective_sides sides = gst_collective_sides(rows[i].collective, 4, 19);

        assert_int_equal(sides.input, rows[i].input);
        assert_int_equal(sides.output, rows[i].output);
        assert_int_equal(sides.message, rows[i].message);
        assert_int_equal(sides.chunk, gst_collective_is_cut(rows[i].collective) ? 4 : 19);
        assert_int_equal(gst_collective_is_cut(rows[i].collective), rows[i].message == 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor__equals_the_published_table),
        cmocka_unit_test(test_factor__one_rank_has_no_bus),
        cmocka_unit_test(test_factor__sides_and_what_is_left_out),
    };

    return cmocka_run_group_tests_name("factor", tests, NULL, NULL);
}
