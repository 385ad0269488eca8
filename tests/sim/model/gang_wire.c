/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_wire.h. */
#include "model/gang_wire.h"

#include "model/fault.h"
#include "model/gang_way.h"

unsigned sim_gang_before(const struct sim_comm *comm)
{
    struct sim_gang_rank ranks[SIM_GANG_RANKS];
    struct sim_gang_way way;

    sim_comm_ranks(comm, ranks);
    sim_gang_way(&way, &sim_world.spec, &sim_gang_board(comm->gang)->env, ranks, comm->count);
    for (unsigned i = 0; i < comm->count; i++) {
        if (way.ring[i] == comm->rank)
            return way.ring[(i + comm->count - 1) % comm->count];
    }
    return comm->rank;
}

/* Do bytes go from one GPU to the other without a stop? */
static bool is_direct(const struct sim_comm *comm, unsigned from, unsigned gpus[2])
{
    const struct sim_gang_board *board = sim_gang_board(comm->gang);
    const struct sim_gang_rank *one = &board->seats[from].rank;
    const struct sim_gang_rank *other = &board->seats[comm->rank].rank;
    const enum sim_gang_transport via = sim_gang_via(&sim_world.spec, &board->env, one, other);

    gpus[0] = one->gpu;
    gpus[1] = other->gpu;
    return from != comm->rank && (via == SIM_VIA_DIRECT || via == SIM_VIA_P2P);
}

bool sim_gang_wire_drops(const struct sim_comm *comm, unsigned from)
{
    unsigned gpus[2];

    return is_direct(comm, from, gpus) && sim_fault_link_drops(gpus[0], gpus[1]);
}

void sim_gang_wire_flips(const struct sim_comm *comm, unsigned from, void *bytes,
                         uint64_t size_bytes)
{
    unsigned gpus[2], bit;
    uint64_t byte;

    if (is_direct(comm, from, gpus)
        && sim_fault_link_flips(gpus[0], gpus[1], size_bytes, &byte, &bit))
        ((unsigned char *)bytes)[byte] ^= (unsigned char)(1u << bit);
}
