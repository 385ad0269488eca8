/* SPDX-License-Identifier: Apache-2.0 */
/* The topology as a tree of JSON values; see topology_json.h. Absent means null, never left out. */
#include "topology/topology_json.h"

#include <jansson.h>

#include "core/utf8.h"
#include "topology/bonds.h"
#include "topology/distance.h"
#include "topology/peer_way.h"

static json_t *text_or_null(const char *text)
{
    char fit[3 * GST_PCI_DEPTH * GST_PCI_ADDRESS_SIZE];

    if (text == NULL || text[0] == '\0')
        return json_null();
    gst_utf8_repair(fit, sizeof(fit), text);
    return json_string(fit);
}

static json_t *node_or_null(int node)
{
    return node == GST_PCI_NO_NODE ? json_null() : json_integer(node);
}

static json_t *group_or_null(int group)
{
    return group == GST_IOMMU_NO_GROUP ? json_null() : json_integer(group);
}

static const char *iommu_word(enum gst_iommu iommu)
{
    return iommu == GST_IOMMU_NOT_TOLD ? "not_told" : gst_iommu_word(iommu);
}

static json_t *hop_or_null(bool is_known, const struct gst_pci_hop *hop)
{
    if (!is_known)
        return json_null();
    return json_pack("{s:i, s:i, s:f, s:o, s:s}", "generation", (int)hop->link.generation, "width",
                     (int)hop->link.width, "bytes_per_s", gst_pci_link_rate(hop->link), "upper",
                     text_or_null(hop->upper), "lower", hop->lower);
}

static json_t *path(const struct gst_pci_device *pci)
{
    json_t *list = json_array();

    for (size_t i = 0; i < pci->depth; i++)
        json_array_append_new(list, json_string(pci->ports[i].address));
    return list;
}

static json_t *device(const struct gst_topology *topology, size_t index)
{
    const struct gst_topology_device *from = gst_topology_at(topology, index);
    const struct gst_pci_device *pci = &from->pci;
    struct gst_pci_hop now, most;
    const bool knows_now = gst_pci_narrowest_now(pci, &now);
    const bool knows_most = gst_pci_narrowest_at_most(pci, &most);
    char label[16];

    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "label",
                     gst_topology_label(topology, index, label), "address", pci->address, "name",
                     text_or_null(from->name), "numa_node", node_or_null(pci->numa), "cpus",
                     text_or_null(pci->cpus), "host_bridge", text_or_null(pci->host_bridge), "path",
                     path(pci), "narrowest_now", hop_or_null(knows_now, &now), "narrowest_at_most",
                     hop_or_null(knows_most, &most), "iommu", iommu_word(pci->iommu.iommu),
                     "iommu_group", group_or_null(pci->iommu.group));
}

static json_t *devices(const struct gst_topology *topology, size_t first, size_t end)
{
    json_t *list = json_array();

    for (size_t i = first; i < end; i++)
        json_array_append_new(list, device(topology, i));
    return list;
}

/* Between GPUs alone. */
static json_t *nvlinks_or_null(const struct gst_topology *topology, size_t one, size_t other)
{
    if (!topology->knows_nvlinks || one >= topology->gpu_count || other >= topology->gpu_count)
        return json_null();
    return json_integer(gst_bonds_between(topology, one, other));
}

/* The way that goes further up, if both directions differ. */
static const char *redirect_of(const struct gst_pci_device *one, const struct gst_pci_device *other)
{
    const struct gst_peer_way there = gst_peer_way_between(one, other);
    const struct gst_peer_way back = gst_peer_way_between(other, one);

    return gst_redirect_word(back.redirect > there.redirect ? back.redirect : there.redirect);
}

/* Each pair once: a path has no direction. */
static json_t *pairs(const struct gst_topology *topology)
{
    json_t *list = json_array();

    for (size_t i = 0; i < gst_topology_count(topology); i++) {
        for (size_t k = i + 1; k < gst_topology_count(topology); k++) {
            const struct gst_pci_device *left = &gst_topology_at(topology, i)->pci;
            const struct gst_pci_device *right = &gst_topology_at(topology, k)->pci;
            char one[16], other[16];

            json_array_append_new(list,
                                  json_pack("{s:[s, s], s:s, s:s, s:o}", "between",
                                            gst_topology_label(topology, i, one),
                                            gst_topology_label(topology, k, other), "class",
                                            gst_distance_word(gst_distance_between(left, right)),
                                            "redirect", redirect_of(left, right), "nvlinks",
                                            nvlinks_or_null(topology, i, k)));
        }
    }
    return list;
}

bool gst_topology_write_json(const struct gst_topology *topology, const char *version,
                             const char *profile, FILE *out)
{
    const size_t gpus = topology->gpu_count;
    json_t *root = json_pack(
        "{s:i, s:s, s:b, s:o, s:b, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "topology_schema",
        GST_TOPOLOGY_SCHEMA_VERSION, "version", version, "simulated", profile != NULL, "profile",
        text_or_null(profile), "tree_told", topology->is_tree_told, "nvlink_problem",
        text_or_null(topology->nvlink_problem), "cpus_allowed",
        text_or_null(topology->cpus_allowed), "mems_allowed", text_or_null(topology->mems_allowed),
        "other_gpus", (json_int_t)topology->other_gpu_count, "left_out",
        (json_int_t)topology->left_out_count, "gpus", devices(topology, 0, gpus), "nics",
        devices(topology, gpus, gst_topology_count(topology)), "pairs", pairs(topology));
    bool ok = root != NULL && json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) == 0;

    json_decref(root);
    return ok && fputc('\n', out) != EOF && fflush(out) == 0;
}
