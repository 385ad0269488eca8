/* SPDX-License-Identifier: Apache-2.0 */
/* Ranks in sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "meet/notice.h"

static void test_notice__ranks(void **state)
{
    /* One letter per rank, 'x' for those that are named. */
    static const struct {
        const char *ranks;
        const char *text;
    } cases[] = {
        { "", "" },
        { "........", "" },
        { "...x....", "rank 3 of 8" },
        { "x", "rank 0 of 1" },
        { "...x.x..", "ranks 3 and 5 of 8" },
        { ".xx.....", "ranks 1 and 2 of 8" },
        { ".xxx....", "ranks 1 to 3 of 8" },
        { "xxxx.x.x", "ranks 0 to 3, 5 and 7 of 8" },
        { "x..xxxxx", "ranks 0 and 3 to 7 of 8" },
        { "x.x.x.x.x.x.x.x", "ranks 0, 2, 4, 6, 8, 10, 12 and 14 of 15" },
        { "x.x.x.x.x.x.x.x.x", "ranks 0, 2, 4, 6, 8, 10, 12, 14 and 1 more of 17" },
        { "x.x.x.x.x.x.x.xxxx", "ranks 0, 2, 4, 6, 8, 10, 12 and 14 to 17 of 18" },
        { "x.x.x.x.x.x.x.x.xxx", "ranks 0, 2, 4, 6, 8, 10, 12, 14 and 3 more of 19" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool is_set[32] = { false };
        int size = 0;
        char text[200];

        for (; cases[i].ranks[size] != '\0'; size++)
            is_set[size] = cases[i].ranks[size] == 'x';
        assert_string_equal(gst_notice_ranks(is_set, size, text, sizeof(text)), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notice__ranks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
