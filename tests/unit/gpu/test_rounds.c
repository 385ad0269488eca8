/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of the schedule, for every number of GPUs that a machine has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gpu/rounds.h"

#define MOST GST_ENV_GPUS

static void note(int met[MOST][MOST], const struct gst_round *round, int gpus)
{
    int used[MOST] = { 0 };

    for (size_t i = 0; i < round->count; i++) {
        const struct gst_round_pair pair = round->pairs[i];

        assert_in_range(pair.from, 0, gpus - 1);
        assert_in_range(pair.to, 0, gpus - 1);
        assert_int_not_equal(pair.from, pair.to);
        assert_int_equal(used[pair.from]++, 0);
        assert_int_equal(used[pair.to]++, 0);
        met[pair.from][pair.to]++;
    }
}

static void test_one_way__every_ordered_pair_once_and_no_gpu_twice_in_a_round(void **state)
{
    (void)state;
    for (int gpus = 2; gpus <= MOST; gpus++) {
        int met[MOST][MOST] = { { 0 } };

        for (size_t i = 0; i < gst_rounds_one_way(gpus); i++) {
            const struct gst_round round = gst_round_of(gpus, i);

            /* As many pairs as there can be: with an odd number one GPU rests. */
            assert_int_equal(round.count, gpus / 2);
            note(met, &round, gpus);
        }
        for (int a = 0; a < gpus; a++) {
            for (int b = 0; b < gpus; b++)
                assert_int_equal(met[a][b], a != b);
        }
    }
}

static void test_both_ways__every_two_meet_once(void **state)
{
    (void)state;
    for (int gpus = 2; gpus <= MOST; gpus++) {
        int met[MOST][MOST] = { { 0 } };

        for (size_t i = 0; i < gst_rounds_both_ways(gpus); i++) {
            const struct gst_round round = gst_round_of(gpus, i);

            note(met, &round, gpus);
        }
        for (int a = 0; a < gpus; a++) {
            for (int b = 0; b < gpus; b++)
                assert_int_equal(met[a][b] + met[b][a], a != b);
        }
    }
}

static void test_alone__every_ordered_pair_once(void **state)
{
    (void)state;
    for (int gpus = 2; gpus <= MOST; gpus++) {
        int met[MOST][MOST] = { { 0 } };

        for (size_t i = 0; i < gst_rounds_alone(gpus); i++) {
            const struct gst_round round = gst_round_alone(gpus, i);

            assert_int_equal(round.count, 1);
            note(met, &round, gpus);
        }
        for (int a = 0; a < gpus; a++) {
            for (int b = 0; b < gpus; b++)
                assert_int_equal(met[a][b], a != b);
        }
    }
}

/* 2 (N - 1) for even N and 2 N for odd N, written out. */
static void test_number_of_rounds__table(void **state)
{
    static const struct {
        int gpus;
        size_t one_way, alone;
    } rows[] = { { 0, 0, 0 },  { 1, 0, 0 },   { 2, 2, 2 },   { 3, 6, 6 },
                 { 4, 6, 12 }, { 5, 10, 20 }, { 8, 14, 56 }, { 16, 30, 240 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(gst_rounds_one_way(rows[i].gpus), rows[i].one_way);
        assert_int_equal(gst_rounds_both_ways(rows[i].gpus), rows[i].one_way / 2);
        assert_int_equal(gst_rounds_alone(rows[i].gpus), rows[i].alone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_way__every_ordered_pair_once_and_no_gpu_twice_in_a_round),
        cmocka_unit_test(test_both_ways__every_two_meet_once),
        cmocka_unit_test(test_alone__every_ordered_pair_once),
        cmocka_unit_test(test_number_of_rounds__table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
