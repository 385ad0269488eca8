/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin of collective_data against a formula in plain C: what it writes in every type, what it
 * takes as right and as wrong, sizes around every boundary, all orders.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "exec/vectors.h"
#include "kernels/collective_data.h"
#include "run_twin.h"

#define LARGEST 1500
#define GUARD   16
#define STRANGE 0x5a
#define FIRST   1001

static _Alignas(16) unsigned char data[4 * (LARGEST + GUARD)];
static struct gst_collective_data_result result;

static const enum sim_order orders[] = { SIM_ORDER_FORWARD, SIM_ORDER_REVERSE, SIM_ORDER_SHUFFLED };

static const size_t bytes_of[] = {
    [GST_DATA_FLOAT] = 4, [GST_DATA_HALF] = 2, [GST_DATA_BFLOAT16] = 2, [GST_DATA_INT32] = 4
};

static struct gst_collective_data_args args_of(enum gst_data_type type, uint64_t elements)
{
    return (struct gst_collective_data_args){
        .data = data,
        .elements = elements,
        .first = FIRST,
        .key = 77,
        .a_mask = 31,
        .b_mask = 7,
        .weight_a = 3,
        .weight_b = 4,
        .weight_b_below = 1,
        .divisor = 1,
        .type = type,
        .result = &result,
    };
}

static void launch(struct gst_collective_data_args args, bool is_check, unsigned grid,
                   unsigned block, enum sim_order order)
{
    args.is_check = is_check;
    run_twin("collective_data", &args, 88, grid, block, order);
}

/* From the header's words: the highest bit is the sign, a and b are of 16 bits each below it. */
static int value_of(const struct gst_collective_data_args *args, uint64_t i)
{
    uint64_t x = i + args->key;
    int a, b;

    x *= 0x9e3779b97f4a7c15u;
    x = (x ^ x / 0x100000000u) * 0xbf58476d1ce4e5b9u;
    a = 1 + (int)(x / 0x800000000000u % 32);
    b = (int)(x / 0x80000000u % 8);
    return x >> 63 == 0 ? a * args->weight_a + b * args->weight_b
                        : -(a * args->weight_a + b * args->weight_b_below);
}

static double read_half(uint16_t bits)
{
    const double value = ldexp(1024 + (bits & 0x3ff), (bits >> 10 & 0x1f) - 25);

    return (bits & 0x7fff) == 0 ? 0 : (bits & 0x8000) != 0 ? -value : value;
}

static double read_element(enum gst_data_type type, size_t at)
{
    uint32_t word = 0;
    float value;

    memcpy(&word, data + at * bytes_of[type], bytes_of[type]);
    if (type == GST_DATA_INT32)
        return (int32_t)word;
    if (type == GST_DATA_HALF)
        return read_half((uint16_t)word);
    word <<= type == GST_DATA_BFLOAT16 ? 16 : 0;
    memcpy(&value, &word, sizeof(value));
    return (double)value;
}

static void test_collective_data__writes_and_finds_right(void **state)
{
    static const unsigned sizes[] = { 0, 1, 2, 31, 63, 64, 65, 127, 129, 1023, 1025, 1499 };
    static const unsigned shapes[][2] = { { 1, 1 }, { 2, 33 }, { 7, 96 }, { 300, 1 }, { 3, 1024 } };

    (void)state;
    for (int type = GST_DATA_FLOAT; type <= GST_DATA_INT32; type++) {
        for (size_t n = 0; n < 12 * 5; n++) {
            const unsigned size = sizes[n / 5], *shape = shapes[n % 5];
            const struct gst_collective_data_args args = args_of((enum gst_data_type)type, size);

            memset(data, STRANGE, sizeof(data));
            launch(args, false, shape[0], shape[1], orders[n % 3]);
            for (unsigned i = 0; i < size; i++)
                assert_true(read_element((enum gst_data_type)type, i)
                            == value_of(&args, FIRST + i));
            for (size_t i = size * bytes_of[type]; i < sizeof(data); i++)
                assert_int_equal(data[i], STRANGE);
            memset(&result, 0, sizeof(result));
            launch(args, true, shape[0], shape[1], orders[n % 3]);
            assert_int_equal(result.checked, size);
            assert_int_equal(result.wrong, 0);
        }
    }
}

/* Any bit of any element, in every type. */
static void test_collective_data__finds_any_wrong_bit(void **state)
{
    (void)state;
    for (int type = GST_DATA_FLOAT; type <= GST_DATA_INT32; type++) {
        const struct gst_collective_data_args args = args_of((enum gst_data_type)type, 333);
        const size_t bits = 8 * bytes_of[type];

        launch(args, false, 2, 32, SIM_ORDER_FORWARD);
        for (unsigned i = 0; i < 333; i++) {
            const unsigned bit = i % (unsigned)bits;
            unsigned char *byte = data + i * bytes_of[type] + bit / 8;
            uint32_t found = 0;

            *byte ^= (unsigned char)(1u << bit % 8);
            memcpy(&found, data + i * bytes_of[type], bytes_of[type]);
            memset(&result, 0, sizeof(result));
            launch(args, true, 2, 32, orders[i % 3]);
            assert_int_equal(result.wrong, 1);
            assert_int_equal(result.element[0], FIRST + i);
            assert_int_equal(result.found[0], found);
            *byte ^= (unsigned char)(1u << bit % 8);
        }
    }
}

static void test_collective_data__tells_nan_and_poison_apart(void **state)
{
    static const struct {
        enum gst_data_type type;
        uint32_t nan;
    } rows[] = { { GST_DATA_FLOAT, 0x7fc00000 },
                 { GST_DATA_HALF, 0x7e00 },
                 { GST_DATA_BFLOAT16, 0x7fc0 } };

    (void)state;
    for (size_t r = 0; r < 3; r++) {
        struct gst_collective_data_args args = args_of(rows[r].type, 100);
        const size_t bytes = bytes_of[rows[r].type];

        for (int divisor = 1; divisor <= 3; divisor += 2) {
            args.divisor = divisor;
            args.ulps = 2;
            memset(data, 0xff, sizeof(data));
            memcpy(data + 50 * bytes, &rows[r].nan, bytes);
            memset(&result, 0, sizeof(result));
            launch(args, true, 3, 32, SIM_ORDER_SHUFFLED);
            assert_int_equal(result.wrong, 100);
            assert_int_equal(result.unwritten, 99);
            assert_int_equal(result.nans, 1);
        }
    }
}

/* An average may be two units in the last place off, and no third. */
static void test_collective_data__averages_within_two_units(void **state)
{
    struct gst_collective_data_args args = args_of(GST_DATA_FLOAT, 1);

    (void)state;
    args.divisor = 3;
    args.ulps = 2;
    for (int off = -4; off <= 4; off++) {
        const float exact = (float)value_of(&args, FIRST) / 3.0F;
        uint32_t bits;

        memcpy(&bits, &exact, sizeof(bits));
        /* Away from powers of two, so that a unit is one step on both sides. */
        assert_true((bits & 0x7fffff) > 4 && (bits & 0x7fffff) < 0x7ffffb);
        bits += (uint32_t)off;
        memcpy(data, &bits, sizeof(bits));
        memset(&result, 0, sizeof(result));
        launch(args, true, 1, 32, SIM_ORDER_FORWARD);
        assert_int_equal(result.wrong, off < -2 || off > 2);
    }
}

/* Two of all give; which ones is drawn, and each of all is at times. */
static void test_collective_data__pairs_add_up(void **state)
{
    struct gst_collective_data_args args = args_of(GST_DATA_INT32, 500);
    static int32_t sums[500];
    int givers[5] = { 0 };

    (void)state;
    args.pair_ranks = 5;
    memset(sums, 0, sizeof(sums));
    for (int rank = 0; rank < 5; rank++) {
        args.pair_rank = rank;
        launch(args, false, 2, 32, SIM_ORDER_FORWARD);
        for (int i = 0; i < 500; i++) {
            sums[i] += ((const int32_t *)(const void *)data)[i];
            givers[rank] += ((const int32_t *)(const void *)data)[i] != 0;
        }
    }
    args.pair_ranks = 0;
    args.weight_a = 2;
    args.weight_b = args.weight_b_below = 1;
    for (uint64_t i = 0; i < 500; i++)
        assert_int_equal(sums[i], value_of(&args, FIRST + i));
    /* 500 elements, two givers each: about 200 for each of five. */
    for (int rank = 0; rank < 5; rank++)
        assert_true(givers[rank] > 100 && givers[rank] < 300);
}

/* Whose number is the largest is drawn; the maximum is that of the last where the sign is positive,
 * and that of the first where it is negative. */
static void test_collective_data__ranks_take_turns(void **state)
{
    struct gst_collective_data_args args = args_of(GST_DATA_INT32, 500);
    static int32_t all[5][500];
    int largest[5] = { 0 };

    (void)state;
    args.turns = 5;
    for (int rank = 0; rank < 5; rank++) {
        args.weight_b = args.weight_b_below = rank;
        launch(args, false, 2, 32, SIM_ORDER_FORWARD);
        memcpy(all[rank], data, sizeof(all[rank]));
    }
    args.turns = 0;
    args.weight_b = 4;
    args.weight_b_below = 0;
    for (uint64_t i = 0; i < 500; i++) {
        int holder = 0, holders = 0;

        for (int rank = 0; rank < 5; rank++)
            holder = all[rank][i] > all[holder][i] ? rank : holder;
        for (int rank = 0; rank < 5; rank++)
            holders += all[rank][i] == all[holder][i];
        assert_int_equal(all[holder][i], value_of(&args, FIRST + i));
        largest[holder] += holders == 1;
    }
    /* 500 elements, of which an eighth have no b to tell: about 87 for each of five. */
    for (int rank = 0; rank < 5; rank++)
        assert_true(largest[rank] > 43 && largest[rank] < 174);
}

/* Those that this processor can run: of some sizes that leave a rest, all say the same. */
static void test_collective_data__twins_for_all_vectors_agree(void **state)
{
    static unsigned char plain[sizeof(data)];
    const struct sim_kernel *kernel;
    int twins = 0;

    (void)state;
    for (size_t i = 0; (kernel = sim_kernel_at(i)) != NULL; i++) {
        if (strcmp(kernel->name, "collective_data") != 0 || !sim_has_vectors(kernel->vectors))
            continue;
        twins++;
        for (int type = GST_DATA_FLOAT; type <= GST_DATA_INT32; type++) {
            struct gst_collective_data_args args = args_of((enum gst_data_type)type, LARGEST - 1);
            struct sim_launch one = {
                .kernel = kernel, .grid = { 3, 1, 1 }, .block = { 1, 1, 1 }, .args = &args
            };
            char err[256] = "";

            launch(args, false, 2, 32, SIM_ORDER_REVERSE);
            memcpy(plain, data, sizeof(data));
            memset(data, STRANGE, sizeof(data));
            assert_true(sim_exec_run(&one, err, sizeof(err)));
            assert_memory_equal(data, plain, (LARGEST - 1) * bytes_of[type]);
            data[bytes_of[type] * 1000] ^= 1;
            memset(&result, 0, sizeof(result));
            args.is_check = 1;
            assert_true(sim_exec_run(&one, err, sizeof(err)));
            assert_int_equal(result.checked, LARGEST - 1);
            assert_int_equal(result.wrong, 1);
            assert_int_equal(result.element[0], FIRST + 1000);
        }
    }
    assert_true(twins >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collective_data__writes_and_finds_right),
        cmocka_unit_test(test_collective_data__finds_any_wrong_bit),
        cmocka_unit_test(test_collective_data__tells_nan_and_poison_apart),
        cmocka_unit_test(test_collective_data__averages_within_two_units),
        cmocka_unit_test(test_collective_data__pairs_add_up),
        cmocka_unit_test(test_collective_data__ranks_take_turns),
        cmocka_unit_test(test_collective_data__twins_for_all_vectors_agree),
    };

    return cmocka_run_group_tests_name("collective_data", tests, NULL, NULL);
}
