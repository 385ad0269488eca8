/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder into which NCCL was told to write, and what lies in it afterwards. Whoever starts
 * ranks sets the variables for them; a rank that died leaves less, and what cannot be read is not
 * told.
 */
#ifndef GST_COLLECTIVE_WAY_READ_H
#define GST_COLLECTIVE_WAY_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "collective/way/graph.h"
#include "collective/way/log.h"
#include "collective/way/topology.h"

/* More of a file is not read: a dump of 64 GPUs has some 100 KiB, a log of one rank as much. */
#define GST_WAY_FILE_MAX_BYTES ((size_t)4 << 20)

struct gst_way_seen {
    bool has_topology, has_graphs, has_log;
    char topology_problem[80]; /* why not: "it is not there", "it ends within an element" */
    char graphs_problem[80];
    struct gst_way_topology topology;
    struct gst_way_graphs graphs;
    struct gst_way_log log;
};

/* Variables for ranks that write to `folder`, as "NAME=value". Calls `visit` for each. */
void gst_way_variables(const char *folder, void (*visit)(const char *variable, void *data),
                       void *data);

/* The same where there is no folder: what the user asked NCCL to tell goes on to the user's file,
 * or to standard error among all else; warnings alone are few enough for that. */
void gst_way_quiet_variables(void (*visit)(const char *variable, void *data), void *data);

/* Reads all files that such ranks left. */
void gst_way_read(struct gst_way_seen *seen, const char *folder);

#endif
