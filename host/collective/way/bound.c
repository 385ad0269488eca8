/* SPDX-License-Identifier: Apache-2.0 */
/* From a class and a site to bars; see bound.h. */
#include "collective/way/bound.h"

#include <math.h>
#include <stdio.h>

#include "collective/way/classes.h"
#include "core/class_bars.h"

/* A message is judged once the steps are at most a quarter of its time. */
#define JUDGED_FROM_HALVES 3.0

/* Sums are made by switches since compute capability 9.0 (NCCL user guide, NCCL_NVLS_ENABLE). */
static bool can_sum_in_switch(const struct gst_way_site *site)
{
    return site->is_switched && site->cc_major >= 9;
}

static const struct gst_way_class *nvlink_class_of(const struct gst_way_site *site)
{
    switch (gst_nvlink_version_of(site->cc_major, site->cc_minor)) {
    case GST_NVLINK_1_0:
        return gst_way_class(site->is_switched ? GST_WAY_NVLINK_1 : GST_WAY_DIRECT_1);
    case GST_NVLINK_2_0:
        return gst_way_class(site->is_switched ? GST_WAY_NVLINK_2 : GST_WAY_DIRECT_2);
    case GST_NVLINK_3_0:
        return gst_way_class(site->is_switched ? GST_WAY_NVLINK_3 : GST_WAY_DIRECT_3);
    case GST_NVLINK_3_1:
        return gst_way_class(GST_WAY_DIRECT_3_1);
    case GST_NVLINK_4_0:
        return gst_way_class(site->is_switched ? GST_WAY_NVLINK_4 : GST_WAY_DIRECT_4);
    case GST_NVLINK_5_0:
        return gst_way_class(site->is_switched ? GST_WAY_NVLINK_5 : GST_WAY_DIRECT_5);
    case GST_NVLINK_NONE:
        return NULL;
    }
    return NULL;
}

static const struct gst_way_class *class_of(const struct gst_way_site *site)
{
    switch (site->kind) {
    case GST_WAY_KIND_NVLINK:
        return nvlink_class_of(site);
    case GST_WAY_KIND_PAIRS:
        return gst_way_class(GST_WAY_PAIRS);
    case GST_WAY_KIND_SWITCH:
        return gst_way_class(GST_WAY_SWITCH);
    case GST_WAY_KIND_HOST:
        return gst_way_class(GST_WAY_HOST);
    case GST_WAY_KIND_UNKNOWN:
        return NULL;
    }
    return NULL;
}

/* What the line carries, and its name. */
static struct gst_bar line_of(const struct gst_way_site *site)
{
    if (site->kind == GST_WAY_KIND_NVLINK)
        return gst_bar_of_nvlink(gst_nvlink_version_of(site->cc_major, site->cc_minor),
                                 site->nvlinks);
    return gst_bar_of_pcie(site->pcie_generation, site->pcie_width);
}

/* How many times the line the bus bandwidth of an all-reduce may be. With sums made in the switch
 * each GPU sends and receives a message once, which counts as 2 (n - 1) / n. Between pairs, rings
 * that run against each other use a link of PCIe each, of which a GPU has one both ways. */
static double lines_of(const struct gst_way_site *site, enum gst_collective collective)
{
    if (site->kind == GST_WAY_KIND_NVLINK && can_sum_in_switch(site)
        && collective == GST_ALL_REDUCE)
        return 2.0 * (site->ranks - 1) / site->ranks;
    return site->kind == GST_WAY_KIND_PAIRS ? 2.0 : 1.0;
}

/* Bytes per second of bus bandwidth that floors are a share of; 0: unknown. */
static double reckoning_of(const struct gst_way_site *site)
{
    const struct gst_way_class *row = class_of(site);
    const double line = line_of(site).ceiling;

    if (row == NULL || isnan(line) || site->ranks < 2 || site->machines != 1)
        return 0;
    return row->bytes_per_s > 0 ? row->bytes_per_s * site->nvlinks : line;
}

/* The size at which the steps take half of the time: an all-reduce moves 2 (n - 1) / n bytes of bus
 * bandwidth for each of the message. */
static double half_bytes(const struct gst_way_site *site)
{
    return class_of(site)->step_s * reckoning_of(site) * site->ranks;
}

/* How many times half_bytes() a message is that shows half of a link's rate: with share s, and with
 * b as half of the best report, s x / (1 + x) is b. Over PCIe floors are below that, and tell of
 * links that lost more. */
static double judged_from_halves(const struct gst_way_class *row)
{
    const double half = row->best / 2;

    return row->share > half ? fmax(JUDGED_FROM_HALVES, half / (row->share - half))
                             : JUDGED_FROM_HALVES;
}

const char *gst_way_bound_lacks(const struct gst_way_site *site)
{
    const struct gst_way_class *row = class_of(site);

    if (site->ranks < 2)
        return "one GPU sends to nobody";
    if (site->machines != 1 || site->kind == GST_WAY_KIND_UNKNOWN)
        return "what joins the GPUs is not known";
    if (reckoning_of(site) <= 0)
        return "what the GPUs' links carry is not known";
    if (row->share <= 0)
        return "no results of healthy machines that tell them from broken ones are published";
    if (site->ranks < row->ranks_least || (row->ranks_most > 0 && site->ranks > row->ranks_most))
        return "no results of healthy machines with this number of GPUs are published";
    if (site->kind == GST_WAY_KIND_NVLINK)
        return NULL;
    if (site->pcie_generation < row->pcie_least)
        return "no results of healthy machines with so old a PCIe link are published";
    if (site->is_shared && site->kind != GST_WAY_KIND_SWITCH)
        return "GPUs share a port on the way to the CPU";
    if (site->is_across_nodes)
        return "GPUs are not at one NUMA node, and what connects nodes is not known";
    return site->is_pcie_wide ? NULL : "a port above a GPU is narrower, or does not say";
}

uint64_t gst_way_bound_from_bytes(const struct gst_way_site *site)
{
    if (gst_way_bound_lacks(site) != NULL)
        return 0;
    return (uint64_t)ceil(half_bytes(site) * judged_from_halves(class_of(site)));
}

struct gst_bar gst_way_bound(const struct gst_way_site *site, enum gst_collective collective,
                             uint64_t bytes)
{
    const struct gst_way_class *row = class_of(site);
    const uint64_t from_bytes = gst_way_bound_from_bytes(site);
    const double reckoning = reckoning_of(site);
    struct gst_bar bar = gst_bar_without_floor(line_of(site));

    if (reckoning <= 0)
        return gst_bar_none();
    bar.ceiling *= lines_of(site, collective);
    if (collective == GST_ALL_REDUCE && from_bytes > 0 && bytes >= from_bytes) {
        const double size = (double)bytes;

        bar.floor = row->share * reckoning * size / (size + half_bytes(site));
        snprintf(bar.floor_from, sizeof(bar.floor_from), "%s, %d GPUs", row->name, site->ranks);
    }
    return bar;
}
