/* SPDX-License-Identifier: Apache-2.0 */
/* Processors of each node, from sysfs; see nodes.h. */
#include "topology/nodes.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cpus.h"

#define NODES      "/sys/devices/system/node"
#define NODE       "node"
#define NODES_MOST 1024 /* MAX_NUMNODES of Linux on every architecture, at most */

struct search {
    const struct gst_root *root;
    struct gst_cpus cpus;
    bool is_found[NODES_MOST];
};

static bool visit(const char *name, void *data)
{
    struct search *search = data;
    char path[96], list[4096], *end;
    struct gst_cpus own;
    unsigned long node;

    if (strncmp(name, NODE, strlen(NODE)) != 0)
        return true;
    node = strtoul(name + strlen(NODE), &end, 10);
    if (end == name + strlen(NODE) || *end != '\0' || node >= NODES_MOST)
        return true;
    snprintf(path, sizeof(path), NODES "/" NODE "%lu/cpulist", node);
    if (gst_root_read(search->root, path, list, sizeof(list)) && gst_cpus_parse(&own, list))
        search->is_found[node] = gst_cpus_meet(&search->cpus, &own);
    return true;
}

const char *gst_nodes_of_cpus(const struct gst_root *root, const char *cpus, char *text,
                              size_t size)
{
    struct search search = { .root = root };
    size_t length = 0;

    text[0] = '\0';
    if (cpus[0] == '\0' || !gst_cpus_parse(&search.cpus, cpus))
        return text;
    gst_root_list(root, NODES, visit, &search);
    for (unsigned first = 0, last; first < NODES_MOST && length < size; first = last + 1) {
        last = first;
        if (!search.is_found[first])
            continue;
        while (last + 1 < NODES_MOST && search.is_found[last + 1])
            last++;
        length +=
            (size_t)snprintf(text + length, size - length, "%s%u", length == 0 ? "" : ",", first);
        if (last > first && length < size)
            length += (size_t)snprintf(text + length, size - length, "-%u", last);
    }
    return text;
}
