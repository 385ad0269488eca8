/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fan: every GPU at once between pinned host memory and itself, each GPU's own rate. What one GPU
 * alone never shows is here: a PCIe switch's link to the host that several share, and that runs
 * below what it could; sockets and memory that do not keep up. Judged where sysfs shows such a link
 * (uplinks.h); how much of its rate alone each GPU keeps is told everywhere. Under --level full
 * also between all GPUs and one (fan/peers.h).
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/class_bars.h"
#include "core/units.h"
#include "run/run.h"
#include "workloads/fan/crowd.h"
#include "workloads/fan/peers.h"
#include "workloads/list.h"

/* Nine tenths of what the worst healthy report keeps, rounded down to a whole percent: the slowest
 * of eight H800 has 44.41 GB/s at once to the host and 55.15 alone (nvbandwidth 0.2). */
#define SHARE_NOTED 0.72

static const struct gst_metric_def host_to_all = {
    .name = "fan.host-to-all",
    .title = "pinned host memory to all GPUs at once, each GPU's own rate",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def all_to_host = {
    .name = "fan.all-to-host",
    .title = "all GPUs to pinned host memory at once, each GPU's own rate",
    .unit = GST_UNIT_BYTES_PER_S,
};

static const struct gst_metric_def share = {
    .name = "fan.share",
    .title = "all GPUs at once, as a share of this GPU alone",
    .unit = GST_UNIT_FRACTION,
};

static const struct gst_metric_def *const metrics[] = {
    &host_to_all, &all_to_host, &share, &gst_fan_all_to_one, &gst_fan_one_to_all, NULL,
};

static const struct {
    const struct gst_metric_def *def;
    const char *name; /* as the variant of the share */
} ways[GST_CROWD_WAYS] = {
    [GST_CROWD_TO_GPUS] = { &host_to_all, "host-to-all" },
    [GST_CROWD_TO_HOST] = { &all_to_host, "all-to-host" },
};

/* Too small, or the host could not keep the GPUs busy: the numbers are told, and not held against
 * anything. */
static bool is_judged(const struct gst_crowd *crowd)
{
    return crowd->bytes >= GST_BARS_FROM_BYTES && crowd->was_ahead;
}

static struct gst_bar bar_of(const struct gst_crowd *crowd, const struct gst_crowd_member *member)
{
    struct gst_bar bar;

    /* An instance shares the link of its GPU with others, whose traffic nobody here sees. */
    if (!member->way.is_behind_pcie || member->lane.gpu->is_mig)
        return gst_bar_none();
    bar = gst_uplinks_bar(&crowd->uplinks, member->way.place, gst_host_way_bar(&member->way));
    return is_judged(crowd) ? bar : gst_bar_without_floor(bar);
}

/* What GPUs share although sysfs does not show it is no fault: a board may be built so. But whoever
 * feeds all GPUs at once has to know. */
static void tell_share(const struct gst_crowd *crowd, const struct gst_crowd_member *member,
                       enum gst_crowd_way way, double kept)
{
    const double at_once = kept * member->alone[way];
    char together[32], alone[32], part[32];

    if (!is_judged(crowd) || gst_uplinks_shared(&crowd->uplinks, member->way.place) != NULL)
        return;
    gst_run_check(crowd->run, GST_HOST_UPLINK_SHARED, member->lane.gpu->index, kept >= SHARE_NOTED,
                  "%s: %s while %zu GPUs copy, %s alone: %s; %s", ways[way].name,
                  gst_format(together, sizeof(together), at_once, GST_UNIT_BYTES_PER_S),
                  crowd->count,
                  gst_format(alone, sizeof(alone), member->alone[way], GST_UNIT_BYTES_PER_S),
                  gst_format(part, sizeof(part), kept, GST_UNIT_FRACTION),
                  crowd->uplinks.is_told ? "sysfs shows no PCIe link that GPUs share"
                                         : "sysfs does not show what GPUs share");
}

static bool report_way(const struct gst_crowd *crowd, const struct gst_crowd_member *member,
                       enum gst_crowd_way way, struct gst_status *st)
{
    const int gpu = member->lane.gpu->index;
    double shares[GST_SAMPLES_MAX];
    char why[GST_CAUSE_SIZE];

    if (!gst_run_metric(crowd->run, ways[way].def, gpu, "pinned", member->rates[way],
                        crowd->samples, bar_of(crowd, member), st))
        return false;
    gst_run_explain_metric(crowd->run, gst_host_way_explain(&member->way, false),
                           gst_host_way_describe(&member->way, false, why, sizeof(why)));
    for (size_t n = 0; n < crowd->samples; n++)
        shares[n] = member->rates[way][n] / member->alone[way];
    if (!gst_run_metric(crowd->run, &share, gpu, ways[way].name, shares, crowd->samples,
                        gst_bar_none(), st))
        return false;
    tell_share(crowd, member, way, gst_stats_of(shares, crowd->samples).median);
    return true;
}

static bool report(const struct gst_crowd *crowd, struct gst_status *st)
{
    for (int way = 0; way < GST_CROWD_WAYS; way++) {
        for (size_t i = 0; i < crowd->count; i++) {
            if (!report_way(crowd, &crowd->members[i], (enum gst_crowd_way)way, st))
                return false;
        }
    }
    return true;
}

static void tell_facts(const struct gst_crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++) {
        const struct gst_crowd_member *member = &crowd->members[i];
        const int gpu = member->lane.gpu->index;
        char text[128];

        gst_report_fact_text(crowd->run->report, gpu, "fan", "copied_from", "%s",
                             gst_near_describe(&member->way.near, text, sizeof(text)));
        if (crowd->bytes < gst_copy_bytes_wanted(crowd->run))
            gst_report_fact_text(
                crowd->run->report, gpu, "fan", "copied_less_than_wanted", "%zu bytes%s%s",
                crowd->bytes, member->buffers.limit[0] == '\0' ? "" : ": ", member->buffers.limit);
    }
}

static bool test(struct gst_crowd *crowd, struct gst_run *run, struct gst_status *st)
{
    bool right = true;
    char least[32];

    /* A GPU that is left of several has been reported with the others. */
    if (!gst_crowd_open(crowd, run, st))
        return false;
    if (crowd->count < 2)
        return true;
    if (!gst_crowd_measure(crowd, &right, st))
        return false;
    tell_facts(crowd);
    gst_format(least, sizeof(least), (double)crowd->bytes, GST_UNIT_BYTES);
    gst_run_summary(run, "%zu GPUs at once, %s a copy%s, every word compared", crowd->count, least,
                    crowd->bytes < gst_copy_bytes_wanted(run) ? " (less than wanted)" : "");
    /* A rate of wrong data is worth nothing. */
    if (right && (!report(crowd, st) || (run->is_full && !gst_fan_peers(crowd, st))))
        return false;
    for (size_t i = 0; i < crowd->count; i++)
        gst_condition_report(&crowd->members[i].way.condition, run->env, crowd->members[i].lane.gpu,
                             "fan");
    return true;
}

static bool run_fan(struct gst_run *run, struct gst_status *st)
{
    struct gst_crowd *crowd = calloc(1, sizeof(*crowd));
    bool ok;

    if (crowd == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu bytes", sizeof(*crowd));
    ok = test(crowd, run, st);
    gst_crowd_close(crowd);
    free(crowd);
    return ok;
}

/* With one GPU it would be host-copy once more. */
const struct gst_workload gst_workload_fan = {
    .name = "fan",
    .group = "bandwidth",
    .summary = "how fast is each GPU while all copy at once, and what do they share?",
    .passes_when = "each GPU has its share of the PCIe link that it shares, as that could run, and "
                   "every word arrives",
    .needs = { .gpus = 2 },
    .metrics = metrics,
    .timeout_s = 300,
    .size_buffers = 2,
    .takes_samples = true,
    .is_quick = true,
    .run = run_fan,
};
