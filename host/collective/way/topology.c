/* SPDX-License-Identifier: Apache-2.0 */
/* NCCL's topology; see topology.h. */
#include "collective/way/topology.h"

#include <limits.h>
#include <string.h>

#include "collective/way/xml.h"

/* More links than any GPU has are a misread value. NVML API reference: NVML_NVLINK_MAX_LINKS. */
#define LINKS_MAX 36

/* PCI class of a bridge; NCCL gives it to links that lead to an NVSwitch (src/graph/topo.cc). */
#define CLASS_OF_SWITCH "0x068000"

struct reader {
    struct gst_way_topology *topology;
    struct gst_way_xml xml;
    size_t pci_depth[GST_WAY_XML_DEPTH + 1]; /* of the innermost `pci` around each depth; 0: none */
    char address[GST_WAY_XML_DEPTH + 1][GST_WAY_ADDRESS_SIZE];
    bool is_told[GST_WAY_XML_DEPTH + 1];
    size_t gpu_depth; /* of the GPU that was understood last; 0: none */
};

static void take_pci(struct reader *reader)
{
    const struct gst_way_xml *xml = &reader->xml;
    const struct gst_way_text *speed = gst_way_xml_attribute(xml, "link_speed");
    long width;

    reader->pci_depth[xml->depth] = xml->depth;
    gst_way_xml_copy(xml, "busid", reader->address[xml->depth], GST_WAY_ADDRESS_SIZE);
    reader->is_told[xml->depth] = speed != NULL && speed->size > 0
                                  && gst_way_xml_integer(xml, "link_width", &width) && width > 0;
}

static void take_gpu(struct reader *reader)
{
    const struct gst_way_xml *xml = &reader->xml;
    struct gst_way_topology *topology = reader->topology;
    const size_t around = reader->pci_depth[xml->depth];
    struct gst_way_gpu gpu = { .rank = -1 };
    long sm;

    reader->gpu_depth = 0;
    if (around == 0 || !gst_way_xml_integer(xml, "dev", &gpu.dev)
        || topology->gpu_count == GST_WAY_GPUS) {
        topology->left_out_count++;
        return;
    }
    gst_way_xml_integer(xml, "rank", &gpu.rank);
    if (gst_way_xml_integer(xml, "sm", &sm) && sm > 0 && sm < 1000)
        gpu.sm = (int)sm;
    memcpy(gpu.address, reader->address[around], sizeof(gpu.address));
    gpu.is_pcie_told = reader->is_told[around];
    topology->gpus[topology->gpu_count++] = gpu;
    reader->gpu_depth = xml->depth;
}

static void take_nvlink(struct reader *reader)
{
    const struct gst_way_xml *xml = &reader->xml;
    const struct gst_way_text *class = gst_way_xml_attribute(xml, "tclass");
    struct gst_way_gpu *gpu = &reader->topology->gpus[reader->topology->gpu_count - 1];
    unsigned *links;
    long count;

    if (!gst_way_xml_integer(xml, "count", &count) || count < 1 || count > LINKS_MAX)
        return;
    links = class != NULL && gst_way_text_is(class, CLASS_OF_SWITCH) ? &gpu->switched_nvlinks
                                                                     : &gpu->other_nvlinks;
    if (*links + (unsigned)count <= LINKS_MAX)
        *links += (unsigned)count;
}

static void take_element(struct reader *reader)
{
    const struct gst_way_xml *xml = &reader->xml;

    reader->pci_depth[xml->depth] = reader->pci_depth[xml->depth - 1];
    if (gst_way_text_is(&xml->name, "pci"))
        take_pci(reader);
    else if (gst_way_text_is(&xml->name, "gpu"))
        take_gpu(reader);
    else if (gst_way_text_is(&xml->name, "net"))
        reader->topology->net_count++;
    else if (gst_way_text_is(&xml->name, "nvlink") && reader->gpu_depth > 0)
        take_nvlink(reader);
}

bool gst_way_topology_parse(struct gst_way_topology *topology, const char *text, size_t size,
                            const char **problem)
{
    struct reader reader = { .topology = topology };
    enum gst_way_mark mark;

    memset(topology, 0, sizeof(*topology));
    *problem = NULL;
    gst_way_xml_start(&reader.xml, text, size);
    while ((mark = gst_way_xml_next(&reader.xml)) == GST_WAY_OPEN || mark == GST_WAY_CLOSE) {
        if (mark == GST_WAY_OPEN && reader.xml.depth == 1
            && !gst_way_text_is(&reader.xml.name, "system")) {
            *problem = "its outermost element is not 'system'";
            return false;
        }
        if (mark == GST_WAY_OPEN)
            take_element(&reader);
        else if (reader.xml.depth < reader.gpu_depth)
            reader.gpu_depth = 0;
    }
    *problem = mark == GST_WAY_WRONG      ? reader.xml.problem
               : topology->gpu_count == 0 ? "it has no GPU"
                                          : NULL;
    return *problem == NULL;
}

const struct gst_way_gpu *gst_way_topology_dev(const struct gst_way_topology *topology, long dev)
{
    for (size_t i = 0; i < topology->gpu_count; i++) {
        if (topology->gpus[i].dev == dev)
            return &topology->gpus[i];
    }
    return NULL;
}

const struct gst_way_gpu *gst_way_topology_rank(const struct gst_way_topology *topology, long rank)
{
    for (size_t i = 0; i < topology->gpu_count; i++) {
        if (topology->gpus[i].rank == rank)
            return &topology->gpus[i];
    }
    return NULL;
}

size_t gst_way_topology_untold(const struct gst_way_topology *topology)
{
    size_t untold = 0;

    for (size_t i = 0; i < topology->gpu_count; i++)
        untold += !topology->gpus[i].is_pcie_told;
    return untold;
}
