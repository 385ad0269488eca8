/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small table; what is pushed out of it is done again. Every place is looked at, so that which
 * work is spared does not depend on addresses, which differ from run to run.
 */
#include "model/repeat.h"

#include <string.h>

#define RECORDS    256                   /* more than the copies of 16 GPUs to each other */
#define FNV_OFFSET 14695981039346656037u /* FNV-1a, 64 bit, by words */
#define FNV_PRIME  1099511628211u

struct record {
    struct sim_repeat work;
    uint64_t written; /* so many effects had written memory when it was done, */
    uint64_t entry;   /* and so many calls had come */
};

static uint64_t digests[RECORDS]; /* of the records, side by side to be searched */
static struct record records[RECORDS];
static unsigned oldest;

void sim_repeat_init(struct sim_repeat *repeat)
{
    *repeat = (struct sim_repeat){ .digest = FNV_OFFSET };
}

void sim_repeat_part(struct sim_repeat *repeat, const void *part, size_t size_bytes)
{
    const unsigned char *bytes = part;

    for (; size_bytes > 0; bytes += sizeof(uint64_t)) {
        const size_t taken = size_bytes < sizeof(uint64_t) ? size_bytes : sizeof(uint64_t);
        uint64_t word = 0;

        memcpy(&word, bytes, taken);
        repeat->digest = (repeat->digest ^ word) * FNV_PRIME;
        repeat->digest ^= repeat->digest >> 32; /* or the upper bits would never come down */
        size_bytes -= taken;
    }
}

void sim_repeat_range(struct sim_repeat *repeat, uintptr_t address, uint64_t size_bytes)
{
    const struct sim_block *block = sim_memory_find(&sim_world.memory, address);

    if (size_bytes == 0 || block == NULL)
        return;
    repeat->ranges[repeat->range_count].block = block;
    repeat->ranges[repeat->range_count].address = address;
    repeat->ranges[repeat->range_count++].size_bytes = size_bytes;
    sim_repeat_part(repeat, &address, sizeof address);
    sim_repeat_part(repeat, &size_bytes, sizeof size_bytes);
}

/* RECORDS if there is none. */
static unsigned find(const struct sim_repeat *repeat)
{
    unsigned i = 0;

    while (i < RECORDS && digests[i] != repeat->digest)
        i++;
    return i;
}

bool sim_repeat_stands(const struct sim_repeat *repeat)
{
    const unsigned place = find(repeat);
    const struct record *record = &records[place % RECORDS];

    if (sim_world.order != SIM_ORDER_FORWARD || place == RECORDS
        || record->work.range_count != repeat->range_count)
        return false;
    for (unsigned i = 0; i < repeat->range_count; i++) {
        const struct sim_block *block = repeat->ranges[i].block;

        if (record->work.ranges[i].block != block
            || sim_block_changed(block, repeat->ranges[i].address, repeat->ranges[i].size_bytes,
                                 record->written))
            return false;
        if (block->kind != SIM_BLOCK_DEVICE && record->entry != sim_world.entries)
            return false;
    }
    return true;
}

void sim_repeat_done(const struct sim_repeat *repeat)
{
    const unsigned known = find(repeat);
    const unsigned place = known < RECORDS ? known : oldest++ % RECORDS;
    struct record *record = &records[place];

    digests[place] = repeat->digest;
    record->work = *repeat;
    record->written = sim_world.writes;
    record->entry = sim_world.entries;
}
