/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes into faults and metrics; see report.h. */
#include "workloads/all_reduce/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "collective/factor.h"
#include "core/class_bars.h"

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

/* --- what is wrong --- */

/* "8 B", "16 MiB": exact, since it names. */
static const char *name_bytes(uint64_t bytes, char *text, size_t size)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    size_t unit = 0;

    while (unit + 1 < sizeof(units) / sizeof(units[0]) && bytes % 1024 == 0 && bytes > 0) {
        bytes /= 1024;
        unit++;
    }
    snprintf(text, size, "%" PRIu64 " %s", bytes, units[unit]);
    return text;
}

static uint64_t bytes_of(const struct gst_collective_case *c)
{
    return c->elements * gst_element_bytes(c->element);
}

static bool combines(enum gst_collective collective)
{
#define COMBINES(symbol, name, is_combining) [symbol] = is_combining,
    static const bool rows[GST_COLLECTIVE_COUNT] = { GST_COLLECTIVES(COMBINES) };
#undef COMBINES

    return rows[collective];
}

/* "all-reduce of 16 MiB (float, sum, in place)". */
static void name_case(const struct gst_collective_case *c, char *text, size_t size)
{
    char bytes[32];

    snprintf(text, size, "%s of %s (%s%s%s%s)", gst_collective_names[c->collective],
             name_bytes(bytes_of(c), bytes, sizeof(bytes)), gst_element_names[c->element],
             combines(c->collective) ? ", " : "",
             combines(c->collective) ? gst_reduction_names[c->reduction] : "",
             c->is_in_place ? ", in place" : "");
}

static size_t kept(const struct gst_collective_data_result *result)
{
    return result->wrong < GST_COLLECTIVE_DATA_KEPT ? (size_t)result->wrong
                                                    : GST_COLLECTIVE_DATA_KEPT;
}

/* The rank that seems to have given nothing, -1 if that is not what it looks like. */
static int missing_rank(const struct gst_board *board, const struct gst_collective_case *c,
                        const struct gst_collective_data_result *result)
{
    const struct gst_collective_data data = {
        .element = c->element, .reduction = c->reduction, .ranks = board->world, .seed = board->seed
    };

    return combines(c->collective)
               ? gst_collective_data_missing(&data, result->element, result->found, kept(result))
               : -1;
}

static int gpu_of_rank(const struct gst_board *board, int rank)
{
    for (int i = 0; i < board->seat_count; i++) {
        if (board->seats[i].rank == rank)
            return board->seats[i].gpu;
    }
    return GST_NO_GPU;
}

/* Which finding, and whose GPU: one missing contribution is its giver's, one wrong result the GPU's
 * that holds it. */
static void name_fault(const struct gst_board *board, size_t number, int seat, int wrong_seats,
                       struct gst_collective_fault *fault)
{
    const struct gst_collective_case *c = &board->cases[number];
    const struct gst_collective_data_result *result = &board->outcomes[number][seat].result;
    const int missing = missing_rank(board, c, result);
    char what[96], looks[64] = "";

    fault->finding = GST_HARDWARE_COLLECTIVE_CORRUPTED;
    fault->gpu = wrong_seats == 1 ? board->seats[seat].gpu : GST_NO_GPU;
    if (missing >= 0) {
        fault->finding = GST_HARDWARE_CONTRIBUTION_MISSING;
        fault->gpu = gpu_of_rank(board, missing);
        snprintf(looks, sizeof(looks), ", as if rank %d had given nothing", missing);
    } else if (result->nans > 0) {
        fault->finding = GST_HARDWARE_COLLECTIVE_NAN;
        snprintf(looks, sizeof(looks), ", %llu of them no numbers", result->nans);
    } else if (result->unwritten > 0) {
        snprintf(looks, sizeof(looks), ", %llu of them never written", result->unwritten);
    }
    name_case(c, what, sizeof(what));
    snprintf(fault->text, sizeof(fault->text),
             "%s: on rank %d %llu of %llu elements wrong%s; first met: element %llu holds %g%s",
             what, board->seats[seat].rank, result->wrong, result->checked, looks,
             result->element[0], gst_collective_data_decode(c->element, result->found[0]),
             wrong_seats > 1 ? ", other ranks alike" : "");
}

static bool judge_case(const struct gst_board *board, size_t number,
                       struct gst_collective_fault *fault)
{
    int wrong_seats = 0, first = -1;

    for (int i = 0; i < board->seat_count; i++) {
        const struct gst_board_outcome *outcome = &board->outcomes[number][i];

        if (outcome->is_blind) {
            fault->finding = GST_SUITE_BLIND;
            fault->gpu = board->seats[i].gpu;
            snprintf(fault->text, sizeof(fault->text),
                     "rank %d compared %llu of %" PRIu64 " elements, or missed one that was made "
                     "wrong",
                     board->seats[i].rank, outcome->result.checked, outcome->expected);
            return false;
        }
        if (outcome->result.wrong > 0) {
            wrong_seats++;
            first = first < 0 ? i : first;
        }
    }
    if (wrong_seats > 0)
        name_fault(board, number, first, wrong_seats, fault);
    return wrong_seats == 0;
}

void gst_collective_judge(const struct gst_board *board, struct gst_collective_fault *fault)
{
    *fault = (struct gst_collective_fault){ .gpu = GST_NO_GPU };
    for (size_t i = 0; i < board->case_count; i++) {
        if (!judge_case(board, i, fault))
            return;
    }
}

uint64_t gst_collective_checked(const struct gst_board *board)
{
    uint64_t checked = 0;

    for (size_t i = 0; i < board->case_count; i++) {
        for (int k = 0; k < board->seat_count; k++)
            checked += board->outcomes[i][k].result.checked;
    }
    return checked;
}

/* --- how fast --- */

/* A collective has ended when its last rank has. */
static double slowest(const struct gst_board *board, size_t number, uint32_t sample)
{
    double seconds = 0;

    for (int i = 0; i < board->seat_count; i++)
        seconds = fmax(seconds, board->outcomes[number][i].samples[sample].seconds);
    return seconds;
}

/* The host of one rank that is late keeps all waiting. */
static bool was_late(const struct gst_board *board, size_t number, uint32_t sample)
{
    for (int i = 0; i < board->seat_count; i++) {
        if (board->outcomes[number][i].samples[sample].was_late)
            return true;
    }
    return false;
}

static size_t count_late(const struct gst_board *board, size_t number)
{
    size_t count = 0;

    for (uint32_t i = 0; i < board->cases[number].samples; i++)
        count += was_late(board, number, i);
    return count;
}

/* A sample of so many times what the host takes to queue one tells of the GPUs even if they waited
 * for that: of less than a twentieth no floor depends. */
#define LONG_AGAINST_HOST 20

/* By the fastest: one that a host was stalled in is long for that alone. */
static bool is_long(const struct gst_board *board, size_t number)
{
    const struct gst_collective_case *c = &board->cases[number];
    double host_s = 0, fastest_s = INFINITY;

    for (int i = 0; i < board->seat_count; i++)
        host_s = fmax(host_s, board->outcomes[number][i].host_s);
    for (uint32_t i = 0; i < c->samples; i++)
        fastest_s = fmin(fastest_s, slowest(board, number, i) * c->slots);
    return host_s > 0 && fastest_s > LONG_AGAINST_HOST * host_s;
}

/* How many samples do not count: those that a host was late for, unless all are, and long. */
static size_t count_lost(const struct gst_board *board, size_t number)
{
    const size_t late = count_late(board, number);

    return late == board->cases[number].samples && is_long(board, number) ? 0 : late;
}

/* Samples that are the host's time do not count beside others, and by themselves are no fault of
 * what is judged. */
static bool record(struct gst_run *run, const struct gst_board *board, size_t number,
                   const struct gst_metric_def *def, const char *variant, double factor,
                   struct gst_bar bar, struct gst_status *st)
{
    const struct gst_collective_case *c = &board->cases[number];
    const size_t lost = count_lost(board, number);
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
        const double seconds = slowest(board, number, i);

        if (lost == 0 || are_all_lost || !was_late(board, number, i))
            values[count++] =
                bar.lower_is_better ? seconds : (double)bytes_of(c) * factor / seconds;
    }
    return gst_run_metric(&how, def, GST_NO_GPU, variant, values, count, bar, st);
}

/* What is slow is so for its links, as far as they tell. */
static bool record_bus(struct gst_run *run, const struct gst_board *board, size_t number,
                       const char *variant, double factor, struct gst_collective_way *way,
                       struct gst_status *st)
{
    const struct gst_collective_case *c = &board->cases[number];
    const struct gst_bar bar = gst_way_bound(&way->site, c->collective, bytes_of(c));

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

/* "per-gpu 4 KiB", "per-gpu 4 KiB half max in-place": what is not said is float, and sum; of one
 * rank, whose plan has no other, premulsum. Numbers of one name are compared with each other. */
static void name_variant(const struct gst_board *board, const struct gst_collective_case *c,
                         const char *model, char *text, size_t size)
{
    const enum gst_reduction usual =
        board->world == 1 ? GST_REDUCTION_PREMULSUM : GST_REDUCTION_SUM;
    const bool has_type = c->element != GST_ELEMENT_FLOAT;
    const bool has_reduction = combines(c->collective) && c->reduction != usual;
    char bytes[32];

    snprintf(text, size, "%s %s%s%s%s%s%s", model, name_bytes(bytes_of(c), bytes, sizeof(bytes)),
             has_type ? " " : "", has_type ? gst_element_names[c->element] : "",
             has_reduction ? " " : "", has_reduction ? gst_reduction_names[c->reduction] : "",
             c->is_in_place ? " in-place" : "");
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

    name_variant(board, c, model, variant, sizeof(variant));
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
        const size_t of_case = gst_board_is_done(board, i) ? count_lost(board, i) : 0;

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
