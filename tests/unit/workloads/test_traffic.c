/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many bytes each way of moving data counts, and what the sum of a repeated pattern is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "workloads/traffic.h"

static void test_traffic__counts_bytes_read_and_written(void **state)
{
    static const struct {
        enum gst_traffic_way way;
        const char *name;
        double bytes; /* of 1000 words of 4 bytes and 10 sums of 8 bytes */
    } rows[] = {
        { GST_TRAFFIC_COPY_ENGINE, "copy-engine", 8000 },
        { GST_TRAFFIC_READ, "read", 4080 },
        { GST_TRAFFIC_WRITE, "write", 4000 },
        { GST_TRAFFIC_COPY, "copy", 8000 },
        { GST_TRAFFIC_TRIAD, "triad", 12000 },
    };

    (void)state;
    assert_int_equal(sizeof(rows) / sizeof(rows[0]), GST_TRAFFIC_WAYS);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_string_equal(gst_traffic_name(rows[i].way), rows[i].name);
        assert_int_equal((int)gst_traffic_bytes(rows[i].way, 1000, 10), (int)rows[i].bytes);
    }
}

static void test_traffic__halves_for_want_of_memory(void **state)
{
    static const uint64_t mib = UINT64_C(1) << 20;
    static const struct {
        uint64_t bytes, most, expected;
    } rows[] = {
        { 512 * mib, UINT64_MAX, 512 * mib },
        { 512 * mib, 512 * mib, 512 * mib },
        { 512 * mib, 512 * mib - 1, 256 * mib },
        { 512 * mib, 100 * mib, 64 * mib },
        /* What was asked for may be less than the least; it is not made more. */
        { 16, 0, 16 },
        { 3 * mib, 0, 3 * mib / 4 },
        { 512 * mib, 0, mib },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_true(gst_traffic_halve(rows[i].bytes, rows[i].most) == rows[i].expected);
}

/* IEEE 754: 0.0 is 0, 1.0 is 0x3f800000, 2.0 is 0x40000000. */
static void test_traffic__sums_bits_exactly(void **state)
{
    static const float pattern[] = { 0.0f, 1.0f, 2.0f };
    const uint64_t period = UINT64_C(0x3f800000) + UINT64_C(0x40000000);

    (void)state;
    assert_true(gst_traffic_sum(pattern, 3, 0) == 0);
    assert_true(gst_traffic_sum(pattern, 3, 1) == 0);
    assert_true(gst_traffic_sum(pattern, 3, 2) == UINT64_C(0x3f800000));
    assert_true(gst_traffic_sum(pattern, 3, 3) == period);
    /* Far beyond 32 bits, and beyond what a double holds exactly. */
    assert_true(gst_traffic_sum(pattern, 3, 3 * UINT64_C(10000000) + 2)
                == 10000000 * period + UINT64_C(0x3f800000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traffic__counts_bytes_read_and_written),
        cmocka_unit_test(test_traffic__halves_for_want_of_memory),
        cmocka_unit_test(test_traffic__sums_bits_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
