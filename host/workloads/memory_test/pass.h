/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass of memory-test: memory of one GPU in as few allocations as the driver makes of it, all
 * of it written by kernels, then all of it compared; each wrong word is told.
 */
#ifndef GST_WORKLOADS_MEMORY_TEST_PASS_H
#define GST_WORKLOADS_MEMORY_TEST_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/path.h"
#include "run/run.h"
#include "workloads/memory_test/plan.h"

/* Free memory may lie in pieces. */
#define GST_MEMORY_PIECES 64

struct gst_memory_piece {
    uint64_t pointer;
    uint64_t bytes;
};

/* Of one GPU. The lane holds the kernel. */
struct gst_memory_under_test {
    struct gst_run *run;
    struct gst_lane lane;
    struct gst_memory_piece pieces[GST_MEMORY_PIECES];
    size_t piece_count;
    uint64_t gpu_result;
    uint64_t seed;     /* of the round */
    uint64_t bytes;    /* of all pieces */
    const char *limit; /* what kept it from being more, in words */
    uint64_t tested;   /* bytes of it, once all patterns were compared; else 0 */
    bool is_wrong;     /* a finding was made */
};

/* Gets `wanted` bytes, or what the driver gives of them; then `limit` says so. False only if that
 * is nothing, or something else went wrong. */
bool gst_memory_alloc(struct gst_memory_under_test *t, uint64_t wanted, struct gst_status *st);
void gst_memory_free(struct gst_memory_under_test *t);

/* Writes the first `limit` bytes, then compares them: a write that lands elsewhere is seen there.
 * `seconds` of the GPU's clock. */
bool gst_memory_pass(struct gst_memory_under_test *t, const struct gst_memory_step *step,
                     uint64_t limit, double *seconds, struct gst_status *st);

/* The comparison is itself under test: after a pass, one word is made wrong in the middle of the
 * first piece, and must be found, beside what the host knows it should be. Others may turn up now,
 * too. */
bool gst_memory_plant(struct gst_memory_under_test *t, const struct gst_memory_step *step,
                      uint64_t limit, struct gst_status *st);

#endif
