/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks: only what holds whatever the time is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "core/clock.h"

static void test_clock__never_goes_back(void **state)
{
    uint64_t before = gst_clock_ns();

    (void)state;
    assert_true(before > 0);
    assert_true(gst_clock_ns() >= before);
}

static void test_clock__utc_has_the_shape_of_iso_8601(void **state)
{
    int year, month, day, hour, minute, second;
    char text[32], again[32];

    (void)state;
    assert_ptr_equal(gst_clock_utc(text, sizeof text), text);
    assert_int_equal(
        sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ", &year, &month, &day, &hour, &minute, &second), 6);
    snprintf(again, sizeof again, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, hour, minute,
             second);
    assert_string_equal(text, again);
    assert_true(year >= 2025);
    assert_string_equal(gst_clock_utc(text, 5), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock__never_goes_back),
        cmocka_unit_test(test_clock__utc_has_the_shape_of_iso_8601),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
