/* SPDX-License-Identifier: Apache-2.0 */
/* Own link and links above it; see pcie_way.h. */
#include "workloads/pcie_way.h"

#include <stdio.h>

#include "core/class_bars.h"

void gst_pcie_way_begin(struct gst_pcie_way *way, struct gst_env *env, const struct gst_gpu *gpu)
{
    *way = (struct gst_pcie_way){ .env = env, .gpu = gpu };
    way->is_behind_pcie = gst_gpu_is_behind_pcie(env, gpu);
    if (env->root != NULL)
        gst_pci_read(&way->path, env->root, gpu->pci_id);
}

void gst_pcie_way_read(struct gst_pcie_way *way)
{
    struct gst_pcie_link now;

    if (!way->is_behind_pcie)
        return;
    if (gst_pcie_link_read(way->env, way->gpu, &now))
        gst_pcie_link_raise(&way->link, &now);
    if (way->env->root != NULL)
        gst_pci_raise_now(&way->path, way->env->root);
}

/* The hop above the GPU's link, if it is believed. */
static bool hop_above(const struct gst_pcie_way *way, double fastest, struct gst_pci_hop *hop)
{
    return way->is_behind_pcie && gst_pci_narrowest_above(&way->path, hop)
           && !(fastest > gst_pci_link_rate(hop->link) * (1 + GST_CEILING_SLACK));
}

static double rate(unsigned generation, unsigned width)
{
    return gst_pci_link_rate((struct gst_pci_link){ generation, width });
}

struct gst_bar gst_pcie_way_bar(const struct gst_pcie_way *way, double fastest)
{
    const struct gst_pcie_link *link = &way->link;
    struct gst_bar bar = gst_bar_none();
    struct gst_pci_hop hop;

    if (link->generation == 0)
        return bar;
    bar = gst_bar_of_pcie(link->generation_max, link->width_max);
    if (hop_above(way, fastest, &hop)
        && gst_pci_link_rate(hop.most) < rate(link->generation_max, link->width_max)) {
        const struct gst_bar above = gst_bar_of_pcie(hop.most.generation, hop.most.width);

        bar.floor = above.floor;
        snprintf(bar.floor_from, sizeof(bar.floor_from), "%s", above.floor_from);
    }
    return bar;
}

/* Only where it is narrower than the GPU's own link is now. */
static bool is_narrow_above(const struct gst_pcie_way *way, double fastest, struct gst_pci_hop *hop)
{
    return hop_above(way, fastest, hop)
           && gst_pci_link_rate(hop->link) < rate(way->link.generation, way->link.width);
}

enum gst_finding_id gst_pcie_way_explain(const struct gst_pcie_way *way, double fastest)
{
    const enum gst_finding_id own = gst_pcie_link_explain(&way->link);
    struct gst_pci_hop hop;

    if (own == GST_HARDWARE_SLOW && is_narrow_above(way, fastest, &hop)
        && gst_pci_link_rate(hop.link) < gst_pci_link_rate(hop.most))
        return GST_HARDWARE_PCIE_UPSTREAM_SLOW;
    return own;
}

static void describe_hop(const struct gst_pci_hop *hop, char *text, size_t size)
{
    snprintf(text, size, "%s - %s at %u.0 x%u, can do %u.0 x%u", hop->upper, hop->lower,
             hop->link.generation, hop->link.width, hop->most.generation, hop->most.width);
}

void gst_pcie_way_report(const struct gst_pcie_way *way, double fastest, struct gst_report *report)
{
    struct gst_pci_hop hop;
    char text[128];

    if (way->link.generation != 0)
        gst_report_fact_text(report, way->gpu->index, "nvml", "pcie_link_under_load", "%s",
                             gst_pcie_link_describe(&way->link, text, sizeof(text)));
    if (!hop_above(way, fastest, &hop))
        return;
    describe_hop(&hop, text, sizeof(text));
    gst_report_fact_text(report, way->gpu->index, "sysfs", "pcie_above_under_load", "%s", text);
}

const char *gst_pcie_way_describe(const struct gst_pcie_way *way, double fastest, char *text,
                                  size_t size)
{
    char own[96], above[128];
    struct gst_pci_hop hop;

    gst_pcie_link_describe(&way->link, own, sizeof(own));
    snprintf(text, size, "%s", own);
    if (is_narrow_above(way, fastest, &hop)) {
        describe_hop(&hop, above, sizeof(above));
        snprintf(text, size, "%s; above it %s", own, above);
    }
    return text;
}
