/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of vector_add against plain C: sizes around every boundary, grids smaller and larger
 * than the work, all orders. What lies behind the n-th element must stay as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/vector_add.h"
#include "run_twin.h"

#define LARGEST 5000
#define GUARD   64

static float a[LARGEST + GUARD], b[LARGEST + GUARD], c[LARGEST + GUARD];

/* Small integers and halves: exact in a float, so that equality is the right question. */
static void fill(void)
{
    for (int i = 0; i < LARGEST + GUARD; i++) {
        a[i] = (float)(i % 1021) + 0.5f;
        b[i] = (float)(3 * i % 509);
        c[i] = -1.0f;
    }
}

/* The index of the first wrong element, -1 if all is right. */
static int first_wrong(int n)
{
    for (int i = 0; i < LARGEST + GUARD; i++) {
        const float expected = i < n ? (float)(i % 1021) + 0.5f + (float)(3 * i % 509) : -1.0f;
        if (c[i] < expected || c[i] > expected)
            return i;
    }
    return -1;
}

static void launch(unsigned n, unsigned grid, unsigned block, enum sim_order order, uint32_t *arch)
{
    const struct gst_vector_add_args args = { a, b, c, n, arch };

    run_twin("vector_add", &args, 40, grid, block, order);
}

static void test_vector_add__equals_plain_c(void **state)
{
    static const unsigned sizes[] = { 0, 1, 2, 31, 32, 33, 63, 127, 255, 1023, 1025, 4099, 4999 };
    static const unsigned shapes[][2] = { { 1, 1 },  { 1, 32 },   { 2, 33 },   { 3, 64 },
                                          { 7, 96 }, { 40, 256 }, { 1000, 1 }, { 3, 1024 } };
    static const enum sim_order orders[] = { SIM_ORDER_FORWARD, SIM_ORDER_REVERSE,
                                             SIM_ORDER_SHUFFLED };

    (void)state;
    for (size_t n = 0; n < sizeof(sizes) / sizeof(*sizes); n++) {
        for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++) {
            for (size_t o = 0; o < 3; o++) {
                fill();
                launch(sizes[n], shapes[s][0], shapes[s][1], orders[o], NULL);
                assert_int_equal(first_wrong((int)sizes[n]), -1);
            }
        }
    }
}

static void test_vector_add__comparison_sees_one_wrong_element(void **state)
{
    (void)state;
    fill();
    launch(999, 4, 64, SIM_ORDER_FORWARD, NULL);
    c[998] += 0.5f;
    assert_int_equal(first_wrong(999), 998);
    c[998] -= 0.5f;
    c[999] = 0.0f;
    assert_int_equal(first_wrong(999), 999);
}

static void test_vector_add__tells_the_architecture(void **state)
{
    uint32_t arch = 0;

    (void)state;
    fill();
    launch(0, 3, 32, SIM_ORDER_REVERSE, &arch);
    assert_int_equal(arch, 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector_add__equals_plain_c),
        cmocka_unit_test(test_vector_add__comparison_sees_one_wrong_element),
        cmocka_unit_test(test_vector_add__tells_the_architecture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
