/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocation rules. Sizes are counted as the modelled GPU would hand them out, in 2 MiB pages for
 * all but small blocks; the real machine pays only for what is written.
 */
#include "model/alloc.h"

#include "model/fault.h"
#include "model/strict.h"

#define LARGE_PAGE ((uint64_t)2 << 20)
#define SMALL_PAGE ((uint64_t)512)

static uint64_t charge(uint64_t size_bytes)
{
    uint64_t page = size_bytes >= LARGE_PAGE / 2 ? LARGE_PAGE : SMALL_PAGE;

    return (size_bytes + page - 1) / page * page;
}

/* The GPU's row in the shared state. */
static unsigned number(const struct sim_device *device)
{
    return sim_world.spec.gpus[device->gpu].gpu % SIM_STATE_GPUS;
}

/* Other processes see it too, through NVML. */
static void count_use(struct sim_device *device, uint64_t used_bytes)
{
    device->used_bytes = used_bytes;
    if (sim_world.process != NULL)
        atomic_store(&sim_world.process->used_bytes[number(device)], used_bytes);
}

static uint64_t available(const struct sim_context *context)
{
    const struct sim_device *device = context->device;
    uint64_t others = sim_state_used_bytes(sim_world.state, number(device));
    uint64_t foreign = sim_world.spec.gpus[device->gpu].foreign_bytes;
    uint64_t used =
        SIM_CONTEXT_BYTES + foreign + (others > device->used_bytes ? others : device->used_bytes);

    return used < device->total_bytes ? device->total_bytes - used : 0;
}

static void belongs_to(struct sim_block *block, const struct sim_context *context)
{
    block->gpu = (unsigned)sim_device_ordinal(context->device);
    block->generation = context->generation;
}

int sim_alloc_device(struct sim_context *context, uint64_t size_bytes, uintptr_t *address)
{
    struct sim_device *device = context->device;

    if (size_bytes > available(context) || charge(size_bytes) > available(context))
        return CUDA_ERROR_OUT_OF_MEMORY;
    struct sim_block *block = sim_memory_add(&sim_world.memory, SIM_BLOCK_DEVICE, size_bytes);
    if (block == NULL)
        return CUDA_ERROR_OUT_OF_MEMORY;
    belongs_to(block, context);
    sim_fault_arm_flip(device->gpu, block);
    count_use(device, device->used_bytes + charge(size_bytes));
    *address = block->address;
    return CUDA_SUCCESS;
}

int sim_alloc_pinned(struct sim_context *context, uint64_t size_bytes, unsigned flags,
                     void **address)
{
    const unsigned known =
        CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP | CU_MEMHOSTALLOC_WRITECOMBINED;

    if ((flags & ~known) != 0 || size_bytes == 0)
        return CUDA_ERROR_INVALID_VALUE;
    struct sim_block *block = sim_memory_add(&sim_world.memory, SIM_BLOCK_PINNED, size_bytes);
    if (block == NULL)
        return CUDA_ERROR_OUT_OF_MEMORY;
    belongs_to(block, context);
    block->flags = flags;
    *address = (void *)block->address;
    return CUDA_SUCCESS;
}

static void drop(struct sim_block *block)
{
    struct sim_device *device = sim_block_device(block);

    sim_memory_drop(block);
    if (block->kind == SIM_BLOCK_DEVICE)
        count_use(device, device->used_bytes - charge(block->size_bytes));
}

int sim_free(struct sim_context *context, enum sim_block_kind kind, uintptr_t address)
{
    struct sim_block *block = sim_memory_find(&sim_world.memory, address);

    if (block == NULL || block->kind != kind || block->address != address) {
        if (sim_memory_was_freed(&sim_world.memory, address))
            sim_strict_report("%#llx was freed twice", (unsigned long long)address);
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (block->in_flight > 0)
        sim_strict_report("%#llx was freed while work on it was pending",
                          (unsigned long long)address);
    int error = sim_context_synchronize(&sim_block_device(block)->context);
    (void)context;
    drop(block);
    return error;
}

void sim_alloc_info(const struct sim_context *context, size_t *free_bytes, size_t *total)
{
    *free_bytes = available(context);
    *total = context->device->total_bytes;
}

struct sim_block *sim_block_at(uintptr_t address, uint64_t size_bytes, enum sim_block_kind kind)
{
    struct sim_block *block = sim_memory_find(&sim_world.memory, address);

    if (block == NULL || block->kind != kind || !sim_block_holds(block, address, size_bytes))
        return NULL;
    return block;
}

struct sim_device *sim_block_device(const struct sim_block *block)
{
    return &sim_world.devices[block->gpu];
}

int sim_pointer_attribute(void *value, int attribute, uintptr_t address)
{
    const struct sim_block *block = sim_memory_find(&sim_world.memory, address);

    if (block == NULL)
        return CUDA_ERROR_INVALID_VALUE;
    switch (attribute) {
    case CU_POINTER_ATTRIBUTE_CONTEXT:
        *(void **)value = sim_block_device(block)->context.handle;
        return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
        *(unsigned *)value =
            block->kind == SIM_BLOCK_DEVICE ? CU_MEMORYTYPE_DEVICE : CU_MEMORYTYPE_HOST;
        return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_DEVICE_POINTER:
        *(CUdeviceptr *)value = address;
        return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_HOST_POINTER:
        if (block->kind != SIM_BLOCK_PINNED)
            return CUDA_ERROR_INVALID_VALUE;
        *(void **)value = (void *)address;
        return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_IS_MANAGED:
        *(unsigned *)value = 0;
        return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
        *(int *)value = (int)block->gpu;
        return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
        *(CUdeviceptr *)value = block->address;
        return CUDA_SUCCESS;
    case CU_POINTER_ATTRIBUTE_RANGE_SIZE:
        *(size_t *)value = block->size_bytes;
        return CUDA_SUCCESS;
    default:
        return CUDA_ERROR_INVALID_VALUE;
    }
}

void sim_blocks_drop(const struct sim_context *context)
{
    const unsigned device = (unsigned)sim_device_ordinal(context->device);

    for (size_t i = 0; i < sim_world.memory.count; i++) {
        struct sim_block *block = sim_world.memory.blocks[i];

        if (block->is_alive && block->gpu == device && block->generation == context->generation)
            drop(block);
    }
}
