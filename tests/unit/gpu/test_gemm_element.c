/* SPDX-License-Identifier: Apache-2.0 */
/* Half precision and bfloat16 by their definitions (IEEE 754-2008, table 3.5; bfloat16: the upper
 * half of single precision), and the numbers of a type there and back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gpu/gemm/element.h"
#include "gpu/gemm/random.h"

static void test_half__is_as_defined(void **state)
{
    static const struct {
        float value;
        uint16_t bits;
    } rows[] = {
        { 0.0F, 0x0000 },     { -0.0F, 0x8000 },    { 1.0F, 0x3c00 },
        { -2.0F, 0xc000 },    { 40.0F, 0x5100 },    { 2047.0F, 0x67ff },
        { 65504.0F, 0x7bff }, { 0x1p-14F, 0x0400 }, { 0x1.ffcp-1F, 0x3bff },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(gst_half_bits(rows[i].value), rows[i].bits);
        assert_true(gst_half_value(rows[i].bits) == rows[i].value);
    }
    assert_true((gst_half_bits(NAN) & 0x7c00) == 0x7c00 && (gst_half_bits(NAN) & 0x3ff) != 0);
    assert_true(isnan(gst_half_value(0x7e00)) && isinf(gst_half_value(0xfc00)));
}

static void test_bfloat16__is_the_upper_half(void **state)
{
    (void)state;
    assert_int_equal(gst_bfloat16_bits(1.0F), 0x3f80);
    assert_int_equal(gst_bfloat16_bits(-40.0F), 0xc220);
    assert_int_equal(gst_bfloat16_bits(255.0F), 0x437f);
    assert_true(gst_bfloat16_value(0x437f) == 255.0F);
    assert_true(isnan(gst_bfloat16_value(gst_bfloat16_bits(NAN))));
}

/* Each type holds the random numbers that are made for it: they come back as they were, which a
 * double with those significant bits shows. */
static void test_random__no_type_rounds_its_numbers(void **state)
{
    enum { N = 4099 };
    static double elements[N], numbers[N], again[N];

    (void)state;
    for (enum gst_gemm_type type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
        const double unit = ldexp(1, gst_gemm_significant_bits(type));
        double sum = 0, squares = 0;
        int odd = 0;

        gst_gemm_random_fill(type, elements, N, 5);
        gst_gemm_load(type, elements, 0, numbers, N);
        gst_gemm_store(type, elements, 0, numbers, N);
        gst_gemm_load(type, elements, 0, again, N);
        for (int i = 0; i < N; i++) {
            assert_true(fabs(numbers[i]) < 1 && numbers[i] * unit == rint(numbers[i] * unit));
            assert_true(again[i] == numbers[i]);
            odd += fmod(fabs(numbers[i]) * unit, 2) == 1;
            sum += numbers[i];
            squares += numbers[i] * numbers[i];
        }
        /* The last bit is in use; mean 0 and variance 1/3, within five standard deviations: 1 / 3
         * and 4 / 45 are the variances of a number and of its square. */
        assert_in_range(odd, N * 2 / 5, N * 3 / 5);
        assert_true(fabs(sum / N) < 5 * sqrt(1.0 / 3 / N));
        assert_true(fabs(squares / N - 1.0 / 3) < 5 * sqrt(4.0 / 45 / N) + 0.01);
    }
}

static void test_random__seed_and_index_decide(void **state)
{
    float one[64], two[64], other[64];

    (void)state;
    gst_gemm_random_fill(GST_GEMM_FP32, one, 64, 5);
    gst_gemm_random_fill(GST_GEMM_FP32, two, 32, 5);
    gst_gemm_random_fill(GST_GEMM_FP32, other, 64, 6);
    assert_memory_equal(one, two, sizeof(*one) * 32);
    for (int i = 0; i < 64; i++)
        assert_true(one[i] != other[i]);
}

/* However many elements are made at once, in as many parts. */
static void test_random__parts_join(void **state)
{
    const size_t count = 2 * GST_GEMM_PART + 77;
    uint16_t *many = test_malloc(count * sizeof(*many));
    const size_t starts[] = { 0, GST_GEMM_PART - 1, GST_GEMM_PART, 2 * GST_GEMM_PART, count - 1 };

    (void)state;
    gst_gemm_random_fill(GST_GEMM_BF16, many, count, 5);
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        const uint64_t bits = gst_gemm_random_bits(5, starts[i]);
        /* As random.h says: a sign, and the highest 8 bits after the point. */
        const float magnitude = (float)(bits >> 56) / 256;

        assert_true(gst_bfloat16_value(many[starts[i]]) == (bits & 1 ? magnitude : -magnitude));
    }
    test_free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half__is_as_defined),
        cmocka_unit_test(test_bfloat16__is_the_upper_half),
        cmocka_unit_test(test_random__no_type_rounds_its_numbers),
        cmocka_unit_test(test_random__seed_and_index_decide),
        cmocka_unit_test(test_random__parts_join),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
