/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, and who is at fault; see report.h. */
#include "workloads/peer_copy/report.h"

#include <stdio.h>

#include "core/units.h"
#include "workloads/peer_copy/bar.h"
#include "workloads/peer_copy/slow_pairs.h"

struct cause {
    enum gst_finding_id finding;
    int gpu; /* at fault; -1: that from which the data come */
};

/* What slows the GPU down, whatever its links are: GST_NO_FINDING if nothing does. Settings of the
 * clocks are left out, since copies hardly need them. */
static enum gst_finding_id trouble_of(const struct gst_peer_bench *bench, int gpu)
{
    const enum gst_finding_id why = gst_condition_explain(&bench->seats[gpu].condition);

    return why == GST_HARDWARE_THROTTLED || why == GST_USER_GPU_BUSY ? why : GST_NO_FINDING;
}

/* Of a pair, or of one GPU with whomever (from == to). */
static struct cause cause_of(const struct gst_peer_bench *bench, bool is_nvlink, int from, int to)
{
    const struct gst_nvlinks_map *links = &bench->peers->links;
    const int ends[] = { from, to };

    for (int i = 0; i < 2; i++) {
        const int gpu = ends[i];
        const enum gst_finding_id pcie = gst_pcie_link_explain(&bench->seats[gpu].link);

        if (is_nvlink && gst_nvlinks_are_missing(links, gpu))
            return (struct cause){ GST_HARDWARE_NVLINK_DOWN, gpu };
        if (!is_nvlink && pcie != GST_HARDWARE_SLOW)
            return (struct cause){ pcie, gpu };
    }
    for (int i = 0; i < 2; i++) {
        if (trouble_of(bench, ends[i]) != GST_NO_FINDING)
            return (struct cause){ trouble_of(bench, ends[i]), ends[i] };
    }
    return (struct cause){ is_nvlink ? GST_HARDWARE_NVLINK_SLOW : GST_HARDWARE_SLOW, from };
}

static const char *describe_end(const struct gst_peer_bench *bench, bool is_nvlink, int gpu,
                                char *text, size_t size)
{
    if (trouble_of(bench, gpu) != GST_NO_FINDING)
        return gst_condition_describe(&bench->seats[gpu].condition, text, size);
    return is_nvlink ? gst_nvlinks_describe(&bench->peers->links, gpu, text, size)
                     : gst_pcie_link_describe(&bench->seats[gpu].link, text, size);
}

/* One pass under judgement. */
struct hearing {
    struct gst_peer_bench *bench;
    const struct gst_peer_pass *pass;
    struct gst_slow_pairs pairs;
    struct gst_metric *metrics[GST_ENV_GPUS][GST_ENV_GPUS]; /* NULL: not measured */
};

/* "peer-copy.write copy-engine from gpu 0 to gpu 1 is 196 GB/s, floor 324 GB/s from NVLink 4.0 x18
 * class". */
static const char *describe_metric(const struct gst_metric *metric, char *text, size_t size)
{
    char value[32], floor[32];

    snprintf(text, size, "%s %s from gpu %d to gpu %d is %s, floor %s from %s", metric->def->name,
             metric->variant, metric->src_gpu, metric->dst_gpu,
             gst_format(value, sizeof(value), metric->value, metric->def->unit),
             gst_format(floor, sizeof(floor), metric->bar.floor, metric->def->unit),
             metric->bar.floor_from);
    return text;
}

/* A driver may stage copies that it has promised to be direct: only the rate tells. */
static bool is_as_slow_as_pcie(const struct gst_peer_bench *bench, bool is_nvlink, int from, int to,
                               double bytes_per_s)
{
    return is_nvlink && bytes_per_s < gst_peer_bar_of_pcie(bench, from, to).ceiling;
}

static void tell_pair(struct hearing *hearing, int from, int to)
{
    const struct gst_peer_bench *bench = hearing->bench;
    const bool is_nvlink = gst_peer_is_over_nvlink(bench, hearing->pass, from, to);
    const struct cause cause = cause_of(bench, is_nvlink, from, to);
    char number[192], source[224], target[224], way[96];

    gst_run_check(bench->run, cause.finding, bench->seats[cause.gpu].lane.gpu->index, false,
                  "%s%s; gpu %d: %s; gpu %d: %s; %s",
                  describe_metric(hearing->metrics[from][to], number, sizeof(number)),
                  is_as_slow_as_pcie(bench, is_nvlink, from, to, hearing->metrics[from][to]->value)
                      ? ", no faster than PCIe, as if through the host"
                      : "",
                  bench->seats[from].lane.gpu->index,
                  describe_end(bench, is_nvlink, from, source, sizeof(source)),
                  bench->seats[to].lane.gpu->index,
                  describe_end(bench, is_nvlink, to, target, sizeof(target)),
                  gst_peers_describe(bench->peers, from, to, way, sizeof(way)));
}

/* The slowest of the pairs that leave or reach this GPU (-1: of all). */
static const struct gst_metric *slowest(const struct hearing *hearing, int gpu, size_t *slow,
                                        size_t *judged)
{
    const struct gst_metric *found = NULL;

    *slow = *judged = 0;
    for (int i = 0; i < hearing->pairs.count; i++) {
        for (int k = 0; k < hearing->pairs.count; k++) {
            const struct gst_metric *metric = hearing->metrics[i][k];

            if (metric == NULL || (gpu >= 0 && i != gpu && k != gpu))
                continue;
            *judged += hearing->pairs.of[i][k] != GST_PAIR_UNKNOWN;
            *slow += hearing->pairs.of[i][k] == GST_PAIR_SLOW;
            if (hearing->pairs.of[i][k] == GST_PAIR_SLOW
                && (found == NULL || metric->value < found->value))
                found = metric;
        }
    }
    return found;
}

static bool joins_nvlinks(const struct hearing *hearing, int gpu)
{
    for (int i = 0; i < hearing->pairs.count; i++) {
        if (i != gpu && gst_peer_is_over_nvlink(hearing->bench, hearing->pass, gpu, i))
            return true;
    }
    return false;
}

static void tell_gpu(struct hearing *hearing, int gpu)
{
    const struct gst_peer_bench *bench = hearing->bench;
    const bool is_nvlink = joins_nvlinks(hearing, gpu);
    const struct cause cause = cause_of(bench, is_nvlink, gpu, gpu);
    size_t slow, judged;
    const struct gst_metric *worst = slowest(hearing, gpu, &slow, &judged);
    char number[192], links[224];

    gst_run_check(bench->run, cause.finding, bench->seats[gpu].lane.gpu->index, false,
                  "%zu of %zu pairs with gpu %d are slow: %s; gpu %d: %s", slow, judged,
                  bench->seats[gpu].lane.gpu->index, describe_metric(worst, number, sizeof(number)),
                  bench->seats[gpu].lane.gpu->index,
                  describe_end(bench, is_nvlink, gpu, links, sizeof(links)));
}

/* The slowest pair by itself: 0 where it was so already, or its data were wrong. */
static bool measure_alone(struct hearing *hearing, const struct gst_metric *metric,
                          double *bytes_per_s, struct gst_status *st)
{
    *bytes_per_s = 0;
    for (int i = 0; i < hearing->pairs.count && hearing->pass->is_in_rounds; i++) {
        for (int k = 0; k < hearing->pairs.count; k++) {
            if (hearing->metrics[i][k] == metric)
                return gst_peer_bench_alone(hearing->bench, hearing->pass, i, k, bytes_per_s, st);
        }
    }
    return true;
}

/* Links that are all slow, or a switch that cannot serve as many pairs as there are at once. */
static bool tell_everybody(struct hearing *hearing, struct gst_status *st)
{
    struct gst_run *run = hearing->bench->run;
    const bool is_nvlink = joins_nvlinks(hearing, 0);
    size_t slow, judged;
    const struct gst_metric *worst = slowest(hearing, -1, &slow, &judged);
    char number[192], alone[32];
    double bytes_per_s;

    if (!measure_alone(hearing, worst, &bytes_per_s, st))
        return false;
    describe_metric(worst, number, sizeof(number));
    gst_format(alone, sizeof(alone), bytes_per_s, GST_UNIT_BYTES_PER_S);
    if (is_nvlink && bytes_per_s >= worst->bar.floor) {
        gst_run_check(run, GST_HARDWARE_NVSWITCH_SLOW, GST_NO_GPU, false,
                      "all %zu pairs are slow while disjoint ones copy at the same time: "
                      "%s; with no other beside it, it is %s",
                      slow, number, alone);
        return true;
    }
    gst_run_check(run, is_nvlink ? GST_HARDWARE_NVLINK_SLOW : GST_HARDWARE_SLOW, GST_NO_GPU, false,
                  "all %zu pairs are slow: %s%s%s", slow, number,
                  bytes_per_s > 0 ? "; with no other beside it, it is " : "",
                  bytes_per_s > 0 ? alone : "");
    return true;
}

/* A FAIL, or an ERROR where nobody can tell. */
static enum gst_verdict verdict_of(const struct hearing *hearing, int from, int to)
{
    const bool is_nvlink = gst_peer_is_over_nvlink(hearing->bench, hearing->pass, from, to);

    return gst_finding(cause_of(hearing->bench, is_nvlink, from, to).finding)->verdict;
}

static bool explain(struct hearing *hearing, struct gst_status *st)
{
    const struct gst_slow_blame blame = gst_slow_pairs_blame(&hearing->pairs);

    if (blame.slow == 0)
        return true;
    if (blame.is_everybody && !tell_everybody(hearing, st))
        return false;
    for (int i = 0; i < hearing->pairs.count; i++) {
        if (blame.gpus[i])
            tell_gpu(hearing, i);
    }
    for (int i = 0; i < hearing->pairs.count; i++) {
        for (int k = 0; k < hearing->pairs.count; k++) {
            if (hearing->pairs.of[i][k] != GST_PAIR_SLOW)
                continue;
            if (!gst_slow_pair_is_blamed(&blame, i, k))
                tell_pair(hearing, i, k);
            hearing->metrics[i][k]->verdict = verdict_of(hearing, i, k);
            hearing->metrics[i][k]->is_told = true;
        }
    }
    return true;
}

/* The metric that was just recorded; NULL if the report is full. */
static struct gst_metric *last_metric(struct gst_report *report, size_t before)
{
    return report->metric_count > before ? &report->metrics[before] : NULL;
}

static enum gst_pair_state state_of(const struct gst_metric *metric)
{
    if (metric == NULL || !gst_verdict_counts(metric->verdict))
        return GST_PAIR_UNKNOWN;
    return metric->verdict == GST_FAIL ? GST_PAIR_SLOW : GST_PAIR_FINE;
}

bool gst_peer_report_pass(struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                          const struct gst_metric_def *def, const char *variant,
                          struct gst_status *st)
{
    struct gst_report *report = bench->run->report;
    struct hearing hearing = { .bench = bench, .pass = pass, .pairs.count = bench->count };

    for (int i = 0; i < bench->count; i++) {
        for (int k = 0; k < bench->count; k++) {
            const struct gst_peer_result *result = &bench->results[i][k];
            const size_t before = report->metric_count;

            if (result->count == 0)
                continue;
            if (!gst_run_metric_between(bench->run, def, bench->seats[i].lane.gpu->index,
                                        bench->seats[k].lane.gpu->index, variant, result->samples,
                                        result->count, gst_peer_bar(bench, pass, i, k), st))
                return false;
            hearing.metrics[i][k] = last_metric(report, before);
            hearing.pairs.of[i][k] = state_of(hearing.metrics[i][k]);
        }
    }
    return explain(&hearing, st);
}
