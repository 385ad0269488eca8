/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two files in which NCCL says what it took the machine for and what it made of it, in its own
 * format (src/graph/xml.cc, topo.cc, search.cc): NCCL_TOPO_DUMP_FILE, NCCL_GRAPH_DUMP_FILE. Both
 * are about the GPUs of one host.
 */
#ifndef SIM_MODEL_GANG_DUMP_H
#define SIM_MODEL_GANG_DUMP_H

#include <stdio.h>

#include "model/gang_way.h"
#include "script/machine.h"

/* GPUs by NUMA node, below their PCIe switch if the profile tells its bus, with their NVLinks: to
 * NVSwitches, whose place is not told, or to one another. */
void sim_gang_dump_topology(FILE *file, const struct sim_spec *spec,
                            const struct sim_machine *machine, const struct sim_gang_rank *ranks,
                            unsigned count, unsigned self);

/* Rings (0), trees (1) and reducing switches (3), these without channels where there are none. */
void sim_gang_dump_graphs(FILE *file, const struct sim_spec *spec, const struct sim_gang_way *way,
                          const struct sim_gang_rank *ranks, unsigned self);

/* "NVL", "PHB", ... */
const char *sim_gang_path_name(enum sim_gang_path path);

#endif
