/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A communicator: one rank of a job, on the device of one context. It is made at once and usable
 * when all ranks are there and connected; a call or a poll in between moves it on. Results are
 * numbers of ncclResult_t; what went wrong in words is kept for ncclGetLastError.
 */
#ifndef SIM_MODEL_GANG_COMM_H
#define SIM_MODEL_GANG_COMM_H

#include "model/context.h"
#include "model/gang_job.h"

enum sim_comm_phase {
    SIM_COMM_NEW,     /* in a group that is not at its end yet */
    SIM_COMM_JOINING, /* others are yet to come */
    SIM_COMM_READY,
    SIM_COMM_FAILED,
};

/* What was done to memory, or read of it, to be spared if all would stay as it is. */
struct sim_gang_memo {
    uintptr_t address;
    uint64_t size_bytes;
    uint64_t about;   /* what else decides the outcome */
    uint64_t written; /* so many effects had changed memory then */
    uint64_t content; /* of a contribution */
    uint64_t used;    /* by the operation of this number, last; 0: never */
};

/* A sum that ranks worked out together, by what it is of. */
struct sim_gang_sum {
    uint64_t key;
    uint64_t size_bytes;
    uint64_t number; /* of the operation that it was first asked for by */
    uint64_t used;
};

struct sim_comm {
    void *handle;
    struct sim_gang *gang;
    struct sim_context *context;
    unsigned rank, count;
    unsigned holders; /* the handle and pending operations */
    enum sim_comm_phase phase;
    int error; /* what ncclCommGetAsyncError says once it is ready or failed */
    bool is_blocking;
    bool is_connecting; /* its first collective was put in, and nobody has asked since */
    bool has_connected;
    bool is_finalised, is_aborted;
    bool spans_processes;
    unsigned asked_in_vain;
    struct sim_op_ref last; /* operations of one communicator come one after the other */
    uint64_t number;        /* of the newest collective */
    uint64_t contents;      /* contributions that were written */
    struct sim_gang_memo contributions[SIM_GANG_ROOMS], outcomes[SIM_GANG_ROOMS];
    struct sim_gang_sum sums[SIM_GANG_ROOMS];
    uint64_t sent[SIM_GANG_RANKS], taken[SIM_GANG_RANKS]; /* messages, by the other rank */
};

/* The rank takes its seat; `*comm` is NULL on failure. Joins with sim_comm_join. */
int sim_comm_new(struct sim_context *context, const unsigned char id[SIM_GANG_ID_BYTES],
                 unsigned count, unsigned rank, bool is_blocking, struct sim_comm **comm);
/* Tells the others who it is. */
void sim_comm_join(struct sim_comm *comm);
/* Moves it on as far as it goes: ncclInProgress, or how it stands. */
int sim_comm_poll(struct sim_comm *comm);
/* Really waits, with the lock given up in between, until it is usable or failed. */
int sim_comm_wait(struct sim_comm *comm);
/* Is it usable for another call? Otherwise the result, and words. */
int sim_comm_need(struct sim_comm *comm);

/* Of its handle; NULL if it is none, or given back. */
struct sim_comm *sim_comm_get(const void *handle);
int sim_comm_finalise(struct sim_comm *comm);
/* What is pending still happens. */
void sim_comm_destroy(struct sim_comm *comm);
/* What is pending ends without effect. */
void sim_comm_abort(struct sim_comm *comm);
/* Pending operations hold it. */
void sim_comm_hold(struct sim_comm *comm);
void sim_comm_release(struct sim_comm *comm);

/* Operations wait for ranks that do not come: has one of them died? Then that is its error. */
void sim_comm_look_for_dead(struct sim_comm *comm);

/* All ranks as the model of ways and times takes them. */
void sim_comm_ranks(const struct sim_comm *comm, struct sim_gang_rank ranks[SIM_GANG_RANKS]);

/* Keeps the words and gives the result back. */
__attribute__((format(printf, 2, 3))) int sim_comm_says(int result, const char *format, ...);
const char *sim_comm_last_words(void);

#endif
