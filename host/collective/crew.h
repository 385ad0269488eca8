/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workers of one collective test, from start to end: started as processes of their own, held to
 * a deadline, and gone when this returns. The coordinator calls neither CUDA nor NCCL on their
 * behalf, so nothing that they do can hang it. When one fails, dies or never comes on, the others
 * are told to stop, get a little time to say where they were, and are killed. One that cannot be
 * killed is left, and told of.
 */
#ifndef GST_COLLECTIVE_CREW_H
#define GST_COLLECTIVE_CREW_H

#include <stdbool.h>
#include <sys/types.h>

#include "collective/board.h"
#include "collective/remnants.h"
#include "collective/stuck.h"

/* Of the address at which NCCL in the workers answers. */
#define GST_CREW_RAS_HOST "127.0.0.1"

/* A worker that SIGKILL did not end, since it waits in the kernel and nothing wakes it. */
struct gst_crew_survivor {
    int number;
    pid_t pid;
    char where[GST_STUCK_SIZE]; /* as gst_stuck_where() tells */
};

struct gst_crew {
    struct gst_board *board;
    int descriptor;
    pid_t workers[GST_BOARD_SEATS]; /* 0: has ended */
    int wait_status[GST_BOARD_SEATS];
    int ras_port;                 /* where NCCL of the workers answers, 0: nowhere that is known */
    struct gst_remnants remnants; /* of workers that are being ended */
    size_t removed_files;         /* that NCCL in them left behind */
    size_t slow_count;            /* that SIGKILL had not ended yet, and that were at it */
    size_t survivor_count;
    struct gst_crew_survivor survivors[GST_BOARD_SEATS];
    double hearing_s; /* how long who lost a rank waits for one who knows why; 5 s */
    int (*kill)(pid_t worker, int signal);            /* kill(), but in tests; */
    double kill_grace_s;                              /* how long it may take */
    char (*state_of)(const char *proc, pid_t worker); /* gst_stuck_state(), but in tests */
    bool had_to_end_workers;       /* all cases were done, and somebody did not leave */
    struct gst_progress *progress; /* the caller's: the phase of the first worker is copied there */
    const char *const *variables;  /* "NAME=value" for the workers alone, NULL-terminated or NULL */
    /* Called while the workers run, NULL or: false with the cause in its status ends them. */
    bool (*go_on)(void *data, struct gst_status *st);
    void *go_on_data;
    /* Asked when all that the workers know is that a rank is gone, NULL or: true if they left
     * behind why, so that there is nothing to wait for. */
    bool (*knows_why)(void *data);
    void *knows_why_data;
};

/* Makes the board; the caller then fills what is the coordinator's there. */
bool gst_crew_init(struct gst_crew *crew, struct gst_status *st);

/* Starts the workers that the board names and waits until all have ended, at most `allowed_s`.
 * False with one cause in `st` that names rank and phase; outcomes that are done stay valid. Who
 * has done all, and does not leave, is ended without being blamed. */
bool gst_crew_run(struct gst_crew *crew, double allowed_s, struct gst_status *st);

/* Ends what is left of it; a zeroed one is fine. */
void gst_crew_release(struct gst_crew *crew);

#endif
