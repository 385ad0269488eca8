/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks as threads of a test: each has a meeting of its own, joins and acts, and what came of it is
 * looked at when all have ended. Only the test itself may fail.
 */
#ifndef GST_TEST_CREW_H
#define GST_TEST_CREW_H

#include <pthread.h>
#include <stdbool.h>

#include "core/status.h"
#include "meet/meet.h"

#define CREW_MAX 64

/* For what has to happen: a test that waits longer is one that fails. */
#define CREW_LONG_S 30

struct crew_rank {
    int rank;
    int end; /* of the socket pair, -1: it opens an address */
    struct gst_card card;
    struct gst_rendezvous where;
    double timeout_s;
    bool (*act)(struct crew_rank *rank); /* once joined; NULL: nothing */
    void *data;
    bool has_joined;
    bool ok;
    struct gst_meet meet;
    struct gst_status st;
    pthread_t thread;
};

struct crew {
    int count;
    int ends[CREW_MAX]; /* the hub's, by rank */
    struct crew_rank ranks[CREW_MAX];
};

/* The card that all of a test's ranks agree on. */
struct gst_card crew_card(int rank, int size);

/* A crew over socket pairs; `act` is that of all ranks. Nothing runs yet. */
void crew_pair(struct crew *crew, int count, bool (*act)(struct crew_rank *rank), void *data);

/* A crew of ranks that meet at `where`, rank 0 included. */
void crew_meet_at(struct crew *crew, int count, const struct gst_rendezvous *where);

/* Starts the threads of ranks `from` to the last; joins them. */
void crew_start(struct crew *crew, int from);
void crew_join(struct crew *crew, int from);

/* tcp://<host>:<port> with a port that was free a moment ago. */
struct gst_rendezvous crew_free_address(const char *host);

#endif
