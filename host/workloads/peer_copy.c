/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer-copy: how fast each GPU gets data to each other one. Where every NVLink leads to a switch,
 * disjoint pairs copy at the same time; elsewhere one pair after the other, since pairs may share a
 * link. Under --level full also kernels, reads, both directions at once, the other schedule (both
 * together tell what pairs take from each other), and pairs that only reach each other through the
 * host.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/class_bars.h"
#include "core/units.h"
#include "run/run.h"
#include "workloads/list.h"
#include "workloads/peer_copy/bar.h"
#include "workloads/peer_copy/report.h"

#define SHORTER_SHARE 4

#define BY_ENGINE "copy-engine"
#define BY_KERNEL "kernel"

static const struct gst_metric_def write_rate = {
    .name = "peer-copy.write",
    .title = "from one GPU to another, the source writes",
    .unit = GST_UNIT_BYTES_PER_S,
    .has_siblings = true,
};

static const struct gst_metric_def read_rate = {
    .name = "peer-copy.read",
    .title = "from one GPU to another, the target reads",
    .unit = GST_UNIT_BYTES_PER_S,
    .has_siblings = true,
};

static const struct gst_metric_def both_ways = {
    .name = "peer-copy.both-ways",
    .title = "between two GPUs, both directions at once, sum",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def contention = {
    .name = "peer-copy.contention",
    .title = "rate while disjoint pairs copy, of the rate alone",
    .unit = GST_UNIT_FRACTION,
};

static const struct gst_metric_def *const metrics[] = {
    &write_rate, &read_rate, &both_ways, &contention, NULL,
};

struct test {
    struct gst_run *run;
    struct gst_peers peers;
    struct gst_peer_bench bench;
    struct gst_peer_result before[GST_ENV_GPUS][GST_ENV_GPUS]; /* of the schedule that was first */
    size_t asked, direct;                                      /* ordered pairs */
    bool is_switched;
    char how[96]; /* the pairs were measured */
};

static bool one_pass(struct test *test, const struct gst_peer_pass *pass,
                     const struct gst_metric_def *def, const char *variant, struct gst_status *st)
{
    return gst_peer_bench_run(&test->bench, pass, st)
           && gst_peer_report_pass(&test->bench, pass, def, variant, st);
}

/* For whoever compares both schedules: how many rounds of how much GPU time. */
static void note_schedule(struct test *test, bool is_in_rounds)
{
    struct gst_report *report = test->run->report;

    if (is_in_rounds)
        gst_report_fact_number(report, GST_NO_GPU, "peer-copy", "rounds", GST_UNIT_NONE,
                               (double)test->bench.rounds);
    gst_report_fact_number(report, GST_NO_GPU, "peer-copy",
                           is_in_rounds ? "rounds_time" : "pairs_alone_time", GST_UNIT_SECONDS,
                           test->bench.seconds);
}

static void tell_how(struct test *test)
{
    const size_t rounds = test->bench.rounds;

    if (test->is_switched && rounds > 0)
        snprintf(test->how, sizeof(test->how), "in %zu round%s of %zu disjoint pair%s", rounds,
                 gst_plural((int64_t)rounds), test->bench.pairs / rounds,
                 gst_plural((int64_t)(test->bench.pairs / rounds)));
    else
        snprintf(test->how, sizeof(test->how), "one by one: pairs may share links");
    gst_report_fact_text(test->run->report, GST_NO_GPU, "peer-copy", "pairs_measured", "%s",
                         test->how);
}

/* The same pairs by the other schedule: what the others take away from a pair. */
static bool measure_contention(struct test *test, struct gst_peer_pass pass, struct gst_status *st)
{
    struct gst_peer_bench *bench = &test->bench;

    memcpy(test->before, bench->results, sizeof(test->before));
    pass.is_in_rounds = !pass.is_in_rounds;
    if (!gst_peer_bench_run(bench, &pass, st))
        return false;
    note_schedule(test, pass.is_in_rounds);
    for (int i = 0; i < bench->count; i++) {
        for (int k = 0; k < bench->count; k++) {
            const struct gst_peer_result *now = &bench->results[i][k];
            const struct gst_peer_result *before = &test->before[i][k];
            double shares[GST_SAMPLES_MAX];
            size_t count = now->count < before->count ? now->count : before->count;

            for (size_t n = 0; n < count; n++)
                shares[n] = pass.is_in_rounds ? now->samples[n] / before->samples[n]
                                              : before->samples[n] / now->samples[n];
            if (count > 0
                && !gst_run_metric_between(test->run, &contention, bench->seats[i].lane.gpu->index,
                                           bench->seats[k].lane.gpu->index, BY_ENGINE, shares,
                                           count, gst_bar_none(), st))
                return false;
        }
    }
    return true;
}

static bool measure_writes(struct test *test, struct gst_status *st)
{
    const bool is_full = test->run->is_full;
    const struct gst_peer_pass pass = {
        .is_in_rounds = test->is_switched,
    };

    if (!one_pass(test, &pass, &write_rate, BY_ENGINE, st))
        return false;
    tell_how(test);
    note_schedule(test, pass.is_in_rounds);
    return !is_full || measure_contention(test, pass, st);
}

static bool measure_more(struct test *test, struct gst_status *st)
{
    const struct {
        const struct gst_metric_def *def;
        struct gst_peer_pass pass;
    } rows[] = {
        { &write_rate, { .is_kernel = true } },
        { &read_rate, { .is_pull = true } },
        { &read_rate, { .is_pull = true, .is_kernel = true } },
        { &both_ways, { .is_both_ways = true } },
        { &both_ways, { .is_both_ways = true, .is_kernel = true } },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_peer_pass pass = rows[i].pass;

        pass.is_in_rounds = test->is_switched;
        if ((!pass.is_kernel || test->bench.has_kernel)
            && !one_pass(test, &pass, rows[i].def, pass.is_kernel ? BY_KERNEL : BY_ENGINE, st))
            return false;
    }
    return true;
}

/* Legal, slow, and nothing that a program notices: measured under its own name, and not judged. */
static bool measure_staged(struct test *test, struct gst_status *st)
{
    const struct gst_peer_pass pass = { .is_staged = true };

    return one_pass(test, &pass, &write_rate, "staged", st);
}

/* "56 direct pairs in 14 rounds of 4 disjoint pairs, 2 through the host left out". */
static const char *describe_pairs(const struct test *test, char *text, size_t size)
{
    const size_t staged = test->asked - test->direct;
    size_t at = 0;

    text[0] = '\0';
    if (test->direct > 0)
        at = (size_t)snprintf(text, size, "%zu direct pair%s %s", test->direct,
                              gst_plural((int64_t)test->direct), test->how);
    if (staged > 0 && at < size)
        snprintf(text + at, size - at, "%s%zu pair%s through the host%s", at == 0 ? "" : ", ",
                 staged, gst_plural((int64_t)staged), test->run->is_full ? "" : " left out");
    return text;
}

static void sum_up(struct test *test)
{
    char gpus[24], size[32], pairs[112];

    gst_format(size, sizeof(size), (double)test->bench.memory.bytes, GST_UNIT_BYTES);
    gst_run_summary(test->run, "%s, %s, %s a copy%s, every word compared",
                    gst_run_gpus(test->run, gpus, sizeof(gpus)),
                    describe_pairs(test, pairs, sizeof(pairs)), size,
                    test->bench.memory.limit[0] != '\0' ? " (less than wanted)" : "");
}

/* One by one, eight GPUs are 56 pairs of 20 copies: 24 s at 512 MiB over PCIe 4.0, and a quarter of
 * it is long enough (5 ms a copy). What was asked for is never changed. */
static size_t bytes_of(const struct test *test)
{
    const struct gst_run *run = test->run;
    const size_t wanted = gst_copy_bytes_wanted(run);
    const size_t shorter =
        wanted / SHORTER_SHARE < GST_BARS_FROM_BYTES ? GST_BARS_FROM_BYTES : wanted / SHORTER_SHARE;

    if (run->size_bytes != 0 || run->is_full || test->is_switched || wanted < shorter)
        return wanted;
    return shorter;
}

static bool measure(struct test *test, struct gst_status *st)
{
    const bool is_full = test->run->is_full;
    bool ok =
        gst_peer_bench_init(&test->bench, test->run, &test->peers, bytes_of(test), is_full, st);

    if (test->direct > 0)
        ok = ok && measure_writes(test, st) && (!is_full || measure_more(test, st));
    if (is_full && test->direct < test->asked)
        ok = ok && measure_staged(test, st);
    gst_peer_report_data(&test->bench);
    gst_peer_report_circumstances(&test->bench);
    sum_up(test);
    gst_peer_bench_release(&test->bench);
    return ok;
}

/* What is asked for, and what of it is direct; *one and *other are two that are asked for. */
static void count_pairs(struct test *test, int *one, int *other)
{
    for (int i = 0; i < test->peers.count; i++) {
        for (int k = 0; k < test->peers.count; k++) {
            if (i == k || !gst_peer_bench_has(test->run, i, k))
                continue;
            test->asked++;
            test->direct += gst_peers_are_direct(&test->peers, i, k);
            *one = i;
            *other = k;
        }
    }
}

static bool test_peers(struct test *test, struct gst_status *st)
{
    int one = 0;
    int other = 1;

    gst_run_phase(test->run, GST_NO_GPU, "allow peer access");
    if (!gst_peers_open(&test->peers, test->run->env, st))
        return false;
    count_pairs(test, &one, &other);
    /* Whether pairs disturb one another is a property of the machine, not of what is asked for. */
    test->is_switched = gst_peers_direct_count(&test->peers) == gst_rounds_alone(test->peers.count)
                        && gst_nvlinks_all_switched(&test->peers.links);
    gst_peer_report_paths(test->run, &test->peers);
    gst_peer_report_access(test->run, &test->peers);
    gst_peer_report_redirects(test->run, &test->peers);
    if (test->direct > 0 || test->run->is_full) {
        gst_peer_report_links(test->run, &test->peers);
        return measure(test, st);
    }
    gst_run_skip(test->run, "no pair of GPUs can reach each other directly: %s",
                 gst_peers_why_staged(&test->peers, one, other));
    return true;
}

static bool run_peer_copy(struct gst_run *run, struct gst_status *st)
{
    struct test *test = calloc(1, sizeof(*test));
    bool ok;

    if (test == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu bytes", sizeof(*test));
    test->run = run;
    ok = test_peers(test, st);
    gst_peers_close(&test->peers, run->env);
    free(test);
    return ok;
}

const struct gst_workload gst_workload_peer_copy = {
    .name = "peer-copy",
    .group = "bandwidth",
    .summary = "how fast does each GPU get data to each other GPU, and does it arrive?",
    .passes_when = "each pair is as fast as NVLink or PCIe of that kind, all NVLinks are up, and "
                   "every word arrives",
    .needs = { .gpus = 2 },
    .metrics = metrics,
    .timeout_s = 600,
    .size_buffers = 2,
    .takes_samples = true,
    .takes_pairs = true,
    .is_quick = true,
    .run = run_peer_copy,
};
