/* SPDX-License-Identifier: Apache-2.0 */
/* From what was noted to checks, metrics and facts; see report.h. */
#include "workloads/burn/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/class_bars.h"
#include "core/gemm_judged.h"
#include "core/units.h"
#include "gpu/gemm/self.h"
#include "run/interrupt.h"
#include "workloads/burn/differences.h"
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
static const char *source_of_type(enum gst_gemm_type type)
{
#define SOURCE(symbol, name, text) [symbol] = "burn-" name,
    static const char *const sources[GST_GEMM_TYPE_COUNT] = { GST_GEMM_TYPES(SOURCE) };
#undef SOURCE

    return sources[type];
}

static const char *source_of(const struct gst_burn_seat *seat)
{
    return source_of_type(seat->product.type);
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
           && gst_burn_check_inputs(seat, inputs, &is_intact, &ignored) && !is_intact;
}

static void report_wrong(struct gst_burn_seat *seat)
{
    const struct gst_burn_wrong *wrong = &seat->wrong;
    const size_t words = seat->bytes / sizeof(float);
    const size_t first = (size_t)(GST_WORD_COMPARE_LAST - (wrong->first.first >> 32));
    char word[96] = "what it should be could not be read any more", after[24];

    if (wrong->knows_expected)
        gst_burn_tell_word(seat, first % words, (uint32_t)wrong->first.first, wrong->expected, word,
                           sizeof(word));
    gst_run_check(seat->run, kind_of(&wrong->first), seat->lane.gpu->index, false,
                  "%" PRIu64 " of %" PRIu64 " rounds have products unlike the first one, the "
                  "first %s after the start: %llu words, of these %llu not finite and %llu not "
                  "written; %s",
                  wrong->rounds, seat->finished,
                  gst_format(after, sizeof(after), wrong->first_s, GST_UNIT_SECONDS),
                  wrong->first.wrong, wrong->first.not_finite, wrong->first.unwritten, word);
}

static void report_right(struct gst_burn_seat *seat)
{
    char time[24];

    gst_run_check(seat->run, GST_HARDWARE_PRODUCT_UNSTABLE, seat->lane.gpu->index, true,
                  "%" PRIu64 " products of %d x %d in %s, each the same bit for bit", seat->made,
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
    const struct gst_blas_product *product = &seat->product;
    const struct gst_gemm_gpu self = gst_gemm_self(gpu, &seat->condition);
    const struct gst_gemm_measured measured = {
        .type = product->type,
        .side = product->shape.m,
        .is_pedantic = product->is_pedantic,
        .is_emulated =
            gst_blas_is_emulated(&seat->blas.blas->changes, product->type, product->is_pedantic),
        .is_part = gst_gemm_is_part(gpu),
    };

    return gst_gemm_bar_of_measured(&measured, &self);
}

/* The GPU had too little to do: then its rate is none of a long load, and no floor applies. Whose
 * fault is it? That of the size where one that was asked for is too small for any host. */
static void report_idle(struct gst_burn_seat *seat, double share)
{
    const int gpu = seat->lane.gpu->index, gpus = seat->run->env->gpu_count;
    char product[24];

    gst_format(product, sizeof(product), seat->product_s, GST_UNIT_SECONDS);
    if (gst_burn_host_keeps_up(seat->product_s, gpus))
        gst_run_check(seat->run, GST_SUITE_BURN_IDLE, gpu, false,
                      "%s: products were queued ahead for %.0f %% of the time, though each takes "
                      "%s; the rate is none of a GPU under load",
                      metric_of(seat)->name, 100 * share, product);
    else
        gst_report_fact_text(seat->run->report, gpu, source_of(seat), "not_judged",
                             "products of %s are too small for one thread to keep %d GPU%s busy: "
                             "they were queued ahead for %.0f %% of the time",
                             product, gpus, gst_plural(gpus), 100 * share);
}

static void report_speed(struct gst_burn_seat *seat)
{
    const double share = gst_burn_busy_share(&seat->busy);
    const bool is_idle = gst_burn_is_idle(share);
    struct gst_status st = GST_STATUS_INIT;
    double rates[GST_BURN_WINDOWS];
    const size_t count = gst_burn_windows_rates(&seat->windows, rates);
    double worst;

    if (share >= 0)
        gst_report_fact_number(seat->run->report, seat->lane.gpu->index, source_of(seat), "busy",
                               GST_UNIT_FRACTION, share);
    if (is_idle)
        report_idle(seat, share);
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
                       is_idle ? gst_bar_without_floor(bar_of(seat)) : bar_of(seat), &st)) {
        seat->run->report->metrics[seat->run->report->metric_count - 1].side =
            seat->product.shape.m;
        explain(seat);
    } else {
        gst_report_status(seat->run->report, &st);
    }
}

void gst_burn_report(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs)
{
    const int gpu = seat->lane.gpu->index;
    struct gst_report *report = seat->run->report;
    char text[GST_TEXT_SIZE];

    gst_report_fact_number(report, gpu, source_of(seat), "time", GST_UNIT_SECONDS, seat->elapsed_s);
    gst_report_fact_number(report, gpu, source_of(seat), "products", GST_UNIT_NONE,
                           (double)seat->made);
    gst_report_fact_number(report, gpu, source_of(seat), "side", GST_UNIT_NONE,
                           seat->product.shape.m);
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

void gst_burn_report_not_tried(struct gst_run *run, int gpu, enum gst_gemm_type type, int hung)
{
    gst_report_fact_text(run->report, gpu, source_of_type(type), "not_measured",
                         "not tried: gpu %d hangs, and calls about others may wait for it", hung);
}

void gst_burn_report_condition(const struct gst_burn_seat *seat)
{
    gst_condition_report(&seat->condition, seat->run->env, seat->lane.gpu, source_of(seat));
}
