/* SPDX-License-Identifier: Apache-2.0 */
/* From paths in sysfs to links and shares of them; see uplinks.h. */
#include "workloads/fan/uplinks.h"

#include <stdio.h>
#include <string.h>

#include "topology/pci.h"

/* A hypervisor shows its guests bridges that it made up; what they say of their links is invented,
 * too. CPUs say that they are virtual (CPUID leaf 1, bit 31 of ECX, kept free for that); Linux puts
 * it among the flags. */
static bool is_virtual(const struct gst_root *root)
{
    char text[8192];
    char *line;

    if (!gst_root_read(root, "/proc/cpuinfo", text, sizeof(text)))
        return false;
    line = strstr(text, "\nflags");
    if (line == NULL)
        return false;
    line[1 + strcspn(line + 1, "\n")] = '\0';
    return strstr(line, " hypervisor") != NULL;
}

static struct gst_uplink *find(struct gst_uplinks *uplinks, const char *lower)
{
    for (size_t i = 0; i < uplinks->count; i++) {
        if (strcmp(uplinks->links[i].lower, lower) == 0)
            return &uplinks->links[i];
    }
    return NULL;
}

static unsigned greater(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

/* Both ends of a link run at the same; where one says less, it is the one that is not up to date.
 */
static void raise(struct gst_uplink *link, const struct gst_pci_port *upper,
                  const struct gst_pci_port *lower)
{
    link->generation =
        greater(link->generation, greater(upper->now.generation, lower->now.generation));
    link->width = greater(link->width, greater(upper->now.width, lower->now.width));
}

static struct gst_uplink *add(struct gst_uplinks *uplinks, const struct gst_pci_port *upper,
                              const struct gst_pci_port *lower)
{
    const struct gst_pci_link most = gst_pci_link_common(upper->most, lower->most);
    struct gst_uplink *link;

    if (uplinks->count == GST_UPLINKS_MAX)
        return NULL;
    link = &uplinks->links[uplinks->count++];
    *link = (struct gst_uplink){ .generation_max = most.generation, .width_max = most.width };
    snprintf(link->upper, sizeof(link->upper), "%s", upper->address);
    snprintf(link->lower, sizeof(link->lower), "%s", lower->address);
    raise(link, upper, lower);
    return link;
}

/* Links lead to ports of odd index (topology/pci.c); the last is the GPU's own. */
static void add_way(struct gst_uplinks *uplinks, const struct gst_pci_device *device, size_t n)
{
    struct gst_uplinks_way *way = &uplinks->ways[n];

    for (size_t i = 1; i + 1 < device->depth && way->count < GST_UPLINKS_GPU; i += 2) {
        struct gst_uplink *link = find(uplinks, device->ports[i].address);

        if (link == NULL)
            link = add(uplinks, &device->ports[i - 1], &device->ports[i]);
        if (link == NULL)
            return;
        link->below |= UINT32_C(1) << n;
        way->links[way->count++] = (size_t)(link - uplinks->links);
    }
}

/* Ports of the switch below the level-th link of a way that lead to GPUs: links that go on from
 * there, and GPUs that hang there. */
static unsigned ports_below(const struct gst_uplinks *uplinks, size_t gpus,
                            const struct gst_uplinks_way *way, size_t level)
{
    const size_t link = way->links[level];
    bool seen[GST_UPLINKS_MAX] = { false };
    unsigned count = 0;

    for (size_t n = 0; n < gpus; n++) {
        const struct gst_uplinks_way *other = &uplinks->ways[n];

        if (level >= other->count || other->links[level] != link)
            continue;
        if (level + 1 == other->count) {
            count++;
            continue;
        }
        if (!seen[other->links[level + 1]])
            count++;
        seen[other->links[level + 1]] = true;
    }
    return count;
}

unsigned gst_uplink_gpus(const struct gst_uplink *link)
{
    unsigned count = 0;

    for (uint32_t set = link->below; set != 0; set &= set - 1)
        count++;
    return count;
}

/* A switch serves its ports in turn, so that below a chain of switches shares differ; and a GPU
 * that is better off than its equal share does not have to be. */
static void set_shares(struct gst_uplinks *uplinks, size_t gpus)
{
    for (size_t n = 0; n < gpus; n++) {
        struct gst_uplinks_way *way = &uplinks->ways[n];
        double turns = 1;

        for (size_t level = way->count; level-- > 0;) {
            const double equal = 1.0 / gst_uplink_gpus(&uplinks->links[way->links[level]]);

            turns /= ports_below(uplinks, gpus, way, level);
            way->shares[level] = turns < equal ? turns : equal;
        }
    }
}

void gst_uplinks_read(struct gst_uplinks *uplinks, const struct gst_env *env)
{
    const size_t gpus = (size_t)env->gpu_count;
    struct gst_pci_device device;

    *uplinks = (struct gst_uplinks){ .is_told = !is_virtual(env->root) };
    for (size_t n = 0; n < gpus; n++) {
        gst_pci_read(&device, env->root, env->gpus[n].pci_id);
        /* No GPU hangs on a host bridge itself: that is a virtual machine, too. */
        uplinks->is_told = uplinks->is_told && device.host_bridge[0] != '\0' && device.depth > 1;
        add_way(uplinks, &device, n);
    }
    if (!uplinks->is_told)
        *uplinks = (struct gst_uplinks){ .is_told = false };
    set_shares(uplinks, gpus);
}

void gst_uplinks_raise(struct gst_uplinks *uplinks, const struct gst_env *env, size_t n)
{
    struct gst_pci_device device;

    if (uplinks->ways[n].count == 0)
        return;
    gst_pci_read(&device, env->root, env->gpus[n].pci_id);
    for (size_t i = 1; i + 1 < device.depth; i += 2) {
        struct gst_uplink *link = find(uplinks, device.ports[i].address);

        if (link != NULL)
            raise(link, &device.ports[i - 1], &device.ports[i]);
    }
}
