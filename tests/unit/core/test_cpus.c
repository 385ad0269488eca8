/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of processors, as /proc and /sys write them and as nobody does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/cpus.h"

static void test_cpus__meet(void **state)
{
    static const struct {
        const char *a, *b;
        bool meet;
    } rows[] = {
        { "0-3", "3-7", true },
        { "0-3", "4-7", false },
        { "0-3,64-67", "66", true },
        { "5", "0-3,5", true },
        { "", "0-63", false },
        { "0-3,x,8", "8", false }, /* ends where it is no list */
        { "0-99999999999", "8191", true },
        { "8192", "8192", false }, /* beyond Linux' most */
        { "7-3", "5", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gst_cpus a, b;

        gst_cpus_parse(&a, rows[i].a);
        gst_cpus_parse(&b, rows[i].b);
        assert_int_equal(gst_cpus_meet(&a, &b), rows[i].meet);
        assert_int_equal(gst_cpus_meet(&b, &a), rows[i].meet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpus__meet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
