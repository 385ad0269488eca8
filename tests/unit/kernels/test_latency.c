/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twins of the latency kernels: the cycle that they make comes past every node, a walk ends
 * where one in plain C does, whatever the grid and the order, and one wrong bit anywhere shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/latency.h"
#include "run_twin.h"

#define MOST_NODES 4096u
#define STRIDE     32u /* words: 128 bytes */
#define STEP       2718281829u
#define OLD        0xffffffffu

static uint32_t words[(MOST_NODES + 1) * STRIDE];
static struct gst_latency_result result;

static const enum sim_order orders[] = { SIM_ORDER_FORWARD, SIM_ORDER_REVERSE, SIM_ORDER_SHUFFLED };

/* Written out here, so that the macro is held against arithmetic and not against itself. */
static uint32_t next(uint32_t node, uint32_t nodes)
{
    return (uint32_t)((node * 1664525ull + STEP) % nodes);
}

static struct gst_latency_args args_of(uint32_t nodes, uint32_t start, uint32_t hops)
{
    return (struct gst_latency_args){ words, &result, nodes, STEP, start, hops };
}

static void link_all(uint32_t nodes, unsigned grid, unsigned block, enum sim_order order)
{
    const struct gst_latency_args args = args_of(nodes, 0, 0);

    memset(words, 0xff, sizeof(words));
    run_twin("latency_link", &args, 32, grid, block, order);
}

static void chase(uint32_t nodes, uint32_t start, uint32_t hops, enum sim_order order)
{
    const struct gst_latency_args args = args_of(nodes, start, hops);

    memset(&result, 0xff, sizeof(result));
    run_twin("latency_chase", &args, 32, 1, 1, order);
}

static bool is_walk(uint32_t nodes, uint32_t start, uint32_t hops)
{
    uint32_t node = start, hash = 0;

    for (uint32_t i = 0; i < hops; i++) {
        node = next(node, nodes);
        hash = (uint32_t)(hash * 1664525ull + node * STRIDE);
    }
    return result.end == node * STRIDE && result.hash == hash && result.hops == hops;
}

static void test_latency__every_word_is_a_node_or_untouched(void **state)
{
    static const unsigned shapes[][2] = { { 1, 1 }, { 3, 33 }, { 16, 256 }, { 64, 128 } };

    (void)state;
    for (uint32_t nodes = 2; nodes <= MOST_NODES; nodes *= 2) {
        for (size_t k = 0; k < 4 * 3; k++) {
            link_all(nodes, shapes[k / 3][0], shapes[k / 3][1], orders[k % 3]);
            for (uint32_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
                const bool is_node = i % STRIDE == 0 && i / STRIDE < nodes;

                assert_true(words[i] == (is_node ? next(i / STRIDE, nodes) * STRIDE : OLD));
            }
        }
    }
}

static void test_latency__cycle_comes_past_every_node(void **state)
{
    static bool is_met[MOST_NODES];

    (void)state;
    for (uint32_t nodes = 2; nodes <= MOST_NODES; nodes *= 2) {
        uint32_t at = 0;

        memset(is_met, 0, sizeof(is_met));
        link_all(nodes, 4, 64, SIM_ORDER_FORWARD);
        for (uint32_t i = 0; i < nodes; i++) {
            at = words[at] / STRIDE * STRIDE;
            assert_false(is_met[at / STRIDE]);
            is_met[at / STRIDE] = true;
        }
        assert_int_equal(at, 0);
    }
}

/* Most steps lead far away: neither the same page of 4 KiB nor the one beside it. */
static void test_latency__neighbours_in_the_walk_are_none_in_memory(void **state)
{
    uint32_t near = 0;

    (void)state;
    for (uint32_t i = 0; i < MOST_NODES; i++) {
        const uint32_t page = i * STRIDE * 4 / 4096,
                       other = next(i, MOST_NODES) * STRIDE * 4 / 4096;

        near += page - other + 1 <= 2;
    }
    assert_true(near < MOST_NODES / 20);
}

static void test_latency__walk_ends_where_plain_c_does(void **state)
{
    static const uint32_t hops[] = { 0, 1, 2, 3, 4, 5, 31, 1000, MOST_NODES, MOST_NODES + 1, 9999 };

    (void)state;
    for (uint32_t nodes = 2; nodes <= MOST_NODES; nodes *= 8) {
        link_all(nodes, 4, 64, SIM_ORDER_FORWARD);
        for (size_t h = 0; h < sizeof(hops) / sizeof(hops[0]); h++) {
            for (size_t o = 0; o < 3; o++) {
                chase(nodes, nodes - 1, hops[h], orders[o]);
                assert_true(is_walk(nodes, nodes - 1, hops[h]));
            }
        }
    }
}

static void test_latency__one_wrong_bit_shows(void **state)
{
    const uint32_t nodes = 256;

    (void)state;
    for (uint32_t i = 0; i < nodes * 32; i++) {
        link_all(nodes, 4, 64, SIM_ORDER_FORWARD);
        words[i / 32 * STRIDE] ^= 1u << i % 32;
        chase(nodes, 0, nodes, SIM_ORDER_FORWARD);
        assert_false(is_walk(nodes, 0, nodes));
        assert_int_equal(result.hops, nodes);
    }
}

/* The poison between the nodes is where a walk ends that does not find them. */
static void test_latency__poison_is_no_cycle(void **state)
{
    (void)state;
    memset(words, 0xff, sizeof(words));
    chase(MOST_NODES, 0, 100, SIM_ORDER_FORWARD);
    assert_false(is_walk(MOST_NODES, 0, 100));
    assert_int_equal(result.end, OLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latency__every_word_is_a_node_or_untouched),
        cmocka_unit_test(test_latency__cycle_comes_past_every_node),
        cmocka_unit_test(test_latency__neighbours_in_the_walk_are_none_in_memory),
        cmocka_unit_test(test_latency__walk_ends_where_plain_c_does),
        cmocka_unit_test(test_latency__one_wrong_bit_shows),
        cmocka_unit_test(test_latency__poison_is_no_cycle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
