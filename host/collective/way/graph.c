/* SPDX-License-Identifier: Apache-2.0 */
/* NCCL's graphs; see graph.h. */
#include "collective/way/graph.h"

#include <stdio.h>
#include <string.h>

#include "collective/way/xml.h"
#include "core/units.h"

/* NCCL has room for as many (src/include/device.h, MAXCHANNELS); more is not a dump. */
#define CHANNELS_MAX 64

/* No GPU moves a terabyte a second over one channel: B200's NVLinks make 0.9 together. */
#define SPEED_MAX_GB_PER_S 2000.0

static const struct {
    const char *word, *meaning;
} links[GST_WAY_LINK_COUNT + 1] = {
#define GST_WAY_LINK_ROW(name, word, meaning) [GST_WAY_LINK_##name] = { word, meaning },
    GST_WAY_LINKS(GST_WAY_LINK_ROW)
#undef GST_WAY_LINK_ROW
        [GST_WAY_LINK_COUNT] = { "unknown", "a link of an unknown class" },
};

const char *gst_way_link_word(enum gst_way_link link)
{
    return links[link].word;
}

const char *gst_way_link_meaning(enum gst_way_link link)
{
    return links[link].meaning;
}

static enum gst_way_link link_of(const struct gst_way_xml *xml, const char *name)
{
    const struct gst_way_text *value = gst_way_xml_attribute(xml, name);

    for (int i = 0; value != NULL && i < GST_WAY_LINK_COUNT; i++) {
        if (gst_way_text_is(value, links[i].word))
            return (enum gst_way_link)i;
    }
    return GST_WAY_LINK_COUNT;
}

static bool take_speed(const struct gst_way_xml *xml, const char *name, double *bytes_per_s)
{
    double speed;

    if (!gst_way_xml_real(xml, name, &speed) || speed < 0 || speed > SPEED_MAX_GB_PER_S)
        return false;
    *bytes_per_s = speed * 1e9;
    return true;
}

static bool take_graph(struct gst_way_graphs *graphs, const struct gst_way_xml *xml)
{
    struct gst_way_graph graph = { 0 };
    long id, channels;

    if (!gst_way_xml_integer(xml, "id", &id) || id < 0 || id > 99
        || !gst_way_xml_integer(xml, "nchannels", &channels) || channels < 0
        || channels > CHANNELS_MAX || !take_speed(xml, "speedintra", &graph.intra_bytes_per_s)
        || !take_speed(xml, "speedinter", &graph.inter_bytes_per_s)
        || graphs->count == GST_WAY_GRAPHS)
        return false;
    graph.id = (int)id;
    graph.channels = (int)channels;
    graph.intra = link_of(xml, "typeintra");
    graph.inter = link_of(xml, "typeinter");
    graphs->of[graphs->count++] = graph;
    return true;
}

static void take_gpu(struct gst_way_graph *graph, const struct gst_way_xml *xml)
{
    long dev;

    if (graph->channels_listed == 1 && graph->gpu_count < GST_WAY_GRAPH_GPUS
        && gst_way_xml_integer(xml, "dev", &dev))
        graph->gpus[graph->gpu_count++] = dev;
}

bool gst_way_graphs_parse(struct gst_way_graphs *graphs, const char *text, size_t size,
                          const char **problem)
{
    struct gst_way_xml xml;
    struct gst_way_graph *graph = NULL;
    enum gst_way_mark mark;

    memset(graphs, 0, sizeof(*graphs));
    *problem = NULL;
    gst_way_xml_start(&xml, text, size);
    while ((mark = gst_way_xml_next(&xml)) == GST_WAY_OPEN || mark == GST_WAY_CLOSE) {
        if (mark == GST_WAY_CLOSE)
            continue;
        if (xml.depth == 1 && !gst_way_text_is(&xml.name, "graphs"))
            *problem = "its outermost element is not 'graphs'";
        else if (xml.depth == 2)
            graph = gst_way_text_is(&xml.name, "graph") && take_graph(graphs, &xml)
                        ? &graphs->of[graphs->count - 1]
                        : NULL;
        else if (xml.depth == 3 && graph != NULL && gst_way_text_is(&xml.name, "channel"))
            graph->channels_listed++;
        else if (xml.depth == 4 && graph != NULL && gst_way_text_is(&xml.name, "gpu"))
            take_gpu(graph, &xml);
        if (*problem != NULL)
            return false;
    }
    *problem = mark == GST_WAY_WRONG ? xml.problem : graphs->count == 0 ? "it has no graph" : NULL;
    return *problem == NULL;
}

const struct gst_way_graph *gst_way_graph_of(const struct gst_way_graphs *graphs, int id)
{
    for (size_t i = 0; i < graphs->count; i++) {
        if (graphs->of[i].id == id && graphs->of[i].channels > 0)
            return &graphs->of[i];
    }
    return NULL;
}

double gst_way_graph_bytes_per_s(const struct gst_way_graph *graph)
{
    return graph->channels * graph->intra_bytes_per_s;
}

const char *gst_way_graph_name(int id)
{
    switch (id) {
    case GST_WAY_RING:
        return "ring";
    case GST_WAY_TREE:
        return "tree";
    case GST_WAY_NVLS:
        return "NVLS";
    default:
        return NULL;
    }
}

const char *gst_way_graph_describe(const struct gst_way_graph *graph, char *text, size_t size)
{
    const char *name = gst_way_graph_name(graph->id);
    char speed[32];

    snprintf(text, size, "%s: %d channel%s of %s over %s", name == NULL ? "other" : name,
             graph->channels, gst_plural(graph->channels),
             gst_format(speed, sizeof(speed), graph->intra_bytes_per_s, GST_UNIT_BYTES_PER_S),
             gst_way_link_word(graph->intra));
    return text;
}
