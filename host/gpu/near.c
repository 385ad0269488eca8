/* SPDX-License-Identifier: Apache-2.0 */
/* From sysfs to an affinity and back; see near.h. */
#include "gpu/near.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/cpus.h"

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

void gst_near_begin(struct gst_near *near, const struct gst_root *root, const struct gst_gpu *gpu)
{
    char text[1024];
    cpu_set_t local, both;

    *near = (struct gst_near){ .node = -1 };
    if (root == NULL || !read_of_gpu(root, gpu, "numa_node", text, sizeof(text)))
        return;
    near->node = atoi(text);
    /* -1 is the firmware's "not told", and then every CPU is local. */
    if (near->node < 0 || !read_of_gpu(root, gpu, "local_cpulist", text, sizeof(text))
        || !gst_cpu_list_parse(text, &local)
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
    if (near->is_moved)
        snprintf(text, size, "host memory of NUMA node %d", near->node);
    else if (near->node >= 0)
        snprintf(text, size, "host memory of any NUMA node, the GPU is at %d", near->node);
    else
        snprintf(text, size, "host memory of any NUMA node");
    return text;
}
