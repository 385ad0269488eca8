/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that are asked again and again; see poll.h. */
#include "model/poll.h"

/* A device has two rounds of work queued, and a program few devices. */
#define ASKED 64

/* What was asked for and not done since `at`, the number of the next operation. */
static struct {
    uint64_t at;
    unsigned count;
    struct question {
        const void *about; /* the event or the stream */
        struct sim_op_ref op;
    } questions[ASKED];
} asked;

static void forget_done(void)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < asked.count; i++) {
        if (!sim_op_done(asked.questions[i].op))
            asked.questions[kept++] = asked.questions[i];
    }
    asked.count = kept;
}

static bool is_any_done(void)
{
    for (unsigned i = 0; i < asked.count; i++) {
        if (sim_op_done(asked.questions[i].op))
            return true;
    }
    return false;
}

/* True if it was asked for before, and nothing put in since. */
static bool note(const void *about, struct sim_op_ref op)
{
    if (asked.at != sim_world.engine.next_id)
        asked.count = 0;
    asked.at = sim_world.engine.next_id;
    forget_done();
    for (unsigned i = 0; i < asked.count; i++) {
        if (asked.questions[i].about == about && asked.questions[i].op.id == op.id)
            return true;
    }
    if (asked.count < ASKED)
        asked.questions[asked.count++] = (struct question){ about, op };
    return false;
}

/* Work that never ends brings nothing, and takes no time from those who ask for other work. */
static void pass_time(void)
{
    struct sim_engine *engine = &sim_world.engine;

    while (!is_any_done() && sim_engine_next(engine) != SIM_FOREVER)
        sim_engine_run(engine, sim_engine_next(engine));
    if (sim_world.host_now < engine->now)
        sim_world.host_now = engine->now;
}

int sim_poll(struct sim_context *context, const void *about, struct sim_op_ref op)
{
    /* Ranks have a way of their own to pass time (enter.c). */
    if (!sim_op_done(op) && !sim_world.is_rank && note(about, op))
        pass_time();
    if (sim_gpu_is_lost(context->device->gpu))
        sim_context_fail(context, CUDA_ERROR_UNKNOWN);
    if (context->sticky != CUDA_SUCCESS)
        return context->sticky;
    return sim_op_done(op) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}
