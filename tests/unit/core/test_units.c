/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities: the products were worked out by hand (1.5 * 2^30 = 1610612736). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "core/units.h"

static const char *const hostile[] = {
    "",     "-1",    "1e999", "64Q",  "0x10", "18446744073709551616",
    " 5",   "5 5",   "5  M",  "5 ",   "+5",   ".5M",
    "5.",   "1..5M", "nan",   "inf",  "5MB",  "M",
    "5MiM", "1,5M",  "5M ",   "20EB",
};

static void test_units__sizes(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } rows[] = {
        { "0", 0 },
        { "4096", 4096 },
        { "64M", 67108864 },
        { "64m", 67108864 },
        { "512MiB", 536870912 },
        { "512 MiB", 536870912 },
        { "1.5G", 1610612736 },
        { "7B", 7 },
        { "2T", UINT64_C(2199023255552) },
        { "18446744073709551615", UINT64_MAX },
        { "9007199254740993", UINT64_C(9007199254740993) }, /* 2^53 + 1: no double */
    };
    uint64_t bytes;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!gst_parse_size(rows[i].text, &bytes) || bytes != rows[i].bytes)
            fail_msg("%s", rows[i].text);
    }
}

static void test_units__sizes_refuse(void **state)
{
    static const char *const more[] = { "1.5", "16384P", "99999999999999999999", "1.5B" };
    uint64_t bytes = 42;

    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        if (gst_parse_size(hostile[i], &bytes))
            fail_msg("'%s' was taken", hostile[i]);
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        if (gst_parse_size(more[i], &bytes))
            fail_msg("'%s' was taken", more[i]);
    }
    assert_int_equal(bytes, 42);
}

static void test_units__durations(void **state)
{
    static const struct {
        const char *text;
        double seconds;
    } rows[] = {
        { "10", 10 }, { "10s", 10 }, { "1.5m", 90 }, { "250ms", 0.25 }, { "2h", 7200 }, { "0", 0 },
    };
    static const char *const refused[] = { "10x", "-1s", "1e3", "1.5.m", "10 s s", "1d" };
    double seconds = 42;

    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        assert_false(gst_parse_duration(hostile[i], &seconds));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(gst_parse_duration(refused[i], &seconds));
    assert_true(seconds == 42);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(gst_parse_duration(rows[i].text, &seconds));
        assert_true(fabs(seconds - rows[i].seconds) < 1e-12);
    }
}

static void test_units__quantities(void **state)
{
    static const struct {
        const char *text;
        enum gst_unit unit;
        double value;
    } rows[] = {
        { "500 GB/s", GST_UNIT_BYTES_PER_S, 5e11 },
        { "1.5TB/s", GST_UNIT_BYTES_PER_S, 1.5e12 },
        { "4 us", GST_UNIT_SECONDS, 4e-6 },
        { "80 GiB", GST_UNIT_BYTES, 85899345920.0 },
        { "1980 MHz", GST_UNIT_HERTZ, 1.98e9 },
        { "700 W", GST_UNIT_WATTS, 700 },
        { "80 %", GST_UNIT_FRACTION, 0.8 },
        { "60 TFLOP/s", GST_UNIT_FLOP_PER_S, 6e13 },
        { "12", GST_UNIT_NONE, 12 },
    };
    static const char *const refused[] = { "5 GB/h", "5 KB/s",  "5 parsecs", "5 GiB/s",
                                           "GB/s",   "-5 GB/s", "1e3 B/s",   "5 kW" };
    enum gst_unit unit = GST_UNIT_BITS;
    double value = 42;

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (gst_parse_quantity(refused[i], &unit, &value))
            fail_msg("'%s' was taken", refused[i]);
    }
    assert_true(value == 42 && unit == GST_UNIT_BITS);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(gst_parse_quantity(rows[i].text, &unit, &value));
        assert_int_equal(unit, rows[i].unit);
        assert_true(fabs(value - rows[i].value) <= 1e-12 * rows[i].value);
    }
}

static void test_units__unsigned(void **state)
{
    uint64_t value = 42;

    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        assert_false(gst_parse_unsigned(hostile[i], &value));
    assert_false(gst_parse_unsigned("5.0", &value));
    assert_int_equal(value, 42);
    assert_true(gst_parse_unsigned("18446744073709551615", &value));
    assert_true(value == UINT64_MAX);
    assert_true(gst_parse_unsigned("007", &value));
    assert_int_equal(value, 7);
}

static void test_units__shown(void **state)
{
    static const struct {
        double value;
        enum gst_unit unit;
        const char *text;
    } rows[] = {
        { 2.61e12, GST_UNIT_BYTES_PER_S, "2.61 TB/s" },
        { 4.2e-6, GST_UNIT_SECONDS, "4.2 us" },
        { 0.63, GST_UNIT_FRACTION, "63 %" },
        { 85470000000.0, GST_UNIT_BYTES, "79.6 GiB" }, /* / 2^30 = 79.600 */
        { 999.6e9, GST_UNIT_BYTES_PER_S, "1 TB/s" },   /* not "1000 GB/s" */
        { 1023.9, GST_UNIT_BYTES, "1 KiB" },
        { 1000, GST_UNIT_BYTES, "1000 B" },
        { 1250, GST_UNIT_WATTS, "1250 W" },
        { 5120, GST_UNIT_BITS, "5120 bit" },
        { 123456, GST_UNIT_NONE, "123456" },
        { 0, GST_UNIT_SECONDS, "0 s" },
        { 0, GST_UNIT_BYTES_PER_S, "0 B/s" },
        { 90, GST_UNIT_SECONDS, "90 s" },
        { 5400, GST_UNIT_SECONDS, "5400 s" },
        { 1.98e9, GST_UNIT_HERTZ, "1.98 GHz" },
        { -4.2e-6, GST_UNIT_SECONDS, "-4.2 us" },
        { NAN, GST_UNIT_SECONDS, "n/a" },
        { INFINITY, GST_UNIT_BYTES, "n/a" },
    };
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(gst_format(text, sizeof text, rows[i].value, rows[i].unit),
                            rows[i].text);
    assert_string_equal(gst_unit_suffix(GST_UNIT_BYTES_PER_S), "_bytes_per_s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units__sizes),     cmocka_unit_test(test_units__sizes_refuse),
        cmocka_unit_test(test_units__durations), cmocka_unit_test(test_units__quantities),
        cmocka_unit_test(test_units__unsigned),  cmocka_unit_test(test_units__shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
