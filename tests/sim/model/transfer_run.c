/* SPDX-License-Identifier: Apache-2.0 */
/* See transfer_run.h. Bytes are moved when a copy ends: a source that changes before is copied
 * changed. */
#include "model/transfer_run.h"

#include <stdlib.h>
#include <string.h>

#include "model/alloc.h"
#include "model/fault.h"
#include "model/repeat.h"
#include "model/wire.h"

void sim_transfer_hold(struct sim_transfer *transfer)
{
    if (transfer->target_block != NULL)
        transfer->target_block->in_flight++;
    if (transfer->source_block != NULL)
        transfer->source_block->in_flight++;
}

void sim_transfer_release(void *data)
{
    struct sim_transfer *transfer = data;

    if (transfer->target_block != NULL)
        transfer->target_block->in_flight--;
    if (transfer->source_block != NULL)
        transfer->source_block->in_flight--;
    free(transfer->staging);
    free(transfer);
}

static void fill(const struct sim_transfer *transfer)
{
    unsigned char *bytes = (unsigned char *)transfer->target;

    if (transfer->width == 1) {
        memset(bytes, (int)transfer->value, transfer->size_bytes);
        return;
    }
    for (uint64_t i = 0; i + sizeof transfer->value <= transfer->size_bytes;
         i += sizeof transfer->value)
        memcpy(bytes + i, &transfer->value, sizeof transfer->value);
}

struct sim_device *sim_transfer_device(const struct sim_block *block)
{
    return block != NULL && block->kind == SIM_BLOCK_DEVICE ? sim_block_device(block) : NULL;
}

/* Can it be spared if it was done before? Not where memory is pageable, which anybody may write at
 * any time, where it overlaps itself, or where a bit is yet to turn over. */
static bool is_repeatable(const struct sim_transfer *transfer)
{
    const uint64_t distance = transfer->target > transfer->source
                                  ? transfer->target - transfer->source
                                  : transfer->source - transfer->target;

    if (transfer->target_block == NULL || transfer->target_block->flip.is_armed)
        return false;
    return transfer->is_fill
           || (transfer->source_block != NULL && distance >= transfer->size_bytes);
}

static void describe(const struct sim_transfer *transfer, struct sim_repeat *repeat)
{
    const uint64_t parts[] = { transfer->target,    transfer->source,  transfer->size_bytes,
                               transfer->is_direct, transfer->is_fill, transfer->value,
                               transfer->width };

    sim_repeat_init(repeat);
    sim_repeat_part(repeat, parts, sizeof parts);
    sim_repeat_range(repeat, transfer->target, transfer->size_bytes);
    if (transfer->source_block != NULL)
        sim_repeat_range(repeat, transfer->source, transfer->size_bytes);
}

static bool is_dropped(const struct sim_transfer *transfer)
{
    return transfer->is_direct
           && sim_fault_link_drops(sim_transfer_device(transfer->source_block)->gpu,
                                   sim_transfer_device(transfer->target_block)->gpu);
}

static void move(const struct sim_transfer *transfer)
{
    memmove((void *)transfer->target,
            transfer->staging != NULL ? transfer->staging : (void *)transfer->source,
            transfer->size_bytes);
    if (transfer->is_direct)
        sim_wire_flip(sim_transfer_device(transfer->source_block),
                      sim_transfer_device(transfer->target_block), transfer->target,
                      transfer->size_bytes);
}

void sim_transfer_effect(void *data, sim_time end)
{
    struct sim_transfer *transfer = data;
    struct sim_repeat repeat;

    (void)end;
    if (sim_gpu_is_lost(transfer->context->device->gpu))
        sim_context_fail(transfer->context, CUDA_ERROR_UNKNOWN);
    if (transfer->context->sticky != CUDA_SUCCESS)
        return;
    if (is_dropped(transfer))
        return;
    /* Asked once: a bit that turns over now was yet to do so before. */
    const bool can_stand = is_repeatable(transfer);
    if (can_stand) {
        describe(transfer, &repeat);
        if (sim_repeat_stands(&repeat))
            return;
    }
    if (transfer->target_block != NULL)
        sim_world_open(transfer->target_block);
    if (transfer->source_block != NULL)
        sim_world_open(transfer->source_block);
    if (transfer->is_fill)
        fill(transfer);
    else
        move(transfer);
    if (transfer->target_block != NULL)
        sim_world_written(transfer->target_block, transfer->target, transfer->size_bytes);
    if (can_stand)
        sim_repeat_done(&repeat);
}
