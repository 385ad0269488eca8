/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs, and what they make together; see site.h. */
#include "collective/way/site.h"

#include <stdlib.h>
#include <string.h>

#include "gpu/pcie.h"
#include "topology/peer_way.h"

/* NCCL's word for a distance on the bus (src/graph/paths.cc): what passes a host bridge is PHB,
 * what passes from one NUMA node to another SYS. */
static enum gst_way_link link_of(enum gst_distance distance)
{
    switch (distance) {
    case GST_DISTANCE_SELF:
        return GST_WAY_LINK_LOC;
    case GST_DISTANCE_PIX:
        return GST_WAY_LINK_PIX;
    case GST_DISTANCE_PXB:
        return GST_WAY_LINK_PXB;
    case GST_DISTANCE_PHB:
    case GST_DISTANCE_NODE:
        return GST_WAY_LINK_PHB;
    case GST_DISTANCE_SYS:
    case GST_DISTANCE_COUNT:
        break;
    }
    return GST_WAY_LINK_SYS;
}

static struct gst_way_pair read_pair(struct gst_env *env, const struct gst_peers *peers, int one,
                                     int other)
{
    struct gst_way_pair pair = { .can_peer = peers->of[one][other].can_access
                                             && peers->of[other][one].can_access,
                                 .nvlinks = gst_nvlinks_expected_between(&peers->links, one, other),
                                 .is_untold = gst_nvlinks_are_untold(&peers->links, one, other),
                                 .link = GST_WAY_LINK_SYS };
    struct gst_peer_way way;

    if (env->root != NULL) {
        gst_peer_way_read(&way, env->root, env->gpus[one].pci_id, env->gpus[other].pci_id);
        pair.link = link_of(way.distance);
        pair.is_bus_untold = !way.is_told;
        if (way.is_told)
            gst_peer_way_describe(&way, pair.bus, sizeof(pair.bus));
        pair.shares_port = way.distance == GST_DISTANCE_PIX || way.distance == GST_DISTANCE_PXB;
        pair.is_switched_pcie =
            way.redirect == GST_REDIRECT_NONE
            || (way.redirect == GST_REDIRECT_NOT_TOLD && pair.link <= GST_WAY_LINK_PXB);
    }
    if (pair.nvlinks > 0) {
        pair.link = GST_WAY_LINK_NVL;
        pair.is_bus_untold = false;
        pair.bus[0] = '\0';
    }
    return pair;
}

struct gst_way_pair *gst_way_pairs_read(struct gst_env *env, const struct gst_peers *peers,
                                        const int *gpus, int count)
{
    struct gst_way_pair *pairs = calloc((size_t)count * (size_t)count + 1, sizeof(*pairs));

    for (int i = 0; pairs != NULL && i < count; i++) {
        for (int k = 0; k < count; k++) {
            if (i != k && gpus[i] >= 0 && gpus[k] >= 0)
                pairs[i * count + k] = read_pair(env, peers, gpus[i], gpus[k]);
        }
    }
    return pairs;
}

/* Has some GPU NVLinks to more than one other, and not to all? Cubes of V100 are such: how many
 * rings they hold together is not for a formula. */
static bool is_partly_meshed(const struct gst_way_pair *pairs, int count)
{
    for (int i = 0; i < count; i++) {
        int joined = 0;

        for (int k = 0; k < count; k++)
            joined += k != i && pairs[i * count + k].nvlinks > 0;
        if (joined > 1 && joined < count - 1)
            return true;
    }
    return false;
}

enum gst_way_kind gst_way_kind_of(const struct gst_way_pair *pairs, int count, bool is_switched)
{
    bool all_nvlink = true, some_nvlink = false, all_direct = true, all_switches = true;

    for (int i = 0; i < count; i++) {
        for (int k = 0; k < count; k++) {
            const struct gst_way_pair *pair = &pairs[i * count + k];

            if (i == k)
                continue;
            if (pair->is_untold && pair->nvlinks == 0)
                return GST_WAY_KIND_UNKNOWN;
            all_nvlink = all_nvlink && pair->nvlinks > 0;
            some_nvlink = some_nvlink || pair->nvlinks > 0;
            all_direct = all_direct && pair->can_peer;
            all_switches = all_switches && pair->is_switched_pcie;
        }
    }
    if (all_nvlink || (some_nvlink && is_switched))
        return GST_WAY_KIND_NVLINK;
    if (some_nvlink)
        return is_partly_meshed(pairs, count) ? GST_WAY_KIND_UNKNOWN : GST_WAY_KIND_PAIRS;
    return all_direct && all_switches ? GST_WAY_KIND_SWITCH : GST_WAY_KIND_HOST;
}

bool gst_way_is_across_nodes(const struct gst_way_pair *pairs, int count)
{
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < count; k++) {
            const struct gst_way_pair *pair = &pairs[i * count + k];

            if (i != k && pair->nvlinks == 0 && pair->link >= GST_WAY_LINK_SYS)
                return true;
        }
    }
    return false;
}

static bool shares_port(const struct gst_way_pair *pairs, int count)
{
    for (int i = 0; i < count * count; i++) {
        if (pairs[i].shares_port)
            return true;
    }
    return false;
}

bool gst_way_is_wide_above(const struct gst_pci_device *device, struct gst_pci_link most)
{
    struct gst_pci_hop hop;

    if (device->depth < 2)
        return false;
    for (size_t i = 0; i < device->depth; i++) {
        if (!gst_pci_link_is_known(device->ports[i].most))
            return false;
    }
    return gst_pci_narrowest_at_most(device, &hop)
           && gst_pci_link_rate(hop.link) >= gst_pci_link_rate(most);
}

static bool is_wide_above(const struct gst_env *env, const struct gst_gpu *gpu,
                          struct gst_pci_link most)
{
    struct gst_pci_device device;

    if (env->root == NULL)
        return false;
    gst_pci_read(&device, env->root, gpu->pci_id);
    return gst_way_is_wide_above(&device, most);
}

/* The narrowest of the GPUs' links to the bus. */
static void read_pcie(struct gst_way_site *site, struct gst_env *env, const int *gpus, int count)
{
    double least = 0;

    site->is_pcie_wide = true;
    for (int i = 0; i < count; i++) {
        const struct gst_gpu *gpu = &env->gpus[gpus[i]];
        struct gst_pcie_link link = { 0 };
        struct gst_pci_link most;

        if (!gst_pcie_link_read(env, gpu, &link) || link.generation_max == 0) {
            site->pcie_generation = site->pcie_width = 0;
            site->is_pcie_wide = false;
            return;
        }
        most = (struct gst_pci_link){ .generation = link.generation_max, .width = link.width_max };
        site->is_pcie_wide = site->is_pcie_wide && is_wide_above(env, gpu, most);
        if (i > 0 && gst_pci_link_rate(most) >= least)
            continue;
        least = gst_pci_link_rate(most);
        site->pcie_generation = link.generation_max;
        site->pcie_width = link.width_max;
    }
}

/* Of GPU `gpu` to all the others of the collective: over switches all it should have. */
static unsigned nvlinks_of(const struct gst_way_site *site, const struct gst_peers *peers,
                           const struct gst_way_pair *pairs, const int *gpus, int gpu)
{
    unsigned links = 0;

    if (site->is_switched)
        return gst_nvlinks_expected(&peers->links, gpus[gpu]);
    for (int k = 0; k < site->ranks; k++)
        links += k == gpu ? 0 : pairs[gpu * site->ranks + k].nvlinks;
    return links;
}

void gst_way_site_read(struct gst_way_site *site, struct gst_env *env,
                       const struct gst_peers *peers, const struct gst_way_pair *pairs,
                       const int *gpus, int count)
{
    memset(site, 0, sizeof(*site));
    site->ranks = count;
    site->machines = 1;
    site->is_switched = gst_nvlinks_all_switched(&peers->links);
    if (count < 2)
        return;
    for (int i = 0; i < count; i++) {
        const struct gst_gpu *gpu;
        unsigned links;

        if (gpus[i] < 0)
            return;
        gpu = &env->gpus[gpus[i]];
        links = nvlinks_of(site, peers, pairs, gpus, i);
        if (i == 0 || links < site->nvlinks)
            site->nvlinks = links;
        if (i == 0) {
            site->cc_major = gpu->cc_major;
            site->cc_minor = gpu->cc_minor;
        } else if (site->cc_major != gpu->cc_major || site->cc_minor != gpu->cc_minor) {
            site->cc_major = site->cc_minor = 0;
        }
    }
    site->kind = gst_way_kind_of(pairs, count, site->is_switched);
    site->is_across_nodes = gst_way_is_across_nodes(pairs, count);
    site->is_shared = shares_port(pairs, count);
    read_pcie(site, env, gpus, count);
}
