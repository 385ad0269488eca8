/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The script's faults at the places where they bite. Counts and marks live in the shared state, so
 * "the third call" is the third of the run, whichever process makes it.
 */
#include "model/fault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "model/world.h"

/* Enough for any watchdog of memory to notice, and not enough to take the machine down. */
#define APPETITE_BYTES ((size_t)4 << 30)
#define BITE_BYTES     ((size_t)32 << 20)

void sim_fault_fired(unsigned fault)
{
    if (fault < SIM_STATE_FAULTS)
        atomic_store(&sim_world.state->fired[fault], 1);
}

bool sim_fault_has_fired(unsigned fault)
{
    return fault < SIM_STATE_FAULTS && atomic_load(&sim_world.state->fired[fault]) != 0;
}

static void fired(int fault)
{
    if (fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)fault);
}

__attribute__((noreturn)) static void hang(const char *symbol)
{
    fprintf(stderr, "gpu-selftest simulator: %s never comes back\n", symbol);
    for (;;)
        pause();
}

__attribute__((noreturn)) static void crash(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    _exit(128 + SIGSEGV);
}

/* A bite a millisecond, so that whoever watches can act in between. */
static void eat_memory(void)
{
    const struct timespec pause_between = { .tv_nsec = 1000000 };

    for (size_t eaten = 0; eaten < APPETITE_BYTES; eaten += BITE_BYTES) {
        void *bite =
            mmap(NULL, BITE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (bite == MAP_FAILED)
            return;
        memset(bite, 1, BITE_BYTES);
        nanosleep(&pause_between, NULL);
    }
}

static bool act(const struct sim_spec_call *plan, int *result, sim_time *takes)
{
    switch (plan->action) {
    case SIM_ACTION_RETURNS:
        *result = plan->result;
        return true;
    case SIM_ACTION_HANGS:
        hang(plan->symbol);
    case SIM_ACTION_CRASHES:
        crash();
    case SIM_ACTION_ABORTS:
        abort();
    case SIM_ACTION_PRINTS:
        dprintf(STDOUT_FILENO, "%s\n", plan->text);
        return false;
    case SIM_ACTION_EATS_MEMORY:
        eat_memory();
        return false;
    case SIM_ACTION_TAKES:
        *takes += plan->takes;
        return false;
    }
    return false;
}

bool sim_fault_call(const char *symbol, int *result, sim_time *takes)
{
    for (unsigned i = 0; i < sim_world.spec.call_count; i++) {
        const struct sim_spec_call *plan = &sim_world.spec.calls[i];

        if (strcmp(plan->symbol, symbol) != 0)
            continue;
        unsigned slot = (unsigned)plan->fault % SIM_STATE_FAULTS;
        uint64_t count = atomic_fetch_add(&sim_world.state->calls[slot], 1) + 1;
        if (plan->call != 0 && plan->call != count)
            continue;
        fired(plan->fault);
        if (act(plan, result, takes))
            return true;
    }
    return false;
}

/* A flip that waits in a block is not given to another; one that happened is over for all. */
static bool is_waiting(unsigned fault)
{
    for (size_t i = 0; i < sim_world.memory.count; i++) {
        const struct sim_block *block = sim_world.memory.blocks[i];

        if (block->is_alive && block->flip.is_armed && block->flip.fault == fault)
            return true;
    }
    return false;
}

void sim_fault_arm_flip(unsigned gpu, struct sim_block *block)
{
    const struct sim_spec_gpu *facts = &sim_world.spec.gpus[gpu];

    for (unsigned i = 0; i < facts->flip_count; i++) {
        const struct sim_spec_flip *flip = &facts->flips[i];
        unsigned fault = (unsigned)flip->fault;

        if (block->size_bytes <= flip->byte || is_waiting(fault)
            || atomic_load(&sim_world.state->fired[fault % SIM_STATE_FAULTS]) != 0)
            continue;
        block->flip = (struct sim_block_flip){ true, flip->byte, flip->bit, fault };
        return;
    }
}

void sim_fault_used_link(unsigned gpu, unsigned peer)
{
    fired(sim_world.spec.pairs[gpu][peer].fault);
    fired(sim_world.spec.gpus[gpu].faults.links);
    fired(sim_world.spec.gpus[peer].faults.links);
}

void sim_fault_used_memory(unsigned gpu)
{
    fired(sim_world.spec.gpus[gpu].faults.memory);
    fired(sim_world.spec.gpus[gpu].faults.busy);
}

void sim_fault_used_pcie(unsigned gpu)
{
    fired(sim_world.spec.gpus[gpu].faults.pcie);
    fired(sim_world.spec.gpus[gpu].faults.busy);
}

void sim_fault_used_uplink(int bridge)
{
    fired(sim_world.spec.host.uplink_faults[bridge]);
}

void sim_fault_used_sockets(int from, int to)
{
    fired(sim_world.spec.host.socket_faults[from][to]);
}

void sim_fault_used_far_memory(void)
{
    fired(sim_world.spec.host.memory_fault);
}

void sim_fault_used_latency(unsigned gpu)
{
    fired(sim_world.spec.gpus[gpu].faults.latency);
}

void sim_fault_used_fabric(void)
{
    fired(sim_world.spec.host.fabric_fault);
}

void sim_fault_used_clock(unsigned gpu)
{
    fired(sim_world.spec.gpus[gpu].faults.clock);
    fired(sim_world.spec.gpus[gpu].faults.busy);
}

/* True, and marked, if there is such a fault and its time has come. */
static bool applies(int fault, sim_time from)
{
    if (fault == SIM_NO_FAULT || sim_world.host_now < from)
        return false;
    fired(fault);
    return true;
}

bool sim_fault_pcie_hangs(unsigned gpu)
{
    const struct sim_spec_gpu *facts = &sim_world.spec.gpus[gpu];

    return applies(facts->faults.hang, facts->hangs_at);
}

bool sim_fault_pcie_disturbed(unsigned gpu)
{
    const struct sim_spec_gpu *facts = &sim_world.spec.gpus[gpu];

    return sim_world.host_now < facts->disturbed_until && applies(facts->faults.disturbed, 0);
}

bool sim_fault_link_hangs(unsigned from, unsigned to)
{
    const struct sim_spec_pair *pair = &sim_world.spec.pairs[from][to];

    return applies(pair->hang_fault, pair->hangs_at);
}

bool sim_fault_link_drops(unsigned from, unsigned to)
{
    return applies(sim_world.spec.pairs[from][to].drop_fault, 0);
}

bool sim_fault_link_is_staged(unsigned from, unsigned to)
{
    return applies(sim_world.spec.pairs[from][to].stage_fault, 0);
}

bool sim_fault_link_flips(unsigned from, unsigned to, uint64_t size_bytes, uint64_t *byte,
                          unsigned *bit)
{
    const struct sim_spec_flip *flip = &sim_world.spec.pairs[from][to].flip;

    if (flip->byte >= size_bytes || !applies(flip->fault, 0))
        return false;
    *byte = flip->byte;
    *bit = flip->bit;
    return true;
}

static const struct sim_spec_kernel *find_kernel(const char *name)
{
    for (unsigned i = 0; i < sim_world.spec.kernel_count; i++) {
        if (strcmp(sim_world.spec.kernels[i].name, name) == 0)
            return &sim_world.spec.kernels[i];
    }
    return NULL;
}

struct sim_kernel_fault sim_fault_kernel(const char *name)
{
    const struct sim_spec_kernel *kernel = find_kernel(name);

    if (kernel == NULL)
        return (struct sim_kernel_fault){ 0 };
    if (kernel->hangs)
        fired(kernel->fault);
    return (struct sim_kernel_fault){ kernel->hangs, kernel->is_wrong, kernel->element };
}

void sim_fault_kernel_was_wrong(const char *name)
{
    const struct sim_spec_kernel *kernel = find_kernel(name);

    if (kernel != NULL)
        fired(kernel->fault);
}

bool sim_fault_image_truncated(const char *file)
{
    if (strcmp(sim_world.spec.truncated_image, file) != 0)
        return false;
    fired(sim_world.spec.truncated_fault);
    return true;
}

int sim_fault_ptx_isa(int ptx_isa)
{
    if (sim_world.spec.ptx_isa == 0)
        return ptx_isa;
    fired(sim_world.spec.ptx_fault);
    return sim_world.spec.ptx_isa;
}
