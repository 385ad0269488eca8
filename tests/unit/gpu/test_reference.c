/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison that every verdict about results rests on. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gpu/reference.h"

/* Longer than one block of the comparison, and not a multiple of anything. */
#define N 10007

static float a[N], b[N], c[N];

static int setup(void **state)
{
    (void)state;
    gst_reference_fill(a, N, 7);
    gst_reference_fill(b, N, 8);
    for (size_t i = 0; i < N; i++)
        c[i] = a[i] + b[i];
    return 0;
}

static void test_fill__whole_numbers_that_add_exactly(void **state)
{
    (void)state;
    for (size_t i = 0; i < N; i++) {
        assert_true(a[i] >= 0 && a[i] < 4194304.0F && a[i] == floorf(a[i]));
        assert_true((double)a[i] + (double)b[i] == (double)(a[i] + b[i]));
    }
}

static void test_fill__depends_on_index_and_seed(void **state)
{
    size_t equal_neighbours = 0;
    size_t equal_seeds = 0;
    double sum = 0;

    (void)state;
    for (size_t i = 0; i + 1 < N; i++) {
        equal_neighbours += a[i] == a[i + 1];
        equal_seeds += a[i] == b[i];
        sum += (double)a[i];
    }
    /* Two unrelated values below 2^22 are equal once in four million. */
    assert_true(equal_neighbours <= 1);
    assert_true(equal_seeds <= 1);
    /* The mean of a uniform value below 2^22 is 2^21; 3 % is five standard deviations at N. */
    assert_true(fabs(sum / N / 2097152.0 - 1) < 0.03);
}

static void test_fill__same_seed_same_data(void **state)
{
    static float again[N];

    (void)state;
    gst_reference_fill(again, N, 7);
    assert_memory_equal(a, again, sizeof(a));
}

static void test_compare_sum__right_result_has_no_mismatch(void **state)
{
    (void)state;
    assert_int_equal(gst_reference_compare_sum(a, b, c, N).count, 0);
    assert_int_equal(gst_reference_compare_sum(a, b, c, 0).count, 0);
}

static void test_compare_sum__finds_each_kind_of_wrong(void **state)
{
    static const size_t places[] = { 0, 1, 4095, 4096, N - 1 };
    const float wrongs[] = { NAN, INFINITY, -1.0F, 0.5F };

    (void)state;
    for (size_t p = 0; p < sizeof(places) / sizeof(places[0]); p++) {
        for (size_t w = 0; w < sizeof(wrongs) / sizeof(wrongs[0]); w++) {
            const float right = c[places[p]];
            struct gst_mismatch found;

            c[places[p]] = wrongs[w];
            found = gst_reference_compare_sum(a, b, c, N);
            c[places[p]] = right;
            assert_int_equal(found.count, 1);
            assert_int_equal(found.first, places[p]);
            assert_true(found.expected == right);
            assert_memory_equal(&found.observed, &wrongs[w], sizeof(float));
        }
    }
}

static void test_compare_sum__counts_all_and_shows_the_first(void **state)
{
    struct gst_mismatch found;

    (void)state;
    c[9000] += 1;
    c[17] += 1;
    c[5000] += 1;
    found = gst_reference_compare_sum(a, b, c, N);
    c[9000] -= 1;
    c[17] -= 1;
    c[5000] -= 1;
    assert_int_equal(found.count, 3);
    assert_int_equal(found.first, 17);
}

static void test_compare__sees_one_flipped_bit(void **state)
{
    static float copy[N];
    uint32_t bits;
    struct gst_mismatch found;

    (void)state;
    memcpy(copy, a, sizeof(a));
    assert_int_equal(gst_reference_compare(a, copy, N).count, 0);
    memcpy(&bits, &copy[1024], sizeof(bits));
    bits ^= 1U << 3;
    memcpy(&copy[1024], &bits, sizeof(bits));
    found = gst_reference_compare(a, copy, N);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.first, 1024);
    assert_true(found.is_one_bit);
    bits ^= 1U << 9;
    memcpy(&copy[1024], &bits, sizeof(bits));
    assert_false(gst_reference_compare(a, copy, N).is_one_bit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fill__whole_numbers_that_add_exactly),
        cmocka_unit_test(test_fill__depends_on_index_and_seed),
        cmocka_unit_test(test_fill__same_seed_same_data),
        cmocka_unit_test(test_compare_sum__right_result_has_no_mismatch),
        cmocka_unit_test(test_compare_sum__finds_each_kind_of_wrong),
        cmocka_unit_test(test_compare_sum__counts_all_and_shows_the_first),
        cmocka_unit_test(test_compare__sees_one_flipped_bit),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
