/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies between GPUs: a stream and two buffers on each, rounds of pairs that copy at the same
 * time, and the comparison of what arrived. Judges no rate.
 *
 * Every copy carries a pattern of its own into memory that was overwritten before, and is fetched
 * from the target by the target's own context: a translating IOMMU drops copies between GPUs, and
 * the driver calls that a success.
 */
#ifndef GST_WORKLOADS_PEER_COPY_BENCH_H
#define GST_WORKLOADS_PEER_COPY_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/condition.h"
#include "gpu/copy_batch.h"
#include "gpu/pcie.h"
#include "gpu/peers.h"
#include "gpu/rounds.h"
#include "workloads/copy_buffers.h"

enum gst_peer_data {
    GST_PEER_DATA_UNKNOWN,
    GST_PEER_DATA_RIGHT,
    GST_PEER_DATA_WRONG,   /* some words, or the GPUs' own memory; it has been told */
    GST_PEER_DATA_DROPPED, /* the target still held what was there before; not told yet */
};

/* From one GPU to another, of one pass; both ways at once are one result, from < to. */
struct gst_peer_result {
    size_t count; /* of samples; 0: not measured */
    bool was_ahead;
    double samples[GST_SAMPLES_MAX]; /* bytes per second */
};

/* How pairs copy. */
struct gst_peer_pass {
    bool is_pull;      /* the target's stream reads; otherwise the source's writes */
    bool is_kernel;    /* by memory_copy; otherwise by a copy engine */
    bool is_both_ways; /* at once, the sum */
    bool is_staged;    /* those pairs that are not direct; otherwise those that are */
    bool is_in_rounds; /* disjoint pairs at the same time; otherwise one pair after the other */
};

struct gst_peer_seat {
    struct gst_lane lane;
    uint64_t out;  /* what leaves this GPU */
    uint64_t in;   /* what arrives */
    uint32_t seed; /* of the pattern in `out` */
    uint64_t words_right, copies_right;
    struct gst_pcie_link link; /* best reading under load */
    struct gst_condition condition;
};

/* GPUs are counted as in run->env. */
struct gst_peer_bench {
    struct gst_run *run;
    const struct gst_peers *peers;
    int count;
    struct gst_copy_buffers memory; /* on the host, and the size of a copy */
    uint32_t seed;
    size_t passes; /* patterns used */
    bool has_kernel;
    char no_kernel[160]; /* why not */
    struct gst_peer_seat seats[GST_ENV_GPUS];
    enum gst_peer_data data[GST_ENV_GPUS][GST_ENV_GPUS];
    struct gst_peer_result results[GST_ENV_GPUS][GST_ENV_GPUS]; /* of the last pass */
    double seconds;       /* that the timed copies of the last pass took, round after round */
    size_t rounds, pairs; /* of the last pass */
};

/* Opens everything for copies of at most `bytes` between all GPUs of the run; `wants_kernel` loads
 * memory_copy, too, and where none fits the GPUs says so in no_kernel. False with the cause in
 * `st`, and st->gpu set where one GPU is to blame; release it all the same. */
bool gst_peer_bench_init(struct gst_peer_bench *bench, struct gst_run *run,
                         const struct gst_peers *peers, size_t bytes, bool wants_kernel,
                         struct gst_status *st);
void gst_peer_bench_release(struct gst_peer_bench *bench);

/* Is this ordered pair of run->env's GPUs asked for? */
bool gst_peer_bench_has(const struct gst_run *run, int from, int to);

/* Copies between all pairs that are asked for and that the pass means, run->samples times, but
 * those whose data were wrong before, and leaves the samples of those whose data are right in
 * bench->results. What is wrong is told, except for copies that were dropped. */
bool gst_peer_bench_run(struct gst_peer_bench *bench, const struct gst_peer_pass *pass,
                        struct gst_status *st);

/* The same for one pair with no other beside it, whatever the pass says: the median of its samples,
 * 0 if its data were wrong. bench->results stay as they are. */
bool gst_peer_bench_alone(struct gst_peer_bench *bench, const struct gst_peer_pass *pass, int from,
                          int to, double *bytes_per_s, struct gst_status *st);

#endif
