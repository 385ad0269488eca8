/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twins of the memory kernels against plain C: sizes around every boundary, grids smaller and
 * larger than the work, all orders. What lies behind the last vector must stay as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/memory_bandwidth.h"
#include "run_twin.h"

#define LARGEST 3000 /* vectors */
#define WORDS   (4 * (LARGEST + 8))
#define SUMS    (41 * 1024)
#define SEED    12345u
#define OLD     (-1.0f)

static _Alignas(16) float x[WORDS], y[WORDS], z[WORDS];
static uint64_t sums[SUMS + 1];

static const unsigned sizes[] = { 0, 1, 31, 32, 33, 255, 256, 257, 511, 513, 2047, 2048, 2999 };
static const unsigned shapes[][2] = { { 1, 1 },   { 1, 32 },  { 2, 33 },  { 3, 64 },
                                      { 40, 96 }, { 5, 256 }, { 1, 1024 } };
static const enum sim_order orders[] = { SIM_ORDER_FORWARD, SIM_ORDER_REVERSE, SIM_ORDER_SHUFFLED };

static void fill(void)
{
    for (int i = 0; i < WORDS; i++) {
        x[i] = (float)(i % 1021);
        y[i] = (float)(3 * i % 509);
        z[i] = OLD;
    }
    memset(sums, 0xff, sizeof(sums));
}

static void launch(const char *name, unsigned vectors, const unsigned shape[2],
                   enum sim_order order)
{
    const struct gst_memory_bandwidth_args args = {
        x, y, z, sums, vectors, SEED, shape[0] * shape[1]
    };

    run_twin(name, &args, 48, shape[0], shape[1], order);
}

/* Written out here, so that the macro is held against arithmetic and not against itself. */
static float expected_write(uint32_t i)
{
    return (float)((i * 2654435761u + SEED) / 1024u % 4194304u);
}

static float expected_copy(uint32_t i)
{
    return x[i];
}

static float expected_triad(uint32_t i)
{
    return x[i] + y[i] + y[i] + y[i];
}

static const struct {
    const char *kernel;
    float (*expected)(uint32_t i);
} writers[] = {
    { "memory_write", expected_write },
    { "memory_copy", expected_copy },
    { "memory_triad", expected_triad },
};

/* The index of the first wrong word, -1 if all are right. */
static int first_wrong(unsigned vectors, float (*expected)(uint32_t i))
{
    for (uint32_t i = 0; i < WORDS; i++) {
        const float right = i < 4 * vectors ? expected(i) : OLD;

        if (memcmp(&z[i], &right, sizeof(right)) != 0)
            return (int)i;
    }
    return -1;
}

static void try_writer(size_t writer, unsigned vectors)
{
    for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++) {
        for (size_t o = 0; o < sizeof(orders) / sizeof(*orders); o++) {
            fill();
            launch(writers[writer].kernel, vectors, shapes[s], orders[o]);
            assert_int_equal(first_wrong(vectors, writers[writer].expected), -1);
        }
    }
}

static void test_memory_bandwidth__writers_equal_plain_c(void **state)
{
    (void)state;
    for (size_t writer = 0; writer < sizeof(writers) / sizeof(*writers); writer++) {
        for (size_t n = 0; n < sizeof(sizes) / sizeof(*sizes); n++)
            try_writer(writer, sizes[n]);
    }
}

static uint64_t sum_of_bits(unsigned vectors)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < 4 * vectors; i++) {
        uint32_t bits;

        memcpy(&bits, &x[i], sizeof(bits));
        sum += bits;
    }
    return sum;
}

static void try_reader(unsigned vectors, const unsigned shape[2], enum sim_order order)
{
    const unsigned threads = shape[0] * shape[1];
    uint64_t sum = 0;

    fill();
    launch("memory_read", vectors, shape, order);
    for (unsigned i = 0; i < threads; i++)
        sum += sums[i];
    assert_true(sum == sum_of_bits(vectors));
    assert_true(sums[threads] == UINT64_MAX);
}

static void test_memory_bandwidth__reader_adds_every_word_once(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof(sizes) / sizeof(*sizes); n++) {
        for (size_t s = 0; s < sizeof(shapes) / sizeof(*shapes); s++) {
            for (size_t o = 0; o < sizeof(orders) / sizeof(*orders); o++)
                try_reader(sizes[n], shapes[s], orders[o]);
        }
    }
}

static void test_memory_bandwidth__comparison_sees_one_wrong_word(void **state)
{
    (void)state;
    fill();
    launch("memory_copy", 100, shapes[3], SIM_ORDER_FORWARD);
    z[399] += 1.0f;
    assert_int_equal(first_wrong(100, expected_copy), 399);
    z[399] -= 1.0f;
    z[400] = 0.0f;
    assert_int_equal(first_wrong(100, expected_copy), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_bandwidth__writers_equal_plain_c),
        cmocka_unit_test(test_memory_bandwidth__reader_adds_every_word_once),
        cmocka_unit_test(test_memory_bandwidth__comparison_sees_one_wrong_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
