/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a twin with the memory opened that its GPU can reach. A touch of anything closed is what it
 * would be on a GPU: error 700 for good, not a crash of the program under test.
 */
#include "model/kernel_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/reach.h"
#include "model/repeat.h"
#include "model/strict.h"
#include "model/wire.h"

static _Thread_local sigjmp_buf escape;
static _Thread_local volatile sig_atomic_t is_running;

struct sim_kernel_run *sim_kernel_run_new(struct sim_context *context,
                                          const struct sim_function *function,
                                          const void *arguments)
{
    struct sim_kernel_run *run = calloc(1, sizeof *run);
    size_t size_bytes = function->twin->args_bytes;

    if (run == NULL || (run->arguments = malloc(size_bytes + 1)) == NULL)
        abort();
    memcpy(run->arguments, arguments, size_bytes);
    run->context = context;
    run->fault = sim_fault_kernel(function->twin->name);
    run->launch = (struct sim_launch){ .kernel = function->twin,
                                       .args = run->arguments,
                                       .arch = function->choice.architecture * 10,
                                       .order = sim_world.order,
                                       .seed = ++context->seed };
    return run;
}

void sim_kernel_run_release(void *data)
{
    struct sim_kernel_run *run = data;

    free(run->arguments);
    free(run);
}

/* Where the row says all that the kernel touches only that: opening and closing all memory of eight
 * GPUs takes far longer than a kernel of one thread. */
static void open_all(const struct sim_kernel_run *run)
{
    const struct sim_context *context = run->context;

    for (unsigned i = 0; run->has_cost && i < run->cost.access_count; i++) {
        const struct sim_access *access = &run->cost.accesses[i];

        if (access->bytes > 0)
            sim_world_open(sim_memory_find(&sim_world.memory, (uintptr_t)access->pointer));
    }
    for (size_t i = 0; !run->has_cost && i < sim_world.memory.count; i++) {
        struct sim_block *block = sim_world.memory.blocks[i];

        if (block->is_alive && sim_reach_block(context, block))
            sim_world_open(block);
    }
}

static void on_fault(int signal_number)
{
    if (is_running)
        siglongjmp(escape, 1);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static bool run_twin(const struct sim_kernel_run *run, char *why, size_t size)
{
    struct sigaction catch = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
    struct sigaction old_segv, old_bus;
    volatile bool is_ok = false;
    struct sim_launch launch = run->launch;
    struct sim_wire wire;

    /* In another order each thread is wanted by itself. */
    if (launch.kernel->any_block && launch.order == SIM_ORDER_FORWARD && launch.block[1] == 1
        && launch.block[2] == 1)
        launch.block[0] = 1;
    sim_wire_begin(&wire, run->context->device, &run->cost);
    sigemptyset(&catch.sa_mask);
    sigaction(SIGSEGV, &catch, &old_segv);
    sigaction(SIGBUS, &catch, &old_bus);
    if (sigsetjmp(escape, 1) == 0) {
        is_running = 1;
        is_ok = sim_exec_run(&launch, why, size);
    } else {
        snprintf(why, size, "it touched memory that is not its own");
    }
    is_running = 0;
    sigaction(SIGSEGV, &old_segv, NULL);
    sigaction(SIGBUS, &old_bus, NULL);
    sim_wire_end(&wire, run->context->device, &run->cost);
    return is_ok;
}

/* The element lies in the first range that the kernel writes. */
static void spoil(const struct sim_kernel_run *run)
{
    const uint64_t offset = run->fault.element * sizeof(float);

    for (unsigned i = 0; i < run->cost.access_count; i++) {
        const struct sim_access *access = &run->cost.accesses[i];

        if (!access->is_write || offset + sizeof(float) > access->bytes)
            continue;
        ((unsigned char *)(uintptr_t)access->pointer)[offset + 2] ^= 0x40;
        sim_fault_kernel_was_wrong(run->launch.kernel->name);
        return;
    }
}

static bool overlap(const struct sim_access *a, const struct sim_access *b)
{
    uintptr_t from_a = (uintptr_t)a->pointer, from_b = (uintptr_t)b->pointer;

    return from_a < from_b + b->bytes && from_b < from_a + a->bytes;
}

/* Would the kernel give the same result again? Not if it reads what it writes. */
static bool is_repeatable(const struct sim_kernel_run *run)
{
    if (!run->has_cost || run->fault.is_wrong)
        return false;
    for (unsigned i = 0; i < run->cost.access_count; i++) {
        const struct sim_access *access = &run->cost.accesses[i];

        for (unsigned k = 0; access->is_write && k < run->cost.access_count; k++) {
            if (!run->cost.accesses[k].is_write && overlap(access, &run->cost.accesses[k]))
                return false;
        }
    }
    return true;
}

/* Everything that decides the result, apart from memory: the device by the links to others. */
static void describe(const struct sim_kernel_run *run, struct sim_repeat *repeat)
{
    const struct sim_launch *launch = &run->launch;

    sim_repeat_init(repeat);
    sim_repeat_part(repeat, &run->context, sizeof run->context);
    sim_repeat_part(repeat, &launch->kernel, sizeof launch->kernel);
    sim_repeat_part(repeat, launch->grid, sizeof launch->grid);
    sim_repeat_part(repeat, launch->block, sizeof launch->block);
    sim_repeat_part(repeat, &launch->shared_bytes, sizeof launch->shared_bytes);
    sim_repeat_part(repeat, &launch->arch, sizeof launch->arch);
    sim_repeat_part(repeat, launch->args, launch->kernel->args_bytes);
    for (unsigned i = 0; i < run->cost.access_count; i++) {
        const struct sim_access *access = &run->cost.accesses[i];

        const struct sim_block *block =
            sim_memory_find(&sim_world.memory, (uintptr_t)access->pointer);

        /* A row tells how much is moved, not always which bytes: a walk takes some of all. */
        if (access->bytes > 0)
            sim_repeat_range(repeat, block->address, block->size_bytes);
    }
}

static void note_writes(const struct sim_kernel_run *run)
{
    for (unsigned i = 0; i < run->cost.access_count; i++) {
        const struct sim_access *access = &run->cost.accesses[i];
        uintptr_t address = (uintptr_t)access->pointer;

        if (access->is_write && access->bytes > 0)
            sim_world_written(sim_memory_find(&sim_world.memory, address), address, access->bytes);
    }
    /* Without a cost it may have written anything. */
    for (size_t i = 0; !run->has_cost && i < sim_world.memory.count; i++) {
        struct sim_block *block = sim_world.memory.blocks[i];

        sim_block_note_write(block, block->address, block->size_bytes, ++sim_world.writes);
    }
}

void sim_kernel_run_effect(void *data, sim_time end)
{
    struct sim_kernel_run *run = data;
    char why[256] = "";
    struct sim_repeat repeat;

    (void)end;
    if (sim_gpu_is_lost(run->context->device->gpu))
        sim_context_fail(run->context, CUDA_ERROR_UNKNOWN);
    if (run->context->sticky != CUDA_SUCCESS)
        return;
    if (!sim_reach_all(run->context, run->launch.kernel->name, run->cost.accesses,
                       run->cost.access_count)) {
        sim_context_fail(run->context, CUDA_ERROR_ILLEGAL_ADDRESS);
        return;
    }
    const bool can_stand = is_repeatable(run);
    if (can_stand) {
        describe(run, &repeat);
        if (sim_repeat_stands(&repeat))
            return;
    }
    open_all(run);
    if (!run_twin(run, why, sizeof why)) {
        sim_strict_report("kernel '%s': %s", run->launch.kernel->name, why);
        note_writes(run); /* of those that came before */
        sim_context_fail(run->context, CUDA_ERROR_ILLEGAL_ADDRESS);
        return;
    }
    if (run->fault.is_wrong)
        spoil(run);
    note_writes(run);
    if (can_stand)
        sim_repeat_done(&repeat);
}
