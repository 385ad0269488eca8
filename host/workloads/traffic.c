/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns, buffers and moves; see traffic.h. */
#include "workloads/traffic.h"

#include <stdlib.h>

#include "gpu/reference.h"
#include "kernels/memory_bandwidth.h"

/* Two blocks of 512 threads fill a multiprocessor as far as 64 registers for each thread allow
 * (CUDA programming guide, technical specifications per compute capability: 65536 registers). More
 * of them even out what the multiprocessors take at different speed: on an H100, 16 copied 2 %
 * faster than 2 or 4 and read 1 % slower. */
#define BLOCKS_PER_SM 16

static const struct {
    const char *name;
    const char *kernel; /* NULL: none */
    int reads, writes;  /* buffers that cross to the memory */
} ways[] = {
    [GST_TRAFFIC_COPY_ENGINE] = { "copy-engine", NULL, 1, 1 },
    [GST_TRAFFIC_READ] = { "read", "memory_read", 1, 0 },
    [GST_TRAFFIC_WRITE] = { "write", "memory_write", 0, 1 },
    [GST_TRAFFIC_COPY] = { "copy", "memory_copy", 1, 1 },
    [GST_TRAFFIC_TRIAD] = { "triad", "memory_triad", 2, 1 },
};

const char *gst_traffic_name(enum gst_traffic_way way)
{
    return ways[way].name;
}

double gst_traffic_bytes(enum gst_traffic_way way, size_t words, size_t sum_count)
{
    const double buffers = (double)(ways[way].reads + ways[way].writes) * sizeof(float);
    const double sums = way == GST_TRAFFIC_READ ? (double)sum_count * sizeof(uint64_t) : 0.0;

    return buffers * (double)words + sums;
}

uint64_t gst_traffic_halve(uint64_t bytes, uint64_t most)
{
    while (bytes > GST_TRAFFIC_LEAST_BYTES && bytes > most)
        bytes /= 2;
    return bytes;
}

bool gst_traffic_init(struct gst_traffic *traffic, size_t words, uint64_t seed,
                      struct gst_status *st)
{
    const size_t period = words < GST_TRAFFIC_PERIOD ? words : GST_TRAFFIC_PERIOD;

    *traffic = (struct gst_traffic){
        .seed = seed,
        .period = period,
        .x = malloc(period * sizeof(float)),
        .y = malloc(period * sizeof(float)),
        .expected = malloc(period * sizeof(float)),
        .fetched = malloc(period * sizeof(float)),
    };
    if (traffic->x == NULL || traffic->y == NULL || traffic->expected == NULL
        || traffic->fetched == NULL) {
        gst_traffic_release(traffic);
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate 4 x %zu bytes",
                        period * sizeof(float));
    }
    gst_reference_fill(traffic->x, period, seed);
    gst_reference_fill(traffic->y, period, seed + 1);
    return true;
}

void gst_traffic_release(struct gst_traffic *traffic)
{
    free(traffic->x);
    free(traffic->y);
    free(traffic->expected);
    free(traffic->fetched);
    free(traffic->sums);
    *traffic = (struct gst_traffic){ .words = 0 };
}

size_t gst_traffic_piece(const struct gst_traffic *traffic, size_t at)
{
    return traffic->words - at < traffic->period ? traffic->words - at : traffic->period;
}

static bool send(struct gst_traffic *traffic, struct gst_lane *lane, uint64_t target,
                 const float *pattern, struct gst_status *st)
{
    for (size_t at = 0; at < traffic->words; at += traffic->period) {
        if (!lane->path->upload(lane, target + at * sizeof(float), pattern,
                                gst_traffic_piece(traffic, at) * sizeof(float), st))
            return false;
    }
    return lane->path->wait(lane, st);
}

/* No more than have a full round of loads to do. */
unsigned gst_traffic_blocks(const struct gst_gpu *gpu, size_t words)
{
    const size_t vectors = words * sizeof(float) / GST_MEMORY_VECTOR_BYTES;
    const size_t round = (size_t)GST_TRAFFIC_THREADS * GST_MEMORY_LOADS;
    const size_t useful = (vectors + round - 1) / round;
    const size_t most = (size_t)gpu->sm_count * BLOCKS_PER_SM;

    return (unsigned)(useful < most ? useful : most);
}

bool gst_traffic_alloc(struct gst_traffic *traffic, struct gst_lane *lane, size_t words,
                       struct gst_status *st)
{
    const size_t bytes = words * sizeof(float);

    traffic->words = words;
    traffic->sum_count = (size_t)gst_traffic_blocks(lane->gpu, words) * GST_TRAFFIC_THREADS;
    traffic->sums = malloc(traffic->sum_count * sizeof(uint64_t));
    if (traffic->sums == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu bytes",
                        traffic->sum_count * sizeof(uint64_t));
    return lane->path->alloc(lane, bytes, &traffic->gpu_x, st)
           && lane->path->alloc(lane, bytes, &traffic->gpu_y, st)
           && lane->path->alloc(lane, bytes, &traffic->gpu_z, st)
           && lane->path->alloc(lane, traffic->sum_count * sizeof(uint64_t), &traffic->gpu_sums, st)
           && send(traffic, lane, traffic->gpu_x, traffic->x, st)
           && send(traffic, lane, traffic->gpu_y, traffic->y, st);
}

void gst_traffic_free(struct gst_traffic *traffic, struct gst_lane *lane)
{
    uint64_t *const pointers[] = { &traffic->gpu_sums, &traffic->gpu_z, &traffic->gpu_y,
                                   &traffic->gpu_x };

    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
        lane->path->free(lane, *pointers[i]);
        *pointers[i] = 0;
    }
    free(traffic->sums);
    traffic->sums = NULL;
}

bool gst_traffic_load(enum gst_traffic_way way, struct gst_lane *lane, struct gst_status *st)
{
    return ways[way].kernel == NULL
           || gst_lane_load_kernel(lane, "memory_bandwidth", ways[way].kernel, st);
}

bool gst_traffic_move(struct gst_traffic *traffic, enum gst_traffic_way way, struct gst_lane *lane,
                      struct gst_status *st)
{
    struct gst_memory_bandwidth_args args = {
        .x = (const float *)(uintptr_t)traffic->gpu_x,
        .y = (const float *)(uintptr_t)traffic->gpu_y,
        .z = (float *)(uintptr_t)traffic->gpu_z,
        .sums = (uint64_t *)(uintptr_t)traffic->gpu_sums,
        .vectors = traffic->words * sizeof(float) / GST_MEMORY_VECTOR_BYTES,
        .seed = (uint32_t)traffic->seed,
        .sum_count = (uint32_t)traffic->sum_count,
    };

    if (ways[way].kernel == NULL)
        return lane->path->copy(lane, traffic->gpu_z, traffic->gpu_x,
                                traffic->words * sizeof(float), st);
    return lane->path->launch(lane, gst_traffic_blocks(lane->gpu, traffic->words),
                              GST_TRAFFIC_THREADS, &args, st);
}
