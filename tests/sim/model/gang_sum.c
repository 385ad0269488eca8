/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_sum.h. */
#include "model/gang_sum.h"

#include <stdlib.h>
#include <time.h>

/* A rank that took a slice and did not finish it for so long was killed at it. */
#define PATIENCE_NAPS 100000
#define NAP_NS        20000

unsigned sim_gang_sum_room(struct sim_comm *comm, uint64_t key, uint64_t number)
{
    unsigned oldest = 0, i = 0;

    while (i < SIM_GANG_ROOMS && (comm->sums[i].key != key || comm->sums[i].used == 0)) {
        if (comm->sums[i].used < comm->sums[oldest].used)
            oldest = i;
        i++;
    }
    if (i == SIM_GANG_ROOMS) {
        i = oldest;
        comm->sums[i] = (struct sim_gang_sum){ .key = key, .number = number };
    }
    comm->sums[i].used = number;
    return i;
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
