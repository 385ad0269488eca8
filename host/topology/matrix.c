/* SPDX-License-Identifier: Apache-2.0 */
/* Matrix, legend and links as text; see matrix.h. */
#include "topology/matrix.h"

#include <string.h>

#include "topology/bonds.h"
#include "topology/distance.h"
#include "topology/ways_text.h"

#define COLUMN     6  /* "NIC63" and a space */
#define LINK_WIDTH 10 /* "gen 5 x16" and a space */

/* Under the words of nvidia-smi, so that what reads its matrix finds the columns of this one. */
static void write_head(const struct gst_topology *topology, FILE *out)
{
    char label[16];

    fprintf(out, "%-*s", COLUMN, "");
    for (size_t i = 0; i < gst_topology_count(topology); i++)
        fprintf(out, " %-*s", COLUMN - 1, gst_topology_label(topology, i, label));
    fputs(" CPU Affinity  NUMA Affinity\n", out);
}

/* A device of which the firmware names no node has that of the processors near it, as nvidia-smi
 * has it since it shows the "GPU NUMA ID". */
static void write_affinity(const struct gst_topology_device *device, FILE *out)
{
    const struct gst_pci_device *pci = &device->pci;

    fprintf(out, " %-12s  ", pci->cpus[0] == '\0' ? "N/A" : pci->cpus);
    if (pci->numa != GST_PCI_NO_NODE)
        fprintf(out, "%d", pci->numa);
    else
        fputs(device->cpu_nodes[0] == '\0' ? "N/A" : device->cpu_nodes, out);
}

static void write_row(const struct gst_topology *topology, size_t row, FILE *out)
{
    const size_t count = gst_topology_count(topology);
    const bool is_gpu = row < topology->gpu_count;
    char label[16];

    fprintf(out, "%-*s", COLUMN, gst_topology_label(topology, row, label));
    for (size_t i = 0; i < count; i++) {
        char text[16];

        fprintf(out, " %-*s", is_gpu || i + 1 < count ? COLUMN - 1 : 0,
                gst_bonds_word(topology, row, i, text));
    }
    if (is_gpu)
        write_affinity(gst_topology_at(topology, row), out);
    fputc('\n', out);
}

static void write_legend(FILE *out)
{
    fputs("\nLegend:\n", out);
    for (int i = 0; i < GST_DISTANCE_COUNT; i++)
        fprintf(out, "  %-4s = %s\n", gst_distance_word((enum gst_distance)i),
                gst_distance_meaning((enum gst_distance)i));
    fputs("  NV#  = # NVLinks lead from one to the other, directly or by switches\n", out);
}

static void write_devices(const struct gst_topology *topology, FILE *out)
{
    fputs("\nDevices:\n", out);
    for (size_t i = 0; i < gst_topology_count(topology); i++) {
        const struct gst_topology_device *device = gst_topology_at(topology, i);
        char label[16];

        fprintf(out, "  %-5s  %s  %s\n", gst_topology_label(topology, i, label),
                device->pci.address, device->name[0] == '\0' ? "(no name told)" : device->name);
    }
}

static void write_link(bool is_known, const struct gst_pci_hop *hop, FILE *out)
{
    char text[32] = "N/A";

    if (is_known)
        snprintf(text, sizeof(text), "gen %u x%u", hop->link.generation, hop->link.width);
    fprintf(out, "  %-*s", LINK_WIDTH, text);
}

static void write_place(bool is_known, const struct gst_pci_hop *hop, FILE *out)
{
    char text[2 * GST_PCI_ADDRESS_SIZE + 8] = "N/A";

    if (is_known && hop->upper != NULL)
        snprintf(text, sizeof(text), "%s - %s", hop->upper, hop->lower);
    else if (is_known)
        snprintf(text, sizeof(text), "%s", hop->lower);
    fprintf(out, "  %-27s", text);
}

static void write_nearest(const struct gst_topology *topology, size_t gpu, FILE *out)
{
    const enum gst_distance nearest = gst_topology_nearest_nic(topology, gpu);
    const char *before = "  ";

    if (nearest == GST_DISTANCE_COUNT) {
        fputs("  none", out);
        return;
    }
    for (size_t i = 0; i < topology->nic_count; i++) {
        if (gst_distance_between(&topology->gpus[gpu].pci, &topology->nics[i].pci) != nearest)
            continue;
        fprintf(out, "%sNIC%zu", before, i);
        before = ",";
    }
    fprintf(out, " (%s)", gst_distance_word(nearest));
}

static void write_links(const struct gst_topology *topology, FILE *out)
{
    fprintf(out,
            "\nNarrowest PCIe hop up to the host bridge, at rest, where links fall to lower "
            "generations\n(gpu-selftest host-copy reads them under load):\n"
            "         %-*s  %-*s  %-27s  nearest NIC\n",
            LINK_WIDTH, "now", LINK_WIDTH, "at most", "where");
    for (size_t i = 0; i < topology->gpu_count; i++) {
        struct gst_pci_hop now, most;
        const bool knows_now = gst_pci_narrowest_now(&topology->gpus[i].pci, &now);
        const bool knows_most = gst_pci_narrowest_at_most(&topology->gpus[i].pci, &most);
        char label[16];

        fprintf(out, "  %-5s", gst_topology_label(topology, i, label));
        write_link(knows_now, &now, out);
        write_link(knows_most, &most, out);
        write_place(knows_now, &now, out);
        write_nearest(topology, i, out);
        fputc('\n', out);
    }
}

static void write_process(const struct gst_topology *topology, FILE *out)
{
    if (topology->cpus_allowed[0] == '\0')
        return;
    fprintf(out, "\nThis process may run on processors %s and take memory of nodes %s\n",
            topology->cpus_allowed,
            topology->mems_allowed[0] == '\0' ? "not told" : topology->mems_allowed);
    for (size_t i = 0; i < topology->gpu_count; i++) {
        if (!gst_topology_may_run_near(topology, i))
            fprintf(out, "  none of them is near GPU%zu\n", i);
    }
}

static void write_remarks(const struct gst_topology *topology, FILE *out)
{
    fputc('\n', out);
    if (!topology->knows_nvlinks)
        fprintf(out, "NVLinks are not shown, as of 'nvidia-smi topo -mp': %s\n",
                topology->nvlink_problem);
    if (!topology->is_tree_told)
        fputs("sysfs does not show the bridges above some devices: NUMA nodes alone decide there\n",
              out);
    if (topology->other_gpu_count > 0)
        fprintf(out, "GPUs on the bus that the driver does not show here: %zu\n",
                topology->other_gpu_count);
    if (topology->left_out_count > 0)
        fprintf(out, "left out, there is room for %d GPUs and %d NICs: %zu\n", GST_TOPOLOGY_GPUS,
                GST_TOPOLOGY_NICS, topology->left_out_count);
}

bool gst_topology_write_text(const struct gst_topology *topology, FILE *out)
{
    const size_t count = gst_topology_count(topology);

    if (count > 0) {
        write_head(topology, out);
        for (size_t i = 0; i < count; i++)
            write_row(topology, i, out);
        write_legend(out);
        write_devices(topology, out);
    }
    if (topology->gpu_count > 0)
        write_links(topology, out);
    gst_ways_write_text(topology, out);
    write_process(topology, out);
    write_remarks(topology, out);
    return fflush(out) == 0 && !ferror(out);
}
