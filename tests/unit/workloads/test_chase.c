/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How large a cycle is, what the host writes into its memory, and where its own walk ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "workloads/latency/chase.h"

static void test_chase__nodes_are_a_power_of_two_that_fits(void **state)
{
    static const struct {
        uint64_t bytes;
        uint32_t nodes;
    } rows[] = {
        { 0, 2 },
        { 1, 2 },
        { 256, 2 },
        { 511, 2 },
        { 512, 4 },
        { 1 << 20, 8192 },
        { (2 << 20) - 1, 8192 },
        { 2 << 20, 16384 },
        { UINT64_C(200) << 20, UINT32_C(1) << 20 },
        { UINT64_C(8) << 30, UINT32_C(1) << 26 },
        { UINT64_C(80) << 30, UINT32_C(1) << 26 },
        { UINT64_MAX, UINT32_C(1) << 26 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(gst_cycle_nodes(rows[i].bytes), rows[i].nodes);
}

/* Nodes 0 to 3 of step 7: 1664525 is 1 modulo 4, so each step adds 3. */
static void test_chase__host_makes_the_cycle(void **state)
{
    uint32_t words[5 * 32];

    (void)state;
    words[4 * 32] = 12345;
    gst_cycle_link_host(words, 4, 7);
    for (uint32_t i = 0; i < 4 * 32; i++)
        assert_int_equal(words[i], i % 32 == 0 ? (i / 32 + 3) % 4 * 32 : 0xffffffff);
    assert_int_equal(words[4 * 32], 12345);
}

static void test_chase__walk_hashes_what_it_reads(void **state)
{
    const struct gst_cycle cycle = { .nodes = 4, .step = 7 };
    static const struct {
        uint32_t start, hops, end, hash;
    } rows[] = {
        { 0, 0, 0, 0 },
        { 2, 0, 64, 0 },
        { 0, 1, 96, 96 },
        { 0, 2, 64, 96 * 1664525u + 64 },
        { 0, 3, 32, (96 * 1664525u + 64) * 1664525u + 32 },
        { 1, 2, 96, 96 },
        { 3, 3, 0, (64 * 1664525u + 32) * 1664525u },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_latency_result seen = gst_cycle_walk(&cycle, rows[i].start, rows[i].hops);

        assert_int_equal(seen.end, rows[i].end);
        assert_int_equal(seen.hash, rows[i].hash);
        assert_int_equal(seen.hops, rows[i].hops);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chase__nodes_are_a_power_of_two_that_fits),
        cmocka_unit_test(test_chase__host_makes_the_cycle),
        cmocka_unit_test(test_chase__walk_hashes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
