/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ranks of one job share, be they in one process or in several: who sits where, what each
 * brought to the n-th operation, and the bytes. It lies in memory without a name that the process
 * holds which made the job's id; the id says where, so that ranks of other launchers find it, and
 * nothing is left when the last process is gone, however it went.
 *
 * No operation of a rank ends before all have posted theirs. So a rank is never two operations
 * ahead of another, and two places are enough for what it posts. Bytes have more rooms, in which
 * they stay as long as no others need them: what comes again needs not be copied again.
 */
#ifndef SIM_MODEL_GANG_JOB_H
#define SIM_MODEL_GANG_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/clock.h"
#include "model/gang_env.h"
#include "model/gang_way.h"

#define SIM_GANG_ID_BYTES 128
#define SIM_GANG_PLACES   2
#define SIM_GANG_ROOMS    32
#define SIM_GANG_SLICES   64

/* What all ranks have to say alike. */
struct sim_gang_call {
    uint32_t kind; /* enum sim_gang_kind */
    uint32_t type, op, root;
    uint64_t count;
};

/* What a rank brings to an operation. */
struct sim_gang_post {
    _Atomic uint64_t number; /* of the operation; 0: none yet. Written last */
    struct sim_gang_call call;
    sim_time ready;
    uint32_t room;    /* of its bytes */
    uint64_t content; /* other bytes have another number */
};

enum sim_gang_state {
    SIM_SEAT_FREE,
    SIM_SEAT_TAKEN, /* by a rank that is yet to say who it is */
    SIM_SEAT_JOINED,
    SIM_SEAT_LEFT,
    SIM_SEAT_ABORTED,
};

struct sim_gang_seat {
    _Atomic uint32_t state;
    struct sim_gang_rank rank;
    struct sim_gang_post posts[SIM_GANG_PLACES];
};

/* One end of a message. */
struct sim_gang_end {
    _Atomic uint64_t number; /* of the message from this rank to that one. Written last */
    uint64_t size_bytes;
    sim_time ready;
};

struct sim_gang_mail {
    struct sim_gang_end sent[SIM_GANG_PLACES], taken[SIM_GANG_PLACES];
};

/* A sum that ranks work out together, a slice each: 2 * operation while one is at it, one more when
 * it is done. */
struct sim_gang_result {
    _Atomic uint64_t slices[SIM_GANG_SLICES];
};

struct sim_gang_board {
    uint64_t magic, nonce;
    _Atomic uint32_t count;  /* of the ranks; 0 until the first comes */
    struct sim_gang_env env; /* of rank 0, which decides for all */
    struct sim_gang_seat seats[SIM_GANG_RANKS];
    struct sim_gang_mail mail[SIM_GANG_RANKS][SIM_GANG_RANKS]; /* from, to */
    struct sim_gang_result results[SIM_GANG_ROOMS];
};

struct sim_gang; /* a job as this process sees it */

/* A new job; false, with errno, if the system has no memory for it. */
bool sim_gang_new_id(unsigned char id[SIM_GANG_ID_BYTES]);

/* The job of an id; NULL if there is none, or not any more. Given back with sim_gang_close. */
struct sim_gang *sim_gang_open(const unsigned char id[SIM_GANG_ID_BYTES]);
void sim_gang_close(struct sim_gang *gang);
struct sim_gang_board *sim_gang_board(struct sim_gang *gang);

/* Room for bytes that all ranks see: what a rank contributes, the result, a message. NULL if it is
 * too big. Addresses hold until the next call for the same room. */
void *sim_gang_contribution(struct sim_gang *gang, unsigned rank, unsigned room,
                            uint64_t size_bytes);
void *sim_gang_result(struct sim_gang *gang, unsigned room, uint64_t size_bytes);
void *sim_gang_message(struct sim_gang *gang, unsigned from, unsigned to, unsigned place,
                       uint64_t size_bytes);

#endif
