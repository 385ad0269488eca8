/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every collective carried out here by its definition, on small arrays: what the layout says that
 * each rank gives is moved and added by a few loops, and has to be what it says that comes out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "collective/layout.h"

#define RANKS  3
#define ROOM   64
#define SEED   5
#define ABSENT INT64_MIN

struct world {
    struct gst_collective_case c;
    int64_t in[RANKS][ROOM];
    int64_t out[RANKS][ROOM];
};

static void fill(struct world *world)
{
    for (int rank = 0; rank < RANKS; rank++) {
        const struct gst_collective_range range =
            gst_collective_given(&world->c, RANKS, rank, SEED);

        for (size_t i = 0; i < ROOM; i++)
            world->in[rank][i] = world->out[rank][i] = ABSENT;
        for (size_t i = 0; i < range.args.elements; i++) {
            const int64_t value = gst_collective_data_value(&range.args, range.args.first + i);

            assert_true(range.at + i < gst_collective_input_elements(&world->c, RANKS));
            world->in[rank][range.at + i] = value;
        }
    }
}

static int64_t sum_of(const struct world *world, size_t at)
{
    int64_t sum = 0;

    for (int rank = 0; rank < RANKS; rank++)
        sum += world->in[rank][at];
    return sum;
}

/* One slot, by what the word means. */
static void carry_out(struct world *world, uint32_t slot)
{
    const size_t chunk = gst_collective_sides(world->c.collective, RANKS, world->c.elements).chunk;

    for (int rank = 0; rank < RANKS; rank++) {
        int64_t *out = world->out[rank] + gst_collective_output_at(&world->c, RANKS, rank, slot);

        for (size_t i = 0; i < chunk; i++) {
            const size_t own = gst_collective_input_at(&world->c, RANKS, 0, slot) + i;

            switch (world->c.collective) {
            case GST_ALL_REDUCE:
                out[i] = sum_of(world, own);
                break;
            case GST_REDUCE:
                out[i] = rank == 0 ? sum_of(world, own) : ABSENT;
                break;
            case GST_REDUCE_SCATTER:
                out[i] = sum_of(world, own + (size_t)rank * chunk);
                break;
            case GST_BROADCAST:
                out[i] = world->in[0][own];
                break;
            case GST_SEND_RECV:
                out[i] = world->in[(rank + RANKS - 1) % RANKS][own];
                break;
            case GST_ALL_GATHER:
            case GST_ALL_TO_ALL:
            default:
                for (int from = 0; from < RANKS; from++) {
                    const size_t part =
                        world->c.collective == GST_ALL_TO_ALL ? (size_t)rank * chunk : 0;

                    out[(size_t)from * chunk + i] =
                        world->in[from]
                                 [gst_collective_input_at(&world->c, RANKS, from, slot) + part + i];
                }
                break;
            }
        }
    }
}

static size_t compare(const struct world *world, int rank)
{
    const size_t count = gst_collective_expected_count(&world->c, RANKS, rank);
    size_t compared = 0;

    for (size_t k = 0; k < count; k++) {
        const struct gst_collective_range range =
            gst_collective_expected(&world->c, RANKS, rank, SEED, k);

        for (size_t i = 0; i < range.args.elements; i++, compared++) {
            assert_true(range.at + i < gst_collective_output_elements(&world->c, RANKS));
            assert_int_equal(world->out[rank][range.at + i],
                             gst_collective_data_value(&range.args, range.args.first + i));
        }
    }
    return compared;
}

static void try(enum gst_collective collective, bool in_place, uint32_t slots)
{
    struct world world = { .c = { .collective = collective,
                                  .element = GST_ELEMENT_FLOAT,
                                  .reduction = GST_REDUCTION_SUM,
                                  .is_in_place = in_place,
                                  .elements = 6,
                                  .slots = slots } };

    fill(&world);
    for (uint32_t slot = 0; slot < slots; slot++)
        carry_out(&world, slot);
    for (int rank = 0; rank < RANKS; rank++) {
        const size_t all = gst_collective_sides(collective, RANKS, 6).output * slots;

        assert_int_equal(compare(&world, rank), collective == GST_REDUCE && rank != 0 ? 0 : all);
    }
}

static void test_layout__is_what_each_collective_means(void **state)
{
    (void)state;
    for (int i = 0; i < GST_COLLECTIVE_COUNT; i++) {
        const enum gst_collective collective = (enum gst_collective)i;

        try(collective, false, 3);
        if (gst_collective_has_in_place(collective))
            try(collective, true, gst_collective_is_cut(collective) ? 1 : 3);
    }
}

/* NCCL user guide, in-place operations: the part of a rank lies at its number in the whole. */
static void test_layout__in_place_parts_lie_in_the_whole(void **state)
{
    struct gst_collective_case c = {
        .collective = GST_ALL_GATHER, .is_in_place = true, .elements = 12, .slots = 1
    };

    (void)state;
    assert_int_equal(gst_collective_input_at(&c, RANKS, 2, 0), 8);
    assert_int_equal(gst_collective_output_at(&c, RANKS, 2, 0), 0);
    c.collective = GST_REDUCE_SCATTER;
    assert_int_equal(gst_collective_input_at(&c, RANKS, 2, 0), 0);
    assert_int_equal(gst_collective_output_at(&c, RANKS, 2, 0), 8);
    c.collective = GST_ALL_REDUCE;
    assert_int_equal(gst_collective_output_at(&c, RANKS, 2, 0), 0);
    assert_false(gst_collective_has_in_place(GST_ALL_TO_ALL));
    assert_false(gst_collective_has_in_place(GST_SEND_RECV));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout__is_what_each_collective_means),
        cmocka_unit_test(test_layout__in_place_parts_lie_in_the_whole),
    };

    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
