/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_fault.h. */
#include "model/gang_fault.h"

#include <stdlib.h>
#include <string.h>

#include "model/fault.h"
#include "model/world.h"

static const struct sim_spec_rank *facts_of(unsigned rank)
{
    return &sim_world.spec.ranks[rank];
}

/* With the mark set. */
static bool applies(int fault)
{
    if (fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)fault);
    return fault != SIM_NO_FAULT;
}

/* A fault may be about ranks in processes of their own, or about those that share one. */
static bool is_there(enum sim_rank_place where, bool spans_processes)
{
    return where == SIM_RANK_ANYWHERE || (where == SIM_RANK_IN_PROCESSES) == spans_processes;
}

bool sim_fault_rank_is_absent(unsigned rank)
{
    return applies(facts_of(rank)->absent_fault);
}

bool sim_fault_rank_dies(unsigned rank, enum sim_rank_moment at)
{
    return (unsigned)at == facts_of(rank)->dies_at && applies(facts_of(rank)->death_fault);
}

bool sim_fault_rank_is_dropped(unsigned rank, bool spans_processes)
{
    return is_there(facts_of(rank)->drop_where, spans_processes)
           && applies(facts_of(rank)->drop_fault);
}

bool sim_fault_rank_skips(unsigned rank, uint64_t number)
{
    return number == facts_of(rank)->skips && applies(facts_of(rank)->skip_fault);
}

bool sim_fault_rank_miscounts(unsigned rank, uint64_t number)
{
    return number == facts_of(rank)->miscounts && applies(facts_of(rank)->miscount_fault);
}

sim_time sim_fault_rank_late(unsigned rank)
{
    return applies(facts_of(rank)->late_fault) ? facts_of(rank)->late : 0;
}

int sim_fault_rank_combines(unsigned rank, bool spans_processes, int op)
{
    const struct sim_spec_rank *facts = facts_of(rank);

    return facts->combine_fault != SIM_NO_FAULT && facts->combines != op
                   && is_there(facts->spoil_where, spans_processes) && applies(facts->combine_fault)
               ? facts->combines
               : op;
}

bool sim_fault_rank_is_unscaled(unsigned rank)
{
    return applies(facts_of(rank)->scale_fault);
}

/* The chunk that belongs to the first half comes to lie in the second one, and the other way. */
static void swap_halves(unsigned char *bytes, uint64_t size_bytes)
{
    const uint64_t half = size_bytes / 2;

    for (uint64_t i = 0; i < half; i++) {
        const unsigned char byte = bytes[i];

        bytes[i] = bytes[size_bytes - half + i];
        bytes[size_bytes - half + i] = byte;
    }
}

/* Further from zero: numbers of one sign lie in the order of their bits, the lowest byte first. */
static void add_ulps(unsigned char *bytes, size_t element_bytes, unsigned ulps)
{
    uint64_t bits = 0;

    memcpy(&bits, bytes, element_bytes);
    bits += ulps;
    memcpy(bytes, &bits, element_bytes);
}

void sim_fault_rank_spoil(unsigned rank, bool spans_processes, void *bytes, uint64_t size_bytes,
                          size_t element_bytes)
{
    /* Quiet, and no number in every floating type, however wide. */
    static const uint16_t no_number[4] = { 0x7fff, 0x7fff, 0x7fff, 0x7fff };
    const struct sim_spec_rank *facts = facts_of(rank);

    if (!is_there(facts->spoil_where, spans_processes))
        return;
    if (size_bytes >= sizeof no_number && applies(facts->nan_fault))
        memcpy(bytes, no_number, sizeof no_number);
    if (size_bytes >= 16 && applies(facts->swap_fault))
        swap_halves(bytes, size_bytes);
    if (size_bytes >= element_bytes && applies(facts->ulps_fault))
        add_ulps(bytes, element_bytes, facts->ulps);
    if (facts->flip.byte < size_bytes && applies(facts->flip.fault))
        ((unsigned char *)bytes)[facts->flip.byte] ^= (unsigned char)(1u << facts->flip.bit);
}
