/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tree and heat map as SVG; see svg.h. Only labels, addresses and numbers are written, so that
 * nothing of what a file may say needs escaping.
 */
#include "topology/svg.h"

#include <stdlib.h>
#include <string.h>

#include "topology/bonds.h"
#include "topology/distance.h"

#define LEAVES_MAX (GST_TOPOLOGY_GPUS + GST_TOPOLOGY_NICS)

/* Pixels. */
#define MARGIN     20
#define LEAF_WIDTH 112 /* from one to the next */
#define BOX_WIDTH  104
#define LINE       14
#define PORT_BOX   22
#define LEAF_BOX   50
#define LEVEL      56 /* from one row of boxes to the next */
#define CELL       44
#define CELL_HIGH  24

/* A device in the order of the picture, left to right. */
struct leaf {
    size_t index; /* as of gst_topology_at */
    const struct gst_pci_device *pci;
};

struct picture {
    const struct gst_topology *topology;
    FILE *out;
    size_t count;
    struct leaf leaves[LEAVES_MAX];
    int leaf_y; /* top of their boxes: below everything shared */
};

/* The nearest first, SELF left blank; readable under black text. */
static const char *const colours[GST_DISTANCE_COUNT] = {
    [GST_DISTANCE_SELF] = "#ffffff", [GST_DISTANCE_PIX] = "#7fbf7b",
    [GST_DISTANCE_PXB] = "#b8dca9",  [GST_DISTANCE_PHB] = "#e6e8b0",
    [GST_DISTANCE_NODE] = "#fbd49a", [GST_DISTANCE_SYS] = "#f4a582",
};

#define COLOUR_NVLINK "#76b5e8"
#define COLOUR_GPU    "#d9efd0"
#define COLOUR_NIC    "#d5e3f3"
#define COLOUR_PORT   "#f2f2f2"

static int compare(const void *one, const void *other)
{
    const struct leaf *left_leaf = one, *right_leaf = other;
    const struct gst_pci_device *left = left_leaf->pci, *right = right_leaf->pci;
    int order = left->numa - right->numa;

    if (order == 0)
        order = strcmp(left->host_bridge, right->host_bridge);
    for (size_t i = 0; order == 0 && i < left->depth && i < right->depth; i++)
        order = strcmp(left->ports[i].address, right->ports[i].address);
    return order != 0 ? order : (left_leaf->index > right_leaf->index) - 1;
}

/* The middle of the leaves from `first` up to but not including `end`. */
static int middle(size_t first, size_t end)
{
    return MARGIN + (int)(first + end) * LEAF_WIDTH / 2;
}

static void write_box(FILE *out, int x, int y, int height, const char *colour)
{
    fprintf(out,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"%s\" "
            "stroke=\"#555\"/>\n",
            x - BOX_WIDTH / 2, y, BOX_WIDTH, height, colour);
}

static void write_line(FILE *out, int x, int y, const char *text)
{
    fprintf(out, "<text x=\"%d\" y=\"%d\">%s</text>\n", x, y, text);
}

/* From the bottom of what is above to the top of what is below, bent just below the upper: a long
 * one would go through boxes between them otherwise. */
static void write_edge(FILE *out, int x_above, int y_above, int x, int y)
{
    fprintf(out, "<path d=\"M%d %dV%dH%dV%d\" fill=\"none\" stroke=\"#555\"/>\n", x_above, y_above,
            y_above + (LEVEL - PORT_BOX) / 2, x, y);
}

static void draw_leaf(const struct picture *picture, size_t at, int x_above, int y_above)
{
    const struct leaf *leaf = &picture->leaves[at];
    const bool is_gpu = leaf->index < picture->topology->gpu_count;
    const int x = middle(at, at + 1), y = picture->leaf_y;
    struct gst_pci_hop hop;
    char text[32];

    write_edge(picture->out, x_above, y_above, x, y);
    write_box(picture->out, x, y, LEAF_BOX, is_gpu ? COLOUR_GPU : COLOUR_NIC);
    write_line(picture->out, x, y + LINE, gst_topology_label(picture->topology, leaf->index, text));
    write_line(picture->out, x, y + 2 * LINE, leaf->pci->address);
    if (!gst_pci_narrowest_now(leaf->pci, &hop))
        return;
    snprintf(text, sizeof(text), "gen %u x%u", hop.link.generation, hop.link.width);
    write_line(picture->out, x, y + 3 * LINE, text);
}

/* Do these leaves have the same port at this depth? */
static bool is_shared(const struct picture *picture, size_t first, size_t end, size_t depth)
{
    for (size_t i = first; i < end; i++) {
        const struct gst_pci_device *pci = picture->leaves[i].pci,
                                    *base = picture->leaves[first].pci;

        if (depth >= pci->depth || depth >= base->depth
            || strcmp(pci->ports[depth].address, base->ports[depth].address) != 0)
            return false;
    }
    return true;
}

static size_t end_of_group(const struct picture *picture, size_t first, size_t end, size_t depth)
{
    size_t at = first + 1;

    while (at < end && is_shared(picture, first, at + 1, depth))
        at++;
    return at;
}

/* What leaves of one host bridge have in common: of a row of ports that all of them share, the last
 * is drawn. Returns the top of the row below the lowest box; `out` NULL only measures. */
static int draw_ports(const struct picture *picture, size_t first, size_t end, size_t depth,
                      int x_above, int y_above, int y)
{
    int lowest = y;

    for (size_t at = first, next; at < end; at = next) {
        size_t shared = depth;
        int below;

        next = end_of_group(picture, at, end, depth);
        if (next == at + 1) {
            if (picture->out != NULL)
                draw_leaf(picture, at, x_above, y_above);
            continue;
        }
        while (is_shared(picture, at, next, shared + 1))
            shared++;
        if (picture->out != NULL) {
            write_edge(picture->out, x_above, y_above, middle(at, next), y);
            write_box(picture->out, middle(at, next), y, PORT_BOX, COLOUR_PORT);
            write_line(picture->out, middle(at, next), y + LINE + 1,
                       picture->leaves[at].pci->ports[shared].address);
        }
        below =
            draw_ports(picture, at, next, shared + 1, middle(at, next), y + PORT_BOX, y + LEVEL);
        lowest = below > lowest ? below : lowest;
    }
    return lowest;
}

static bool same_bridge(const struct picture *picture, size_t one, size_t other)
{
    const struct gst_pci_device *left = picture->leaves[one].pci,
                                *right = picture->leaves[other].pci;

    return left->numa == right->numa && strcmp(left->host_bridge, right->host_bridge) == 0;
}

static int draw_bridges(const struct picture *picture, size_t first, size_t end, int y_above, int y)
{
    const int x_above = middle(first, end);
    int lowest = y;

    for (size_t at = first, next; at < end; at = next) {
        const char *name = picture->leaves[at].pci->host_bridge;
        int below;

        for (next = at + 1; next < end && same_bridge(picture, at, next);)
            next++;
        if (picture->out != NULL) {
            write_edge(picture->out, x_above, y_above, middle(at, next), y);
            write_box(picture->out, middle(at, next), y, PORT_BOX, COLOUR_PORT);
            write_line(picture->out, middle(at, next), y + LINE + 1,
                       name[0] == '\0' ? "bridges not told" : name);
        }
        below = draw_ports(picture, at, next, 0, middle(at, next), y + PORT_BOX, y + LEVEL);
        lowest = below > lowest ? below : lowest;
    }
    return lowest;
}

/* The top of the row of leaves. */
static int draw_tree(const struct picture *picture)
{
    int lowest = 0;

    for (size_t at = 0, next; at < picture->count; at = next) {
        const int numa = picture->leaves[at].pci->numa;
        char text[32] = "no NUMA node";
        int below;

        for (next = at + 1; next < picture->count && picture->leaves[next].pci->numa == numa;)
            next++;
        if (numa != GST_PCI_NO_NODE)
            snprintf(text, sizeof(text), "NUMA node %d", numa);
        if (picture->out != NULL) {
            write_box(picture->out, middle(at, next), MARGIN, PORT_BOX, COLOUR_PORT);
            write_line(picture->out, middle(at, next), MARGIN + LINE + 1, text);
        }
        below = draw_bridges(picture, at, next, MARGIN + PORT_BOX, MARGIN + LEVEL);
        lowest = below > lowest ? below : lowest;
    }
    return lowest;
}

static void draw_cell(const struct picture *picture, size_t row, size_t column, int x, int y)
{
    const struct gst_topology *topology = picture->topology;
    const enum gst_distance distance = gst_distance_between(
        &gst_topology_at(topology, row)->pci, &gst_topology_at(topology, column)->pci);
    const bool has_nvlinks = gst_bonds_between(topology, row, column) > 0;
    char text[16];

    fprintf(picture->out,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" "
            "stroke=\"#fff\"/>\n",
            x, y, CELL, CELL_HIGH, has_nvlinks ? COLOUR_NVLINK : colours[distance]);
    write_line(picture->out, x + CELL / 2, y + LINE + 2,
               gst_bonds_word(topology, row, column, text));
}

static void draw_matrix(const struct picture *picture, int top)
{
    const size_t count = picture->count;
    char text[16];

    for (size_t row = 0; row < count; row++) {
        const int y = top + (int)(row + 1) * CELL_HIGH;

        write_line(picture->out, MARGIN + CELL / 2, y + LINE + 2,
                   gst_topology_label(picture->topology, row, text));
        write_line(picture->out, MARGIN + (int)(row + 1) * CELL + CELL / 2, top + LINE + 2, text);
        for (size_t column = 0; column < count; column++)
            draw_cell(picture, row, column, MARGIN + (int)(column + 1) * CELL, y);
    }
}

static void collect(struct picture *picture)
{
    picture->count = gst_topology_count(picture->topology);
    for (size_t i = 0; i < picture->count; i++)
        picture->leaves[i] =
            (struct leaf){ .index = i, .pci = &gst_topology_at(picture->topology, i)->pci };
    qsort(picture->leaves, picture->count, sizeof(picture->leaves[0]), compare);
}

bool gst_topology_write_svg(const struct gst_topology *topology, bool is_simulated, FILE *out)
{
    struct picture picture = { .topology = topology };
    int width, height;

    collect(&picture);
    picture.leaf_y = draw_tree(&picture);
    picture.out = out;
    width = 2 * MARGIN + (int)picture.count * LEAF_WIDTH;
    if (width < 2 * MARGIN + (int)(picture.count + 1) * CELL)
        width = 2 * MARGIN + (int)(picture.count + 1) * CELL;
    height = picture.leaf_y + LEAF_BOX + 2 * MARGIN + (int)(picture.count + 1) * CELL_HIGH;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "font-family=\"sans-serif\" font-size=\"11\" text-anchor=\"middle\">\n"
            "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
            width, height, width, height);
    draw_tree(&picture);
    draw_matrix(&picture, picture.leaf_y + LEAF_BOX + MARGIN);
    if (is_simulated)
        fprintf(out, "<text x=\"4\" y=\"%d\" text-anchor=\"start\">SIMULATED</text>\n", LINE);
    fputs("</svg>\n", out);
    return fflush(out) == 0 && !ferror(out);
}
