/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One GPU of burn: its matrices, the product that all later ones are held against, and the rounds
 * of products that are queued on it. Who drives it can do so for many from one thread.
 */
#ifndef GST_WORKLOADS_BURN_SEAT_H
#define GST_WORKLOADS_BURN_SEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "gpu/blas.h"
#include "gpu/condition.h"
#include "kernels/word_compare.h"
#include "run/run.h"
#include "workloads/burn/busy.h"
#include "workloads/burn/course.h"
#include "workloads/burn/plan.h"
#include "workloads/burn/windows.h"

/* One round that is queued, and its events. */
struct gst_burn_slot {
    CUevent begin, end;
    CUevent start, stop; /* of products that are timed, the last of the round */
    uint64_t result;     /* a struct gst_word_compare_result */
    bool is_counting;    /* copies were poisoned, and all that is compared is counted */
    bool is_dirty;       /* the result in device memory is not zero */
    unsigned passes;     /* of all copies */
    bool was_late;       /* the GPU had come to `start` before all that is timed was queued, */
    bool was_dry;        /* and to `begin` before all of the round was */
};

/* How long a round has been waited for, by the host's clock; see wait.h. */
struct gst_burn_watch {
    uint64_t asked_ns; /* last */
    double watched_s;
};

/* What was wrong, in how many rounds. */
struct gst_burn_wrong {
    uint64_t rounds;
    double first_s;                       /* after the start */
    struct gst_word_compare_result first; /* of the first such round */
    uint32_t expected;                    /* of the first wrong word, */
    bool knows_expected;                  /* unless the GPU did not come to tell */
};

struct gst_burn_seat {
    struct gst_run *run;
    struct gst_lane lane;
    struct gst_blas_handle blas;
    struct gst_blas_product product; /* of the first copy */
    size_t bytes;                    /* of one result */
    uint64_t reference;
    struct gst_word_compare_result
        *read_back; /* pinned, one for each slot, and one to look closer */
    CUevent begin;
    struct gst_burn_slot slots[GST_BURN_SLOTS];
    unsigned passes;  /* of all copies, in the next round */
    uint64_t made;    /* products, in all rounds that are finished */
    double product_s; /* of the first ones that were timed */
    uint64_t queued, finished;
    double elapsed_s; /* of the GPU's clock, until the last round that is finished ended */
    double round_s;   /* the last round */
    struct gst_burn_watch watch; /* of the oldest round that is queued */
    uint64_t digest;             /* of the reference */
    struct gst_burn_wrong wrong;
    struct gst_burn_windows windows;
    struct gst_burn_busy busy;
    struct gst_condition condition;
    struct gst_burn_course course;
    double next_reading_s;
    bool is_working; /* nothing has failed so far */
};

/* Opens the GPU, chooses the size of products of that type by what it has left and by what the host
 * has (0: not known), and takes memory. To be closed all the
 * same where it fails. Not to be closed while any GPU hangs: who frees pinned memory waits for all
 * of them. */
bool gst_burn_seat_open(struct gst_burn_seat *seat, struct gst_run *run, struct gst_gpu *gpu,
                        struct gst_blas *blas, enum gst_gemm_type type, uint64_t host_bytes,
                        struct gst_status *st);
void gst_burn_seat_close(struct gst_burn_seat *seat);

/* Calls about a seat are made in its GPU's context; one that hangs is that GPU's. */
bool gst_burn_seat_use(struct gst_burn_seat *seat, struct gst_status *st);

/* Each queues and returns. Products of all copies, */
bool gst_burn_multiply_all(struct gst_burn_seat *seat, struct gst_status *st);
/* the same between the slot's two events, */
bool gst_burn_time_all(struct gst_burn_seat *seat, const struct gst_burn_slot *slot,
                       struct gst_status *st);
/* what holds the copies against the first product, into the slot's result, */
bool gst_burn_compare(struct gst_burn_seat *seat, const struct gst_burn_slot *slot,
                      bool is_counting, struct gst_status *st);
/* and both, after poison where all is counted. */
bool gst_burn_pass(struct gst_burn_seat *seat, struct gst_burn_slot *slot, bool is_timed,
                   bool is_counting, struct gst_status *st);

#endif
