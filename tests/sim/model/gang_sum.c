/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_sum.h. */
#include "model/gang_sum.h"

#include <stdlib.h>
#include <time.h>

/* A rank that took a slice and did not finish it for so long was killed at it. */
#define PATIENCE_NAPS 100000
#define NAP_NS        20000

/* Sums of one size are kept up to so many bytes, but two: others may be at the last one. */
#define KEPT_BYTES ((uint64_t)32 << 20)
#define KEPT_LEAST 2

static bool is_same(const struct sim_gang_sum *sum, uint64_t size_bytes)
{
    return sum->used != 0 && sum->size_bytes == size_bytes;
}

/* Of those of this size if there are enough of them, else of all, the one not used for longest. */
static unsigned give_way(const struct sim_comm *comm, uint64_t size_bytes)
{
    const struct sim_gang_sum *sums = comm->sums;
    unsigned oldest = 0, oldest_same = SIM_GANG_ROOMS, same = 0;

    for (unsigned i = 0; i < SIM_GANG_ROOMS; i++) {
        if (sums[i].used < sums[oldest].used)
            oldest = i;
        if (!is_same(&sums[i], size_bytes))
            continue;
        same++;
        if (oldest_same == SIM_GANG_ROOMS || sums[i].used < sums[oldest_same].used)
            oldest_same = i;
    }
    return same >= KEPT_LEAST && same * size_bytes >= KEPT_BYTES ? oldest_same : oldest;
}

unsigned sim_gang_sum_room(struct sim_comm *comm, uint64_t key, uint64_t size_bytes,
                           uint64_t number)
{
    unsigned room = 0;

    while (room < SIM_GANG_ROOMS
           && (comm->sums[room].key != key || !is_same(&comm->sums[room], size_bytes)))
        room++;
    if (room == SIM_GANG_ROOMS) {
        room = give_way(comm, size_bytes);
        comm->sums[room] =
            (struct sim_gang_sum){ .key = key, .size_bytes = size_bytes, .number = number };
    }
    comm->sums[room].used = number;
    return room;
}

/* False if it never comes: whoever was at it is gone. */
static bool wait_for(const _Atomic uint64_t *slice, uint64_t done)
{
    const struct timespec nap = { .tv_nsec = NAP_NS };

    for (unsigned i = 0; i < PATIENCE_NAPS; i++) {
        if (atomic_load(slice) >= done)
            return true;
        nanosleep(&nap, NULL);
    }
    return false;
}

const void *sim_gang_sum(struct sim_comm *comm, unsigned room, uint64_t size_bytes, uint64_t count,
                         sim_gang_slice *slice, const void *data)
{
    _Atomic uint64_t *slices = sim_gang_board(comm->gang)->results[room].slices;
    void *target = sim_gang_result(comm->gang, room, size_bytes);
    const uint64_t taken = 2 * comm->sums[room].number, done = taken + 1;
    const uint64_t most = (count + SIM_GANG_SLICES - 1) / SIM_GANG_SLICES;

    if (target == NULL)
        abort();
    for (unsigned i = 0; i < SIM_GANG_SLICES; i++) {
        const uint64_t from = i * most < count ? i * most : count;
        const uint64_t end = from + most < count ? from + most : count;
        uint64_t seen = atomic_load(&slices[i]);

        if (seen >= taken || !atomic_compare_exchange_strong(&slices[i], &seen, taken))
            continue;
        slice(data, target, from, end);
        atomic_store(&slices[i], done);
    }
    for (unsigned i = 0; i < SIM_GANG_SLICES; i++) {
        if (!wait_for(&slices[i], done)) {
            slice(data, target, 0, count);
            break;
        }
    }
    return target;
}
