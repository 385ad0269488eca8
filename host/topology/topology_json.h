/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The topology for programs: one JSON object, described by host/topology.schema.json.
 */
#ifndef GST_TOPOLOGY_TOPOLOGY_JSON_H
#define GST_TOPOLOGY_TOPOLOGY_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "topology/topology.h"

/* Rises when a reader of the older form would misread the newer one. */
#define GST_TOPOLOGY_SCHEMA_VERSION 1

/* Writes the object and a line feed. `profile` is that of a simulation, NULL on a machine. False if
 * it could not be built or written. */
bool gst_topology_write_json(const struct gst_topology *topology, const char *version,
                             const char *profile, FILE *out);

#endif
