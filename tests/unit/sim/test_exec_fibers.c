/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels whose threads wait for each other: results in every order, a race that only some orders
 * show, and every broken rule reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "exec/exec.h"
#include "exec_kernels.h"

static const enum sim_order orders[] = { SIM_ORDER_FORWARD, SIM_ORDER_REVERSE, SIM_ORDER_SHUFFLED };

static bool run(const char *kernel, const struct test_args *args, unsigned grid, unsigned block,
                size_t shared_bytes, enum sim_order order, char err[256])
{
    const struct sim_launch launch = {
        .kernel = sim_kernel_find(kernel),
        .grid = { grid, 1, 1 },
        .block = { block, 1, 1 },
        .shared_bytes = shared_bytes,
        .args = args,
        .order = order,
        .seed = 3,
    };

    assert_non_null(launch.kernel);
    assert_true(launch.kernel->sync);
    err[0] = '\0';
    return sim_exec_run(&launch, err, 256);
}

static void test_exec_fibers__reductions_in_every_order(void **state)
{
    static uint32_t in[1000];
    char err[256];

    (void)state;
    for (uint32_t i = 0; i < 1000; i++)
        in[i] = i + 1;
    for (size_t o = 0; o < 3; o++) {
        uint32_t part[4] = { 0 }, sum = 0;
        const struct test_args reduce = { .in = in, .out = part, .n = 1000 };
        const struct test_args shuffle = { .in = in, .out = &sum, .n = 1000 };

        assert_true(run("test_reduce", &reduce, 4, 256, 0, orders[o], err));
        assert_int_equal(part[0], 32896);  /* 1 + ... + 256 = 256 * 257 / 2 */
        assert_int_equal(part[1], 98432);  /* that + 256 * 256 */
        assert_int_equal(part[2], 163968); /* and again */
        assert_int_equal(part[3], 205204); /* 769 + ... + 1000 = 232 * 1769 / 2 */
        assert_true(run("test_shuffle_reduce", &shuffle, 4, 256, 0, orders[o], err));
        assert_int_equal(sum, 500500);
    }
}

static void test_exec_fibers__permutation_shows_the_race(void **state)
{
    uint32_t in[256], forward = 0, reverse = 0;
    struct test_args args = { .in = in, .out = &forward, .n = 256 };
    char err[256];

    (void)state;
    for (int i = 0; i < 256; i++)
        in[i] = 1;
    /* All ones: the right sum is 256, and the static memory was filled by no launch before. From
     * the last thread down every partner is done before it is read; from the first up, none is. */
    assert_true(run("test_racy_reduce", &args, 1, 256, 0, SIM_ORDER_FORWARD, err));
    args.out = &reverse;
    assert_true(run("test_racy_reduce", &args, 1, 256, 0, SIM_ORDER_REVERSE, err));
    assert_int_equal(reverse, 256);
    assert_int_not_equal(forward, reverse);
}

static void test_exec_fibers__warp_functions(void **state)
{
    static uint32_t out[7 * 32];
    static float values[32];
    const struct test_args args = { .out = out, .values = values };
    char err[256];

    (void)state;
    for (size_t o = 0; o < 3; o++) {
        memset(out, 0, sizeof(out));
        assert_true(run("test_warp", &args, 1, 32, 0, orders[o], err));
        for (uint32_t lane = 0; lane < 32; lane++) {
            const uint32_t in8 = lane / 8 * 8, in16 = lane % 16;
            assert_int_equal(out[0 * 32 + lane], 50);
            assert_int_equal(out[1 * 32 + lane], (in8 + 1) * 10); /* 9 modulo 8 */
            assert_int_equal(out[2 * 32 + lane], (in16 >= 3 ? lane - 3 : lane) * 10);
            assert_int_equal(out[3 * 32 + lane], (in16 <= 12 ? lane + 3 : lane) * 10);
            /* 12 = 8 + 4: lanes of an odd group of 8 reach back, of an even one keep their own. */
            assert_int_equal(out[4 * 32 + lane], ((lane & 8) != 0 ? lane ^ 12u : lane) * 10);
            assert_int_equal(out[5 * 32 + lane], 0x49249249); /* every third bit from 0 to 30 */
            assert_int_equal(out[6 * 32 + lane], lane < 8 ? 0xff : 0);
            assert_true(values[lane] > (float)(lane ^ 1u) + 0.2f);
            assert_true(values[lane] < (float)(lane ^ 1u) + 0.3f);
        }
    }
}

static void test_exec_fibers__dynamic_shared_memory(void **state)
{
    static uint32_t poison[1024];
    static float values[1024];
    const struct test_args args = { .out = poison, .values = values };
    char err[256];

    (void)state;
    assert_true(run("test_dynamic", &args, 2, 1024, 1024 * 16, SIM_ORDER_SHUFFLED, err));
    for (int i = 0; i < 1024; i++) {
        assert_int_equal(poison[i], 0xC5);
        assert_true(values[i] > (float)(1024 - i) - 0.1f && values[i] < (float)(1024 - i) + 0.1f);
    }
}

static void test_exec_fibers__threads_run_in_the_order_asked_for(void **state)
{
    uint32_t out[65];
    const struct test_args args = { .out = out };
    uint32_t kept = 0;
    char err[256];

    (void)state;
    for (size_t o = 0; o < 3; o++) {
        memset(out, 0, sizeof(out));
        assert_true(run("test_place_sync", &args, 1, 64, 0, orders[o], err));
        assert_int_equal(out[0], 64);
        for (uint32_t i = 0; i < 64; i++) {
            if (orders[o] == SIM_ORDER_FORWARD)
                assert_int_equal(out[i + 1], i);
            else if (orders[o] == SIM_ORDER_REVERSE)
                assert_int_equal(out[i + 1], 63 - i);
            else
                kept += out[i + 1] == i;
        }
    }
    assert_in_range(kept, 0, 16);
}

static void test_exec_fibers__broken_rules(void **state)
{
    static const char *const expected[] = {
        "which thread 3 left the kernel without reaching",
        "diverging barriers: thread 0 is at line ",
        "shuffles from lane 16, outside the mask 0x0000ffff",
        "is not in its own mask 0x0000ffff",
        "for the lanes 0xffffffff of its warp, which do not all come to such a call",
        "for the lanes 0xffffffff of its warp, which do not all come to such a call",
        "shuffle distance 32 is not below 32",
        "shuffle width 12 is not a power of two up to 32",
        "for the lanes 0xffffffff of its warp, which do not all come to such a call",
        "for the lanes 0x00000003 of its warp, which do not all come to such a call",
    };
    char err[256];

    (void)state;
    for (uint32_t mode = 0; mode < sizeof(expected) / sizeof(*expected); mode++) {
        for (size_t o = 0; o < 3; o++) {
            const struct test_args args = { .mode = mode };

            assert_false(run("test_broken", &args, 2, 64, 0, orders[o], err));
            assert_non_null(strstr(err, "kernel 'test_broken', block ("));
            if (strstr(err, expected[mode]) == NULL)
                fail_msg("mode %u: '%s'", mode, err);
        }
    }
    /* And after all that, a healthy launch is healthy. */
    assert_true(run("test_broken", &(const struct test_args){ .mode = 99 }, 2, 64, 0,
                    SIM_ORDER_FORWARD, err));
}

static void test_exec_fibers__a_partial_warp_has_no_full_mask(void **state)
{
    const struct test_args args = { .mode = 5 };
    char err[256];

    (void)state;
    assert_false(run("test_broken", &args, 1, 20, 0, SIM_ORDER_FORWARD, err));
    assert_non_null(strstr(err, "which do not all come"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exec_fibers__permutation_shows_the_race),
        cmocka_unit_test(test_exec_fibers__reductions_in_every_order),
        cmocka_unit_test(test_exec_fibers__warp_functions),
        cmocka_unit_test(test_exec_fibers__dynamic_shared_memory),
        cmocka_unit_test(test_exec_fibers__threads_run_in_the_order_asked_for),
        cmocka_unit_test(test_exec_fibers__broken_rules),
        cmocka_unit_test(test_exec_fibers__a_partial_warp_has_no_full_mask),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
