/* SPDX-License-Identifier: Apache-2.0 */
/* From paths in sysfs to shares of links; see uplinks.h. */
#include "workloads/uplinks.h"

#include <stdio.h>
#include <string.h>

#include "core/class_bars.h"
#include "topology/pci.h"

/* Nine tenths of what the worst healthy report leaves of a link when all GPUs copy at once, rounded
 * down to a whole percent, as the classes' own efficiencies (core/class_bars.c): 44.41 GB/s of PCIe
 * 5.0 x16, the slowest of eight H800 at once to the host, where the host's memory is what limits.
 */
#define AT_ONCE_EFFICIENCY 0.63

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
    const struct gst_pcie_link most = gst_pcie_link_common(upper->most, lower->most);
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

static unsigned bits(uint32_t set)
{
    unsigned count = 0;

    for (; set != 0; set &= set - 1)
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
            const double equal = 1.0 / bits(uplinks->links[way->links[level]].below);

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

void gst_uplinks_raise(struct gst_uplinks *uplinks, const struct gst_env *env)
{
    struct gst_pci_device device;

    for (size_t n = 0; n < (size_t)env->gpu_count && uplinks->is_told; n++) {
        gst_pci_read(&device, env->root, env->gpus[n].pci_id);
        for (size_t i = 1; i + 1 < device.depth; i += 2) {
            struct gst_uplink *link = find(uplinks, device.ports[i].address);

            if (link != NULL)
                raise(link, &device.ports[i - 1], &device.ports[i]);
        }
    }
}

static double rate(unsigned generation, unsigned width)
{
    return gst_pcie_link_rate((struct gst_pcie_link){ generation, width });
}

/* Of the level-th link of the way, as it could run; 0: not told, or nobody else is there. */
static double shared_rate(const struct gst_uplinks *uplinks, const struct gst_uplinks_way *way,
                          size_t level)
{
    const struct gst_uplink *link = &uplinks->links[way->links[level]];

    return bits(link->below) < 2 ? 0
                                 : way->shares[level] * rate(link->generation_max, link->width_max);
}

/* The level of the scarcest shared link; the way's count if there is none. */
static size_t scarcest(const struct gst_uplinks *uplinks, const struct gst_uplinks_way *way)
{
    size_t found = way->count;

    for (size_t level = 0; level < way->count; level++) {
        const double here = shared_rate(uplinks, way, level);

        if (here > 0 && (found == way->count || here < shared_rate(uplinks, way, found)))
            found = level;
    }
    return found;
}

const struct gst_uplink *gst_uplinks_shared(const struct gst_uplinks *uplinks, size_t n)
{
    const struct gst_uplinks_way *way = &uplinks->ways[n];
    const size_t level = scarcest(uplinks, way);

    return level == way->count ? NULL : &uplinks->links[way->links[level]];
}

struct gst_bar gst_uplinks_bar(const struct gst_uplinks *uplinks, size_t n, struct gst_bar own)
{
    const struct gst_uplinks_way *way = &uplinks->ways[n];
    const size_t level = scarcest(uplinks, way);
    const struct gst_uplink *link;
    struct gst_bar bar;
    double efficiency;

    if (level == way->count)
        return gst_bar_without_floor(own);
    link = &uplinks->links[way->links[level]];
    bar = gst_bar_of_pcie(link->generation_max, link->width_max);
    /* Generations that nobody has reported on have no floor. */
    if (bar.floor_from[0] != '\0') {
        efficiency = bar.floor / bar.ceiling;
        if (efficiency > AT_ONCE_EFFICIENCY)
            efficiency = AT_ONCE_EFFICIENCY;
        bar.floor = bar.ceiling * way->shares[level] * efficiency;
        /* A GPU with a narrower link of its own never needs its share. */
        if (own.floor_from[0] != '\0' && own.floor < bar.floor)
            bar.floor = own.floor;
        snprintf(bar.floor_from, sizeof(bar.floor_from), "PCIe %u.0 x%u, shared by %u",
                 link->generation_max, link->width_max, bits(link->below));
    }
    /* Others may be slower, so that one GPU has all of the link: no more than that is sure. */
    if (own.ceiling_from[0] != '\0' && own.ceiling < bar.ceiling) {
        bar.ceiling = own.ceiling;
        memcpy(bar.ceiling_from, own.ceiling_from, sizeof(bar.ceiling_from));
    }
    return bar;
}

static bool is_degraded(const struct gst_uplink *link)
{
    return (link->width != 0 && link->width < link->width_max)
           || (link->generation != 0 && link->generation < link->generation_max);
}

const struct gst_uplink *gst_uplinks_degraded(const struct gst_uplinks *uplinks, size_t n,
                                              bool is_alone, double *bytes_per_s)
{
    const struct gst_uplinks_way *way = &uplinks->ways[n];
    const struct gst_uplink *found = NULL;

    for (size_t level = 0; level < way->count; level++) {
        const struct gst_uplink *link = &uplinks->links[way->links[level]];
        const double here =
            rate(link->generation, link->width) * (is_alone ? 1 : way->shares[level]);

        if (!is_degraded(link) || (found != NULL && here >= *bytes_per_s))
            continue;
        found = link;
        *bytes_per_s = here;
    }
    return found;
}

/* Width comes first: lanes that are gone do not come back with load. */
enum gst_finding_id gst_uplink_finding(const struct gst_uplink *link)
{
    return link->width != 0 && link->width < link->width_max ? GST_HARDWARE_PCIE_UPLINK_NARROW
                                                             : GST_HARDWARE_PCIE_UPLINK_SLOW;
}

const char *gst_uplink_describe(const struct gst_uplink *link, const struct gst_env *env,
                                char *text, size_t size)
{
    char gpus[96] = "";
    size_t used = 0;

    for (int n = 0; n < env->gpu_count && used < sizeof(gpus); n++) {
        if ((link->below >> n & 1) != 0)
            used += (size_t)snprintf(gpus + used, sizeof(gpus) - used, "%s%d",
                                     used == 0 ? "" : ", ", env->gpus[n].index);
    }
    snprintf(text, size, "PCIe %u.0 x%u of %u.0 x%u between %s and %s, above gpu %s",
             link->generation, link->width, link->generation_max, link->width_max, link->upper,
             link->lower, gpus);
    return text;
}
