/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ranks give adds up, without rounding and in any order, to what is expected: added here one
 * rank after the other, for every type, reduction and many worlds. And what a wrong sum looks like.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collective/data.h"

#define INDICES 100

static const int worlds[] = { 1, 2, 3, 4, 7, 8, 16, 22, 23, 64, 100, 127 };

#define WORLDS (sizeof(worlds) / sizeof(worlds[0]))

/* Significands as IEEE 754 and the makers of bfloat16 give them. */
static const int64_t exact[GST_ELEMENT_COUNT] = { [GST_ELEMENT_FLOAT] = (1 << 24) - 1,
                                                  [GST_ELEMENT_HALF] = (1 << 11) - 1,
                                                  [GST_ELEMENT_BFLOAT16] = (1 << 8) - 1,
                                                  [GST_ELEMENT_INT32] = INT32_MAX };

static struct gst_collective_data data_of(int element, int reduction, int ranks)
{
    return (struct gst_collective_data){ .element = (enum gst_element)element,
                                         .reduction = (enum gst_reduction)reduction,
                                         .ranks = ranks,
                                         .seed = 11 };
}

static int64_t given(const struct gst_collective_data *data, int rank, uint64_t i)
{
    const struct gst_collective_data_args args = gst_collective_data_given(data, rank);

    assert_int_equal(args.divisor, 1);
    return gst_collective_data_value(&args, i);
}

/* Reduces by the meaning of the words. Of sums that of all magnitudes has to be exact, too, since
 * it bounds every partial one; a maximum is one of the numbers, and nothing is added. */
static int64_t reduce(const struct gst_collective_data *data, uint64_t i)
{
    int64_t sum = 0, most = INT64_MIN, magnitude = 0;

    for (int rank = 0; rank < data->ranks; rank++) {
        const int64_t factor = rank % 2 == 0 ? 2 : 1;
        const int64_t own =
            given(data, rank, i) * (data->reduction == GST_REDUCTION_PREMULSUM ? factor : 1);

        sum += own;
        if (data->reduction == GST_REDUCTION_MAX)
            magnitude = llabs(own) > magnitude ? llabs(own) : magnitude;
        else
            magnitude += llabs(own);
        most = own > most ? own : most;
    }
    assert_true(magnitude <= exact[data->element]);
    return data->reduction == GST_REDUCTION_MAX ? most : sum;
}

static void test_data__all_ranks_reduce_to_what_is_expected(void **state)
{
    (void)state;
    for (int element = 0; element < GST_ELEMENT_COUNT; element++) {
        for (int reduction = 0; reduction < GST_REDUCTION_COUNT; reduction++) {
            for (size_t w = 0; w < WORLDS; w++) {
                const struct gst_collective_data data = data_of(element, reduction, worlds[w]);
                const struct gst_collective_data_args all = gst_collective_data_combined(&data);

                for (uint64_t i = 0; i < INDICES; i++)
                    assert_int_equal(gst_collective_data_value(&all, i), reduce(&data, i));
                assert_int_equal(all.divisor, reduction == GST_REDUCTION_AVG ? worlds[w] : 1);
            }
        }
    }
}

/* A rank that is left out always shows, but for averages, to which two ranks of all give. */
static void test_data__every_rank_gives_something(void **state)
{
    (void)state;
    for (int element = 0; element < GST_ELEMENT_COUNT; element++) {
        for (size_t w = 0; w < WORLDS; w++) {
            const struct gst_collective_data sum = data_of(element, GST_REDUCTION_SUM, worlds[w]);
            const struct gst_collective_data avg = data_of(element, GST_REDUCTION_AVG, worlds[w]);

            for (int rank = 0; rank < worlds[w]; rank++) {
                const struct gst_collective_data_args own = gst_collective_data_given(&sum, rank);
                const struct gst_collective_data_args part = gst_collective_data_given(&avg, rank);
                int gives = 0;

                for (uint64_t i = 0; i < 10 * INDICES; i++) {
                    assert_true(gst_collective_data_value(&own, i) != 0);
                    gives += gst_collective_data_value(&part, i) != 0;
                }
                assert_true(gives > 0);
            }
        }
    }
}

/* Which rank's number is the largest of all, -1 if several ranks share it. */
static int holder_of(const struct gst_collective_data_args *ranks, int count, uint64_t i)
{
    int32_t most = INT32_MIN;
    int holder = -1;

    for (int rank = 0; rank < count; rank++) {
        const int32_t own = gst_collective_data_value(&ranks[rank], i);

        holder = own > most ? rank : own == most ? -1 : holder;
        most = own > most ? own : most;
    }
    return holder;
}

/* At some places each rank is alone the largest: without it another number comes out. */
static void test_data__every_rank_is_the_largest_somewhere(void **state)
{
    (void)state;
    for (int element = 0; element < GST_ELEMENT_COUNT; element++) {
        for (size_t w = 1; w < WORLDS; w++) {
            const struct gst_collective_data data = data_of(element, GST_REDUCTION_MAX, worlds[w]);
            struct gst_collective_data_args ranks[128];
            int alone[128] = { 0 };

            for (int rank = 0; rank < worlds[w]; rank++)
                ranks[rank] = gst_collective_data_given(&data, rank);
            for (uint64_t i = 0; i < 20 * (uint64_t)worlds[w]; i++) {
                const int holder = holder_of(ranks, worlds[w], i);

                alone[holder < 0 ? 0 : holder] += holder >= 0;
            }
            for (int rank = 0; rank < worlds[w]; rank++)
                assert_true(alone[rank] > 0);
        }
    }
}

static void test_data__averages_take_two_of_all(void **state)
{
    const struct gst_collective_data data = data_of(GST_ELEMENT_FLOAT, GST_REDUCTION_AVG, 7);

    (void)state;
    for (uint64_t i = 0; i < INDICES; i++) {
        int givers = 0;

        for (int rank = 0; rank < 7; rank++)
            givers += given(&data, rank, i) != 0;
        assert_int_equal(givers, 2);
    }
}

static void test_data__depends_on_index_and_rank(void **state)
{
    const struct gst_collective_data data = data_of(GST_ELEMENT_FLOAT, GST_REDUCTION_SUM, 8);
    int like_neighbour = 0, like_index = 0, moved_alike = 0;

    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        const struct gst_collective_data_args one = gst_collective_data_moved(&data, 3);
        const struct gst_collective_data_args other = gst_collective_data_moved(&data, 4);

        like_neighbour += given(&data, 3, i) == given(&data, 4, i);
        like_index += given(&data, 3, i) == given(&data, 3, i + 1);
        moved_alike += gst_collective_data_value(&one, i) == gst_collective_data_value(&other, i);
    }
    assert_true(like_neighbour < 10);
    assert_true(like_index < 10);
    assert_true(moved_alike < 10);
}

static void test_data__tells_which_rank_is_missing(void **state)
{
    const struct gst_collective_data data = data_of(GST_ELEMENT_FLOAT, GST_REDUCTION_SUM, 8);
    const struct gst_collective_data_args all = gst_collective_data_combined(&data);
    unsigned long long elements[4] = { 5, 77, 1234, 99999 }, found[4];

    (void)state;
    for (int rank = 0; rank < 8; rank++) {
        for (int k = 0; k < 4; k++) {
            const float value = (float)(gst_collective_data_value(&all, elements[k])
                                        - given(&data, rank, elements[k]));
            uint32_t bits;

            memcpy(&bits, &value, sizeof(bits));
            found[k] = bits;
        }
        assert_int_equal(gst_collective_data_missing(&data, elements, found, 4), rank);
        found[3] ^= 1;
        assert_int_equal(gst_collective_data_missing(&data, elements, found, 4), -1);
    }
    assert_int_equal(gst_collective_data_missing(&data, elements, found, 0), -1);
}

/* Bits as IEEE 754 has them: 1.5, -2, the smallest subnormal half, infinity. */
static void test_data__decodes_every_type(void **state)
{
    (void)state;
    assert_true(gst_collective_data_decode(GST_ELEMENT_FLOAT, 0x3fc00000) == 1.5);
    assert_true(gst_collective_data_decode(GST_ELEMENT_HALF, 0x3e00) == 1.5);
    assert_true(gst_collective_data_decode(GST_ELEMENT_HALF, 0xc000) == -2);
    assert_true(gst_collective_data_decode(GST_ELEMENT_HALF, 0x0001) == 0x1p-24);
    assert_true(isinf(gst_collective_data_decode(GST_ELEMENT_HALF, 0x7c00)));
    assert_true(isnan(gst_collective_data_decode(GST_ELEMENT_HALF, 0xffff)));
    assert_true(gst_collective_data_decode(GST_ELEMENT_BFLOAT16, 0x3fc0) == 1.5);
    assert_true(gst_collective_data_decode(GST_ELEMENT_INT32, 0xffffffff) == -1);
}

static void test_data__scalars_of_every_type(void **state)
{
    static const uint32_t twos[GST_ELEMENT_COUNT] = { [GST_ELEMENT_FLOAT] = 0x40000000,
                                                      [GST_ELEMENT_HALF] = 0x4000,
                                                      [GST_ELEMENT_BFLOAT16] = 0x4000,
                                                      [GST_ELEMENT_INT32] = 2 };
    static const uint32_t ones[GST_ELEMENT_COUNT] = { [GST_ELEMENT_FLOAT] = 0x3f800000,
                                                      [GST_ELEMENT_HALF] = 0x3c00,
                                                      [GST_ELEMENT_BFLOAT16] = 0x3f80,
                                                      [GST_ELEMENT_INT32] = 1 };

    (void)state;
    for (int i = 0; i < GST_ELEMENT_COUNT; i++) {
        uint32_t bits = 0;

        assert_int_equal(gst_collective_data_scalar((enum gst_element)i, 2, &bits),
                         gst_element_bytes((enum gst_element)i));
        assert_int_equal(bits, twos[i]);
        gst_collective_data_scalar((enum gst_element)i, 1, &bits);
        assert_int_equal(bits, ones[i]);
    }
}

static void test_data__refuses_more_ranks_than_add_up(void **state)
{
    (void)state;
    assert_int_equal(gst_collective_data_ranks_max(GST_ELEMENT_BFLOAT16), 127);
    assert_int_equal(gst_collective_data_ranks_max(GST_ELEMENT_HALF), 1023);
    assert_int_equal(gst_collective_data_ranks_max(GST_ELEMENT_FLOAT), 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data__all_ranks_reduce_to_what_is_expected),
        cmocka_unit_test(test_data__every_rank_gives_something),
        cmocka_unit_test(test_data__every_rank_is_the_largest_somewhere),
        cmocka_unit_test(test_data__averages_take_two_of_all),
        cmocka_unit_test(test_data__depends_on_index_and_rank),
        cmocka_unit_test(test_data__tells_which_rank_is_missing),
        cmocka_unit_test(test_data__decodes_every_type),
        cmocka_unit_test(test_data__scalars_of_every_type),
        cmocka_unit_test(test_data__refuses_more_ranks_than_add_up),
    };

    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
