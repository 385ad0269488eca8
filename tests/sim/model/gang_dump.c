/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See gang_dump.h. What no profile tells is invented: Intel's CPUs, and which of their cores belong
 * to a node, as in the synthetic root of the launcher. What sysfs does not tell is left open as
 * NCCL does (src/graph/xml.cc): all at the CPU of node -1, links of no speed and no width.
 */
#include "model/gang_dump.h"

#include <string.h>

#define CPUS_PER_NODE  16
#define CLASS_SWITCH   "0x060400" /* of a PCIe switch */
#define CLASS_NVSWITCH "0x068000" /* "bridge, other" */
#define NVLS_CHANNELS  16

/* NCCL's numbers of patterns and graphs (src/include/graph.h). */
enum { PATTERN_TREE = 1, PATTERN_RING = 4, PATTERN_NVLS = 5 };
enum { GRAPH_RING = 0, GRAPH_TREE = 1, GRAPH_NVLS = 3 };

struct dump {
    FILE *file;
    const struct sim_spec *spec;
    const struct sim_machine *machine;
    const struct sim_gang_rank *ranks;
    unsigned count, self;
};

const char *sim_gang_path_name(enum sim_gang_path path)
{
    static const char *const names[] = {
        [SIM_PATH_LOC] = "LOC", [SIM_PATH_NVL] = "NVL", [SIM_PATH_PIX] = "PIX",
        [SIM_PATH_PXB] = "PXB", [SIM_PATH_PHB] = "PHB", [SIM_PATH_SYS] = "SYS",
        [SIM_PATH_NET] = "NET",
    };

    return names[path];
}

static const struct sim_gpu *gpu_of(const struct dump *dump, unsigned rank)
{
    return &dump->machine->gpus[dump->spec->gpus[dump->ranks[rank].gpu].gpu];
}

static bool is_here(const struct dump *dump, unsigned rank)
{
    return dump->ranks[rank].host == dump->ranks[dump->self].host;
}

static void put_link(const struct dump *dump, int indent, const char *target, unsigned count,
                     const char *class)
{
    fprintf(dump->file, "%*s<nvlink target=\"%s\" count=\"%u\" tclass=\"%s\"/>\n", indent, "",
            target, count, class);
}

static bool is_bus_shown(const struct dump *dump)
{
    return !dump->machine->host.is_bus_hidden;
}

static const char *class_of(const struct sim_gpu *gpu)
{
    return gpu->model.has_serial ? "0x030200" : "0x030000";
}

/* Links to GPUs that take no part are in the file, too; only links that work. */
static void put_links(const struct dump *dump, unsigned rank, int indent)
{
    const unsigned place = dump->ranks[rank].gpu;
    const struct sim_spec_gpu *one = &dump->spec->gpus[place];
    char bus[32];

    if (dump->spec->host.has_fabric) {
        if (one->nvlinks > 0)
            put_link(dump, indent, "fffffff:ffff:ff", one->nvlinks, CLASS_NVSWITCH);
        return;
    }
    for (unsigned i = 0; i < dump->spec->gpu_count; i++) {
        const struct sim_gpu *peer = &dump->machine->gpus[dump->spec->gpus[i].gpu];

        if (dump->spec->pairs[place][i].nvlinks == 0)
            continue;
        snprintf(bus, sizeof bus, "%04x:%02x:%02x.0", peer->pci_domain, peer->pci_bus,
                 peer->pci_device);
        put_link(dump, indent, bus, dump->spec->pairs[place][i].nvlinks, class_of(peer));
    }
}

static bool has_links(const struct dump *dump, unsigned rank)
{
    const unsigned place = dump->ranks[rank].gpu;

    if (dump->spec->host.has_fabric)
        return dump->spec->gpus[place].nvlinks > 0;
    for (unsigned i = 0; i < dump->spec->gpu_count; i++) {
        if (dump->spec->pairs[place][i].nvlinks > 0)
            return true;
    }
    return false;
}

static void put_gpu(const struct dump *dump, unsigned rank, int indent)
{
    const struct sim_gpu *gpu = gpu_of(dump, rank);
    const struct sim_gpu_model *model = &gpu->model;

    fprintf(dump->file, "%*s<pci busid=\"%04x:%02x:%02x.0\"", indent, "", gpu->pci_domain,
            gpu->pci_bus, gpu->pci_device);
    if (is_bus_shown(dump))
        fprintf(dump->file,
                " class=\"%s\" vendor=\"0x%04x\" device=\"0x%04x\" subsystem_vendor=\"0x%04x\" "
                "subsystem_device=\"0x%04x\" link_speed=\"%s\" link_width=\"%u\">\n",
                class_of(gpu), model->pci_device_id & 0xffff, model->pci_device_id >> 16,
                model->pci_subsystem_id & 0xffff, model->pci_subsystem_id >> 16,
                sim_pcie_speed(model->pcie_gen), model->pcie_width);
    else
        fputs(" class=\"0x03\" link_speed=\"\" link_width=\"\">\n", dump->file);
    fprintf(dump->file, "%*s<gpu dev=\"%u\" sm=\"%u\" rank=\"%u\" gdr=\"%d\"%s>\n", indent + 2, "",
            dump->spec->gpus[dump->ranks[rank].gpu].gpu, model->capability, rank, model->has_rdma,
            has_links(dump, rank) ? "" : "/");
    if (has_links(dump, rank)) {
        put_links(dump, rank, indent + 4);
        fprintf(dump->file, "%*s</gpu>\n", indent + 2, "");
    }
    fprintf(dump->file, "%*s</pci>\n", indent, "");
}

/* -1 if the file has no switch for it. */
static int switch_of(const struct dump *dump, unsigned rank)
{
    const int bridge = gpu_of(dump, rank)->bridge;

    return is_bus_shown(dump) && bridge >= 0 && dump->machine->host.switches[bridge].bus != 0
               ? bridge
               : -1;
}

/* A switch and what is below it, at its first GPU. */
static void put_switch(const struct dump *dump, unsigned first)
{
    const int bridge = switch_of(dump, first);
    const struct sim_pcie_switch *one = &dump->machine->host.switches[bridge];

    for (unsigned i = 0; i < first; i++) {
        if (is_here(dump, i) && switch_of(dump, i) == bridge)
            return;
    }
    fprintf(dump->file,
            "    <pci busid=\"0000:%02x:00.0\" class=\"%s\" vendor=\"0x10b5\" device=\"\" "
            "subsystem_vendor=\"\" subsystem_device=\"\" link_speed=\"%s\" link_width=\"%u\">\n",
            one->bus, CLASS_SWITCH, sim_pcie_speed(one->gen_most), one->width_most);
    for (unsigned i = first; i < dump->count; i++) {
        if (is_here(dump, i) && switch_of(dump, i) == bridge)
            put_gpu(dump, i, 6);
    }
    fputs("    </pci>\n", dump->file);
}

static int node_of(const struct dump *dump, unsigned rank)
{
    return is_bus_shown(dump) ? gpu_of(dump, rank)->numa : -1;
}

static void put_node(const struct dump *dump, int node)
{
    bool has_begun = false;

    for (unsigned i = 0; i < dump->count; i++) {
        if (!is_here(dump, i) || node_of(dump, i) != node)
            continue;
        if (!has_begun)
            fprintf(dump->file,
                    "  <cpu host_hash=\"0x%llx\" numaid=\"%d\" affinity=\"%s\" arch=\"x86_64\" "
                    "vendor=\"GenuineIntel\" familyid=\"6\" modelid=\"143\">\n",
                    (unsigned long long)dump->ranks[dump->self].host, node,
                    node < 0        ? "ffffffff"
                    : node % 2 != 0 ? "ffff0000"
                                    : "0000ffff");
        has_begun = true;
        if (switch_of(dump, i) >= 0)
            put_switch(dump, i);
        else
            put_gpu(dump, i, 4);
    }
    if (has_begun)
        fputs("  </cpu>\n", dump->file);
}

void sim_gang_dump_topology(FILE *file, const struct sim_spec *spec,
                            const struct sim_machine *machine, const struct sim_gang_rank *ranks,
                            unsigned count, unsigned self)
{
    const struct dump dump = { file, spec, machine, ranks, count, self };

    fputs("<system version=\"1\">\n", file);
    for (int node = -1; node < SIM_MACHINE_NODES; node++)
        put_node(&dump, node);
    fputs("</system>\n", file);
}

struct graph {
    unsigned id, pattern, channels, mb_per_s;
    bool is_head_only; /* a channel names the GPU that it starts at, and no others */
};

static void put_channel(const struct dump *dump, const struct sim_gang_way *way,
                        const struct graph *graph, unsigned channel)
{
    unsigned here = 0;

    fputs("    <channel>\n", dump->file);
    for (unsigned i = 0; i < way->count; i++) {
        const unsigned rank = way->ring[i];

        if (!is_here(dump, rank))
            continue;
        if (!graph->is_head_only || here == channel % way->count)
            fprintf(dump->file, "      <gpu dev=\"%u\"/>\n",
                    dump->spec->gpus[dump->ranks[rank].gpu].gpu);
        here++;
    }
    fputs("    </channel>\n", dump->file);
}

static void put_graph(const struct dump *dump, const struct sim_gang_way *way,
                      const struct graph *graph)
{
    const char *end = graph->channels == 0 ? "/" : "";

    fprintf(dump->file,
            "  <graph id=\"%u\" pattern=\"%u\" crossnic=\"0\" nchannels=\"%u\" speedintra=\"%g\" "
            "speedinter=\"%g\" latencyinter=\"0\" typeintra=\"%s\" typeinter=\"PIX\" "
            "samechannels=\"1\"%s>\n",
            graph->id, graph->pattern, graph->channels, graph->mb_per_s / 1000.0,
            graph->mb_per_s / 1000.0, sim_gang_path_name(way->farthest), end);
    if (graph->channels == 0)
        return;
    for (unsigned i = 0; i < graph->channels; i++)
        put_channel(dump, way, graph, i);
    fputs("  </graph>\n", dump->file);
}

void sim_gang_dump_graphs(FILE *file, const struct sim_spec *spec, const struct sim_gang_way *way,
                          const struct sim_gang_rank *ranks, unsigned self)
{
    const struct dump dump = { file, spec, NULL, ranks, way->count, self };
    const unsigned all = way->channels * way->channel_mb_per_s;
    const struct graph graphs[] = {
        { GRAPH_RING, PATTERN_RING, way->channels, way->channel_mb_per_s, false },
        { GRAPH_TREE, PATTERN_TREE, way->channels, way->channel_mb_per_s, false },
        { GRAPH_NVLS, PATTERN_NVLS, way->plans_nvls ? NVLS_CHANNELS : 0,
          way->plans_nvls ? all / NVLS_CHANNELS : 0, true },
    };

    fputs("<graphs version=\"1\">\n", file);
    for (unsigned i = 0; i < sizeof graphs / sizeof graphs[0]; i++)
        if (graphs[i].id != GRAPH_NVLS || spec->nccl_version >= SIM_NVLS_GRAPH_SINCE)
            put_graph(&dump, way, &graphs[i]);
    fputs("</graphs>\n", file);
}
