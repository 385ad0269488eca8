/* SPDX-License-Identifier: Apache-2.0 */
/* From transports to causes; see causes.h. */
#include "collective/way/causes.h"

#include <stdio.h>
#include <string.h>

bool gst_way_is_near(const struct gst_way_evidence *evidence, enum gst_way_link link)
{
    return link <= GST_WAY_LINK_PXB || (evidence->is_small_amd && link <= GST_WAY_LINK_SYS);
}

bool gst_way_should_have_nvls(const struct gst_way_site *site)
{
    return site->kind == GST_WAY_KIND_NVLINK && site->is_switched && site->cc_major >= 9
           && site->ranks > 2 && site->machines == 1;
}

static const struct gst_way_pair *pair_of(const struct gst_way_evidence *evidence, int from, int to)
{
    return &evidence->pairs[from * evidence->ranks + to];
}

/* A boot id that could not be read equals nobody's. */
static bool is_one_machine(const struct gst_way_evidence *evidence, int from, int to)
{
    const struct gst_card *cards = evidence->cards;

    return cards == NULL
           || (cards[from].boot_id[0] != '\0'
               && strcmp(cards[from].boot_id, cards[to].boot_id) == 0);
}

/* What keeps NCCL from seeing that two ranks of a machine are on it. Host names and boot ids make
 * what it calls a host (src/misc/utils.cc), and /dev/shm has to be the same (src/graph/paths.cc).
 * At IPC, PID and network namespaces it does not look: what they break fails, and is not gone
 * around. But whoever gives a container an IPC namespace gives it a /dev/shm, too. */
static bool tell_apart(const struct gst_way_evidence *evidence, int from, int to, char *why,
                       size_t size)
{
    const struct gst_way_setting *id =
        gst_way_settings_with(evidence->settings, GST_WAY_EFFECT_HOST);
    const struct gst_card *one, *other;

    if (id != NULL) {
        gst_way_setting_describe(id, why, size);
        return true;
    }
    if (evidence->cards == NULL)
        return false;
    one = &evidence->cards[from];
    other = &evidence->cards[to];
    if (strcmp(one->host, other->host) != 0)
        snprintf(why, size, "rank %d calls its host '%s', rank %d '%s'", from, one->host, to,
                 other->host);
    else if (one->shm_device != other->shm_device)
        snprintf(why, size, "ranks %d and %d of host '%s' have a '/dev/shm' each%s", from, to,
                 one->host,
                 one->ipc_namespace != other->ipc_namespace ? ", and an IPC namespace" : "");
    else
        return false;
    return true;
}

static bool is_topology_untold(const struct gst_way_evidence *evidence)
{
    return evidence->topology != NULL && gst_way_topology_untold(evidence->topology) > 0;
}

static bool tell_topology(const struct gst_way_evidence *evidence, char *why, size_t size)
{
    const struct gst_way_setting *file =
        gst_way_settings_find(evidence->settings, "NCCL_TOPO_FILE");

    if (file != NULL) {
        gst_way_setting_describe(file, why, size);
        return true;
    }
    if (!is_topology_untold(evidence))
        return false;
    snprintf(why, size, "sysfs told NCCL nothing of the links of %zu of %zu GPUs",
             gst_way_topology_untold(evidence->topology), evidence->topology->gpu_count);
    return true;
}

/* Why two GPUs that could copy to each other do not. Where nobody tells how far apart they are,
 * what keeps NCCL from knowing it is a cause, and distance is none. */
static enum gst_finding_id cause_of_no_peer(const struct gst_way_evidence *evidence, int from,
                                            int to, char *why, size_t size)
{
    const struct gst_way_pair *pair = pair_of(evidence, from, to);
    const struct gst_way_setting *off = gst_way_settings_without_peers(
        evidence->settings, pair->is_bus_untold ? GST_WAY_LINK_PIX : pair->link);

    if (off != NULL) {
        gst_way_setting_describe(off, why, size);
        return GST_USER_NCCL_PEERS_OFF;
    }
    if (tell_apart(evidence, from, to, why, size))
        return GST_USER_NCCL_RANKS_APART;
    /* A file may have told NCCL what nobody tells this process. */
    if (pair->is_bus_untold && !is_topology_untold(evidence))
        return GST_NO_FINDING;
    if (tell_topology(evidence, why, size))
        return GST_USER_NCCL_TOPOLOGY;
    snprintf(why, size, "CUDA gives access%s, %s is between them%s%s",
             evidence->log->peer_access_off > 0 ? " and NVML does not" : "",
             gst_way_link_meaning(pair->link), pair->bus[0] == '\0' ? "" : "; ", pair->bus);
    return GST_HOST_NCCL_PEERS_UNUSED;
}

/* Why two ranks of one machine that cannot copy directly do not share memory. */
static enum gst_finding_id cause_of_no_shm(const struct gst_way_evidence *evidence, int from,
                                           int to, char *why, size_t size)
{
    const struct gst_way_setting *off =
        gst_way_settings_with(evidence->settings, GST_WAY_EFFECT_SHM);

    if (off != NULL) {
        gst_way_setting_describe(off, why, size);
        return GST_USER_NCCL_SHM_OFF;
    }
    return tell_apart(evidence, from, to, why, size) ? GST_USER_NCCL_RANKS_APART : GST_NO_FINDING;
}

static enum gst_finding_id cause_of(const struct gst_way_evidence *evidence, int from, int to,
                                    enum gst_way_transport transport, char *why, size_t size)
{
    const struct gst_way_pair *pair = pair_of(evidence, from, to);
    const bool is_wanted = pair->is_bus_untold || gst_way_is_near(evidence, pair->link)
                           || gst_way_settings_allow_peers(evidence->settings, pair->link);

    if (gst_way_transport_is_peer(transport) || !is_one_machine(evidence, from, to))
        return GST_NO_FINDING;
    if (pair->can_peer && is_wanted)
        return cause_of_no_peer(evidence, from, to, why, size);
    return transport == GST_WAY_VIA_NET ? cause_of_no_shm(evidence, from, to, why, size)
                                        : GST_NO_FINDING;
}

static size_t add_loss(struct gst_way_loss *losses, size_t count, const struct gst_way_loss *loss)
{
    for (size_t i = 0; i < count; i++) {
        if (losses[i].finding == loss->finding) {
            losses[i].count++;
            return count;
        }
    }
    if (count == GST_WAY_LOSSES)
        return count;
    losses[count] = *loss;
    return count + 1;
}

/* A connection over several transports counts once, as the least of them. */
static bool is_least(const struct gst_way_log *log, const struct gst_way_connection *entry)
{
    enum gst_way_transport least;

    return gst_way_log_between(log, entry->from, entry->to, &least) && least == entry->transport;
}

size_t gst_way_losses(const struct gst_way_evidence *evidence, struct gst_way_loss *losses,
                      size_t *seen, size_t *peers)
{
    size_t count = 0;

    *seen = *peers = 0;
    for (size_t i = 0; evidence->log != NULL && i < evidence->log->connection_count; i++) {
        const struct gst_way_connection *entry = &evidence->log->connections[i];
        struct gst_way_loss loss = {
            .count = 1, .from = entry->from, .to = entry->to, .transport = entry->transport
        };

        if (entry->from >= evidence->ranks || entry->to >= evidence->ranks
            || !is_least(evidence->log, entry))
            continue;
        ++*seen;
        *peers += gst_way_transport_is_peer(entry->transport);
        loss.finding = cause_of(evidence, entry->from, entry->to, entry->transport, loss.why,
                                sizeof(loss.why));
        if (loss.finding != GST_NO_FINDING)
            count = add_loss(losses, count, &loss);
    }
    return count;
}

#define KNOWS_NVLS 21700
#define DUMPS_NVLS 21800

enum gst_way_nvls gst_way_nvls_of(const struct gst_way_evidence *evidence)
{
    const struct gst_way_log *log = evidence->log;
    const int version = evidence->nccl_version;

    if (version > 0 && version < KNOWS_NVLS)
        return GST_WAY_NVLS_NOT_TOLD;
    if (log != NULL && (log->nvls_unavailable > 0 || log->nvls_failures > 0))
        return GST_WAY_NVLS_MISSING;
    if (evidence->graphs != NULL && (version == 0 || version >= DUMPS_NVLS))
        return gst_way_graph_of(evidence->graphs, GST_WAY_NVLS) != NULL ? GST_WAY_NVLS_USED
                                                                        : GST_WAY_NVLS_MISSING;
    return log != NULL && log->nvls_available > 0 ? GST_WAY_NVLS_USED : GST_WAY_NVLS_NOT_TOLD;
}

bool gst_way_sources_agree(const struct gst_way_evidence *evidence, char *text, size_t size)
{
    const struct gst_way_graph *ring =
        evidence->graphs == NULL ? NULL : gst_way_graph_of(evidence->graphs, GST_WAY_RING);
    const bool is_near = ring != NULL && ring->intra <= GST_WAY_LINK_PXB;

    text[0] = '\0';
    if (evidence->log == NULL || ring == NULL || ring->gpu_count < evidence->ranks)
        return true;
    for (size_t i = 0; i < evidence->log->connection_count; i++) {
        const struct gst_way_connection *entry = &evidence->log->connections[i];

        if (!is_near || gst_way_transport_is_peer(entry->transport))
            continue;
        snprintf(text, size,
                 "the dump has rings over %s, the log rank %d -> %d over %s: the log is right, as "
                 "connections are made after the graphs",
                 gst_way_link_word(ring->intra), entry->from, entry->to,
                 gst_way_transport_words(entry->transport));
        return false;
    }
    return true;
}
