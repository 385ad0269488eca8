/* SPDX-License-Identifier: Apache-2.0 */
/* From what was noted to checks, metrics and facts; see report.h. */
#include "workloads/burn/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/gemm_judged.h"
#include "gpu/gemm/self.h"
#include "run/interrupt.h"
#include "workloads/burn/agree.h"
#include "workloads/burn/first.h"

#define METRIC(symbol, name_, text)                                                                \
    [symbol] = {                                                                                   \
        .name = "burn." name_,                                                                     \
        .title = "product of " text ", sustained on all GPUs at once",                             \
        .unit = GST_UNIT_FLOP_PER_S,                                                               \
        .has_siblings = true,                                                                      \
    },

const struct gst_metric_def gst_burn_metrics[GST_GEMM_TYPE_COUNT] = { GST_GEMM_TYPES(METRIC) };

static const struct gst_metric_def *metric_of(const struct gst_burn_seat *seat)
{
    return &gst_burn_metrics[seat->product.type];
}

/* Who says what is known of a GPU under this load. */
static const char *source_of(const struct gst_burn_seat *seat)
{
#define SOURCE(symbol, name, text) [symbol] = "burn-" name,
    static const char *const sources[GST_GEMM_TYPE_COUNT] = { GST_GEMM_TYPES(SOURCE) };
#undef SOURCE

    return sources[seat->product.type];
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
           && seat->lane.path->wait(&seat->lane, st);
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

/* "row 5, column 7: 0x3f800001 instead of 0x3f800000" */
static const char *tell_word(const struct gst_burn_seat *seat, size_t word, uint32_t found,
                             uint32_t expected, char *text, size_t size)
{
    const size_t side = (size_t)seat->product.shape.m;

    snprintf(text, size, "row %zu, column %zu: 0x%08" PRIx32 " instead of 0x%08" PRIx32,
             word % side, word / side, found, expected);
    return text;
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
                  tell_word(seat, difference->first, difference->found, difference->expected, word,
                            sizeof(word)));
}

/* Is what this GPU multiplies what was sent? What is not is reported. */
static bool has_inputs(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs, bool *is_intact,
                       struct gst_status *st)
{
    return gst_burn_inputs_make(inputs, seat->product.type, seat->product.shape.m, seat->run->seed,
                                st)
           && gst_burn_seat_use(seat, st) && gst_burn_check_inputs(seat, inputs, is_intact, st);
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
             && has_inputs(seat, inputs, &is_intact, &st) && is_intact) {
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

static enum gst_finding_id kind_of(const struct gst_word_compare_result *result)
{
    if (result->not_finite > 0)
        return GST_HARDWARE_PRODUCT_NAN;
    return result->unwritten > 0 ? GST_HARDWARE_PRODUCT_UNWRITTEN : GST_HARDWARE_PRODUCT_UNSTABLE;
}

/* Are products wrong because what is multiplied was lost in memory? Then that is reported. Nobody
 * waits for an answer who has told this process to end. */
static bool is_memorys_fault(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs)
{
    struct gst_status ignored = GST_STATUS_INIT;
    bool is_intact = true;

    return seat->is_working && !gst_interrupt_came()
           && has_inputs(seat, inputs, &is_intact, &ignored) && !is_intact;
}

static void report_wrong(struct gst_burn_seat *seat)
{
    const struct gst_burn_wrong *wrong = &seat->wrong;
    const size_t words = seat->bytes / sizeof(float);
    const size_t first = (size_t)(GST_WORD_COMPARE_LAST - (wrong->first.first >> 32));
    char word[96], after[24];

    gst_run_check(seat->run, kind_of(&wrong->first), seat->lane.gpu->index, false,
                  "%" PRIu64 " of %" PRIu64 " rounds have products unlike the first one, the "
                  "first %s after the start: %llu words, of these %llu not finite and %llu not "
                  "written; %s",
                  wrong->rounds, seat->finished,
                  gst_format(after, sizeof(after), wrong->first_s, GST_UNIT_SECONDS),
                  wrong->first.wrong, wrong->first.not_finite, wrong->first.unwritten,
                  tell_word(seat, first % words, (uint32_t)wrong->first.first, wrong->expected,
                            word, sizeof(word)));
}

static void report_right(struct gst_burn_seat *seat)
{
    const uint64_t products = GST_BURN_COPIES * (uint64_t)seat->passes * seat->finished;
    char time[24];

    gst_run_check(seat->run, GST_HARDWARE_PRODUCT_UNSTABLE, seat->lane.gpu->index, true,
                  "%" PRIu64 " products of %d x %d in %s, each the same bit for bit", products,
                  seat->product.shape.m, seat->product.shape.m,
                  gst_format(time, sizeof(time), seat->elapsed_s, GST_UNIT_SECONDS));
}

static void explain(struct gst_burn_seat *seat)
{
    char text[GST_TEXT_SIZE], why[GST_TEXT_SIZE + 16];

    snprintf(why, sizeof(why), "over time: %s",
             gst_burn_course_describe(&seat->course, text, sizeof(text)));
    gst_run_explain_metric(seat->run, gst_condition_explain(&seat->condition), why);
}

static struct gst_bar bar_of(const struct gst_burn_seat *seat)
{
    const struct gst_gpu *gpu = seat->lane.gpu;
    const struct gst_product *product = &seat->product;
    const struct gst_gemm_gpu self = gst_gemm_self(gpu, &seat->condition);
    const struct gst_gemm_measured measured = {
        .type = product->type,
        .side = product->shape.m,
        .is_pedantic = product->is_pedantic,
        .is_emulated =
            gst_blas_is_emulated(&seat->blas.blas->changes, product->type, product->is_pedantic),
        .is_instance = gpu->is_mig,
    };

    return gst_gemm_bar_of_measured(&measured, &self);
}

static void report_speed(struct gst_burn_seat *seat)
{
    struct gst_status st = GST_STATUS_INIT;
    double rates[GST_BURN_WINDOWS];
    const size_t count = gst_burn_windows_rates(&seat->windows, rates);
    double worst;

    if (count == 0) {
        gst_report_fact_text(seat->run->report, seat->lane.gpu->index, source_of(seat),
                             "not_measured", "the host did not keep ahead of the GPU");
        return;
    }
    worst = rates[0];
    for (size_t i = 1; i < count; i++)
        worst = rates[i] < worst ? rates[i] : worst;
    gst_report_fact_number(seat->run->report, seat->lane.gpu->index, source_of(seat),
                           "slowest_window", GST_UNIT_FLOP_PER_S, worst);
    if (gst_run_metric(seat->run, metric_of(seat), seat->lane.gpu->index, "", rates, count,
                       bar_of(seat), &st))
        explain(seat);
    else
        gst_report_status(seat->run->report, &st);
}

void gst_burn_report(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs)
{
    const int gpu = seat->lane.gpu->index;
    struct gst_report *report = seat->run->report;
    char text[GST_TEXT_SIZE];

    gst_report_fact_number(report, gpu, source_of(seat), "time", GST_UNIT_SECONDS, seat->elapsed_s);
    gst_report_fact_number(report, gpu, source_of(seat), "products", GST_UNIT_NONE,
                           (double)(GST_BURN_COPIES * (uint64_t)seat->passes * seat->finished));
    if (seat->course.readings > 0)
        gst_report_fact_text(report, gpu, source_of(seat), "course", "%s",
                             gst_burn_course_describe(&seat->course, text, sizeof(text)));
    /* A rate of wrong results is worth nothing. */
    if (seat->wrong.rounds > 0) {
        if (!is_memorys_fault(seat, inputs))
            report_wrong(seat);
    } else {
        report_right(seat);
        report_speed(seat);
    }
}

void gst_burn_report_condition(const struct gst_burn_seat *seat)
{
    gst_condition_report(&seat->condition, seat->run->env, seat->lane.gpu, source_of(seat));
}
