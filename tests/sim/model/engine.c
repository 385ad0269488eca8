/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A discrete-event loop. Only the heads of streams can be running, so each round looks at one
 * operation per stream: start the heads that may start, share the bandwidth among the running
 * flows, step to the next moment at which anything changes.
 */
#include "model/engine.h"

#include <stdlib.h>
#include <string.h>

enum op_state {
    OP_WAITING,
    OP_MEETING,
    OP_LATENCY,
    OP_FLOWING,
};

struct sim_op {
    struct sim_op *next;
    uint64_t id;
    enum op_state state;
    sim_time submitted, ready; /* ready: to meet others */
    sim_time latency_end;
    struct sim_op_spec spec;
};

void sim_engine_init(struct sim_engine *engine, unsigned resources)
{
    memset(engine, 0, sizeof *engine);
    engine->next_id = 1;
    engine->next = SIM_FOREVER;
    engine->resources = resources;
    engine->capacity = calloc((size_t)resources + 1, sizeof *engine->capacity);
    if (engine->capacity == NULL)
        abort();
}

void sim_engine_release(struct sim_engine *engine)
{
    for (unsigned i = 0; i < engine->stream_count; i++) {
        struct sim_op *next;

        for (struct sim_op *op = engine->streams[i]->head; op != NULL; op = next) {
            next = op->next;
            if (op->spec.release != NULL)
                op->spec.release(op->spec.data);
            free(op);
        }
        free(engine->streams[i]);
    }
    for (struct sim_op *op = engine->spare, *next; op != NULL; op = next) {
        next = op->next;
        free(op);
    }
    free(engine->capacity);
    memset(engine, 0, sizeof *engine);
}

/* Numbers of operations only grow, so whoever still refers to this stream sees his as done. */
static struct sim_stream *drained(struct sim_engine *engine)
{
    for (unsigned i = 0; i < engine->stream_count; i++) {
        if (engine->streams[i]->is_free && engine->streams[i]->head == NULL)
            return engine->streams[i];
    }
    return NULL;
}

struct sim_stream *sim_engine_stream(struct sim_engine *engine, enum sim_stream_kind kind,
                                     unsigned group)
{
    struct sim_stream *stream = drained(engine);

    if (stream == NULL) {
        if (engine->stream_count == SIM_ENGINE_STREAMS)
            return NULL;
        stream = calloc(1, sizeof *stream);
        if (stream == NULL)
            abort();
        engine->streams[engine->stream_count++] = stream;
    }
    stream->is_free = false;
    stream->kind = kind;
    stream->group = group;
    return stream;
}

void sim_engine_stream_free(struct sim_stream *stream)
{
    stream->is_free = true;
}

/* One that was used before, where there is any: they are a kilobyte each, and many. */
static struct sim_op *take_spare(struct sim_engine *engine)
{
    struct sim_op *op = engine->spare;

    if (op == NULL) {
        op = malloc(sizeof *op);
        if (op == NULL)
            abort();
        return op;
    }
    engine->spare = op->next;
    return op;
}

struct sim_op_ref sim_engine_submit(struct sim_engine *engine, struct sim_stream *stream,
                                    const struct sim_op_spec *spec)
{
    struct sim_op *op = take_spare(engine);

    op->next = NULL;
    op->id = engine->next_id++;
    op->state = OP_WAITING;
    op->submitted = engine->now;
    op->ready = op->latency_end = 0;
    op->spec = *spec;
    if (stream->tail != NULL)
        stream->tail->next = op;
    else
        stream->head = op;
    stream->tail = op;
    stream->last_id = op->id;
    return sim_stream_last(stream);
}

bool sim_op_done(struct sim_op_ref op)
{
    return op.stream == NULL || op.stream->head == NULL || op.stream->head->id > op.id;
}

struct sim_op_ref sim_stream_last(const struct sim_stream *stream)
{
    return (struct sim_op_ref){ stream, stream->last_id };
}

/* Does the legacy stream's rule order a before b, given that a was put in first? */
static bool legacy_orders(const struct sim_stream *a, const struct sim_stream *b)
{
    if (a->group != b->group || a == b)
        return false;
    if (a->kind == SIM_STREAM_INDEPENDENT || b->kind == SIM_STREAM_INDEPENDENT)
        return false;
    return a->kind == SIM_STREAM_LEGACY || b->kind == SIM_STREAM_LEGACY;
}

static bool may_start(const struct sim_engine *engine, const struct sim_stream *stream)
{
    const struct sim_op *op = stream->head;

    if (!sim_op_done(op->spec.after))
        return false;
    if (stream->kind == SIM_STREAM_INDEPENDENT)
        return true;
    for (unsigned i = 0; i < engine->stream_count; i++) {
        const struct sim_stream *other = engine->streams[i];

        if (other->head != NULL && other->head->id < op->id && legacy_orders(other, stream))
            return false;
    }
    return true;
}

/* An operation that waits for something else does not keep the unit from younger ones. */
static bool unit_is_free(const struct sim_engine *engine, const struct sim_op *op)
{
    for (unsigned i = 0; op->spec.unit != 0 && i < engine->stream_count; i++) {
        const struct sim_stream *stream = engine->streams[i];
        const struct sim_op *other = stream->head;

        if (other == NULL || other == op || other->spec.unit != op->spec.unit)
            continue;
        if (other->state != OP_WAITING || (other->id < op->id && may_start(engine, stream)))
            return false;
    }
    return true;
}

/* Does the operation itself take no time, so that it may as well have happened in the past? */
static bool is_moment(const struct sim_op *op)
{
    return op->spec.latency == 0 && op->spec.flow_count == 0 && !op->spec.never_ends;
}

/* Now, unless the stream lags behind and nothing but the stream held the operation up. */
static sim_time begin_of(const struct sim_engine *engine, const struct sim_stream *stream)
{
    const struct sim_op *op = stream->head;

    if (stream->kind != SIM_STREAM_INDEPENDENT || op->spec.after.stream != NULL || !is_moment(op))
        return engine->now;
    return op->submitted > stream->ended ? op->submitted : stream->ended;
}

static void start_ready(struct sim_engine *engine)
{
    for (unsigned i = 0; i < engine->stream_count; i++) {
        struct sim_stream *stream = engine->streams[i];
        struct sim_op *op = stream->head;

        if (op != NULL && op->state == OP_WAITING && may_start(engine, stream)
            && unit_is_free(engine, op)) {
            op->ready = begin_of(engine, stream);
            op->state = op->spec.meet != NULL ? OP_MEETING : OP_LATENCY;
            op->latency_end = op->ready + op->spec.latency;
            engine->has_changed = true;
        }
        if (op != NULL && op->state == OP_MEETING) {
            op->latency_end = op->spec.meet(op->spec.data, op->ready);
            if (op->latency_end != SIM_FOREVER) {
                op->state = OP_LATENCY;
                engine->has_changed = true;
            }
        }
    }
}

/* The running flows of all heads get their rates. */
static void share(struct sim_engine *engine)
{
    static struct sim_flow *flows[SIM_ENGINE_STREAMS * SIM_OP_FLOWS];
    unsigned count = 0;

    for (unsigned i = 0; i < engine->stream_count; i++) {
        struct sim_op *op = engine->streams[i]->head;

        if (op == NULL || op->state != OP_FLOWING)
            continue;
        for (unsigned f = 0; f < op->spec.flow_count; f++) {
            if (op->spec.flows[f].left != 0)
                flows[count++] = &op->spec.flows[f];
        }
    }
    if (count != 0)
        sim_flow_share(engine->capacity, engine->resources, flows, count);
}

static bool op_uses(const struct sim_op *op, unsigned resource)
{
    for (unsigned f = 0; f < op->spec.flow_count; f++) {
        for (unsigned u = 0; u < op->spec.flows[f].use_count; u++) {
            if (op->spec.flows[f].uses[u].resource == resource)
                return true;
        }
    }
    return false;
}

bool sim_engine_is_busy(const struct sim_engine *engine, unsigned resource)
{
    for (unsigned i = 0; i < engine->stream_count; i++) {
        const struct sim_op *op = engine->streams[i]->head;

        if (op != NULL && op->state > OP_MEETING && op_uses(op, resource))
            return true;
    }
    return false;
}

/* When does this operation change next? */
static sim_time next_change(const struct sim_engine *engine, const struct sim_op *op)
{
    sim_time soonest = SIM_FOREVER;
    bool flows = false;

    if (op->state == OP_WAITING || op->state == OP_MEETING)
        return SIM_FOREVER;
    if (op->state == OP_LATENCY)
        return op->latency_end;
    for (unsigned f = 0; f < op->spec.flow_count; f++) {
        if (op->spec.flows[f].left == 0)
            continue;
        sim_time left = sim_flow_time_left(&op->spec.flows[f]);
        flows = true;
        if (left < soonest)
            soonest = left;
    }
    if (!flows)
        return op->spec.never_ends ? SIM_FOREVER : engine->now;
    return soonest < SIM_FOREVER - engine->now ? engine->now + soonest : SIM_FOREVER;
}

static void advance(struct sim_engine *engine, sim_time to)
{
    for (unsigned i = 0; i < engine->stream_count; i++) {
        struct sim_op *op = engine->streams[i]->head;

        if (op == NULL || op->state != OP_FLOWING)
            continue;
        for (unsigned f = 0; f < op->spec.flow_count; f++) {
            struct sim_flow *flow = &op->spec.flows[f];

            if (flow->left == 0)
                continue;
            sim_flow_advance(flow, to - engine->now);
            engine->has_changed |= flow->left == 0;
        }
    }
    engine->now = to;
}

static bool is_through(const struct sim_op *op)
{
    if (op->state != OP_FLOWING || op->spec.never_ends)
        return false;
    for (unsigned f = 0; f < op->spec.flow_count; f++) {
        if (op->spec.flows[f].left != 0)
            return false;
    }
    return true;
}

/* Of the operations that end now, the one that was put in first. */
static struct sim_stream *next_through(struct sim_engine *engine)
{
    struct sim_stream *first = NULL;

    for (unsigned i = 0; i < engine->stream_count; i++) {
        struct sim_stream *stream = engine->streams[i];
        struct sim_op *op = stream->head;

        if (op != NULL && op->state == OP_LATENCY && op->latency_end <= engine->now) {
            op->state = OP_FLOWING;
            engine->has_changed = true;
        }
        if (op != NULL && is_through(op) && (first == NULL || op->id < first->head->id))
            first = stream;
    }
    return first;
}

static void finish_head(struct sim_engine *engine, struct sim_stream *stream)
{
    struct sim_op *op = stream->head;

    stream->ended = op->spec.flow_count == 0 ? op->latency_end : engine->now;
    if (op->spec.effect != NULL)
        op->spec.effect(op->spec.data, stream->ended);
    if (op->spec.release != NULL)
        op->spec.release(op->spec.data);
    stream->head = op->next;
    if (stream->head == NULL)
        stream->tail = NULL;
    op->next = engine->spare;
    engine->spare = op;
    engine->has_changed = true;
}

static sim_time find_next(const struct sim_engine *engine)
{
    sim_time soonest = SIM_FOREVER;

    for (unsigned i = 0; i < engine->stream_count; i++) {
        if (engine->streams[i]->head == NULL)
            continue;
        sim_time change = next_change(engine, engine->streams[i]->head);
        if (change < soonest)
            soonest = change;
    }
    return soonest;
}

/* Finishes and starts whatever can be at this moment, in the order of submission. Most calls change
 * nothing: then rates stay, and so does the moment at which the first flow will be through. */
static void settle(struct sim_engine *engine)
{
    struct sim_stream *stream;

    start_ready(engine);
    while ((stream = next_through(engine)) != NULL) {
        finish_head(engine, stream);
        start_ready(engine);
    }
    if (!engine->has_changed)
        return;
    share(engine);
    engine->next = find_next(engine);
    engine->has_changed = false;
}

sim_time sim_engine_next(const struct sim_engine *engine)
{
    return engine->next;
}

bool sim_engine_waits_for_others(const struct sim_engine *engine)
{
    bool waits = false;

    for (unsigned i = 0; i < engine->stream_count; i++) {
        const struct sim_op *op = engine->streams[i]->head;

        waits |= op != NULL && op->state == OP_MEETING;
    }
    return waits && sim_engine_next(engine) == SIM_FOREVER;
}

void sim_engine_run(struct sim_engine *engine, sim_time until)
{
    settle(engine);
    for (sim_time next = sim_engine_next(engine); next <= until && next != SIM_FOREVER;
         next = sim_engine_next(engine)) {
        advance(engine, next);
        settle(engine);
    }
    if (until > engine->now && until != SIM_FOREVER)
        advance(engine, until);
}

bool sim_engine_run_until_done(struct sim_engine *engine, struct sim_op_ref op)
{
    settle(engine);
    while (!sim_op_done(op)) {
        sim_time next = sim_engine_next(engine);

        if (next == SIM_FOREVER)
            return false;
        advance(engine, next);
        settle(engine);
    }
    return true;
}
