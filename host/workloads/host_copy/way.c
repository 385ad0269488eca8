/* SPDX-License-Identifier: Apache-2.0 */
/* Readings of a way and what they add up to; see way.h. */
#include "workloads/host_copy/way.h"

#include <stdio.h>

#include "core/class_bars.h"

void gst_host_way_begin(struct gst_host_way *way, struct gst_env *env, size_t place,
                        struct gst_uplinks *uplinks)
{
    way->env = env;
    way->gpu = &env->gpus[place];
    way->place = place;
    way->uplinks = uplinks;
    way->is_behind_pcie = gst_gpu_is_behind_pcie(env, way->gpu);
    gst_condition_begin(&way->condition, env, way->gpu);
}

void gst_host_way_sample(struct gst_host_way *way)
{
    struct gst_pcie_link now;

    if (way->is_behind_pcie && gst_pcie_link_read(way->env, way->gpu, &now))
        gst_pcie_link_raise(&way->link, &now);
    if (way->is_behind_pcie)
        gst_uplinks_raise(way->uplinks, way->env, way->place);
    gst_condition_sample(&way->condition, way->env, way->gpu);
}

struct gst_bar gst_host_way_bar(const struct gst_host_way *way)
{
    return way->link.generation == 0
               ? gst_bar_none()
               : gst_bar_of_pcie(way->link.generation_max, way->link.width_max);
}

/* NULL if the GPU's own link is what holds the copies up, or none is. An instance shares all of
 * them with others. */
static const struct gst_uplink *uplink_of(const struct gst_host_way *way, bool is_alone)
{
    const double own = gst_bar_of_pcie(way->link.generation, way->link.width).ceiling;
    const struct gst_uplink *uplink;
    double left = 0;

    if (!way->is_behind_pcie || way->gpu->is_mig)
        return NULL;
    uplink = gst_uplinks_degraded(way->uplinks, way->place, is_alone, &left);
    if (gst_pcie_link_explain(&way->link) != GST_HARDWARE_SLOW && own <= left)
        return NULL;
    return uplink;
}

enum gst_finding_id gst_host_way_explain(const struct gst_host_way *way, bool is_alone)
{
    const struct gst_uplink *uplink = uplink_of(way, is_alone);
    const enum gst_finding_id link = gst_pcie_link_explain(&way->link);
    const enum gst_finding_id condition = gst_condition_explain(&way->condition);

    if (uplink != NULL)
        return gst_uplink_finding(uplink);
    if (link != GST_HARDWARE_SLOW)
        return link;
    if (way->near.is_far
        && (condition == GST_HARDWARE_SLOW || condition == GST_HOST_CLOCKS_LIMITED))
        return GST_USER_MEMORY_FAR;
    return condition;
}

const char *gst_host_way_describe(const struct gst_host_way *way, bool is_alone, char *text,
                                  size_t size)
{
    const struct gst_uplink *uplink = uplink_of(way, is_alone);
    char link[96], above[192] = "", memory[128], condition[224];

    if (uplink != NULL)
        gst_uplink_describe(uplink, way->env, above, sizeof(above));
    snprintf(text, size, "under load: %s%s%s; %s; %s", above, above[0] == '\0' ? "" : "; its own ",
             gst_pcie_link_describe(&way->link, link, sizeof(link)),
             gst_near_describe(&way->near, memory, sizeof(memory)),
             gst_condition_describe(&way->condition, condition, sizeof(condition)));
    return text;
}
