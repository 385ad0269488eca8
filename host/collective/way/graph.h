/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL means to do: its graphs, one per algorithm, as NCCL_GRAPH_DUMP_FILE has them. Each has
 * so many channels, each of which moves so much at most over links of a class; channels times speed
 * is what NCCL itself expects of the machine (src/graph/search.cc).
 */
#ifndef GST_COLLECTIVE_WAY_GRAPH_H
#define GST_COLLECTIVE_WAY_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#define GST_WAY_GRAPHS     8
#define GST_WAY_GRAPH_GPUS 64

/* X(name, word, meaning): the worst link on the way from one GPU to the next. Words and their
 * order, best first: src/graph/graph.h. They are NCCL's, which its dumps and NCCL_P2P_LEVEL have,
 * and not those of topology/distance.h, which are nvidia-smi's: NVLinks are none of them there, and
 * what is NODE there is PHB here. site.c has the one place where one becomes the other. */
#define GST_WAY_LINKS(X)                                                                           \
    X(LOC, "LOC", "the GPU itself")                                                                \
    X(NVL, "NVL", "NVLink")                                                                        \
    X(NVB, "NVB", "NVLink by way of another GPU")                                                  \
    X(C2C, "C2C", "the link of CPU and GPU")                                                       \
    X(PIX, "PIX", "one PCIe switch")                                                               \
    X(PXB, "PXB", "several PCIe switches")                                                         \
    X(P2C, "P2C", "the CPU's own link to a GPU beside it")                                         \
    X(PXN, "PXN", "an adapter by way of another GPU")                                              \
    X(PHB, "PHB", "the CPU")                                                                       \
    X(SYS, "SYS", "two CPUs")                                                                      \
    X(NET, "NET", "the network")                                                                   \
    X(DIS, "DIS", "nothing")

enum gst_way_link {
#define GST_WAY_LINK_ROW(name, word, meaning) GST_WAY_LINK_##name,
    GST_WAY_LINKS(GST_WAY_LINK_ROW)
#undef GST_WAY_LINK_ROW
        GST_WAY_LINK_COUNT /* a word that is not known */
};

/* The ids that matter here; others are kept and have no name. */
enum { GST_WAY_RING = 0, GST_WAY_TREE = 1, GST_WAY_NVLS = 3 };

struct gst_way_graph {
    int id;
    int channels;
    double intra_bytes_per_s; /* of one channel within the machine, by NCCL's own model */
    double inter_bytes_per_s; /* and between machines */
    enum gst_way_link intra, inter;
    int channels_listed;
    int gpu_count;                 /* of the first channel, in its order; NVLS names heads alone */
    long gpus[GST_WAY_GRAPH_GPUS]; /* their `dev` in the topology */
};

struct gst_way_graphs {
    size_t count;
    struct gst_way_graph of[GST_WAY_GRAPHS];
};

/* From the text of a dump. False with one clause in *problem (constant text) if it is not one; what
 * it does not understand within one it leaves out. Pure. */
bool gst_way_graphs_parse(struct gst_way_graphs *graphs, const char *text, size_t size,
                          const char **problem);

/* The graph of that id if it has channels, else NULL. */
const struct gst_way_graph *gst_way_graph_of(const struct gst_way_graphs *graphs, int id);

/* Channels times speed within the machine, bytes per second. */
double gst_way_graph_bytes_per_s(const struct gst_way_graph *graph);

/* "ring", "tree", "NVLS"; NULL for ids without a name. */
const char *gst_way_graph_name(int id);

/* "NVL", and one clause of meaning. */
const char *gst_way_link_word(enum gst_way_link link);
const char *gst_way_link_meaning(enum gst_way_link link);

/* "ring: 12 channels of 30 GB/s over NVL". Returns `text`. */
const char *gst_way_graph_describe(const struct gst_way_graph *graph, char *text, size_t size);

#endif
