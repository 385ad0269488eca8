/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three buffers on one GPU and the ways of moving them: by the driver's copy, and by kernels that
 * read, write, copy or do both. Each way can be repeated for a measurement and can be proven right
 * in every element.
 */
#ifndef GST_WORKLOADS_TRAFFIC_H
#define GST_WORKLOADS_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/path.h"
#include "run/run.h"

enum gst_traffic_way {
    GST_TRAFFIC_COPY_ENGINE, /* z = x by cuMemcpyDtoDAsync */
    GST_TRAFFIC_READ,        /* the words of x, added */
    GST_TRAFFIC_WRITE,       /* z = a pattern */
    GST_TRAFFIC_COPY,        /* z = x */
    GST_TRAFFIC_TRIAD,       /* z = x + 3 y */
    GST_TRAFFIC_WAYS,
};

/* The host holds one period of each pattern. Its length is a prime, so that data that is displaced
 * by any other distance, all powers of two among them, differs nearly everywhere. */
#define GST_TRAFFIC_PERIOD 4194301

#define GST_TRAFFIC_THREADS 512

struct gst_traffic {
    uint64_t seed;
    size_t period; /* words; less than the prime where the buffers are smaller */
    float *x, *y, *expected, *fetched; /* on the host, `period` words each */
    uint64_t *sums;                    /* as many as the GPU that is tested has threads at work */
    size_t words;                      /* of each buffer on the GPU, a multiple of four */
    size_t sum_count;
    uint64_t gpu_x, gpu_y, gpu_z, gpu_sums;
};

/* "copy-engine", "read", ...: also the end of the kernel's and the metric's name. */
const char *gst_traffic_name(enum gst_traffic_way way);

/* Bytes read plus bytes written, each counted once for every time it crosses to the memory. Pure.
 */
double gst_traffic_bytes(enum gst_traffic_way way, size_t words, size_t sum_count);

/* The exact sum of `words` words, as integers of 32 bits, of a pattern that repeats. Pure. */
uint64_t gst_traffic_sum(const float *pattern, size_t period, size_t words);

/* Buffers get no smaller for want of memory. */
#define GST_TRAFFIC_LEAST_BYTES ((uint64_t)1 << 20)

/* `bytes`, halved until it is not above `most`, or is down to the least. Pure. */
uint64_t gst_traffic_halve(uint64_t bytes, uint64_t most);

/* Makes the patterns on the host, for buffers of up to `words` words. */
bool gst_traffic_init(struct gst_traffic *traffic, size_t words, uint64_t seed,
                      struct gst_status *st);
void gst_traffic_release(struct gst_traffic *traffic);

/* Allocates on the lane's GPU, three times `words` words, and sends x and y. What was got before a
 * failure is for gst_traffic_free. */
bool gst_traffic_alloc(struct gst_traffic *traffic, struct gst_lane *lane, size_t words,
                       struct gst_status *st);
void gst_traffic_free(struct gst_traffic *traffic, struct gst_lane *lane);

/* Blocks of GST_TRAFFIC_THREADS threads that keep this GPU busy with so many words, and no more
 * than have something to do. Pure. */
unsigned gst_traffic_blocks(const struct gst_gpu *gpu, size_t words);

/* Loads what the way needs into a lane that has nothing loaded yet. */
bool gst_traffic_load(enum gst_traffic_way way, struct gst_lane *lane, struct gst_status *st);

/* Queues the way once. */
bool gst_traffic_move(struct gst_traffic *traffic, enum gst_traffic_way way, struct gst_lane *lane,
                      struct gst_status *st);

/* Words from word `at` on that the host holds or fetches at once: one period, or what is left. */
size_t gst_traffic_piece(const struct gst_traffic *traffic, size_t at);

/* Poisons the target, moves once, fetches and compares every element, and makes sure that one
 * planted error is caught. *is_right is false where an element is wrong; that is reported here. */
bool gst_traffic_verify(struct gst_traffic *traffic, struct gst_run *run, enum gst_traffic_way way,
                        struct gst_lane *lane, bool *is_right, struct gst_status *st);

/* Fetches x and y, which must still be what was sent. */
bool gst_traffic_verify_inputs(struct gst_traffic *traffic, struct gst_run *run,
                               struct gst_lane *lane, struct gst_status *st);

#endif
