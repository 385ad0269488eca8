/* SPDX-License-Identifier: Apache-2.0 */
/* From sysfs to an affinity and back; see near.h. */
#include "gpu/near.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cpus.h"
#include "gpu/numa_maps.h"

bool gst_cpu_list_parse(const char *text, cpu_set_t *cpus)
{
    struct gst_cpus list;
    const bool ok = gst_cpus_parse(&list, text);

    CPU_ZERO(cpus);
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (gst_cpus_has(&list, cpu))
            CPU_SET(cpu, cpus);
    }
    return ok;
}

static bool read_of_gpu(const struct gst_root *root, const struct gst_gpu *gpu, const char *file,
                        char *text, size_t size)
{
    char path[96];

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", gpu->pci_id, file);
    return gst_root_read(root, path, text, size);
}

/* What follows `key` in a file of lines "key:<tab>value". */
static bool find_value(const char *text, const char *key, char *value, size_t size)
{
    const char *at = strstr(text, key);

    if (at == NULL || (at != text && at[-1] != '\n'))
        return false;
    at += strlen(key);
    at += strspn(at, " \t");
    snprintf(value, size, "%.*s", (int)strcspn(at, "\n"), at);
    return true;
}

static bool has_node(const char *list, int node)
{
    struct gst_cpus nodes;

    return list[0] == '\0' || !gst_cpus_parse(&nodes, list) || gst_cpus_has(&nodes, (unsigned)node);
}

/* A list that cannot be read proves nothing. */
static bool meet(const char *list, const char *other)
{
    struct gst_cpus a, b;

    return !gst_cpus_parse(&a, list) || !gst_cpus_parse(&b, other) || gst_cpus_meet(&a, &b);
}

static void find_limits(struct gst_near *near, const struct gst_root *root, const char *local)
{
    char status[8192], list[48];
    bool is_bound;

    if (!gst_root_read(root, "/proc/self/status", status, sizeof(status)))
        return;
    is_bound = gst_numa_maps_binding(root, list, sizeof(list));
    if ((is_bound && !has_node(list, near->node))
        || (find_value(status, "Mems_allowed_list:", list, sizeof(list))
            && !has_node(list, near->node))) {
        near->is_far = true;
        snprintf(near->may_use, sizeof(near->may_use), "memory of NUMA node %s", list);
    } else if (!is_bound && find_value(status, "Cpus_allowed_list:", list, sizeof(list))
               && !meet(list, local)) {
        near->is_far = true;
        snprintf(near->may_use, sizeof(near->may_use), "CPUs %s", list);
    }
}

void gst_near_begin(struct gst_near *near, const struct gst_root *root, const struct gst_gpu *gpu)
{
    char text[1024];
    cpu_set_t local, both;

    *near = (struct gst_near){ .node = -1 };
    if (root == NULL || !read_of_gpu(root, gpu, "numa_node", text, sizeof(text)))
        return;
    near->node = atoi(text);
    /* -1 is the firmware's "not told", and then every CPU is local. */
    if (near->node < 0 || !read_of_gpu(root, gpu, "local_cpulist", text, sizeof(text)))
        return;
    find_limits(near, root, text);
    if (!gst_cpu_list_parse(text, &local)
        || sched_getaffinity(0, sizeof(near->before), &near->before) != 0)
        return;
    CPU_AND(&both, &local, &near->before);
    near->is_moved = CPU_COUNT(&both) > 0 && sched_setaffinity(0, sizeof(both), &both) == 0;
}

void gst_near_end(struct gst_near *near)
{
    if (near->is_moved)
        sched_setaffinity(0, sizeof(near->before), &near->before);
}

const char *gst_near_describe(const struct gst_near *near, char *text, size_t size)
{
    if (near->is_far)
        snprintf(text, size,
                 "host memory far from the GPU at NUMA node %d: the process may use %s only",
                 near->node, near->may_use);
    else if (near->is_moved)
        snprintf(text, size, "host memory of NUMA node %d", near->node);
    else if (near->node >= 0)
        snprintf(text, size, "host memory of any NUMA node, the GPU is at %d", near->node);
    else
        snprintf(text, size, "host memory of any NUMA node");
    return text;
}
