/* SPDX-License-Identifier: Apache-2.0 */
/* Which GPU made something else than its like, and where; see differences.h. */
#include "workloads/burn/differences.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "workloads/burn/agree.h"
#include "workloads/burn/first.h"
#include "workloads/burn/wait.h"

const char *gst_burn_tell_word(const struct gst_burn_seat *seat, size_t word, uint32_t found,
                               uint32_t expected, char *text, size_t size)
{
    const size_t side = (size_t)seat->product.shape.m;

    snprintf(text, size, "row %zu, column %zu: 0x%08" PRIx32 " instead of 0x%08" PRIx32,
             word % side, word / side, found, expected);
    return text;
}

/* How two products differ: in how many words, and the first. */
struct difference {
    size_t words, first;
    uint32_t found, expected;
};

static bool fetch(struct gst_burn_seat *seat, uint32_t *words, struct gst_status *st)
{
    return gst_burn_seat_use(seat, st)
           && seat->lane.path->download(&seat->lane, words, seat->reference, seat->bytes, st)
           && gst_burn_wait(seat, st);
}

static struct difference difference_of(const uint32_t *found, const uint32_t *expected,
                                       size_t count)
{
    struct difference difference = { .words = 0 };

    for (size_t i = 0; i < count; i++) {
        if (found[i] == expected[i])
            continue;
        if (difference.words++ == 0)
            difference = (struct difference){ 1, i, found[i], expected[i] };
    }
    return difference;
}

static void report_difference(struct gst_burn_seat *seat, const struct gst_burn_seat *other,
                              const struct gst_burn_majority *majority,
                              const struct difference *difference)
{
    char word[96], others[96];

    if (majority->is_shared)
        snprintf(others, sizeof(others), "that of gpu %d; which of both is right cannot be told",
                 other->lane.gpu->index);
    else
        snprintf(others, sizeof(others), "that of gpu %d and %d more", other->lane.gpu->index,
                 majority->count - 1);
    gst_run_check(seat->run, GST_HARDWARE_PRODUCT_DIFFERS, seat->lane.gpu->index, false,
                  "%zu of %zu words of the product differ from %s; the first, %s",
                  difference->words, seat->bytes / sizeof(float), others,
                  gst_burn_tell_word(seat, difference->first, difference->found,
                                     difference->expected, word, sizeof(word)));
}

static void look_closer(struct gst_burn_seat *seat, struct gst_burn_seat *other,
                        struct gst_burn_inputs *inputs, const struct gst_burn_majority *majority)
{
    struct gst_status st = GST_STATUS_INIT;
    uint32_t *found = malloc(seat->bytes);
    uint32_t *expected = malloc(seat->bytes);
    bool is_intact = false;

    if (found == NULL || expected == NULL)
        gst_fail(&st, GST_SUITE_NO_HOST_MEMORY, "no host memory for two products of %zu bytes",
                 seat->bytes);
    else if (fetch(seat, found, &st) && fetch(other, expected, &st)
             && gst_burn_check_inputs(seat, inputs, &is_intact, &st) && is_intact) {
        const struct difference difference =
            difference_of(found, expected, seat->bytes / sizeof(float));

        report_difference(seat, other, majority, &difference);
    }
    if (st.finding != GST_NO_FINDING)
        gst_report_status(seat->run->report, &st);
    free(expected);
    free(found);
}

void gst_burn_report_differences(struct gst_burn_seat *seats, int count,
                                 struct gst_burn_inputs *inputs)
{
    struct gst_burn_opinion opinions[GST_ENV_GPUS] = { { .is_given = false } };

    for (int i = 0; i < count; i++) {
        if (seats[i].is_working)
            opinions[i] =
                (struct gst_burn_opinion){ seats[i].lane.gpu->name, seats[i].lane.gpu->sm_count,
                                           seats[i].product.shape.m, seats[i].digest, true };
    }
    for (int i = 0; i < count; i++) {
        struct gst_burn_majority majority;

        if (!opinions[i].is_given)
            continue;
        majority = gst_burn_majority_of(opinions, count, i);
        if (majority.alike < 2)
            continue;
        if (opinions[majority.index].digest == opinions[i].digest)
            gst_run_check(seats[i].run, GST_HARDWARE_PRODUCT_DIFFERS, seats[i].lane.gpu->index,
                          true, "the product is that of %d identical GPUs", majority.count);
        else
            look_closer(&seats[i], &seats[majority.index], inputs, &majority);
    }
}
