/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bad link does to a collective: a rank gets everything from the one before it in the ring.
 * Where their link loses what crosses it, nothing arrives; where it turns a bit over, that bit of
 * what the rank gets is wrong. Messages go over the link of their own two.
 */
#ifndef SIM_MODEL_GANG_WIRE_H
#define SIM_MODEL_GANG_WIRE_H

#include "model/gang_comm.h"

/* The rank before this one in the ring; itself if it is alone. */
unsigned sim_gang_before(const struct sim_comm *comm);

/* From one rank to this one. The mark of the fault is set if so. */
bool sim_gang_wire_drops(const struct sim_comm *comm, unsigned from);
void sim_gang_wire_flips(const struct sim_comm *comm, unsigned from, void *bytes,
                         uint64_t size_bytes);

#endif
