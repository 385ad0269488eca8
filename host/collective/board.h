/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory that the coordinator of one machine shares with its rank workers: what is to be run,
 * where each worker is, and what came of it. A worker that is killed or hangs leaves behind what
 * it had written, and where it was. Each place has one writer; what others wait for is an atomic.
 */
#ifndef GST_COLLECTIVE_BOARD_H
#define GST_COLLECTIVE_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "api/nccl_abi.h"
#include "collective/layout.h"
#include "core/report.h"
#include "gpu/env.h"

#define GST_BOARD_SEATS   GST_ENV_GPUS
#define GST_BOARD_CASES   512
#define GST_BOARD_SAMPLES 1000

/* Names the descriptor of the board and the worker's number there: "5:2". */
#define GST_BOARD_VARIABLE "GPU_SELFTEST_RANK_FD"

/* The phase in which ranks wait for each other the first time. */
#define GST_BOARD_JOINING "join the other ranks"

enum gst_worker_state {
    GST_WORKER_STARTING,
    GST_WORKER_LEAVING, /* all cases done; what is left is to leave the communicator */
    GST_WORKER_DONE,    /* all cases, and left the communicator */
    GST_WORKER_FAILED,  /* of itself: `finding` and what follows say why */
    GST_WORKER_STOPPED, /* because it was told to */
};

/* One process; it drives the ranks of seats first_seat and on. */
struct gst_board_worker {
    int first_seat; /* by the coordinator */
    int seat_count;
    _Atomic int state;            /* enum gst_worker_state, set last */
    struct gst_progress progress; /* phase, call and GPU of now; item is the number of the case */
    enum gst_finding_id finding;  /* of a failure */
    int code;
    int seat; /* whose GPU it is about, -1: none in particular */
    char call[GST_CALL_SIZE];
    char cause[GST_CAUSE_SIZE];
    _Atomic unsigned beats; /* one more whenever it comes on */
    _Atomic int has_joined; /* joined_s is known */
    double joined_s;        /* how long it took until the communicator stood */
};

/* One rank. */
struct gst_board_seat {
    int rank; /* of the whole job */
    int gpu;  /* the coordinator's number of it, for reports */
    char uuid[GST_UUID_SIZE];
};

struct gst_board_sample {
    double seconds; /* of one message */
    bool was_late;  /* the GPU may have come to it before the host had queued all of it */
};

/* What one rank came to in one case. */
struct gst_board_outcome {
    _Atomic int is_done;
    bool is_blind;     /* the comparison missed the planted error, or elements */
    uint64_t expected; /* elements to compare */
    double host_s;     /* what the host took to queue a sample with next to nothing to move */
    struct gst_collective_data_result result;
    struct gst_board_sample samples[GST_BOARD_SAMPLES];
};

struct gst_board {
    /* By the coordinator, before the workers start. */
    pid_t coordinator;
    char root[256];
    int world; /* ranks of the whole job */
    uint32_t seed;
    int seat_count;
    int worker_count;
    size_t case_count;
    struct gst_board_seat seats[GST_BOARD_SEATS];
    struct gst_collective_case cases[GST_BOARD_CASES];

    _Atomic int stop;   /* set by the coordinator: end soon */
    _Atomic int has_id; /* `id` is complete: by rank 0's worker, or for it by the coordinator */
    ncclUniqueId id;
    int nccl_version; /* by the worker of seat 0 */
    char nccl_path[256];

    struct gst_board_worker workers[GST_BOARD_SEATS];
    struct gst_board_outcome outcomes[GST_BOARD_CASES][GST_BOARD_SEATS];
};

/* An empty board, and its descriptor, which programs that are started inherit. NULL with the cause
 * in `st`. */
struct gst_board *gst_board_make(int *descriptor, struct gst_status *st);

/* The board behind an inherited descriptor, NULL if there is none. */
struct gst_board *gst_board_attach(int descriptor);

/* Whether all ranks of this machine have come through a case. */
bool gst_board_is_done(const struct gst_board *board, size_t number);

void gst_board_release(struct gst_board *board);

#endif
