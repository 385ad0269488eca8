/* SPDX-License-Identifier: Apache-2.0 */
/* Only silence is a hang; who comes on until the time is over had too much to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "collective/pace.h"

#define ALLOWED_S 267.0

static void test_pace__rows(void **state)
{
    static const struct {
        double run_s, allowed_s, silent_s;
        bool have_joined;
        enum gst_pace pace;
    } rows[] = {
        { 100, ALLOWED_S, 59, true, GST_PACE_GOES_ON },
        /* Before the time is over. */
        { 100, ALLOWED_S, 60, true, GST_PACE_IS_SILENT },
        /* NCCL may be compiling. */
        { 199, ALLOWED_S, 199, false, GST_PACE_GOES_ON },
        { 201, ALLOWED_S, 200, false, GST_PACE_IS_SILENT },
        { ALLOWED_S, ALLOWED_S, 19, true, GST_PACE_IS_LATE },
        { ALLOWED_S, ALLOWED_S, 20, true, GST_PACE_IS_SILENT },
        /* Little time: a tenth of it. */
        { 3.3, 3.3, 0.32, true, GST_PACE_IS_LATE },
        { 3.3, 3.3, 0.34, true, GST_PACE_IS_SILENT },
        { 3.3, 3.3, 0.34, false, GST_PACE_IS_SILENT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(
            gst_pace_judge(rows[i].run_s, rows[i].allowed_s, rows[i].silent_s, rows[i].have_joined),
            rows[i].pace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pace__rows),
    };

    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
