/* SPDX-License-Identifier: Apache-2.0 */
/* What was seen, in the report's words; see report.h. */
#include "collective/way/report.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collective/way/causes.h"
#include "core/units.h"

/* A start that compiles kernels takes tens of seconds, any other less than one (NVIDIA/nccl issues
 * 1412 and 1646). */
#define COMPILES_FROM_S 5.0

/* Enough of /proc/cpuinfo for the first processor's vendor. */
#define CPUINFO_BYTES 4096

struct account {
    struct gst_run *run;
    const struct gst_way_input *input;
    const struct gst_way_seen *seen;
    struct gst_way_evidence evidence;
    struct gst_way_site site;
    char source[24]; /* "nccl-per-gpu" */
};

/* Said once where both process models show it. */
static bool is_told(const struct gst_run *run, enum gst_finding_id finding)
{
    const struct gst_report *report = run->report;

    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].item == report->progress.item && report->checks[i].finding == finding
            && report->checks[i].verdict != GST_PASS)
            return true;
    }
    return false;
}

#define SAY_ONCE(run, finding, ...)                                                                \
    do {                                                                                           \
        if (!is_told(run, finding))                                                                \
            gst_run_check(run, finding, GST_NO_GPU, false, __VA_ARGS__);                           \
    } while (0)

static void tell_graphs(const struct account *account)
{
    struct gst_report *report = account->run->report;
    const struct gst_way_graphs *graphs = &account->seen->graphs;
    static const struct {
        int id;
        const char *key;
    } rows[] = { { GST_WAY_RING, "graph_ring" },
                 { GST_WAY_TREE, "graph_tree" },
                 { GST_WAY_NVLS, "graph_nvls" } };
    char text[96];

    if (!account->seen->has_graphs)
        gst_report_fact_text(report, GST_NO_GPU, account->source, "graphs_not_read", "%s",
                             account->seen->graphs_problem);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_way_graph *graph = gst_way_graph_of(graphs, rows[i].id);

        if (graph == NULL)
            continue;
        gst_report_fact_text(report, GST_NO_GPU, account->source, rows[i].key, "%s",
                             gst_way_graph_describe(graph, text, sizeof(text)));
        if (rows[i].id == GST_WAY_RING)
            gst_report_fact_number(report, GST_NO_GPU, account->source, "ring_reckoned",
                                   GST_UNIT_BYTES_PER_S, gst_way_graph_bytes_per_s(graph));
    }
}

static void tell_topology(const struct account *account)
{
    if (!account->seen->has_topology)
        gst_report_fact_text(account->run->report, GST_NO_GPU, account->source, "topology_not_read",
                             "%s", account->seen->topology_problem);
}

static void tell_log(const struct account *account)
{
    struct gst_report *report = account->run->report;
    const struct gst_way_log *log = &account->seen->log;
    const struct gst_way_choice *choice = gst_way_log_choice(log, "AllReduce");
    char text[160];

    if (log->connection_count > 0)
        gst_report_fact_text(report, GST_NO_GPU, account->source, "transports", "%s",
                             gst_way_log_describe(log, text, sizeof(text)));
    if (choice != NULL)
        gst_report_fact_text(report, GST_NO_GPU, account->source, "algorithm", "%s, %s, of %llu B",
                             choice->algorithm, choice->protocol, choice->bytes);
    if (log->network[0] != '\0')
        gst_report_fact_text(report, GST_NO_GPU, account->source, "network", "%s", log->network);
    if (log->init_total_s > 0)
        gst_report_fact_number(report, GST_NO_GPU, account->source, "init_time", GST_UNIT_SECONDS,
                               log->init_total_s);
    if (log->warning_count > 0)
        gst_report_fact_text(report, GST_NO_GPU, account->source, "warning", "%s",
                             log->warnings[0]);
    if (!gst_way_sources_agree(&account->evidence, text, sizeof(text)))
        gst_report_fact_text(report, GST_NO_GPU, account->source, "sources_differ", "%s", text);
}

/* Ranks that could have copied directly: why the first of them does not, GST_NO_FINDING if all do.
 */
static enum gst_finding_id check_transports(const struct account *account)
{
    struct gst_way_loss losses[GST_WAY_LOSSES];
    size_t seen, peers;
    const size_t count = gst_way_losses(&account->evidence, losses, &seen, &peers);
    char text[128];

    for (size_t i = 0; i < count; i++) {
        const struct gst_way_loss *loss = &losses[i];

        SAY_ONCE(account->run, loss->finding,
                 "%zu of %zu connections (%s) are worse than they could be, the first from "
                 "rank %d to rank %d over %s: %s",
                 loss->count, seen, account->input->model, loss->from, loss->to,
                 gst_way_transport_words(loss->transport), loss->why);
    }
    if (count == 0 && seen > 0)
        gst_run_check(account->run, GST_HOST_NCCL_PEERS_UNUSED, GST_NO_GPU, true,
                      "%zu of %zu connections (%s) are direct%s: %s", peers, seen,
                      account->input->model, peers < seen ? ", the rest cannot be" : "",
                      gst_way_log_describe(&account->seen->log, text, sizeof(text)));
    return count == 0 ? GST_NO_FINDING : losses[0].finding;
}

static void check_nvls(const struct account *account)
{
    const struct gst_way_setting *off =
        gst_way_settings_with(account->input->settings, GST_WAY_EFFECT_NVLS);
    const struct gst_way_log *log = &account->seen->log;
    char text[160];

    if (!gst_way_should_have_nvls(&account->site)
        || gst_way_nvls_of(&account->evidence) != GST_WAY_NVLS_MISSING)
        return;
    if (off != NULL) {
        SAY_ONCE(account->run, GST_USER_NCCL_NVLS_OFF, "%s (%s)",
                 gst_way_setting_describe(off, text, sizeof(text)), account->input->model);
        return;
    }
    SAY_ONCE(account->run, GST_HOST_NCCL_WITHOUT_NVLS,
             "%d GPUs on NVSwitch, and NCCL uses no multicast (%s): %s", account->site.ranks,
             account->input->model,
             log->nvls_failures > 0      ? "it failed to bind memory"
             : log->nvls_unavailable > 0 ? "it says that there is none"
                                         : "it has no graph for it");
}

static void check_start(const struct account *account)
{
    const struct gst_way_log *log = &account->seen->log;

    if (log->init_kernels_s > COMPILES_FROM_S)
        SAY_ONCE(
            account->run, GST_IMAGE_NCCL_COMPILES,
            "NCCL %s took %.1f s for its kernels, of %.1f s to start (%s): the driver loads or "
            "compiles them",
            log->version, log->init_kernels_s, log->init_total_s, account->input->model);
    if (log->host_memory_fallbacks > 0 && account->input->is_placing_refused)
        SAY_ONCE(account->run, GST_USER_SECCOMP,
                 "get_mempolicy says EPERM, and NCCL falls back to '/dev/shm' (%s)",
                 account->input->model);
    else if (log->host_memory_fallbacks > 0)
        gst_report_fact_text(account->run->report, GST_NO_GPU, account->source, "host_memory",
                             "in '/dev/shm', as the driver gives none to share; get_mempolicy is "
                             "not refused");
}

/* NCCL lets two GPUs copy across such a CPU however far apart they are. */
static bool is_small_amd(const struct gst_run *run, int ranks)
{
    char text[CPUINFO_BYTES];

    return ranks <= 2 && run->env->root != NULL
           && gst_root_read(run->env->root, "/proc/cpuinfo", text, sizeof(text))
           && strstr(text, "AuthenticAMD") != NULL;
}

enum gst_finding_id gst_way_report(struct gst_run *run, const struct gst_way_input *input)
{
    enum gst_finding_id lost = GST_NO_FINDING;
    const struct gst_way_seen *seen = input->seen;
    struct gst_way_pair *pairs =
        gst_way_pairs_read(run->env, input->peers, input->gpus, input->ranks);
    struct account account = { .run = run, .input = input, .seen = seen };

    if (pairs != NULL) {
        snprintf(account.source, sizeof(account.source), "nccl-%s", input->model);
        gst_way_site_read(&account.site, run->env, input->peers, pairs, input->gpus, input->ranks);
        account.evidence =
            (struct gst_way_evidence){ .ranks = input->ranks,
                                       .pairs = pairs,
                                       .cards = input->cards,
                                       .nccl_version = input->nccl_version,
                                       .settings = input->settings,
                                       .log = seen->has_log ? &seen->log : NULL,
                                       .graphs = seen->has_graphs ? &seen->graphs : NULL,
                                       .topology = seen->has_topology ? &seen->topology : NULL,
                                       .is_small_amd = is_small_amd(run, input->ranks) };
        tell_topology(&account);
        tell_graphs(&account);
        tell_log(&account);
        lost = check_transports(&account);
        if (lost == GST_NO_FINDING)
            check_nvls(&account);
        check_start(&account);
    }
    free(pairs);
    return lost;
}

/* The name as keys of facts are written: "nccl_p2p_disable". */
static const char *key_of(const struct gst_way_setting *setting, char *key)
{
    size_t i;

    for (i = 0; setting->name[i] != '\0'; i++)
        key[i] = isalnum((unsigned char)setting->name[i])
                     ? (char)tolower((unsigned char)setting->name[i])
                     : '_';
    key[i] = '\0';
    return key;
}

void gst_way_report_settings(struct gst_run *run, const struct gst_way_settings *settings)
{
    char text[224] = "", one[176], key[sizeof(settings->of[0].name)];
    size_t tuning = 0;

    for (size_t i = 0; i < settings->count; i++) {
        const struct gst_way_setting *setting = &settings->of[i];
        const enum gst_way_effect effect = gst_way_setting_effect(setting);

        if (!setting->is_obeyed)
            continue;
        gst_report_fact_text(run->report, GST_NO_GPU, "nccl", key_of(setting, key), "%s in %s",
                             setting->value, setting->from);
        if (effect != GST_WAY_EFFECT_TOPOLOGY && effect != GST_WAY_EFFECT_CHOICE
            && effect != GST_WAY_EFFECT_SPEED)
            continue;
        if (tuning++ == 0)
            snprintf(text, sizeof(text), "%s %s",
                     gst_way_setting_describe(setting, one, sizeof(one)),
                     gst_way_effect_meaning(effect));
    }
    if (tuning > 0)
        gst_run_check(run, GST_USER_NCCL_TUNED, GST_NO_GPU, false,
                      "%zu variable%s of NCCL %s set, the first: %s", tuning,
                      gst_plural((int64_t)tuning), tuning == 1 ? "is" : "are", text);
}
