/* SPDX-License-Identifier: Apache-2.0 */
/* What a GPU may expect of the links above it, and which of them is not what it could be; see
 * uplinks.h. */
#include "workloads/fan/uplinks.h"

#include <stdio.h>
#include <string.h>

#include "core/class_bars.h"
#include "topology/link.h"

/* Nine tenths of what the worst healthy report leaves of a link when all GPUs copy at once, rounded
 * down to a whole percent, as the classes' own efficiencies (core/class_bars.c): 44.41 GB/s of PCIe
 * 5.0 x16, the slowest of eight H800 at once to the host, where the host's memory is what limits.
 */
#define AT_ONCE_EFFICIENCY 0.63

static double rate(unsigned generation, unsigned width)
{
    return gst_pci_link_rate((struct gst_pci_link){ generation, width });
}

struct gst_bar gst_uplinks_bar_alone(const struct gst_uplinks *uplinks, size_t n,
                                     struct gst_bar own)
{
    const struct gst_uplinks_way *way = &uplinks->ways[n];

    for (size_t level = 0; level < way->count; level++) {
        const struct gst_uplink *link = &uplinks->links[way->links[level]];
        const struct gst_bar bar = gst_bar_of_pcie(link->generation_max, link->width_max);

        if (bar.ceiling < own.ceiling)
            own = bar;
    }
    return own;
}

/* Of the level-th link of the way, as it could run; 0: not told, or nobody else is there. */
static double shared_rate(const struct gst_uplinks *uplinks, const struct gst_uplinks_way *way,
                          size_t level)
{
    const struct gst_uplink *link = &uplinks->links[way->links[level]];

    return gst_uplink_gpus(link) < 2
               ? 0
               : way->shares[level] * rate(link->generation_max, link->width_max);
}

/* The level of the scarcest shared link; the way's count if there is none. */
static size_t scarcest(const struct gst_uplinks *uplinks, const struct gst_uplinks_way *way)
{
    size_t found = way->count;

    for (size_t level = 0; level < way->count; level++) {
        const double here = shared_rate(uplinks, way, level);

        if (here > 0 && (found == way->count || here < shared_rate(uplinks, way, found)))
            found = level;
    }
    return found;
}

const struct gst_uplink *gst_uplinks_shared(const struct gst_uplinks *uplinks, size_t n)
{
    const struct gst_uplinks_way *way = &uplinks->ways[n];
    const size_t level = scarcest(uplinks, way);

    return level == way->count ? NULL : &uplinks->links[way->links[level]];
}

struct gst_bar gst_uplinks_bar(const struct gst_uplinks *uplinks, size_t n, struct gst_bar own)
{
    const struct gst_uplinks_way *way = &uplinks->ways[n];
    const size_t level = scarcest(uplinks, way);
    const struct gst_uplink *link;
    struct gst_bar bar;
    double efficiency;

    if (level == way->count)
        return gst_bar_without_floor(own);
    link = &uplinks->links[way->links[level]];
    bar = gst_bar_of_pcie(link->generation_max, link->width_max);
    /* Generations that nobody has reported on have no floor. */
    if (bar.floor_from[0] != '\0') {
        efficiency = bar.floor / bar.ceiling;
        if (efficiency > AT_ONCE_EFFICIENCY)
            efficiency = AT_ONCE_EFFICIENCY;
        bar.floor = bar.ceiling * way->shares[level] * efficiency;
        /* A GPU with a narrower link of its own never needs its share. */
        if (own.floor_from[0] != '\0' && own.floor < bar.floor)
            bar.floor = own.floor;
        snprintf(bar.floor_from, sizeof(bar.floor_from), "PCIe %u.0 x%u, shared by %u",
                 link->generation_max, link->width_max, gst_uplink_gpus(link));
    }
    /* Others may be slower, so that one GPU has all of the link: no more than that is sure. */
    if (own.ceiling_from[0] != '\0' && own.ceiling < bar.ceiling) {
        bar.ceiling = own.ceiling;
        memcpy(bar.ceiling_from, own.ceiling_from, sizeof(bar.ceiling_from));
    }
    return bar;
}

static bool is_degraded(const struct gst_uplink *link)
{
    return (link->width != 0 && link->width < link->width_max)
           || (link->generation != 0 && link->generation < link->generation_max);
}

const struct gst_uplink *gst_uplinks_degraded(const struct gst_uplinks *uplinks, size_t n,
                                              bool is_alone, double *bytes_per_s)
{
    const struct gst_uplinks_way *way = &uplinks->ways[n];
    const struct gst_uplink *found = NULL;

    for (size_t level = 0; level < way->count; level++) {
        const struct gst_uplink *link = &uplinks->links[way->links[level]];
        const double here =
            rate(link->generation, link->width) * (is_alone ? 1 : way->shares[level]);

        if (!is_degraded(link) || (found != NULL && here >= *bytes_per_s))
            continue;
        found = link;
        *bytes_per_s = here;
    }
    return found;
}

/* Width comes first: lanes that are gone do not come back with load. */
enum gst_finding_id gst_uplink_finding(const struct gst_uplink *link)
{
    return link->width != 0 && link->width < link->width_max ? GST_HARDWARE_PCIE_UPLINK_NARROW
                                                             : GST_HARDWARE_PCIE_UPLINK_SLOW;
}

const char *gst_uplink_describe(const struct gst_uplink *link, const struct gst_env *env,
                                char *text, size_t size)
{
    char gpus[96] = "";
    size_t used = 0;

    for (int n = 0; n < env->gpu_count && used < sizeof(gpus); n++) {
        if ((link->below >> n & 1) != 0)
            used += (size_t)snprintf(gpus + used, sizeof(gpus) - used, "%s%d",
                                     used == 0 ? "" : ", ", env->gpus[n].index);
    }
    snprintf(text, size, "PCIe %u.0 x%u of %u.0 x%u between %s and %s, above gpu %s",
             link->generation, link->width, link->generation_max, link->width_max, link->upper,
             link->lower, gpus);
    return text;
}
