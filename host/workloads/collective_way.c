/* SPDX-License-Identifier: Apache-2.0 */
/* Ways of one test; see collective_way.h. */
#include "workloads/collective_way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collective/way_blame.h"
#include "collective/way_read.h"
#include "collective/way_report.h"
#include "collective/way_shm.h"

/* What was found stays known; the access itself is of no use to the ranks' processes, and goes
 * before the contexts do. */
static void give_back(const struct gst_peers *peers, struct gst_env *env)
{
    struct gst_peers access = *peers;

    gst_peers_close(&access, env);
}

bool gst_collective_way_open(struct gst_collective_way *way, struct gst_run *run,
                             struct gst_status *st)
{
    const int count = run->env->gpu_count;
    struct gst_way_pair *pairs;

    *way = (struct gst_collective_way){ .run = run };
    gst_way_settings_read(&way->settings, (const char *const *)environ, run->env->root);
    for (int i = 0; i < count; i++)
        way->gpus[i] = i;
    if (!gst_peers_open(&way->peers, run->env, st))
        return false;
    pairs = gst_way_pairs_read(run->env, &way->peers, way->gpus, count);
    if (pairs != NULL)
        gst_way_site_read(&way->site, run->env, &way->peers, pairs, way->gpus, count);
    free(pairs);
    give_back(&way->peers, run->env);
    way->is_open = true;
    return true;
}

void gst_collective_way_tell(struct gst_collective_way *way)
{
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

void gst_collective_trace_start(struct gst_collective_trace *trace)
{
    memset(trace, 0, sizeof(*trace));
    if (gst_way_folder_make(trace->folder))
        gst_way_variables(trace->folder, add_variable, trace);
}

void gst_collective_trace_tell(const struct gst_collective_trace *trace,
                               struct gst_collective_way *way, const char *model)
{
    const struct gst_way_input input = { .folder = trace->folder,
                                         .model = model,
                                         .ranks = way->run->env->gpu_count,
                                         .gpus = way->gpus,
                                         .peers = &way->peers,
                                         .settings = &way->settings };

    enum gst_finding_id lost;

    if (trace->folder[0] == '\0')
        return;
    lost = gst_way_report(way->run, &input);
    if (lost != GST_NO_FINDING)
        way->lost = lost;
}

void gst_collective_trace_stop(struct gst_collective_trace *trace)
{
    gst_way_folder_remove(trace->folder);
}

void gst_collective_way_explain(struct gst_collective_way *way)
{
    enum gst_finding_id finding = way->lost;
    char why[192] = "so fast is the way that it took";
    int gpu;

    /* Ranks of other machines: nothing is known of what is between. */
    if (!way->is_open)
        return;
    if (finding == GST_NO_FINDING)
        finding = gst_way_blame(&way->site, way->run->env, &way->peers, way->gpus, &gpu, why,
                                sizeof(why));
    gst_run_explain_metric(way->run, finding, why);
}
