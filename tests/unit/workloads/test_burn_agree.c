/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several identical GPUs is the odd one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workloads/burn/agree.h"

static void test_burn_agree__majority(void **state)
{
    static const struct gst_burn_opinion opinions[] = {
        { "H100", 132, 8192, 7, true }, { "H100", 132, 8192, 5, true },
        { "T4", 40, 4096, 9, true },    { "H100", 132, 8192, 5, true },
        { "H100", 132, 4096, 7, true }, { "H100", 132, 8192, 7, false },
        { "T4", 40, 4096, 8, true },    { "H100", 114, 8192, 9, true },
    };
    static const struct {
        int index, alike, majority, count;
        bool is_shared;
    } rows[] = {
        { 0, 3, 1, 2, false }, /* two of three hold 5; a fourth made none */
        { 1, 3, 1, 2, false },
        { 3, 3, 1, 2, false },
        { 2, 2, 6, 1, true }, /* one against one: each is held against the other */
        { 6, 2, 2, 1, true },
        { 4, 1, 4, 1, false }, /* the only one of its size: nobody to compare with */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_burn_majority majority = gst_burn_majority_of(opinions, 8, rows[i].index);

        assert_int_equal(majority.alike, rows[i].alike);
        assert_int_equal(majority.index, rows[i].majority);
        assert_int_equal(majority.count, rows[i].count);
        assert_int_equal(majority.is_shared, rows[i].is_shared);
    }
}

/* Two and two, and one that is alone with what it holds. */
static void test_burn_agree__two_camps(void **state)
{
    static const uint64_t digests[] = { 3, 7, 5, 5, 7 };
    static const int held_against[] = { 1, 2, 1, 1, 2 };
    struct gst_burn_opinion opinions[5];

    (void)state;
    for (int i = 0; i < 5; i++)
        opinions[i] = (struct gst_burn_opinion){ "H100", 132, 8192, digests[i], true };
    for (int i = 0; i < 5; i++) {
        const struct gst_burn_majority majority = gst_burn_majority_of(opinions, 5, i);

        assert_int_equal(majority.index, held_against[i]);
        assert_int_equal(majority.count, 2);
        assert_int_equal(majority.alike, 5);
        assert_true(majority.is_shared);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burn_agree__majority),
        cmocka_unit_test(test_burn_agree__two_camps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
