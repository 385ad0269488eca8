/* SPDX-License-Identifier: Apache-2.0 */
/* What is told beside rates: links, access, data; see report.h. */
#include <stdio.h>

#include "core/units.h"
#include "topology/peer_way.h"
#include "workloads/peer_copy/report.h"
#include "workloads/peer_copy/slow_pairs.h"

void gst_peer_report_links(struct gst_run *run, const struct gst_peers *peers)
{
    const struct gst_nvlinks_map *links = &peers->links;
    char text[128];

    for (int i = 0; i < peers->count; i++) {
        const bool is_ok = !gst_nvlinks_are_missing(links, i);

        if (gst_nvlinks_expected(links, i) == 0)
            continue;
        gst_nvlinks_describe(links, i, text, sizeof(text));
        if (is_ok)
            gst_run_check(run, GST_HARDWARE_NVLINK_DOWN, run->env->gpus[i].index, true, "%s", text);
        else
            gst_run_check(run, GST_HARDWARE_NVLINK_DOWN, run->env->gpus[i].index, false,
                          "%s; of an identical GPU %u are", text, gst_nvlinks_expected(links, i));
    }
}

/* GPUs without NVSwitch have room for 8 peers (CUDA programming guide, peer-to-peer memory access):
 * a limit, and no fault. */
static bool is_refused(const struct gst_peers *peers, int from, int to)
{
    const struct gst_peer *peer = &peers->of[from][to];

    return peer->refusal != 0 && peer->refusal != CUDA_ERROR_TOO_MANY_PEERS;
}

/* Told for each GPU that is refused, with the first of its peers. */
static void report_refusals(struct gst_run *run, const struct gst_peers *peers, int from)
{
    size_t count = 0;
    int first = 0;

    for (int k = peers->count - 1; k >= 0; k--) {
        if (k != from && is_refused(peers, from, k)) {
            count++;
            first = k;
        }
    }
    if (count > 0)
        gst_run_check(run, GST_HOST_PEER_ACCESS_REFUSED, run->env->gpus[from].index, false,
                      "access to %zu peer%s is refused, the first is gpu %d: %s", count,
                      gst_plural((int64_t)count), run->env->gpus[first].index,
                      peers->of[from][first].problem);
}

static bool is_staged_beside_nvlinks(const struct gst_peers *peers, int one, int other)
{
    return gst_nvlinks_between(&peers->links, one, other) > 0
           && !gst_peers_are_direct(peers, one, other) && !is_refused(peers, one, other)
           && !is_refused(peers, other, one);
}

void gst_peer_report_access(struct gst_run *run, const struct gst_peers *peers)
{
    size_t count = 0;
    struct gst_round_pair first = { 0, 0 };

    for (int i = peers->count - 1; i >= 0; i--) {
        for (int k = peers->count - 1; k > i; k--) {
            if (is_staged_beside_nvlinks(peers, i, k)) {
                count++;
                first = (struct gst_round_pair){ i, k };
            }
        }
    }
    for (int i = 0; i < peers->count; i++)
        report_refusals(run, peers, i);
    if (count > 0)
        gst_run_check(
            run, GST_HOST_PEER_COPIES_STAGED, run->env->gpus[first.from].index, false,
            "%zu pair%s joined by NVLinks cop%s through the host, the first is gpu %d and "
            "gpu %d: %s",
            count, gst_plural((int64_t)count), count == 1 ? "ies" : "y",
            run->env->gpus[first.from].index, run->env->gpus[first.to].index,
            gst_peers_why_staged(peers, first.from, first.to));
}

/* Dropped copies come in rows and columns, too. */
static struct gst_slow_pairs dropped_pairs(const struct gst_peer_bench *bench)
{
    struct gst_slow_pairs pairs = { .count = bench->count };

    for (int i = 0; i < bench->count; i++) {
        for (int k = 0; k < bench->count; k++) {
            if (bench->data[i][k] == GST_PEER_DATA_DROPPED)
                pairs.of[i][k] = GST_PAIR_SLOW;
            else if (bench->data[i][k] != GST_PEER_DATA_UNKNOWN)
                pairs.of[i][k] = GST_PAIR_FINE;
        }
    }
    return pairs;
}

/* Who redirects and translates what goes over PCIe, as far as sysfs shows it. */
static const char *describe_bus(const struct gst_peer_bench *bench, int from, int to, char *text,
                                size_t size)
{
    struct gst_peer_way way;

    if (bench->run->env->root == NULL)
        return "bus not told";
    gst_peer_way_read(&way, bench->run->env->root, bench->seats[from].lane.gpu->pci_id,
                      bench->seats[to].lane.gpu->pci_id);
    return gst_peer_way_describe(&way, text, size);
}

static void tell_dropped(const struct gst_peer_bench *bench)
{
    const struct gst_slow_pairs pairs = dropped_pairs(bench);
    const struct gst_slow_blame blame = gst_slow_pairs_blame(&pairs);
    char way[96], bus[160];

    if (blame.is_everybody)
        gst_run_check(bench->run, GST_HOST_PEER_COPIES_DROPPED, GST_NO_GPU, false,
                      "the copies of all %zu pairs arrive nowhere, and are called a success: the "
                      "targets hold what they held before; through the host they arrive; from gpu "
                      "%d to gpu %d %s",
                      blame.slow, bench->seats[0].lane.gpu->index, bench->seats[1].lane.gpu->index,
                      describe_bus(bench, 0, 1, bus, sizeof(bus)));
    for (int i = 0; i < bench->count && !blame.is_everybody; i++) {
        for (int k = 0; k < bench->count; k++) {
            if (pairs.of[i][k] == GST_PAIR_SLOW)
                gst_run_check(bench->run, GST_HOST_PEER_COPIES_DROPPED,
                              bench->seats[i].lane.gpu->index, false,
                              "copies from gpu %d to gpu %d arrive nowhere, and are called a "
                              "success: the target holds what it held before; through the host "
                              "they arrive; %s; %s",
                              bench->seats[i].lane.gpu->index, bench->seats[k].lane.gpu->index,
                              gst_peers_describe(bench->peers, i, k, way, sizeof(way)),
                              describe_bus(bench, i, k, bus, sizeof(bus)));
        }
    }
}

void gst_peer_report_data(const struct gst_peer_bench *bench)
{
    tell_dropped(bench);
    for (int i = 0; i < bench->count; i++) {
        const struct gst_peer_seat *seat = &bench->seats[i];

        if (seat->copies_right == 0)
            continue;
        gst_run_check(bench->run, GST_HARDWARE_PEER_COPY_CORRUPTED, seat->lane.gpu->index, true,
                      "all of %llu words are right in %llu buffers that other GPUs filled",
                      (unsigned long long)seat->words_right,
                      (unsigned long long)seat->copies_right);
        gst_run_check(bench->run, GST_SUITE_BLIND, seat->lane.gpu->index, true,
                      "one planted error was caught in each of %llu buffers",
                      (unsigned long long)seat->copies_right);
    }
}

void gst_peer_report_paths(struct gst_run *run, const struct gst_peers *peers)
{
    for (int i = 0; i < peers->count; i++) {
        for (int k = 0; k < peers->count; k++) {
            char key[32], way[GST_TEXT_SIZE];

            if (i == k)
                continue;
            snprintf(key, sizeof(key), "path_to_gpu_%d", run->env->gpus[k].index);
            gst_report_fact_text(run->report, run->env->gpus[i].index, "peer-copy", key, "%s",
                                 gst_peers_describe(peers, i, k, way, sizeof(way)));
        }
    }
}

void gst_peer_report_circumstances(struct gst_peer_bench *bench)
{
    struct gst_report *report = bench->run->report;

    if (bench->memory.limit[0] != '\0')
        gst_report_fact_text(report, GST_NO_GPU, "peer-copy", "copied_less_than_wanted",
                             "%zu bytes: %s", bench->memory.bytes, bench->memory.limit);
    if (bench->no_kernel[0] != '\0')
        gst_report_fact_text(report, GST_NO_GPU, "peer-copy", "kernels_not_measured", "%s",
                             bench->no_kernel);
    for (int i = 0; i < bench->count; i++) {
        struct gst_peer_seat *seat = &bench->seats[i];

        if (seat->condition.readings == 0)
            continue;
        gst_condition_end(&seat->condition, bench->run->env, seat->lane.gpu);
        gst_condition_report(&seat->condition, bench->run->env, seat->lane.gpu, "peer-copy");
    }
}
