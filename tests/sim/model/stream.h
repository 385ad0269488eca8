/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams and events as callers hold them: handles, the NULL stream, the rules for contexts. The
 * order of work itself is the engine's.
 */
#ifndef SIM_MODEL_STREAM_H
#define SIM_MODEL_STREAM_H

#include "model/context.h"

int sim_stream_create(struct sim_context *context, unsigned flags, void **handle);
int sim_stream_destroy(void *handle);
/* The queue behind a handle, and whose it is; NULL, 1 and 2 mean the current context's own. */
int sim_stream_find(struct sim_context *context, void *handle, struct sim_stream **queue,
                    struct sim_context **owner);
int sim_stream_synchronize(struct sim_context *context, void *handle);
/* After each launch: waits for it where CUDA_LAUNCH_BLOCKING says so (CUDA programming guide). */
void sim_stream_launched(struct sim_stream *queue);
int sim_stream_query(struct sim_context *context, void *handle);
int sim_stream_wait_event(struct sim_context *context, void *handle, void *event);

int sim_event_create(struct sim_context *context, unsigned flags, void **handle);
int sim_event_destroy(void *handle);
int sim_event_record(struct sim_context *context, void *handle, void *stream);
int sim_event_synchronize(void *handle);
int sim_event_query(void *handle);
int sim_event_elapsed(float *milliseconds, void *start, void *end);

/* The context goes: its streams and events with it. */
void sim_streams_drop(const struct sim_context *context);
void sim_events_drop(const struct sim_context *context);

#endif
