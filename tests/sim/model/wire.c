/* SPDX-License-Identifier: Apache-2.0 */
/* See wire.h. A kernel runs in one go, so a range can be changed under it and put back. */
#include "model/wire.h"

#include <stdlib.h>
#include <string.h>

#include "model/alloc.h"
#include "model/fault.h"

#define UNANSWERED 0xff

void sim_wire_flip(const struct sim_device *from, const struct sim_device *to, uintptr_t address,
                   uint64_t size_bytes)
{
    uint64_t byte;
    unsigned bit;

    if (sim_fault_link_flips(from->gpu, to->gpu, size_bytes, &byte, &bit))
        ((unsigned char *)address)[byte] ^= (unsigned char)(1u << bit);
}

/* The other GPU whose memory the access is about; NULL if it is about none. */
static const struct sim_device *home_of(const struct sim_device *device,
                                        const struct sim_access *access)
{
    const struct sim_block *block = sim_memory_find(&sim_world.memory, (uintptr_t)access->pointer);

    if (block == NULL || block->kind != SIM_BLOCK_DEVICE || sim_block_device(block) == device)
        return NULL;
    return sim_block_device(block);
}

/* Has an access before this one read the same? Turning a bit over twice would leave it right. */
static bool is_read_before(const struct sim_cost *cost, unsigned index)
{
    for (unsigned i = 0; i < index; i++) {
        if (!cost->accesses[i].is_write
            && cost->accesses[i].pointer == cost->accesses[index].pointer)
            return true;
    }
    return false;
}

static void flip_reads(const struct sim_device *device, const struct sim_cost *cost)
{
    for (unsigned i = 0; i < cost->access_count; i++) {
        const struct sim_access *access = &cost->accesses[i];
        const struct sim_device *home = home_of(device, access);

        if (home != NULL && !access->is_write && !is_read_before(cost, i))
            sim_wire_flip(home, device, (uintptr_t)access->pointer, access->bytes);
    }
}

static void keep(struct sim_wire *wire, const struct sim_access *access)
{
    void *bytes = malloc(access->bytes + 1);

    if (bytes == NULL)
        abort();
    memcpy(bytes, access->pointer, access->bytes);
    wire->kept[wire->count].address = (uintptr_t)access->pointer;
    wire->kept[wire->count].size_bytes = access->bytes;
    wire->kept[wire->count++].bytes = bytes;
}

void sim_wire_begin(struct sim_wire *wire, const struct sim_device *device,
                    const struct sim_cost *cost)
{
    wire->count = 0;
    for (unsigned i = 0; i < cost->access_count; i++) {
        const struct sim_access *access = &cost->accesses[i];
        const struct sim_device *home = home_of(device, access);

        if (home == NULL || access->bytes == 0
            || !sim_fault_link_drops(access->is_write ? device->gpu : home->gpu,
                                     access->is_write ? home->gpu : device->gpu))
            continue;
        keep(wire, access);
        if (!access->is_write)
            memset((void *)(uintptr_t)access->pointer, UNANSWERED, access->bytes);
    }
    flip_reads(device, cost);
}

void sim_wire_end(struct sim_wire *wire, const struct sim_device *device,
                  const struct sim_cost *cost)
{
    flip_reads(device, cost);
    for (unsigned i = 0; i < cost->access_count; i++) {
        const struct sim_access *access = &cost->accesses[i];
        const struct sim_device *home = home_of(device, access);

        if (home != NULL && access->is_write)
            sim_wire_flip(device, home, (uintptr_t)access->pointer, access->bytes);
    }
    while (wire->count > 0) {
        wire->count--;
        memcpy((void *)wire->kept[wire->count].address, wire->kept[wire->count].bytes,
               wire->kept[wire->count].size_bytes);
        free(wire->kept[wire->count].bytes);
    }
}
