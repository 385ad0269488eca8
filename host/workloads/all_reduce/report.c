/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes into metrics; see report.h. */
#include "workloads/all_reduce/report.h"

#include <math.h>
#include <stdio.h>

#include "collective/factor.h"
#include "core/class_bars.h"
#include "workloads/all_reduce/late.h"
#include "workloads/all_reduce/names.h"

_Static_assert(GST_SAMPLES_MAX <= GST_BOARD_SAMPLES, "the board has room for every sample");

#define DEF(quantity, text, of_unit)                                                               \
    {                                                                                              \
        .name = quantity, .title = text, .unit = of_unit,                                          \
    }
#define BUS_DEF(symbol, name, combines)                                                            \
    [symbol] =                                                                                     \
        DEF(name ".bus-bandwidth", name ": what each rank's links carry", GST_UNIT_BYTES_PER_S),
#define ALGORITHM_DEF(symbol, name, combines)                                                      \
    [symbol] = DEF(name ".algorithm-bandwidth", name ": bytes over time", GST_UNIT_BYTES_PER_S),
#define TIME_DEF(symbol, name, combines)                                                           \
    [symbol] = DEF(name ".time", name ": time of a small message", GST_UNIT_SECONDS),

static const struct gst_metric_def bus_defs[GST_COLLECTIVE_COUNT] = { GST_COLLECTIVES(BUS_DEF) };
static const struct gst_metric_def algorithm_defs[GST_COLLECTIVE_COUNT] = { GST_COLLECTIVES(
    ALGORITHM_DEF) };
static const struct gst_metric_def time_defs[GST_COLLECTIVE_COUNT] = { GST_COLLECTIVES(TIME_DEF) };

#define POINTERS(symbol, name, combines)                                                           \
    &bus_defs[symbol], &algorithm_defs[symbol], &time_defs[symbol],
const struct gst_metric_def *const gst_collective_metrics[] = { GST_COLLECTIVES(POINTERS) NULL };

/* Samples that are the host's time do not count beside others, and by themselves are no fault of
 * what is judged. */
static bool record(struct gst_run *run, const struct gst_board *board, size_t number,
                   const struct gst_metric_def *def, const char *variant, double factor,
                   struct gst_bar bar, struct gst_status *st)
{
    const struct gst_collective_case *c = &board->cases[number];
    const size_t lost = gst_collective_count_lost(board, number);
    const bool are_all_lost = lost == c->samples;
    struct gst_run how = *run;
    double values[GST_BOARD_SAMPLES];
    size_t count = 0;

    if (are_all_lost) {
        bar = gst_bar_none();
        how.bars = NULL; /* the site's floors, either */
    }
    bar.lower_is_better = def->unit == GST_UNIT_SECONDS;
    for (uint32_t i = 0; i < c->samples; i++) {
        const double seconds = gst_collective_slowest_s(board, number, i);

        if (lost == 0 || are_all_lost || !gst_collective_was_late(board, number, i))
            values[count++] = bar.lower_is_better
                                  ? seconds
                                  : (double)gst_collective_case_bytes(c) * factor / seconds;
    }
    return gst_run_metric(&how, def, GST_NO_GPU, variant, values, count, bar, st);
}

/* What is slow is so for its links, as far as they tell. */
static bool record_bus(struct gst_run *run, const struct gst_board *board, size_t number,
                       const char *variant, double factor, struct gst_collective_way *way,
                       struct gst_status *st)
{
    const struct gst_collective_case *c = &board->cases[number];
    const struct gst_bar bar =
        gst_way_bound(&way->site, c->collective, gst_collective_case_bytes(c));

    if (!record(run, board, number, &bus_defs[c->collective], variant, factor, bar, st))
        return false;
    gst_collective_way_explain(way);
    return true;
}

static bool is_same_but_size(const struct gst_collective_case *a,
                             const struct gst_collective_case *b)
{
    return a->collective == b->collective && a->is_in_place == b->is_in_place && a->samples > 0
           && b->samples > 0;
}

/* True if no other size of the same is beyond it. */
static bool is_end(const struct gst_board *board, size_t number, bool largest)
{
    const struct gst_collective_case *c = &board->cases[number];

    for (size_t i = 0; i < board->case_count; i++) {
        const struct gst_collective_case *other = &board->cases[i];

        if (is_same_but_size(c, other)
            && (largest ? other->elements > c->elements : other->elements < c->elements))
            return false;
    }
    return true;
}

/* The time of the smallest message, and the bandwidths of all others; in place of the largest, and
 * the algorithm's, too: they tell nothing more for the rest. */
static bool report_case(struct gst_run *run, const struct gst_board *board, size_t number,
                        const char *model, struct gst_collective_way *way, struct gst_status *st)
{
    const struct gst_collective_case *c = &board->cases[number];
    const double factor = gst_collective_bus_factor(c->collective, board->world);
    const bool is_least = is_end(board, number, false), is_most = is_end(board, number, true);
    char variant[GST_VARIANT_SIZE];

    gst_collective_name_variant(board, c, model, variant, sizeof(variant));
    if (is_least && !c->is_in_place
        && !record(run, board, number, &time_defs[c->collective], variant, 1, gst_bar_none(), st))
        return false;
    if ((is_least && !is_most) || (c->is_in_place && !is_most))
        return true;
    if (is_most && !c->is_in_place
        && !record(run, board, number, &algorithm_defs[c->collective], variant, 1, gst_bar_none(),
                   st))
        return false;
    return isnan(factor) || record_bus(run, board, number, variant, factor, way, st);
}

/* How much of it is the host's time. */
static void tell_late(struct gst_run *run, const struct gst_board *board, const char *model)
{
    size_t samples = 0, late = 0, cases = 0;

    for (size_t i = 0; i < board->case_count; i++) {
        const size_t of_case =
            gst_board_is_done(board, i) ? gst_collective_count_lost(board, i) : 0;

        samples += board->cases[i].samples;
        late += of_case;
        cases += of_case > 0 && of_case == board->cases[i].samples;
    }
    if (late > 0)
        gst_report_fact_text(run->report, GST_NO_GPU, model, "collectives_host_late",
                             "%zu of %zu samples, for which GPUs may have waited for the host, do "
                             "not count; %zu cases have no others, and are not judged",
                             late, samples, cases);
}

bool gst_collective_report(struct gst_run *run, const struct gst_board *board, const char *model,
                           struct gst_collective_way *way, struct gst_status *st)
{
    for (size_t i = 0; i < board->case_count; i++) {
        if (board->cases[i].samples > 0 && gst_board_is_done(board, i)
            && !report_case(run, board, i, model, way, st))
            return false;
    }
    tell_late(run, board, model);
    return true;
}
