/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several identical GPUs is the odd one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workloads/burn_agree.h"

static void test_burn_agree__majority(void **state)
{
    static const struct gst_burn_opinion opinions[] = {
        { "H100", 132, 8192, 7, true }, { "H100", 132, 8192, 5, true },
        { "T4", 40, 4096, 9, true },    { "H100", 132, 8192, 5, true },
        { "H100", 132, 4096, 7, true }, { "H100", 132, 8192, 7, false },
        { "T4", 40, 4096, 8, true },    { "H100", 114, 8192, 9, true },
    };
    static const struct {
        int index, majority, count;
        bool is_shared;
    } rows[] = {
        { 0, 1, 2, false }, /* two of three hold 5; a fourth made none */
        { 1, 1, 2, false }, { 3, 1, 2, false }, { 2, 2, 1, true }, /* one against one */
        { 6, 2, 1, true },  { 4, 4, 1, false },                    /* the only one of its size */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_burn_majority majority = gst_burn_majority_of(opinions, 8, rows[i].index);

        assert_int_equal(majority.index, rows[i].majority);
        assert_int_equal(majority.count, rows[i].count);
        assert_int_equal(majority.is_shared, rows[i].is_shared);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_burn_agree__majority) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
