/* SPDX-License-Identifier: Apache-2.0 */
/* Summing up the ways of all pairs; see ways_text.h. */
#include "topology/ways_text.h"

#include <stdbool.h>
#include <string.h>

#include "topology/bonds.h"
#include "topology/peer_way.h"

#define PORTS_TOLD 8

static void write_iommu(const struct gst_topology *topology, FILE *out)
{
    const char *before = "  IOMMU: ";

    for (int iommu = GST_IOMMU_NOT_TOLD; iommu <= GST_IOMMU_TRANSLATING; iommu++) {
        const char *comma = " for GPU";
        size_t count = 0;

        for (size_t i = 0; i < topology->gpu_count; i++)
            count += (int)topology->gpus[i].pci.iommu.iommu == iommu;
        if (count == 0)
            continue;
        fprintf(out, "%s%s", before, gst_iommu_word((enum gst_iommu)iommu));
        before = "; ";
        for (size_t i = 0; count < topology->gpu_count && i < topology->gpu_count; i++) {
            if ((int)topology->gpus[i].pci.iommu.iommu != iommu)
                continue;
            fprintf(out, "%s%zu", comma, i);
            comma = ",";
        }
    }
    fputc('\n', out);
}

/* Of the ordered pairs of devices. */
struct sums {
    size_t of_redirect[GST_REDIRECT_COUNT];
    size_t translated; /* of GPUs without NVLinks between them */
    size_t port_count;
    char ports[PORTS_TOLD][GST_PCI_ADDRESS_SIZE]; /* that redirect */
};

static void add_port(struct sums *sums, const char *port)
{
    for (size_t i = 0; i < sums->port_count; i++) {
        if (strcmp(sums->ports[i], port) == 0)
            return;
    }
    if (sums->port_count < PORTS_TOLD)
        memcpy(sums->ports[sums->port_count++], port, GST_PCI_ADDRESS_SIZE);
}

static void add_way(struct sums *sums, const struct gst_topology *topology, size_t from, size_t to)
{
    const struct gst_peer_way way = gst_peer_way_between(&gst_topology_at(topology, from)->pci,
                                                         &gst_topology_at(topology, to)->pci);

    sums->of_redirect[way.redirect]++;
    if (way.redirect == GST_REDIRECT_ACS)
        add_port(sums, way.port);
    if (gst_peer_way_is_translated(&way) && from < topology->gpu_count && to < topology->gpu_count
        && gst_bonds_between(topology, from, to) == 0)
        sums->translated++;
}

static void add_ways(struct sums *sums, const struct gst_topology *topology)
{
    for (size_t from = 0; from < gst_topology_count(topology); from++) {
        for (size_t to = 0; to < gst_topology_count(topology); to++) {
            if (from != to && (from < topology->gpu_count || to < topology->gpu_count))
                add_way(sums, topology, from, to);
        }
    }
}

static void write_redirects(const struct sums *sums, FILE *out)
{
    for (int i = 0; i < GST_REDIRECT_COUNT; i++) {
        if (sums->of_redirect[i] == 0 || i == GST_REDIRECT_NO_SWITCH)
            continue;
        fprintf(out, "  what devices below PCIe switches send each other (%zu ways): %s",
                sums->of_redirect[i], gst_redirect_meaning((enum gst_redirect)i));
        for (size_t k = 0; i == GST_REDIRECT_ACS && k < sums->port_count; k++)
            fprintf(out, "%s%s", k == 0 ? " (" : ", ", sums->ports[k]);
        fputs(i == GST_REDIRECT_ACS ? ")\n" : "\n", out);
    }
    if (sums->of_redirect[GST_REDIRECT_NOT_TOLD] > 0
        || sums->of_redirect[GST_REDIRECT_AT_START] > 0)
        fputs("    root on the host is told: lspci -vvv | grep -e '^[0-9a-f]' -e ACSCtl\n", out);
    if (sums->of_redirect[GST_REDIRECT_ACS] > 0)
        fputs("    such copies share the link of the switch to the CPU and take longer: boot the "
              "host "
              "with\n    pci=disable_acs_redir= and these ports, separated by ';'\n",
              out);
}

void gst_ways_write_text(const struct gst_topology *topology, FILE *out)
{
    struct sums sums = { 0 };

    if (topology->gpu_count == 0 || gst_topology_count(topology) < 2)
        return;
    add_ways(&sums, topology);
    fputs("\nBetween devices over PCIe:\n", out);
    write_iommu(topology, out);
    write_redirects(&sums, out);
    if (sums.translated > 0)
        fputs(
            "  the IOMMU translates what GPUs without NVLinks send each other: outside of virtual "
            "machines NVIDIA's\n  driver does not support that, and copies can be lost without an "
            "error: boot the host with iommu=pt\n",
            out);
}
