/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device side of time: operations in streams, started when what they wait for is done, finished
 * when their latency and their flows are through. The effect of an operation on memory happens at
 * its end and not before: whoever reads a destination too early sees what was there.
 *
 * An operation may have to meet others, in this process or in another one: it is asked when it ends
 * until it knows. What is agreed with another process may lie in the past of this one. Then the
 * stream lags behind: its next operations begin when the one before them ended, if they take no
 * time of their own or have to meet others, too; so what events tell does not depend on which
 * process ran first.
 *
 * The engine knows streams, order and flows. It knows nothing about GPUs, memory or errors.
 */
#ifndef SIM_MODEL_ENGINE_H
#define SIM_MODEL_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/clock.h"
#include "model/flow.h"

#define SIM_OP_FLOWS       9
#define SIM_ENGINE_STREAMS 4096

enum sim_stream_kind {
    SIM_STREAM_LEGACY,      /* the NULL stream: a barrier between the blocking streams */
    SIM_STREAM_BLOCKING,    /* ordered with the legacy stream of its group */
    SIM_STREAM_INDEPENDENT, /* ordered with nothing but itself */
};

struct sim_op;

struct sim_stream {
    enum sim_stream_kind kind;
    unsigned group; /* streams of one context: the legacy stream orders only these */
    bool is_free;   /* given back; used again once it has drained */
    struct sim_op *head, *tail;
    uint64_t last_id; /* of the newest operation that was put in; 0 if none */
    sim_time ended;   /* the last one that is done, by its own account */
};

/* One operation, by the stream it is in and its number; a zeroed one counts as done. */
struct sim_op_ref {
    const struct sim_stream *stream;
    uint64_t id;
};

struct sim_op_spec {
    sim_time latency; /* before the flows start */
    unsigned flow_count;
    struct sim_flow flows[SIM_OP_FLOWS];
    struct sim_op_ref after; /* besides the order of the stream */
    unsigned unit;           /* does one operation at a time, the oldest first; 0: none needed */
    bool never_ends;
    /* When does it end, if it was ready then? SIM_FOREVER as long as others have not come; asked
     * again then. Instead of latency and flows; NULL: nobody has to be met. */
    sim_time (*meet)(void *data, sim_time ready);
    void (*effect)(void *data, sim_time end); /* when it ends; may be NULL */
    void (*release)(void *data);              /* after the effect; may be NULL */
    void *data;
};

struct sim_engine {
    sim_time now;
    uint64_t next_id;
    uint64_t *capacity; /* of each resource, units per second */
    unsigned resources;
    bool has_changed; /* something started, went on or ended since bandwidth was shared */
    sim_time next;    /* when something changes next, as it was shared */
    struct sim_op *spare;
    struct sim_stream *streams[SIM_ENGINE_STREAMS];
    unsigned stream_count;
};

void sim_engine_init(struct sim_engine *engine, unsigned resources);
/* Drops what is pending without its effects. */
void sim_engine_release(struct sim_engine *engine);

/* NULL if there are too many. Memory of streams is never returned, so that references stay good. */
struct sim_stream *sim_engine_stream(struct sim_engine *engine, enum sim_stream_kind kind,
                                     unsigned group);

/* What is pending still happens. */
void sim_engine_stream_free(struct sim_stream *stream);

/* Puts an operation at the end of the stream; it starts no earlier than now. */
struct sim_op_ref sim_engine_submit(struct sim_engine *engine, struct sim_stream *stream,
                                    const struct sim_op_spec *spec);

bool sim_op_done(struct sim_op_ref op);
/* The newest operation of the stream. */
struct sim_op_ref sim_stream_last(const struct sim_stream *stream);

/* Does an operation that is under way have a flow on this resource? */
bool sim_engine_is_busy(const struct sim_engine *engine, unsigned resource);

/* Does something wait for others to come, and nothing else go on? */
bool sim_engine_waits_for_others(const struct sim_engine *engine);
/* When something changes next, as things stand; SIM_FOREVER if nothing will. */
sim_time sim_engine_next(const struct sim_engine *engine);

/* Everything that happens up to and including this time. */
void sim_engine_run(struct sim_engine *engine, sim_time until);
/* Runs until the operation is done. False if it never will be, as things stand. */
bool sim_engine_run_until_done(struct sim_engine *engine, struct sim_op_ref op);

#endif
