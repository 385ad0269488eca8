/* SPDX-License-Identifier: Apache-2.0 */
/* Ways of one test; see way.h. */
#include "workloads/all_reduce/way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collective/comm.h"
#include "collective/way/blame.h"
#include "collective/way/effects.h"
#include "collective/way/errors.h"
#include "collective/way/placing.h"
#include "collective/way/read.h"
#include "collective/way/report.h"
#include "collective/way/shm.h"
#include "core/units.h"
#include "meet/launch.h"

/* Of ranks that are all here; else nobody knows what is between them. */
static void read_site(struct gst_collective_way *way)
{
    struct gst_run *run = way->run;
    struct gst_way_pair *pairs = gst_way_pairs_read(run->env, &way->peers, way->gpus, way->ranks);

    if (pairs != NULL)
        gst_way_site_read(&way->site, run->env, &way->peers, pairs, way->gpus, way->ranks);
    free(pairs);
}

void gst_collective_way_read(struct gst_collective_way *way, struct gst_run *run)
{
    *way = (struct gst_collective_way){ .run = run, .ranks = run->env->gpu_count };
    gst_way_settings_read(&way->settings, (const char *const *)environ, run->env->root);
    for (int i = 0; i < way->ranks; i++)
        way->gpus[i] = i;
    gst_peers_ask(&way->peers, run->env);
    read_site(way);
}

static int gpu_of(const struct gst_env *env, const struct gst_card *card, const char *boot_id)
{
    for (int i = 0; i < env->gpu_count && strcmp(card->boot_id, boot_id) == 0; i++) {
        if (strcmp(env->gpus[i].uuid, card->gpu) == 0)
            return i;
    }
    return -1;
}

void gst_collective_way_among(struct gst_collective_way *way, const struct gst_card *cards)
{
    const struct gst_launch *launch = way->run->launch;

    way->cards = cards;
    way->ranks = launch->size <= GST_ENV_GPUS ? launch->size : 0;
    for (int i = 0; i < way->ranks; i++)
        way->gpus[i] = gpu_of(way->run->env, &cards[i], cards[launch->rank].boot_id);
    read_site(way);
}

/* A number without a verdict has a reason, which the report gives once for all sizes. */
static void tell_floor(struct gst_collective_way *way)
{
    const uint64_t from_bytes = gst_way_bound_from_bytes(&way->site);
    const char *lacks = gst_way_bound_lacks(&way->site);
    char text[32];

    if (lacks != NULL)
        gst_report_fact_text(way->run->report, GST_NO_GPU, "bars", "all_reduce_floor", "none: %s",
                             lacks);
    else
        gst_report_fact_text(way->run->report, GST_NO_GPU, "bars", "all_reduce_floor",
                             "of messages of %s or more",
                             gst_format(text, sizeof(text), (double)from_bytes, GST_UNIT_BYTES));
}

void gst_collective_way_tell(struct gst_collective_way *way)
{
    tell_floor(way);
    gst_way_report_settings(way->run, &way->settings);
    gst_way_report_shm(way->run, way->run->env->gpu_count);
}

static void add_variable(const char *variable, void *data)
{
    struct gst_collective_trace *trace = data;
    size_t count = 0;

    while (trace->variables[count] != NULL)
        count++;
    if (count == GST_COLLECTIVE_WAY_VARIABLES)
        return;
    snprintf(trace->texts[count], sizeof(trace->texts[count]), "%s", variable);
    trace->variables[count] = trace->texts[count];
}

void gst_collective_trace_start(struct gst_collective_trace *trace, struct gst_run *run)
{
    char *folder = run->report->progress.scratch;

    memset(trace, 0, sizeof(*trace));
    if (gst_scratch_make(folder))
        gst_way_variables(folder, add_variable, trace);
    else
        gst_way_quiet_variables(add_variable, trace);
}

bool gst_collective_trace_knows_why(void *data)
{
    const struct gst_run *run = data;
    struct gst_way_seen *seen =
        run->report->progress.scratch[0] != '\0' ? malloc(sizeof(*seen)) : NULL;
    bool knows = false;

    if (seen != NULL) {
        gst_way_read(seen, run->report->progress.scratch);
        knows = seen->log.cause != GST_NO_FINDING && !gst_way_error_is_general(seen->log.cause);
    }
    free(seen);
    return knows;
}

void gst_collective_trace_stop(struct gst_collective_trace *trace, struct gst_run *run)
{
    char *folder = run->report->progress.scratch;

    if (folder[0] != '\0')
        trace->seen = malloc(sizeof(*trace->seen));
    if (trace->seen != NULL)
        gst_way_read(trace->seen, folder);
    gst_scratch_remove(folder);
}

/* In NCCL, and not through: who is elsewhere, or through, did not wait for kernels there. */
static bool are_all_joining(const struct gst_board *board)
{
    for (int i = 0; i < board->worker_count; i++) {
        if (atomic_load(&board->workers[i].has_joined) != 0
            || strcmp(board->workers[i].progress.phase, GST_BOARD_JOINING) != 0)
            return false;
    }
    return true;
}

static void blame_compile(const struct gst_board *board, struct gst_status *st)
{
    char version[24], cause[sizeof(st->cause)];

    /* "not done after 270 s", without where they wait. */
    snprintf(
        cause, sizeof(cause),
        "%.*s: NCCL %s has no kernels yet on any rank: the driver loads them, and compiles them "
        "where the library has no native code for the GPU",
        (int)strcspn(st->cause, ":"), st->cause,
        gst_nccl_version_text(board->nccl_version, version, sizeof(version)));
    gst_status_clear(st);
    gst_fail(st, GST_IMAGE_NCCL_COMPILES_TOO_LONG, "%s", cause);
}

static void add_interface(const struct gst_way_settings *settings, struct gst_status *st)
{
    const struct gst_way_setting *setting = gst_way_settings_find(settings, "NCCL_SOCKET_IFNAME");
    const size_t used = strlen(st->cause);
    char text[192];

    if (setting != NULL)
        snprintf(st->cause + used, sizeof(st->cause) - used, "; %s",
                 gst_way_setting_describe(setting, text, sizeof(text)));
}

/* The words that come with an error are the last that any thread of NCCL had. What another
 * coordinator tells comes with no call, and stays. */
static void blame_log(const struct gst_way_log *log, struct gst_status *st)
{
    char cause[sizeof(st->cause)];

    if (!gst_way_error_is_general(st->finding) || st->call[0] == '\0'
        || log->cause == GST_NO_FINDING || log->cause == st->finding)
        return;
    snprintf(cause, sizeof(cause), "%.*s; first '%s'", (int)sizeof(cause) - GST_WAY_LINE_SIZE - 12,
             st->cause, log->cause_text);
    st->finding = log->cause;
    st->gpu = GST_NO_GPU;
    memcpy(st->cause, cause, sizeof(cause));
}

void gst_collective_trace_blame(const struct gst_collective_trace *trace,
                                const struct gst_collective_way *way, const struct gst_board *board,
                                struct gst_status *st)
{
    if (trace->seen != NULL)
        blame_log(&trace->seen->log, st);
    if (st->finding == GST_USER_NCCL_NO_INTERFACE)
        add_interface(&way->settings, st);
    if (st->finding == GST_HOST_RANK_ABSENT && trace->seen != NULL && are_all_joining(board)
        && gst_way_log_waits_for_kernels(&trace->seen->log, board->nccl_version))
        blame_compile(board, st);
}

void gst_collective_trace_tell(const struct gst_collective_trace *trace,
                               struct gst_collective_way *way, const struct gst_board *board,
                               const char *model)
{
    const struct gst_way_input input = { .seen = trace->seen,
                                         .model = model,
                                         .nccl_version = board->nccl_version,
                                         .ranks = way->ranks,
                                         .gpus = way->gpus,
                                         .cards = way->cards,
                                         .peers = &way->peers,
                                         .settings = &way->settings,
                                         .is_placing_refused = gst_way_is_placing_refused() };

    /* Of this process model alone: what the other one lost explains none of its numbers. */
    way->lost = trace->seen == NULL ? GST_NO_FINDING : gst_way_report(way->run, &input);
}

void gst_collective_trace_release(struct gst_collective_trace *trace)
{
    free(trace->seen);
    trace->seen = NULL;
}

/* What somebody set that can cost speed; NULL: nothing. */
static const struct gst_way_setting *slowing_setting(const struct gst_way_settings *settings)
{
    static const enum gst_way_effect effects[] = { GST_WAY_EFFECT_CHOICE, GST_WAY_EFFECT_SPEED,
                                                   GST_WAY_EFFECT_TOPOLOGY };
    const struct gst_way_setting *setting = NULL;

    for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]) && setting == NULL; i++)
        setting = gst_way_settings_with(settings, effects[i]);
    return setting;
}

/* Links that are seen to be down or narrow cost speed with and without a setting. Where only the
 * number is low, a setting comes before hardware: it costs nothing to take it out first. */
static enum gst_finding_id blame(struct gst_collective_way *way, char *why, size_t size)
{
    const struct gst_way_setting *setting = slowing_setting(&way->settings);
    char text[192];
    int gpu;
    enum gst_finding_id finding =
        gst_way_blame(&way->site, way->run->env, &way->peers, way->gpus, &gpu, why, size);

    if (setting == NULL || finding == GST_HARDWARE_NVLINK_DOWN
        || finding == GST_HARDWARE_PCIE_LINK_NARROW)
        return finding;
    snprintf(why, size, "%s %s", gst_way_setting_describe(setting, text, sizeof(text)),
             gst_way_effect_meaning(gst_way_setting_effect(setting)));
    return GST_USER_NCCL_SLOWED;
}

void gst_collective_way_explain(struct gst_collective_way *way)
{
    enum gst_finding_id finding = way->lost;
    char why[256] = "so fast is the way that it took";

    /* Ranks of other machines: nothing is known of what is between, and nothing is judged. */
    if (way->site.kind == GST_WAY_KIND_UNKNOWN)
        return;
    if (finding == GST_NO_FINDING)
        finding = blame(way, why, sizeof(why));
    gst_run_explain_metric(way->run, finding, why);
}
