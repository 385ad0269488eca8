/* SPDX-License-Identifier: Apache-2.0 */
/* The beginning and the end of every call; see the header for the order of things. */
#include "model/enter.h"

#include <string.h>
#include <unistd.h>

#include "model/context.h"
#include "model/fault.h"
#include "model/strict.h"
#include "model/world.h"

static int check(enum sim_need need, struct sim_context **context)
{
    if (need == SIM_NEEDS_NOTHING)
        return CUDA_SUCCESS;
    if (!sim_world.is_initialised)
        return CUDA_ERROR_NOT_INITIALIZED;
    return need == SIM_NEEDS_CONTEXT ? sim_context_need(context) : CUDA_SUCCESS;
}

static bool is_poll(const char *symbol)
{
    return strstr(symbol, "Query") != NULL || strstr(symbol, "AsyncError") != NULL;
}

/*
 * Ranks of one job run side by side, in processes that the machine schedules as it likes. So a rank
 * does not follow the clock of the others; polling for what only they can bring takes no time of
 * its own, however often it has to be done; and a poll of a stream lasts until something happens.
 */
static void pass_time_as_rank(const char *symbol)
{
    struct sim_engine *engine = &sim_world.engine;
    const bool is_query = strstr(symbol, "StreamQuery") != NULL;

    if (is_poll(symbol) && sim_engine_waits_for_others(engine)) {
        sim_engine_run(engine, sim_world.host_now);
        if (is_query)
            sim_world_linger();
        return;
    }
    sim_world.host_now += sim_clock_call_cost(symbol);
    if (is_query && sim_engine_next(engine) != SIM_FOREVER
        && sim_engine_next(engine) > sim_world.host_now)
        sim_world.host_now = sim_engine_next(engine);
    sim_engine_run(engine, sim_world.host_now);
}

static void pass_time(const char *symbol)
{
    uint64_t shared = atomic_load(&sim_world.state->clock_ps);

    if (sim_world.is_rank) {
        pass_time_as_rank(symbol);
        return;
    }
    if (sim_world.host_now < shared)
        sim_world.host_now = shared;
    sim_world.host_now += sim_clock_call_cost(symbol);
    sim_engine_run(&sim_world.engine, sim_world.host_now);
}

struct sim_call sim_enter(const char *symbol, enum sim_need need)
{
    struct sim_call call = { .symbol = symbol };
    sim_time takes = 0;

    sim_world_load();
    if (sim_world.is_initialised && sim_world.pid != getpid() && need != SIM_NEEDS_NOTHING) {
        sim_strict_report("%s in a child that was forked after cuInit", symbol);
        call.is_refused = true;
        call.result = CUDA_ERROR_NOT_INITIALIZED;
        return call;
    }
    if (sim_fault_call(symbol, &call.result, &takes)) {
        call.is_refused = true;
        return call;
    }
    pthread_mutex_lock(&sim_world.lock);
    call.has_lock = true;
    sim_world.entries++;
    sim_world.host_now += takes;
    pass_time(symbol);
    call.result = check(need, &call.context);
    call.is_refused = call.result != CUDA_SUCCESS;
    return call;
}

void sim_leave(struct sim_call *call)
{
    if (!call->has_lock)
        return;
    if (sim_world.has_open_blocks)
        sim_memory_close_all(&sim_world.memory);
    sim_world.has_open_blocks = false;
    sim_state_clock_set(sim_world.state, sim_world.host_now);
    pthread_mutex_unlock(&sim_world.lock);
}
