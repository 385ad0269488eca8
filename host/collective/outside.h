/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ranks that other processes run, on this machine or elsewhere: this process is one of them, as
 * a launcher's variables say. Its coordinator meets theirs, so that all run the same cases, get the
 * same id of NCCL's, end when one of them does, and rank 0 knows what came of all.
 */
#ifndef GST_COLLECTIVE_OUTSIDE_H
#define GST_COLLECTIVE_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "collective/board.h"
#include "meet/launch.h"
#include "meet/meet.h"

struct gst_outside {
    const struct gst_launch *launch; /* the caller's */
    struct gst_meet meet;
    struct gst_card cards[GST_BOARD_SEATS]; /* of each rank, once all have met */
    struct gst_board *board;                /* the caller's, from gst_outside_begin on */
    bool has_id;                            /* it was handed on, or has come */
};

/* What is the same for all, though each has its own. */
struct gst_outside_terms {
    uint64_t free_bytes; /* of the GPU that has least */
    uint64_t seed;       /* of rank 0 */
};

/* Meets the other ranks. `gpu` is the UUID of this rank's GPU, which no other rank may have; `plan`
 * is what all have to be started with alike. */
bool gst_outside_open(struct gst_outside *outside, const struct gst_launch *launch, const char *gpu,
                      const char *plan, double timeout_s, struct gst_status *st);

/* Own terms in, those of all out. */
bool gst_outside_agree(struct gst_outside *outside, struct gst_outside_terms *terms,
                       double timeout_s, struct gst_status *st);

/* From now on the board's id is handed on and taken by gst_outside_go_on. */
void gst_outside_begin(struct gst_outside *outside, struct gst_board *board);

/* To be called while the workers run; `data` is a struct gst_outside. Waits for nobody. False with
 * the cause in `st` once another rank is gone or has given up. */
bool gst_outside_go_on(void *data, struct gst_status *st);

/* After the workers have ended well: rank 0's board then holds the seats and outcomes of all. Each
 * board has the same cases, and one seat. */
bool gst_outside_collect(struct gst_outside *outside, double timeout_s, struct gst_status *st);

/* Leaves the others: they are told of `failure`, if there is one; a zeroed one is fine. */
void gst_outside_close(struct gst_outside *outside, const struct gst_status *failure);

#endif
