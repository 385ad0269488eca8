/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several processes that do the same steps and wait for each other: rank workers and their
 * coordinator over socket pairs, or one process of each machine over TCP. One is the hub, all
 * others are connected to it. It knows bytes, and neither GPUs nor NCCL.
 *
 * A step is the same call at all of them, with the same name and size. Nothing waits past its
 * time-out, and whoever is missing is named: "ranks 3 and 5 of 8 have not arrived at 'init' after
 * 30 s". When a step fails at the hub, the others are told why, and fail with the same cause; after
 * that, and after an abort, every step fails at once. A process that ends is noticed at once.
 *
 * Not encrypted and not a secret: whoever can reach the port and knows the job's name can take a
 * rank's place. Others (port scanners, another job) are turned away and change nothing.
 */
#ifndef GST_MEET_MEET_H
#define GST_MEET_MEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/rendezvous.h"
#include "core/status.h"
#include "meet/card.h"

/* More are refused. */
#define GST_MEET_RANKS_MAX 1024

/* A longer name of a step is cut. */
#define GST_MEET_STEP_SIZE 32

struct gst_meet_link;

/* Asked about ten times a second while a step waits. Why waiting is of no use any more ("worker 3
 * was killed by signal 9"), or NULL: the step goes on. */
typedef const char *(*gst_meet_watch)(void *data);

struct gst_meet {
    int size; /* ranks */
    int rank; /* own; -1: a hub that is no rank itself */
    bool is_hub;
    uint32_t steps;              /* that were taken */
    struct gst_meet_link *links; /* of the hub: one per rank; else one, to the hub */
    struct gst_card *cards;      /* of the hub: one per rank; else the hub's */
    gst_meet_watch watch;        /* may be set by the caller, NULL: nobody is asked */
    void *watch_data;
    enum gst_finding_id finding; /* why every further step fails; GST_NO_FINDING: nothing failed */
    char failure[GST_CAUSE_SIZE];
};

/* The meeting is zeroed before, but for its watch, and released by the caller also where this or
 * one of the next two fails: gst_meet_is_missing can be asked before.
 *
 * Meets at an address. Rank 0 listens there and is the hub; the others connect, and try again until
 * it does. `own` holds the rank and what all have to agree on. A file is written by rank 0 beside
 * its final name and renamed; one that an earlier run left is passed over. */
bool gst_meet_open(struct gst_meet *meet, const struct gst_rendezvous *where,
                   const struct gst_card *own, double timeout_s, struct gst_status *st);

/* Is the hub of those at the other ends of these connected stream sockets; takes the descriptors
 * over, also when it fails. Descriptor i belongs to rank
 * i, which joins by the other end; the hub is no rank itself. `terms` holds what all have to agree
 * on; its rank and size are of no meaning. */
bool gst_meet_host(struct gst_meet *meet, const int *descriptors, int count,
                   const struct gst_card *terms, double timeout_s, struct gst_status *st);

/* Is one of those, over a connected descriptor, which it takes over. */
bool gst_meet_join(struct gst_meet *meet, int descriptor, const struct gst_card *own,
                   double timeout_s, struct gst_status *st);

/* Returns when all are at it. */
bool gst_meet_barrier(struct gst_meet *meet, const char *step, double timeout_s,
                      struct gst_status *st);

/* The hub's `bytes` bytes to all. */
bool gst_meet_broadcast(struct gst_meet *meet, const char *step, void *data, size_t bytes,
                        double timeout_s, struct gst_status *st);

/* A part of the hub's `all` to each rank, in the order of ranks; `all` is not used elsewhere. A hub
 * that is a rank finds its own part in `own`, too; one that is none may pass NULL. */
bool gst_meet_scatter(struct gst_meet *meet, const char *step, const void *all, void *own,
                      size_t bytes, double timeout_s, struct gst_status *st);

/* `own` of each rank to the hub, which finds them in `all` in the order of ranks. */
bool gst_meet_gather(struct gst_meet *meet, const char *step, const void *own, void *all,
                     size_t bytes, double timeout_s, struct gst_status *st);

/* Not of the hub, between steps: true if the hub has sent something, so that the step which takes
 * it will not wait for long. */
bool gst_meet_has_come(const struct gst_meet *meet);

/* Between steps, and without waiting: false if another rank is gone or has given up meanwhile. */
bool gst_meet_check(struct gst_meet *meet, struct gst_status *st);

/* Tells the others that nothing more will come, and why; does not wait. */
void gst_meet_abort(struct gst_meet *meet, enum gst_finding_id finding, const char *reason);

/* After a step that failed: true for a rank that had not arrived, or is gone. At the hub. */
bool gst_meet_is_missing(const struct gst_meet *meet, int rank);

/* Closes all; a zeroed one is left alone. Others that still wait for a step fail: meet at a barrier
 * before. */
void gst_meet_release(struct gst_meet *meet);

#endif
