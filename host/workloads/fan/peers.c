/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One GPU at a time in the middle, and a stream for each of its peers; see peers.h.
 *
 * A peer's part is as large as lets all of them fit into the middle's one buffer, so that no more
 * memory is needed than for copies to and from the host. What it carries is cut out of the pattern
 * that the sending GPU got from the host, each time a little further on: every copy is a pattern of
 * its own, written into memory that was overwritten before.
 */
#include "workloads/fan/peers.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/class_bars.h"
#include "gpu/peers.h"
#include "workloads/fan/parts.h"

const struct gst_metric_def gst_fan_all_to_one = {
    .name = "fan.all-to-one",
    .title = "all other GPUs to this one at once, sum",
    .unit = GST_UNIT_BYTES_PER_S,
};

const struct gst_metric_def gst_fan_one_to_all = {
    .name = "fan.one-to-all",
    .title = "this GPU to all others at once, sum",
    .unit = GST_UNIT_BYTES_PER_S,
};

/* One GPU in the middle, in one direction. */
struct middle {
    struct gst_crowd *crowd;
    struct gst_peers *peers;
    struct gst_crowd_member *one;
    bool is_to_one;
    size_t count; /* of parts */
    struct gst_fan_part parts[GST_ENV_GPUS];
    struct gst_lane
        lanes[GST_ENV_GPUS]; /* on the sender; more than one has where it is the middle */
    struct gst_together_stream streams[GST_ENV_GPUS];
    struct gst_together together;
    bool was_ahead;
    size_t samples;
    double rates[GST_SAMPLES_MAX];
};

/* How often parts move on before all GPUs have been in the middle: each batch of each. */
static size_t moves_of(const struct gst_crowd *crowd)
{
    return 2 * crowd->count * ((crowd->run->samples + GST_BATCH_COPIES - 1) / GST_BATCH_COPIES);
}

static size_t spare_words(const struct gst_crowd *crowd)
{
    return moves_of(crowd) * GST_FAN_PART_STEP;
}

static void choose_parts(struct middle *middle)
{
    struct gst_crowd *crowd = middle->crowd;
    const size_t words = crowd->bytes / sizeof(uint32_t) - spare_words(crowd);
    const int place = (int)middle->one->way.place;

    middle->count = 0;
    for (size_t i = 0; i < crowd->count; i++) {
        struct gst_crowd_member *other = &crowd->members[i];
        struct gst_fan_part *part = &middle->parts[middle->count];

        if (other == middle->one
            || !gst_peers_are_direct(middle->peers, place, (int)other->way.place))
            continue;
        *part = (struct gst_fan_part){ .from = middle->is_to_one ? other : middle->one,
                                       .to = middle->is_to_one ? middle->one : other };
        middle->count++;
    }
    for (size_t i = 0; i < middle->count; i++) {
        const size_t each = words / middle->count / GST_FAN_PART_STEP * GST_FAN_PART_STEP;

        middle->parts[i].bytes = each * sizeof(uint32_t);
        middle->parts[i].source = middle->parts[i].target = i * each;
    }
}

static bool open_middle(struct middle *middle, struct gst_status *st)
{
    for (size_t i = 0; i < middle->count; i++) {
        struct gst_crowd_member *from = middle->parts[i].from;

        if (!gst_lane_open(&middle->lanes[i], &gst_driver_path, from->lane.env, from->lane.gpu,
                           st)) {
            st->gpu = from->lane.gpu->index;
            return false;
        }
        middle->streams[i] =
            (struct gst_together_stream){ .lane = &middle->lanes[i], .data = &middle->parts[i] };
    }
    return gst_together_init(&middle->together, middle->streams, middle->count, st);
}

static void close_middle(struct middle *middle)
{
    gst_together_release(&middle->together);
    for (size_t i = middle->count; i-- > 0;)
        gst_lane_close(&middle->lanes[i]);
}

static bool prepare(struct middle *middle, struct gst_status *st)
{
    for (size_t i = 0; i < middle->count; i++) {
        middle->parts[i].source += GST_FAN_PART_STEP;
        if (!gst_fan_part_poison(&middle->parts[i], st))
            return false;
    }
    return true;
}

static bool compare(struct middle *middle, bool *right, struct gst_status *st)
{
    for (size_t i = 0; i < middle->count; i++) {
        if (!gst_fan_part_verify(&middle->parts[i], middle->crowd->run, right, st))
            return false;
    }
    return true;
}

static bool measure(struct middle *middle, bool *right, struct gst_status *st)
{
    const struct gst_run *run = middle->crowd->run;
    const double bytes = (double)middle->count * (double)middle->parts[0].bytes;

    middle->samples = 0;
    middle->was_ahead = true;
    while (middle->samples < run->samples && *right) {
        middle->together.copies = gst_batch_copies_of(run->samples - middle->samples);
        if (!prepare(middle, st) || !gst_together_queue(&middle->together, gst_fan_part_copy, st))
            return false;
        gst_host_way_sample(&middle->one->way);
        if (!gst_together_finish(&middle->together, st))
            return false;
        middle->was_ahead = middle->was_ahead && middle->together.was_ahead;
        for (size_t n = 0; n < middle->together.copies; n++)
            middle->rates[middle->samples++] = bytes / middle->together.seconds[n];
        if (!compare(middle, right, st))
            return false;
    }
    return true;
}

static bool all_over_nvlink(const struct middle *middle)
{
    for (size_t i = 0; i < middle->count; i++) {
        if (gst_peers_path(middle->peers, (int)middle->parts[i].from->way.place,
                           (int)middle->parts[i].to->way.place)
            < GST_PEER_NVLINK)
            return false;
    }
    return true;
}

/* Is what the others have of links less than the one has, since some of theirs are gone? Then the
 * numbers of those tell it. */
static bool is_held_up_by_others(const struct middle *middle)
{
    const struct gst_nvlinks_map *links = &middle->peers->links;
    unsigned up = 0;
    bool is_any_missing = false;

    for (size_t i = 0; i < middle->count; i++) {
        const struct gst_fan_part *part = &middle->parts[i];
        const int other = (int)(middle->is_to_one ? part->from : part->to)->way.place;

        up += gst_nvlinks_up(links, other);
        is_any_missing = is_any_missing || gst_nvlinks_are_missing(links, other);
    }
    return is_any_missing && up < gst_nvlinks_expected(links, (int)middle->one->way.place);
}

/* All of the GPU's NVLinks, where its peers are behind switches that give to any of them whatever
 * its links can do; where links lead from GPU to GPU, or over PCIe, what the others can send is
 * another matter: a ceiling only. */
static struct gst_bar bar_of(const struct middle *middle)
{
    const struct gst_gpu *gpu = middle->one->lane.gpu;
    const struct gst_nvlinks_map *links = &middle->peers->links;
    const bool is_nvlink = all_over_nvlink(middle);
    struct gst_bar bar =
        is_nvlink ? gst_bar_of_nvlink(gst_nvlink_version_of(gpu->cc_major, gpu->cc_minor),
                                      gst_nvlinks_expected(links, (int)middle->one->way.place))
                  : gst_host_way_bar(&middle->one->way);

    if (!is_nvlink && gst_nvlinks_up(links, (int)middle->one->way.place) > 0)
        return gst_bar_none(); /* some by NVLink, others by PCIe */
    if (!is_nvlink || !gst_nvlinks_all_switched(links) || is_held_up_by_others(middle)
        || !middle->was_ahead || middle->parts[0].bytes < GST_BARS_FROM_BYTES)
        bar = gst_bar_without_floor(bar);
    return bar;
}

static bool tell(struct middle *middle, struct gst_status *st)
{
    const struct gst_nvlinks_map *links = &middle->peers->links;
    const int place = (int)middle->one->way.place;
    char why[160];

    if (!gst_run_metric(middle->crowd->run,
                        middle->is_to_one ? &gst_fan_all_to_one : &gst_fan_one_to_all,
                        middle->one->lane.gpu->index, "copy-engine", middle->rates, middle->samples,
                        bar_of(middle), st))
        return false;
    gst_run_explain_metric(middle->crowd->run,
                           gst_nvlinks_are_missing(links, place) ? GST_HARDWARE_NVLINK_DOWN
                                                                 : GST_HARDWARE_NVLINK_SLOW,
                           gst_nvlinks_describe(links, place, why, sizeof(why)));
    return true;
}

static bool test_middle(struct middle *middle, struct gst_status *st)
{
    bool right = true;
    bool ok;

    choose_parts(middle);
    if (middle->count == 0)
        return true;
    gst_run_phase(middle->crowd->run, middle->one->lane.gpu->index, "%s",
                  middle->is_to_one ? "copy from all other GPUs" : "copy to all other GPUs");
    ok = open_middle(middle, st) && measure(middle, &right, st) && (!right || tell(middle, st));
    close_middle(middle);
    return ok;
}

/* "gpu 1, 3: CUDA gives no peer access": what is not measured is said. */
static void tell_left_out(const struct middle *middle)
{
    const struct gst_crowd *crowd = middle->crowd;
    const int place = (int)middle->one->way.place;
    const char *why = NULL;
    char gpus[64] = "";
    size_t used = 0;

    for (size_t i = 0; i < crowd->count && used < sizeof(gpus); i++) {
        const int other = (int)crowd->members[i].way.place;

        if (other == place || gst_peers_are_direct(middle->peers, place, other))
            continue;
        why = gst_peers_why_staged(middle->peers, place, other);
        used += (size_t)snprintf(gpus + used, sizeof(gpus) - used, "%s%d", used == 0 ? "" : ", ",
                                 crowd->members[i].lane.gpu->index);
    }
    if (why != NULL)
        gst_report_fact_text(crowd->run->report, middle->one->lane.gpu->index, "fan",
                             "peers_left_out", "gpu %s: %s", gpus, why);
}

static bool test_all(struct middle *middle, struct gst_status *st)
{
    struct gst_crowd *crowd = middle->crowd;

    for (size_t i = 0; i < crowd->count; i++) {
        middle->one = &crowd->members[i];
        tell_left_out(middle);
    }
    for (int direction = 0; direction < 2; direction++) {
        middle->is_to_one = direction == 0;
        for (size_t i = 0; i < crowd->count; i++) {
            middle->one = &crowd->members[i];
            if (!test_middle(middle, st))
                return false;
        }
    }
    return true;
}

bool gst_fan_peers(struct gst_crowd *crowd, struct gst_status *st)
{
    struct middle *middle = calloc(1, sizeof(*middle));
    struct gst_peers *peers = calloc(1, sizeof(*peers));
    bool ok = middle != NULL && peers != NULL;

    if (!ok)
        gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu bytes",
                 sizeof(*middle) + sizeof(*peers));
    if (ok && crowd->bytes / sizeof(uint32_t) < 2 * spare_words(crowd)) {
        gst_report_fact_text(crowd->run->report, GST_NO_GPU, "fan", "peers_left_out",
                             "%zu bytes are too few to share among them", crowd->bytes);
    } else if (ok) {
        middle->crowd = crowd;
        middle->peers = peers;
        gst_run_phase(crowd->run, GST_NO_GPU, "allow peer access");
        ok = gst_peers_open(peers, crowd->run->env, st) && test_all(middle, st);
        gst_peers_close(peers, crowd->run->env);
    }
    free(peers);
    free(middle);
    return ok;
}
