/* SPDX-License-Identifier: Apache-2.0 */
/* Who is to blame for slow pairs: a GPU, a pair, or everybody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "workloads/peer_copy/slow_pairs.h"

static struct gst_slow_pairs all_fine(int count)
{
    struct gst_slow_pairs pairs = { .count = count };

    for (int i = 0; i < count; i++) {
        for (int k = 0; k < count; k++)
            pairs.of[i][k] = i == k ? GST_PAIR_UNKNOWN : GST_PAIR_FINE;
    }
    return pairs;
}

static size_t blamed_gpus(const struct gst_slow_blame *blame)
{
    size_t count = 0;

    for (int i = 0; i < GST_ENV_GPUS; i++)
        count += blame->gpus[i];
    return count;
}

static void test_blame__nobody_where_all_is_fine(void **state)
{
    const struct gst_slow_pairs pairs = all_fine(8);
    const struct gst_slow_blame blame = gst_slow_pairs_blame(&pairs);

    (void)state;
    assert_int_equal(blame.judged, 56);
    assert_int_equal(blame.slow, 0);
    assert_false(blame.is_everybody);
    assert_int_equal(blamed_gpus(&blame), 0);
}

static void test_blame__a_pair_is_a_pair(void **state)
{
    struct gst_slow_pairs pairs = all_fine(8);
    struct gst_slow_blame blame;

    (void)state;
    pairs.of[0][1] = pairs.of[1][0] = GST_PAIR_SLOW;
    blame = gst_slow_pairs_blame(&pairs);
    assert_int_equal(blame.slow, 2);
    assert_int_equal(blamed_gpus(&blame), 0);
    assert_false(gst_slow_pair_is_blamed(&blame, 0, 1));
}

/* Row and column; or the row alone: what leaves it is slow, what arrives is not. */
static void test_blame__a_gpu_that_is_slow_with_everybody(void **state)
{
    (void)state;
    for (int both = 0; both < 2; both++) {
        struct gst_slow_pairs pairs = all_fine(8);
        struct gst_slow_blame blame;

        for (int k = 0; k < 8; k++) {
            if (k == 3)
                continue;
            pairs.of[3][k] = GST_PAIR_SLOW;
            if (both)
                pairs.of[k][3] = GST_PAIR_SLOW;
        }
        blame = gst_slow_pairs_blame(&pairs);
        assert_int_equal(blamed_gpus(&blame), 1);
        assert_true(blame.gpus[3]);
        assert_true(gst_slow_pair_is_blamed(&blame, 3, 5));
        assert_true(gst_slow_pair_is_blamed(&blame, 5, 3));
        assert_false(gst_slow_pair_is_blamed(&blame, 5, 6));
    }
}

/* GPU 3 is slow with everybody, and 0 and 1 are with each other. */
static void test_blame__a_gpu_and_a_pair(void **state)
{
    struct gst_slow_pairs pairs = all_fine(4);
    struct gst_slow_blame blame;

    (void)state;
    for (int k = 0; k < 3; k++)
        pairs.of[3][k] = pairs.of[k][3] = GST_PAIR_SLOW;
    pairs.of[0][1] = GST_PAIR_SLOW;
    blame = gst_slow_pairs_blame(&pairs);
    assert_int_equal(blamed_gpus(&blame), 1);
    assert_true(blame.gpus[3]);
    assert_false(gst_slow_pair_is_blamed(&blame, 0, 1));
}

static void test_blame__everybody(void **state)
{
    struct gst_slow_pairs pairs = all_fine(4);
    struct gst_slow_blame blame;

    (void)state;
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 4; k++)
            pairs.of[i][k] = i == k ? GST_PAIR_UNKNOWN : GST_PAIR_SLOW;
    }
    blame = gst_slow_pairs_blame(&pairs);
    assert_true(blame.is_everybody);
    assert_int_equal(blamed_gpus(&blame), 0);
    assert_true(gst_slow_pair_is_blamed(&blame, 0, 1));
}

/* Of two GPUs nobody can tell which. */
static void test_blame__two_gpus_are_a_pair(void **state)
{
    struct gst_slow_pairs pairs = all_fine(2);
    struct gst_slow_blame blame;

    (void)state;
    pairs.of[0][1] = pairs.of[1][0] = GST_PAIR_SLOW;
    blame = gst_slow_pairs_blame(&pairs);
    assert_false(blame.is_everybody);
    assert_int_equal(blamed_gpus(&blame), 0);
}

/* Two islands of two: what was not judged says nothing. */
static void test_blame__what_is_not_judged_does_not_count(void **state)
{
    struct gst_slow_pairs pairs = { .count = 4 };
    struct gst_slow_blame blame;

    (void)state;
    pairs.of[0][1] = pairs.of[1][0] = GST_PAIR_SLOW;
    pairs.of[2][3] = pairs.of[3][2] = GST_PAIR_FINE;
    blame = gst_slow_pairs_blame(&pairs);
    assert_int_equal(blame.judged, 4);
    assert_int_equal(blamed_gpus(&blame), 0);
    assert_false(blame.is_everybody);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blame__nobody_where_all_is_fine),
        cmocka_unit_test(test_blame__a_pair_is_a_pair),
        cmocka_unit_test(test_blame__a_gpu_that_is_slow_with_everybody),
        cmocka_unit_test(test_blame__a_gpu_and_a_pair),
        cmocka_unit_test(test_blame__everybody),
        cmocka_unit_test(test_blame__two_gpus_are_a_pair),
        cmocka_unit_test(test_blame__what_is_not_judged_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
