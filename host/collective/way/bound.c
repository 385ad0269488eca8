/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of collectives' classes; see bound.h. */
#include "collective/way/bound.h"

#include <math.h>
#include <stdio.h>

#include "core/class_bars.h"

/* Rows of `classes`. */
enum { NVLINK_1, NVLINK_2, NVLINK_3, NVLINK_3_1, NVLINK_4, NVLINK_5, PAIRS, SWITCH, HOST, COUNT };

#define TOPO_H "NVIDIA/nccl src/graph/topo.h, "
#define AZURE  "Azure/azurehpc-health-checks@0e0a1ac conf/"

/* No share is above nine tenths of `worst` or above `field_fail`: never stricter than who fails
 * machines for a living. The test holds every row against that. */
static const struct gst_way_class classes[COUNT] = {
    [NVLINK_1] = { "ring over NVLink 1.0", 18.0e9, 0, 0, 0, TOPO_H "SM60_NVLINK_BW", "none" },
    [NVLINK_2] = { "ring over NVLink 2.0", 20.0e9, 0.75, 0, 110e9 / 120e9, TOPO_H "SM70_NVLINK_BW",
                   AZURE "nd40rs_v2.conf fails eight V100 below 110 GB/s of 120" },
    [NVLINK_3] = { "ring over NVLink 3.0", 20.0e9, 0.75, 208e9 / 240e9, 185e9 / 240e9,
                   TOPO_H "SM80_NVLINK_BW",
                   "two A100 208 GB/s of 240 (NVIDIA/nccl-tests issue 178); oracle-quickstart/"
                   "oci-hpc@b5285a6 active_healthcheck.py fails eight A100 below 185" },
    [NVLINK_3_1] = { "ring over NVLink 3.1", 12.0e9, 0, 0, 0, TOPO_H "SM86_NVLINK_BW", "none" },
    [NVLINK_4] = { "ring over NVLink 4.0", 20.6e9, 0.75, 330e9 / 370.8e9, 208e9 / 247.2e9,
                   TOPO_H "SM90_NVLINK_BW",
                   "eight H100 with NVLS off 330 GB/s of 370.8 (NVIDIA/nccl issue 1221); " AZURE
                   "nc80adis_h100_v5.conf fails two H100 NVL below 208 of 247.2" },
    [NVLINK_5] = { "ring over NVLink 5.0", 40.1e9, 0.60, 811e9 / 721.8e9, 440e9 / 721.8e9,
                   TOPO_H "SM100_NVLINK_BW",
                   "eight GB200 of two nodes 811 GB/s of 721.8 (coreweave/nccl-tests pull request "
                   "43); oracle-quickstart/oci-hpc@b5285a6 fails eight B200 below 440" },
    [PAIRS] = { "ring over pairs of NVLink", 0, 0.25, 0, 25e9 / 31.508e9,
                "the PCIe link between pairs",
                AZURE "nc96ads_a100_v4.conf fails four A100 PCIe, bridged by two, below 25 GB/s of "
                      "31.5" },
    [SWITCH] = { "ring over PCIe switches", 0, 0.50, 25.72e9 / 31.508e9, 0, "the PCIe link",
                 "four RTX 4090 behind switches with peer access 25.7 GB/s of 31.5 (tinygrad/"
                 "open-gpu-kernel-modules issue 36)" },
    [HOST] = { "ring over PCIe through the CPU", 0, 0.25, 12.63e9 / 31.508e9, 0, "the PCIe link",
               "four RTX 4090 12.6 GB/s of 31.5 (tinygrad/open-gpu-kernel-modules pull request "
               "22); eight RTX 5090 28 of 63 (NVIDIA/nccl issue 1639)" },
};

const struct gst_way_class *gst_way_classes(size_t *count)
{
    *count = COUNT;
    return classes;
}

/* What a piece takes for one step, of which a ring makes 2 (n - 1), from how published results of
 * one machine grow with size (Azure AI benchmarking guide): eight H100 423.4 GB/s at 256 MiB and
 * 478.9 at 8 GiB, so 110 us for all 14 steps; eight A100 213.9 and 231.6, so 170 us, the longer
 * one. Four RTX 4090 need 30 us for 6 (tinygrad/open-gpu-kernel-modules pull request 22). */
#define STEP_S 12.2e-6

/* A message is judged once the steps are at most a quarter of its time. */
#define JUDGED_FROM_HALVES 3

/* Sums are made by switches since compute capability 9.0 (NCCL user guide, NCCL_NVLS_ENABLE). */
static bool can_sum_in_switch(const struct gst_way_site *site)
{
    return site->is_switched && site->cc_major >= 9;
}

static const struct gst_way_class *class_of(const struct gst_way_site *site)
{
    switch (site->kind) {
    case GST_WAY_KIND_NVLINK:
        switch (gst_nvlink_version_of(site->cc_major, site->cc_minor)) {
        case GST_NVLINK_1_0:
            return &classes[NVLINK_1];
        case GST_NVLINK_2_0:
            return &classes[NVLINK_2];
        case GST_NVLINK_3_0:
            return &classes[NVLINK_3];
        case GST_NVLINK_3_1:
            return &classes[NVLINK_3_1];
        case GST_NVLINK_4_0:
            return &classes[NVLINK_4];
        case GST_NVLINK_5_0:
            return &classes[NVLINK_5];
        case GST_NVLINK_NONE:
            return NULL;
        }
        return NULL;
    case GST_WAY_KIND_PAIRS:
        return &classes[PAIRS];
    case GST_WAY_KIND_SWITCH:
        return &classes[SWITCH];
    case GST_WAY_KIND_HOST:
        return &classes[HOST];
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
    return STEP_S * reckoning_of(site) * site->ranks;
}

uint64_t gst_way_bound_from_bytes(const struct gst_way_site *site)
{
    const double reckoning = reckoning_of(site);

    if (reckoning <= 0 || class_of(site)->share <= 0)
        return 0;
    return (uint64_t)ceil(half_bytes(site) * JUDGED_FROM_HALVES);
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
