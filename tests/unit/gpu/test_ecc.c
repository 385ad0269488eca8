/* SPDX-License-Identifier: Apache-2.0 */
/* By how much error counters rose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gpu/ecc.h"

static void test_ecc__rise(void **state)
{
    static const struct {
        unsigned long long before[GST_ECC_SPANS], after[GST_ECC_SPANS], rise;
    } rows[] = {
        { { 0, 0 }, { 0, 0 }, 0 },   { { 3, 90 }, { 3, 90 }, 0 }, { { 3, 90 }, { 4, 91 }, 1 },
        { { 3, 90 }, { 3, 95 }, 5 }, /* boards that keep only one of both */
        { { 3, 90 }, { 8, 90 }, 5 }, { { 7, 90 }, { 0, 90 }, 0 }, /* the driver was reloaded */
        { { 7, 90 }, { 0, 92 }, 2 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(gst_ecc_rise(rows[i].before, rows[i].after), rows[i].rise);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_ecc__rise) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
