/* SPDX-License-Identifier: Apache-2.0 */
/* From readings of a GPU's state to what explains a slow number, and what is a fault without one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gpu/clock_reasons.h"
#include "gpu/condition.h"

#define IDLE       nvmlClocksThrottleReasonGpuIdle
#define SETTING    nvmlClocksThrottleReasonApplicationsClocksSetting
#define POWER_CAP  nvmlClocksThrottleReasonSwPowerCap
#define SLOWDOWN   nvmlClocksThrottleReasonHwSlowdown
#define SW_THERMAL nvmlClocksThrottleReasonSwThermalSlowdown
#define HW_THERMAL nvmlClocksThrottleReasonHwThermalSlowdown
#define BRAKE      nvmlClocksThrottleReasonHwPowerBrakeSlowdown

/* An H100 under load, all well. */
static struct gst_condition healthy(void)
{
    struct gst_condition condition = {
        .load = { .pstate = -1 },
        .sm_max_mhz = 1980,
        .memory_max_mhz = 2619,
        .limit_milliwatts = 700000,
        .default_limit_milliwatts = 700000,
    };

    return condition;
}

static struct gst_condition_reading reading_of(unsigned long long reasons)
{
    return (struct gst_condition_reading){ .sm_mhz = 1980,
                                           .memory_mhz = 2619,
                                           .has_reasons = true,
                                           .reasons = reasons,
                                           .celsius = 33,
                                           .milliwatts = 70000 };
}

static struct gst_condition after(unsigned long long first, unsigned long long second)
{
    const struct gst_condition_reading one = reading_of(first), other = reading_of(second);
    struct gst_condition condition = healthy();

    gst_condition_add(&condition, &one);
    gst_condition_add(&condition, &other);
    return condition;
}

static void test_condition__what_holds_the_clocks(void **state)
{
    static const struct {
        unsigned long long first, second;
        enum gst_finding_id why;
        bool is_throttled;
    } rows[] = {
        { 0, 0, GST_HARDWARE_SLOW, false },
        { IDLE, 0, GST_HARDWARE_SLOW, false },
        { SLOWDOWN, SLOWDOWN, GST_HARDWARE_THROTTLED, true },
        /* for a moment, as clocks change: explains a slow number, is no fault without one */
        { SLOWDOWN, 0, GST_HARDWARE_THROTTLED, false },
        { 0, HW_THERMAL, GST_HARDWARE_THROTTLED, true },
        { BRAKE | SLOWDOWN, 0, GST_HARDWARE_THROTTLED, true },
        { SW_THERMAL, SW_THERMAL, GST_HARDWARE_THROTTLED, false },
        { POWER_CAP, POWER_CAP, GST_HARDWARE_SLOW, false }, /* at the limit of the board */
        { POWER_CAP | SETTING, POWER_CAP, GST_HOST_CLOCKS_LIMITED, false },
        { SETTING, SETTING, GST_HOST_CLOCKS_LIMITED, false },
        { POWER_CAP, HW_THERMAL, GST_HARDWARE_THROTTLED, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_condition condition = after(rows[i].first, rows[i].second);

        assert_int_equal(gst_condition_explain(&condition), rows[i].why);
        assert_int_equal(gst_condition_is_throttled(&condition), rows[i].is_throttled);
    }
}

static void test_condition__a_power_cap_is_a_setting_below_the_default(void **state)
{
    static const struct {
        unsigned limit_milliwatts, default_limit_milliwatts;
        enum gst_finding_id why;
    } rows[] = {
        { 700000, 700000, GST_HARDWARE_SLOW },
        { 750000, 700000, GST_HARDWARE_SLOW }, /* raised */
        { 699000, 700000, GST_HOST_CLOCKS_LIMITED },
        { 700000, 0, GST_HOST_CLOCKS_LIMITED }, /* not told */
        { 0, 0, GST_HOST_CLOCKS_LIMITED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_condition condition = after(POWER_CAP, POWER_CAP);

        condition.limit_milliwatts = rows[i].limit_milliwatts;
        condition.default_limit_milliwatts = rows[i].default_limit_milliwatts;
        assert_int_equal(gst_condition_explain(&condition), rows[i].why);
    }
}

static void test_condition__one_reading_of_a_plain_slowdown_is_no_proof(void **state)
{
    const struct gst_condition_reading reading = reading_of(SLOWDOWN);
    struct gst_condition condition = healthy();

    (void)state;
    gst_condition_add(&condition, &reading);
    assert_false(gst_condition_is_throttled(&condition));
}

static void test_condition__low_clocks_without_a_reason(void **state)
{
    static const struct {
        unsigned sm_mhz, memory_mhz;
        enum gst_finding_id why;
    } rows[] = {
        { 1980, 2619, GST_HARDWARE_SLOW },
        { 1485, 2619, GST_HARDWARE_SLOW },       /* 75 % of 1980 */
        { 1484, 2619, GST_HOST_CLOCKS_LIMITED }, /* just below */
        { 1980, 2358, GST_HARDWARE_SLOW },       /* 90 % of 2619 is 2357.1 */
        { 1980, 2357, GST_HOST_CLOCKS_LIMITED },
        { 0, 0, GST_HARDWARE_SLOW }, /* not told */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_condition_reading reading = reading_of(0);
        struct gst_condition condition = healthy();

        reading.sm_mhz = rows[i].sm_mhz;
        reading.memory_mhz = rows[i].memory_mhz;
        gst_condition_add(&condition, &reading);
        assert_int_equal(gst_condition_explain(&condition), rows[i].why);
    }
}

static void test_condition__the_highest_of_several_readings_counts(void **state)
{
    struct gst_condition_reading ramp = reading_of(IDLE), full = reading_of(0);
    struct gst_condition condition = healthy();

    (void)state;
    ramp.sm_mhz = 345;
    ramp.pstate = 8;
    full.celsius = 61;
    full.pstate = 0;
    gst_condition_add(&condition, &ramp);
    gst_condition_add(&condition, &full);
    gst_condition_add(&condition, &ramp);
    assert_int_equal(condition.readings, 3);
    assert_int_equal(condition.load.sm_mhz, 1980);
    assert_int_equal(condition.load.pstate, 0);
    assert_int_equal(condition.load.celsius, 61);
    assert_int_equal(condition.load.reasons, IDLE);
    assert_int_equal(condition.always, 0);
}

static void test_condition__others_make_it_inconclusive_but_hide_no_fault(void **state)
{
    struct gst_condition condition = after(POWER_CAP, POWER_CAP);

    (void)state;
    condition.limit_milliwatts = 400000; /* lowered */
    condition.others.count = 1;
    assert_int_equal(gst_condition_explain(&condition), GST_USER_GPU_BUSY);
    condition.others.has_use = true; /* and it only holds memory */
    assert_int_equal(gst_condition_explain(&condition), GST_HOST_CLOCKS_LIMITED);
    condition = after(HW_THERMAL, HW_THERMAL);
    condition.others.count = 1;
    assert_int_equal(gst_condition_explain(&condition), GST_HARDWARE_THROTTLED);
}

static void test_condition__describe(void **state)
{
    struct gst_condition condition = after(SLOWDOWN, POWER_CAP), none = healthy();
    char text[224];

    (void)state;
    condition.load.sm_mhz = 900;
    assert_string_equal(gst_condition_describe(&condition, text, sizeof(text)),
                        "SM clock 900 of 1980 MHz, memory clock 2619 of 2619 MHz, held down by "
                        "software power cap, hardware slowdown, 33 C, 70 of 700 W");
    condition.others = (struct gst_others){ .is_told = true, .count = 1, .pid = 4711 };
    gst_condition_describe(&condition, text, sizeof(text));
    assert_non_null(strstr(text, "; other processes: 1, pid 4711"));
    gst_condition_describe(&condition, text, 20);
    assert_string_equal(text, "SM clock 900 of 198");
    assert_string_equal(gst_condition_describe(&none, text, sizeof(text)), "clocks not read");
}

static void test_clock_reasons__describe(void **state)
{
    char text[200];

    (void)state;
    assert_string_equal(gst_clock_reasons_describe(0, text, sizeof(text)), "none");
    assert_string_equal(gst_clock_reasons_describe(1ULL << 40, text, sizeof(text)), "none");
    assert_string_equal(gst_clock_reasons_describe(HW_THERMAL | BRAKE, text, sizeof(text)),
                        "hardware thermal slowdown, hardware power brake");
    assert_string_equal(gst_clock_reasons_describe(~0ULL, text, 12), "idle, appli");
}

static void test_condition__a_lowered_limit_makes_no_other_board(void **state)
{
    static const struct {
        unsigned enforced, made_for;
        double power_w;
    } rows[] = { { 70000, 70000, 70 }, { 40000, 70000, 70 }, { 40000, 0, 40 }, { 0, 0, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_condition condition = { .limit_milliwatts = rows[i].enforced,
                                                 .default_limit_milliwatts = rows[i].made_for };

        assert_float_equal(gst_condition_board_power_w(&condition), rows[i].power_w, 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_condition__a_lowered_limit_makes_no_other_board),
        cmocka_unit_test(test_condition__what_holds_the_clocks),
        cmocka_unit_test(test_condition__a_power_cap_is_a_setting_below_the_default),
        cmocka_unit_test(test_condition__one_reading_of_a_plain_slowdown_is_no_proof),
        cmocka_unit_test(test_condition__low_clocks_without_a_reason),
        cmocka_unit_test(test_condition__the_highest_of_several_readings_counts),
        cmocka_unit_test(test_condition__others_make_it_inconclusive_but_hide_no_fault),
        cmocka_unit_test(test_condition__describe),
        cmocka_unit_test(test_clock_reasons__describe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
