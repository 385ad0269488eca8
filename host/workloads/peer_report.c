/* SPDX-License-Identifier: Apache-2.0 */
/* Bars, and who is at fault; see peer_report.h. */
#include "workloads/peer_report.h"

#include <math.h>
#include <stdio.h>

#include "core/class_bars.h"
#include "core/units.h"
#include "topology/peer_way.h"
#include "workloads/slow_pairs.h"

static struct gst_bar lower_of(struct gst_bar one, struct gst_bar other)
{
    if (isnan(one.ceiling) || isnan(other.ceiling))
        return gst_bar_none();
    return other.ceiling < one.ceiling ? other : one;
}

static struct gst_bar nvlink_bar(const struct gst_peer_bench *bench, int gpu, unsigned links)
{
    const struct gst_gpu *of = bench->seats[gpu].lane.gpu;

    return gst_bar_of_nvlink(gst_nvlink_version_of(of->cc_major, of->cc_minor), links);
}

static struct gst_bar pcie_bar(const struct gst_peer_bench *bench, int gpu)
{
    const struct gst_pcie_link *link = &bench->seats[gpu].link;

    return gst_bar_of_pcie(link->generation_max, link->width_max);
}

static bool is_over_nvlink(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                           int from, int to)
{
    return !pass->is_staged && gst_nvlinks_expected_between(&bench->peers->links, from, to) > 0;
}

/* A floor for what PCIe switches alone hand over. A host bridge, as a rule the CPU, forwards from
 * port to port at whatever rate its model can, of which there are no reports to make a floor of;
 * and reads wait for what they asked for, of which not as much can be on its way everywhere. */
static bool has_pcie_floor(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                           int from, int to)
{
    struct gst_peer_way way;

    if (pass->is_staged || pass->is_pull || bench->run->env->root == NULL)
        return false;
    gst_peer_way_read(&way, bench->run->env->root, bench->seats[from].lane.gpu->pci_id,
                      bench->seats[to].lane.gpu->pci_id);
    return way.redirect == GST_REDIRECT_NONE || way.redirect == GST_REDIRECT_NOT_TOLD;
}

struct gst_bar gst_peer_bar(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                            int from, int to)
{
    const unsigned links = gst_nvlinks_expected_between(&bench->peers->links, from, to);
    const bool is_nvlink = is_over_nvlink(bench, pass, from, to);
    struct gst_bar bar =
        is_nvlink ? lower_of(nvlink_bar(bench, from, links), nvlink_bar(bench, to, links))
                  : lower_of(pcie_bar(bench, from), pcie_bar(bench, to));

    if (pass->is_kernel || pass->is_both_ways || bench->memory.bytes < GST_PEER_JUDGED_FROM
        || !bench->results[from][to].was_ahead
        || (!is_nvlink && !has_pcie_floor(bench, pass, from, to)))
        bar = gst_bar_without_floor(bar);
    /* Each direction has its own wires. */
    if (pass->is_both_ways)
        bar.ceiling *= 2;
    return bar;
}

/* --- why --- */

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
    const struct gst_peer_bench *bench;
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
    return is_nvlink && bytes_per_s < lower_of(pcie_bar(bench, from), pcie_bar(bench, to)).ceiling;
}

static void tell_pair(struct hearing *hearing, int from, int to)
{
    const struct gst_peer_bench *bench = hearing->bench;
    const bool is_nvlink = is_over_nvlink(bench, hearing->pass, from, to);
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
        if (i != gpu && is_over_nvlink(hearing->bench, hearing->pass, gpu, i))
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

static void tell_everybody(struct hearing *hearing)
{
    const struct gst_peer_bench *bench = hearing->bench;
    const bool is_nvlink = joins_nvlinks(hearing, 0);
    size_t slow, judged;
    const struct gst_metric *worst = slowest(hearing, -1, &slow, &judged);
    char number[192];

    gst_run_check(bench->run, is_nvlink ? GST_HARDWARE_NVLINK_SLOW : GST_HARDWARE_SLOW, GST_NO_GPU,
                  false, "all %zu pairs are slow: %s", slow,
                  describe_metric(worst, number, sizeof(number)));
}

/* A FAIL, or an ERROR where nobody can tell. */
static enum gst_verdict verdict_of(const struct hearing *hearing, int from, int to)
{
    const bool is_nvlink = is_over_nvlink(hearing->bench, hearing->pass, from, to);

    return gst_finding(cause_of(hearing->bench, is_nvlink, from, to).finding)->verdict;
}

static void explain(struct hearing *hearing)
{
    const struct gst_slow_blame blame = gst_slow_pairs_blame(&hearing->pairs);

    if (blame.slow == 0)
        return;
    if (blame.is_everybody)
        tell_everybody(hearing);
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

bool gst_peer_report_pass(const struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
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
    explain(&hearing);
    return true;
}
