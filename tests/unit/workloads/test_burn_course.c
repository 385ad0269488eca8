/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of clocks, heat and power over time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workloads/burn/course.h"

static void test_burn_course__describe(void **state)
{
    static const struct gst_condition_reading readings[] = {
        { .sm_mhz = 1980, .celsius = 50, .milliwatts = 600000 },
        { .sm_mhz = 1755,
          .celsius = 61,
          .milliwatts = 700000,
          .has_reasons = true,
          .reasons = nvmlClocksThrottleReasonSwPowerCap },
        { .sm_mhz = 1815, .celsius = 60, .milliwatts = 650000 },
    };
    struct gst_burn_course course = { .readings = 0 };
    char text[160];

    (void)state;
    assert_string_equal(gst_burn_course_describe(&course, text, sizeof(text)), "");
    for (size_t i = 0; i < 3; i++)
        gst_burn_course_add(&course, &readings[i]);
    assert_string_equal(gst_burn_course_describe(&course, text, sizeof(text)),
                        "SM clock 1755 to 1980 MHz, 1850 on average; up to 61 C, 650 W on average, "
                        "700 at most; held down in 1 of 3 readings by software power cap");
}

/* A board that tells nothing but heat. */
static void test_burn_course__not_told(void **state)
{
    const struct gst_condition_reading reading = { .celsius = 40 };
    struct gst_burn_course course = { .readings = 0 };
    char text[160];

    (void)state;
    gst_burn_course_add(&course, &reading);
    assert_string_equal(gst_burn_course_describe(&course, text, sizeof(text)), "up to 40 C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_burn_course__describe),
        cmocka_unit_test(test_burn_course__not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
