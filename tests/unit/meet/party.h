/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks as threads of a test: each has a meeting of its own, joins and acts, and what came of it is
 * looked at when all have ended. Only the test itself may fail.
 */
#ifndef GST_TEST_PARTY_H
#define GST_TEST_PARTY_H

#include <pthread.h>
#include <stdbool.h>

#include "core/status.h"
#include "meet/meet.h"

#define PARTY_MAX 64

/* For what has to happen: a test that waits longer is one that fails. */
#define PARTY_LONG_S 30

struct party_rank {
    int rank;
    int end; /* of the socket pair, -1: it opens an address */
    struct gst_card card;
    struct gst_rendezvous where;
    double timeout_s;
    bool (*act)(struct party_rank *rank); /* once joined; NULL: nothing */
    void *data;
    bool has_joined;
    bool ok;
    struct gst_meet meet;
    struct gst_status st;
    pthread_t thread;
};

struct party {
    int count;
    int ends[PARTY_MAX]; /* the hub's, by rank */
    struct party_rank ranks[PARTY_MAX];
};

/* The card that all of a test's ranks agree on. */
struct gst_card party_card(int rank, int size);

/* A party over socket pairs; `act` is that of all ranks. Nothing runs yet. */
void party_pair(struct party *party, int count, bool (*act)(struct party_rank *rank), void *data);

/* A party of ranks that meet at `where`, rank 0 included. */
void party_meet_at(struct party *party, int count, const struct gst_rendezvous *where);

/* Starts the threads of ranks `from` to the last; joins them. */
void party_start(struct party *party, int from);
void party_join(struct party *party, int from);

/* tcp://<host>:<port> with a port that was free a moment ago. */
struct gst_rendezvous party_free_address(const char *host);

#endif
