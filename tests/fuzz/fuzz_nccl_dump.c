/* SPDX-License-Identifier: Apache-2.0 */
/* A dump of NCCL's topology or graphs, whoever wrote it. */
#include "tests/fuzz/fuzz.h"

#include <math.h>

#include "collective/way/graph.h"
#include "collective/way/topology.h"
#include "collective/way/xml.h"

/* Marks come in pairs, and every piece lies within the text. */
static void claim_marks(const char *text, size_t size)
{
    struct gst_way_xml xml;
    size_t marks = 0, depth = 0;
    enum gst_way_mark mark;

    gst_way_xml_start(&xml, text, size);
    while ((mark = gst_way_xml_next(&xml)) == GST_WAY_OPEN || mark == GST_WAY_CLOSE) {
        GST_CLAIM(++marks <= 2 * size);
        depth = mark == GST_WAY_OPEN ? depth + 1 : depth - 1;
        GST_CLAIM(xml.depth == depth && depth <= GST_WAY_XML_DEPTH);
        GST_CLAIM(xml.name.text >= text && xml.name.text + xml.name.size <= text + size);
        for (size_t i = 0; i < xml.attribute_count; i++)
            GST_CLAIM(xml.attributes[i].value.text >= text
                      && xml.attributes[i].value.text + xml.attributes[i].value.size
                             <= text + size);
    }
    GST_CLAIM((mark == GST_WAY_WRONG) == (xml.problem != NULL));
    GST_CLAIM(mark == GST_WAY_WRONG || depth == 0);
    GST_CLAIM(gst_way_xml_next(&xml) == mark);
}

static void claim_graphs(const struct gst_way_graphs *graphs)
{
    char text[128];

    GST_CLAIM(graphs->count <= GST_WAY_GRAPHS);
    for (size_t i = 0; i < graphs->count; i++) {
        const double rate = gst_way_graph_bytes_per_s(&graphs->of[i]);

        GST_CLAIM(isfinite(rate) && rate >= 0);
        GST_CLAIM(graphs->of[i].gpu_count >= 0 && graphs->of[i].gpu_count <= GST_WAY_GRAPH_GPUS);
        gst_way_graph_describe(&graphs->of[i], text, sizeof(text));
        GST_CLAIM(gst_fuzz_ends(text, sizeof(text)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct gst_way_graphs graphs;
    struct gst_way_topology topology;
    const char *problem;

    GST_CLAIM(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    claim_marks(text, size);
    GST_CLAIM(gst_way_graphs_parse(&graphs, text, size, &problem) == (problem == NULL));
    claim_graphs(&graphs);
    GST_CLAIM(gst_way_topology_parse(&topology, text, size, &problem) == (problem == NULL));
    GST_CLAIM(topology.gpu_count <= GST_WAY_GPUS);
    GST_CLAIM(gst_way_topology_untold(&topology) <= topology.gpu_count);
    for (size_t i = 0; i < topology.gpu_count; i++)
        GST_CLAIM(gst_fuzz_ends(topology.gpus[i].address, sizeof(topology.gpus[i].address)));
    free(text);
    return 0;
}
