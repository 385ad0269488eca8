/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Launches: places and orders of blocks and threads, impossible shapes, atomics, costs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "exec/exec.h"
#include "exec/order.h"
#include "exec_kernels.h"
#include "kernels/empty.h"
#include "kernels/memory_bandwidth.h"
#include "kernels/vector_add.h"

static void test_exec__picks_are_permutations(void **state)
{
    static const enum sim_order orders[] = { SIM_ORDER_FORWARD, SIM_ORDER_REVERSE,
                                             SIM_ORDER_SHUFFLED };
    static bool seen[1100];

    (void)state;
    for (uint64_t count = 1; count <= 1100; count += count < 70 ? 1 : 103) {
        for (size_t o = 0; o < 3; o++) {
            memset(seen, 0, sizeof(seen));
            for (uint64_t i = 0; i < count; i++) {
                const uint64_t pick = sim_order_pick(orders[o], 42, count, i);
                assert_true(pick < count);
                assert_false(seen[pick]);
                seen[pick] = true;
            }
        }
    }
    assert_true(sim_order_pick(SIM_ORDER_SHUFFLED, 1, UINT64_C(1) << 62, 5) < UINT64_C(1) << 62);
}

static bool run(const char *kernel, struct test_args *args, const unsigned grid[3],
                const unsigned block[3], enum sim_order order, uint64_t seed, char err[256])
{
    const struct sim_launch launch = {
        .kernel = sim_kernel_find(kernel),
        .grid = { grid[0], grid[1], grid[2] },
        .block = { block[0], block[1], block[2] },
        .args = args,
        .order = order,
        .seed = seed,
    };

    assert_non_null(launch.kernel);
    err[0] = '\0';
    return sim_exec_run(&launch, err, 256);
}

#define PLACES 360 /* 2*3*2 blocks of 5*3*2 threads */

static void place_all(enum sim_order order, uint64_t seed, uint32_t out[PLACES + 1])
{
    struct test_args args = { .out = out };
    char err[256];

    memset(out, 0, (PLACES + 1) * sizeof(*out));
    assert_true(run("test_place", &args, (const unsigned[]){ 2, 3, 2 },
                    (const unsigned[]){ 5, 3, 2 }, order, seed, err));
    assert_int_equal(out[0], PLACES);
}

static void test_exec__orders_of_a_three_dimensional_launch(void **state)
{
    static uint32_t out[PLACES + 1], again[PLACES + 1];
    bool seen[PLACES] = { false };
    int kept = 0;

    (void)state;
    place_all(SIM_ORDER_FORWARD, 0, out);
    for (uint32_t i = 0; i < PLACES; i++)
        assert_int_equal(out[i + 1], i);
    place_all(SIM_ORDER_REVERSE, 0, out);
    for (uint32_t i = 0; i < PLACES; i++)
        assert_int_equal(out[i + 1], PLACES - 1 - i);

    place_all(SIM_ORDER_SHUFFLED, 1, out);
    for (uint32_t i = 0; i < PLACES; i++) {
        assert_false(seen[out[i + 1]]);
        seen[out[i + 1]] = true;
        kept += out[i + 1] == i;
    }
    assert_in_range(kept, 0, PLACES / 10);
    place_all(SIM_ORDER_SHUFFLED, 1, again);
    assert_memory_equal(out, again, sizeof(out));
    place_all(SIM_ORDER_SHUFFLED, 2, again);
    assert_memory_not_equal(out, again, sizeof(out));
}

static void test_exec__impossible_shapes(void **state)
{
    static const struct {
        unsigned grid[3], block[3];
        const char *err;
    } rows[] = {
        { { 0, 1, 1 }, { 1, 1, 1 }, "at least 1" },
        { { 1, 1, 0 }, { 1, 1, 1 }, "at least 1" },
        { { 1, 1, 1 }, { 1, 0, 1 }, "at least 1" },
        { { 1, 1, 1 }, { 1025, 1, 1 }, "block of 1025 x 1 x 1 exceeds 1024 threads" },
        { { 1, 1, 1 }, { 32, 33, 1 }, "block of 32 x 33 x 1 exceeds 1024 threads" },
        /* 2^64 and 2^32 threads: products that would wrap to 0 */
        { { 1, 1, 1 }, { 0x80000000u, 2, 1 }, "exceeds 1024" },
        { { 1, 1, 1 }, { 0x80000000u, 0x80000000u, 4 }, "exceeds 1024" },
    };
    uint32_t out[2] = { 0 };
    struct test_args args = { .out = out };
    char err[256];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_false(
            run("test_place", &args, rows[i].grid, rows[i].block, SIM_ORDER_FORWARD, 0, err));
        assert_non_null(strstr(err, rows[i].err));
    }
    assert_int_equal(out[0], 0);
}

static void test_exec__a_loop_kernel_may_not_wait(void **state)
{
    struct test_args args = { 0 };
    char err[256];

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_false(run("test_loop_barrier", &args, (const unsigned[]){ 2, 1, 1 },
                         (const unsigned[]){ 4, 1, 1 }, SIM_ORDER_FORWARD, 0, err));
        assert_non_null(strstr(err, "kernel 'test_loop_barrier', block (0,0,0): line "));
        assert_non_null(strstr(err, "no GST_KERNEL_SYNC"));
    }
}

static void test_exec__atomics(void **state)
{
    uint32_t out[2] = { 7, 0 };
    float values[1] = { 1.0f };
    struct test_args args = { .out = out, .values = values };
    char err[256];

    (void)state;
    assert_true(run("test_atomics", &args, (const unsigned[]){ 1, 1, 1 },
                    (const unsigned[]){ 100, 1, 1 }, SIM_ORDER_FORWARD, 0, err));
    assert_true(values[0] > 50.9f && values[0] < 51.1f); /* 1 + 100/2 */
    assert_int_equal(out[0], 297);                       /* 3 * 99 */
    assert_int_equal(out[1], 100);                       /* each thread swaps i for i + 1 */
}

static void test_exec__unknown_kernel(void **state)
{
    (void)state;
    assert_null(sim_kernel_find("vector_ad"));
    assert_null(sim_kernel_at(1000));
}

static void test_exec__costs(void **state)
{
    const float *a = (const float *)0x1000, *b = (const float *)0x2000;
    const struct gst_vector_add_args add = { a, b, (float *)0x3000, 1000, NULL };
    const struct gst_empty_args empty = { 0 };
    struct sim_launch launch = { .kernel = sim_kernel_find("vector_add"), .args = &add };
    struct sim_cost cost;

    (void)state;
    assert_true(sim_exec_cost(&launch, &cost));
    assert_int_equal(cost.flops, 1000);
    assert_int_equal(cost.access_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_ptr_equal(cost.accesses[i].pointer, (uintptr_t)0x1000 * (i + 1));
        assert_int_equal(cost.accesses[i].bytes, 4000);
        assert_int_equal(cost.accesses[i].is_write, i == 2);
    }
    launch = (struct sim_launch){ .kernel = sim_kernel_find("empty"), .args = &empty };
    assert_true(sim_exec_cost(&launch, &cost));
    assert_int_equal(cost.flops, 0);
    assert_int_equal(cost.access_count, 0);
    launch.kernel = sim_kernel_find("test_place");
    assert_false(sim_exec_cost(&launch, &cost));
}

/* 1000 vectors of 16 bytes for each buffer that is touched, 100 sums of 8 bytes. */
static void test_exec__costs_of_memory_kernels(void **state)
{
    const struct gst_memory_bandwidth_args args = {
        (float *)0x1000, (float *)0x2000, (float *)0x3000, (uint64_t *)0x4000, 1000, 1, 100
    };
    static const struct {
        const char *kernel;
        unsigned count;
        uintptr_t pointers[3];
    } rows[] = {
        { "memory_read", 2, { 0x1000, 0x4000 } },
        { "memory_write", 1, { 0x3000 } },
        { "memory_copy", 2, { 0x1000, 0x3000 } },
        { "memory_triad", 3, { 0x1000, 0x2000, 0x3000 } },
    };

    (void)state;
    for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
        const struct sim_launch launch = { .kernel = sim_kernel_find(rows[row].kernel),
                                           .args = &args };
        struct sim_cost cost;

        assert_true(sim_exec_cost(&launch, &cost));
        assert_int_equal(cost.access_count, rows[row].count);
        for (unsigned i = 0; i < cost.access_count; i++) {
            const uintptr_t pointer = rows[row].pointers[i];

            assert_ptr_equal(cost.accesses[i].pointer, pointer);
            assert_int_equal(cost.accesses[i].bytes, pointer == 0x4000 ? 800 : 16000);
            assert_int_equal(cost.accesses[i].is_write, pointer >= 0x3000);
        }
    }
}

static void test_exec__every_kernel_of_the_pack_has_a_cost(void **state)
{
    const uint64_t args[32] = { 0 };
    const struct sim_kernel *kernel;
    int counted = 0;

    (void)state;
    for (size_t i = 0; (kernel = sim_kernel_at(i)) != NULL; i++) {
        const struct sim_launch launch = { .kernel = kernel, .args = args };
        struct sim_cost cost;

        if (strncmp(kernel->name, "test_", 5) == 0)
            continue;
        assert_true(sim_exec_cost(&launch, &cost));
        counted++;
    }
    assert_true(counted >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exec__picks_are_permutations),
        cmocka_unit_test(test_exec__orders_of_a_three_dimensional_launch),
        cmocka_unit_test(test_exec__impossible_shapes),
        cmocka_unit_test(test_exec__a_loop_kernel_may_not_wait),
        cmocka_unit_test(test_exec__atomics),
        cmocka_unit_test(test_exec__unknown_kernel),
        cmocka_unit_test(test_exec__costs),
        cmocka_unit_test(test_exec__costs_of_memory_kernels),
        cmocka_unit_test(test_exec__every_kernel_of_the_pack_has_a_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
