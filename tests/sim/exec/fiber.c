/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the fibers of a block in passes: each one that is ready runs until it waits or leaves; then
 * warps whose lanes are complete exchange, or, if no fiber can go on, the barrier opens.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exec/fiber.h"
#include "exec/order.h"

/* Sanitized frames are several times larger, and one size for all keeps the builds alike. Only the
 * pages that a fiber touches are real. */
#define STACK_BYTES ((size_t)64 * 1024)

_Thread_local struct sim_twin sim_twin;

static _Thread_local struct sim_block *current_block;
static _Thread_local int misuse_line;

void sim_twin_place_thread(unsigned index)
{
    const struct sim_uint3 size = sim_twin.block_dim;

    sim_twin.thread_idx =
        (struct sim_uint3){ index % size.x, index / size.x % size.y, index / size.x / size.y };
}

int sim_fiber_misuse(void)
{
    const int line = misuse_line;

    misuse_line = 0;
    return line;
}

static size_t stack_stride(void)
{
    return STACK_BYTES + (size_t)sysconf(_SC_PAGESIZE);
}

bool sim_block_init(struct sim_block *block, const struct sim_launch *launch, char *err,
                    size_t err_size)
{
    const size_t stride = stack_stride();

    *block = (struct sim_block){ .launch = launch, .err = err, .err_size = err_size };
    block->count = launch->block[0] * launch->block[1] * launch->block[2];
    block->fibers = calloc(block->count, sizeof(*block->fibers));
    block->stacks_bytes = block->count * stride;
    block->stacks = mmap(NULL, block->stacks_bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block->stacks == MAP_FAILED)
        block->stacks = NULL;
    if (block->fibers == NULL || block->stacks == NULL) {
        snprintf(err, err_size, "no memory for the stacks of %u threads", block->count);
        sim_block_release(block);
        return false;
    }
    /* A page below each stack, so that a kernel with too large an array faults at once. */
    for (unsigned i = 0; i < block->count; i++)
        mprotect(block->stacks + i * stride, stride - STACK_BYTES, PROT_NONE);
    return true;
}

void sim_block_release(struct sim_block *block)
{
    if (block->stacks != NULL)
        munmap(block->stacks, block->stacks_bytes);
    free(block->fibers);
    *block = (struct sim_block){ 0 };
}

static void leave_fiber(struct sim_block *block, struct sim_fiber *fiber)
{
    sim_sanitize_leave(&fiber->note, &block->scheduler_note);
    sim_context_switch(&fiber->context, &block->scheduler);
    sim_sanitize_enter(&fiber->note, &block->scheduler_note);
}

static void fiber_main(void)
{
    struct sim_block *block = current_block;
    struct sim_fiber *fiber = &block->fibers[block->running];

    sim_sanitize_enter(&fiber->note, &block->scheduler_note);
    block->launch->kernel->thread(block->launch->args);
    fiber->state = SIM_FIBER_LEFT;
    for (;;)
        leave_fiber(block, fiber);
}

static void resume(struct sim_block *block, unsigned index)
{
    struct sim_fiber *fiber = &block->fibers[index];

    block->running = index;
    sim_twin_place_thread(index);
    sim_sanitize_leave(&block->scheduler_note, &fiber->note);
    sim_context_switch(&block->scheduler, &fiber->context);
    sim_sanitize_enter(&block->scheduler_note, &fiber->note);
}

/* Nothing to return to: the scheduler ends the launch and never resumes this fiber. */
static void fail_in_fiber(struct sim_block *block, int line, const char *why)
{
    snprintf(block->err, block->err_size, "thread %u, line %d: %s", block->running, line, why);
    block->failed = true;
    for (;;)
        leave_fiber(block, &block->fibers[block->running]);
}

void sim_barrier(int line)
{
    struct sim_block *block = current_block;

    if (block == NULL) {
        misuse_line = line;
        return;
    }
    struct sim_fiber *fiber = &block->fibers[block->running];
    fiber->state = SIM_FIBER_AT_BARRIER;
    fiber->line = line;
    leave_fiber(block, fiber);
}

uint64_t sim_warp(enum sim_warp_kind kind, uint32_t mask, uint64_t bits, long long operand,
                  long long width, int line)
{
    struct sim_block *block = current_block;
    char why[128];

    if (block == NULL) {
        misuse_line = line;
        return bits;
    }
    struct sim_fiber *fiber = &block->fibers[block->running];
    fiber->request = (struct sim_warp_request){ kind, mask, bits, operand, width };
    if (!sim_warp_request_check(&fiber->request, block->running % SIM_WARP_LANES, why, sizeof(why)))
        fail_in_fiber(block, line, why);
    fiber->state = SIM_FIBER_AT_WARP;
    fiber->line = line;
    leave_fiber(block, fiber);
    return fiber->request.bits;
}

/* Whether every lane of the mask is there and asks for the same. */
static bool is_complete(const struct sim_block *block, unsigned first, const struct sim_fiber *asks)
{
    for (unsigned lane = 0; lane < SIM_WARP_LANES; lane++) {
        if ((asks->request.mask >> lane & 1) == 0)
            continue;
        if (first + lane >= block->count)
            return false;
        const struct sim_fiber *other = &block->fibers[first + lane];
        if (other->state != SIM_FIBER_AT_WARP || other->request.kind != asks->request.kind
            || other->request.mask != asks->request.mask)
            return false;
    }
    return true;
}

static void exchange(struct sim_block *block, unsigned first, const struct sim_fiber *asks)
{
    struct sim_warp_request *lanes[SIM_WARP_LANES] = { NULL };
    const uint32_t mask = asks->request.mask;
    const int line = asks->line;
    char why[128];

    for (unsigned lane = 0; lane < SIM_WARP_LANES; lane++) {
        if ((mask >> lane & 1) == 0)
            continue;
        lanes[lane] = &block->fibers[first + lane].request;
        block->fibers[first + lane].state = SIM_FIBER_READY;
    }
    if (sim_warp_exchange(lanes, mask, why, sizeof(why)))
        return;
    snprintf(block->err, block->err_size, "warp %u, line %d: %s", first / SIM_WARP_LANES, line,
             why);
    block->failed = true;
}

static void open_warps(struct sim_block *block)
{
    for (unsigned i = 0; i < block->count && !block->failed; i++) {
        const struct sim_fiber *fiber = &block->fibers[i];
        const unsigned first = i - i % SIM_WARP_LANES;
        if (fiber->state == SIM_FIBER_AT_WARP && is_complete(block, first, fiber))
            exchange(block, first, fiber);
    }
}

/* The first fiber in that state, `count` if there is none. */
static unsigned first_in(const struct sim_block *block, enum sim_fiber_state state)
{
    unsigned i = 0;

    while (i < block->count && block->fibers[i].state != state)
        i++;
    return i;
}

static void report_deadlock(struct sim_block *block)
{
    const unsigned left = first_in(block, SIM_FIBER_LEFT);
    const unsigned at_barrier = first_in(block, SIM_FIBER_AT_BARRIER);
    const unsigned at_warp = first_in(block, SIM_FIBER_AT_WARP);

    block->failed = true;
    if (at_warp < block->count) {
        const struct sim_fiber *fiber = &block->fibers[at_warp];
        snprintf(block->err, block->err_size,
                 "deadlock: thread %u waits in line %d for the lanes 0x%08x of its warp, "
                 "which do not all come to such a call",
                 at_warp, fiber->line, fiber->request.mask);
        return;
    }
    snprintf(block->err, block->err_size,
             "deadlock: thread %u waits at the barrier in line %d, which thread %u left the kernel "
             "without reaching",
             at_barrier, block->fibers[at_barrier].line, left);
}

/* When nothing else can go on: opens the barrier if every thread is at it. */
static void open_barrier(struct sim_block *block)
{
    const int line = block->fibers[0].line;

    for (unsigned i = 0; i < block->count; i++) {
        const struct sim_fiber *fiber = &block->fibers[i];
        if (fiber->state != SIM_FIBER_AT_BARRIER) {
            report_deadlock(block);
            return;
        }
        if (fiber->line != line) {
            snprintf(block->err, block->err_size,
                     "diverging barriers: thread 0 is at line %d, thread %u at line %d", line, i,
                     fiber->line);
            block->failed = true;
            return;
        }
    }
    for (unsigned i = 0; i < block->count; i++)
        block->fibers[i].state = SIM_FIBER_READY;
}

/* False when every fiber has left or a rule was broken. */
static bool run_pass(struct sim_block *block, uint64_t seed)
{
    for (unsigned i = 0; i < block->count && !block->failed; i++) {
        const uint64_t next = sim_order_pick(block->launch->order, seed, block->count, i);
        if (block->fibers[next].state == SIM_FIBER_READY)
            resume(block, (unsigned)next);
    }
    if (!block->failed)
        open_warps(block);
    if (block->failed)
        return false;
    if (first_in(block, SIM_FIBER_READY) < block->count)
        return true;
    if (first_in(block, SIM_FIBER_AT_BARRIER) == block->count
        && first_in(block, SIM_FIBER_AT_WARP) == block->count)
        return false;
    open_barrier(block);
    return !block->failed;
}

bool sim_block_run(struct sim_block *block, uint64_t index)
{
    const size_t stride = stack_stride();
    uint64_t seed = sim_order_mix(block->launch->seed, index);

    sim_sanitize_adopt(&block->scheduler_note);
    for (unsigned i = 0; i < block->count; i++) {
        struct sim_fiber *fiber = &block->fibers[i];
        char *stack = block->stacks + (i + 1) * stride - STACK_BYTES;

        fiber->state = SIM_FIBER_READY;
        sim_sanitize_open(&fiber->note, stack, STACK_BYTES);
        sim_context_make(&fiber->context, stack, STACK_BYTES, fiber_main);
    }
    current_block = block;
    while (run_pass(block, seed))
        seed = sim_order_mix(seed, 0);
    current_block = NULL;
    for (unsigned i = 0; i < block->count; i++)
        sim_sanitize_close(&block->fibers[i].note);
    return !block->failed;
}
