/* SPDX-License-Identifier: Apache-2.0 */
/* Moving, fetching, comparing, piece by piece; see traffic.h. */
#include "workloads/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "gpu/reference.h"
#include "kernels/memory_bandwidth.h"

/* Two blocks of 512 threads fill a multiprocessor as far as 64 registers for each thread allow
 * (CUDA programming guide, technical specifications per compute capability: 65536 registers). More
 * of them even out what the multiprocessors take at different speed: on an H100, 16 copied 2 %
 * faster than 2 or 4 and read 1 % slower. */
#define BLOCKS_PER_SM 16

/* Quiet NaN in every byte pattern: no word of a pattern, and no sum of words, equals it. */
#define POISON 0xff

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

static uint64_t sum_words(const float *pattern, size_t words)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < words; i++) {
        uint32_t bits;

        memcpy(&bits, &pattern[i], sizeof(bits));
        sum += bits;
    }
    return sum;
}

uint64_t gst_traffic_sum(const float *pattern, size_t period, size_t words)
{
    return sum_words(pattern, period) * (words / period) + sum_words(pattern, words % period);
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

static size_t piece_at(const struct gst_traffic *traffic, size_t at)
{
    return traffic->words - at < traffic->period ? traffic->words - at : traffic->period;
}

static bool send(struct gst_traffic *traffic, struct gst_lane *lane, uint64_t target,
                 const float *pattern, struct gst_status *st)
{
    for (size_t at = 0; at < traffic->words; at += traffic->period) {
        if (!lane->path->upload(lane, target + at * sizeof(float), pattern,
                                piece_at(traffic, at) * sizeof(float), st))
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

/* What z must hold from word `at` on. */
static const float *expect(struct gst_traffic *traffic, enum gst_traffic_way way, size_t at,
                           size_t count)
{
    const uint32_t seed = (uint32_t)traffic->seed;

    if (way == GST_TRAFFIC_WRITE) {
        for (size_t i = 0; i < count; i++)
            traffic->expected[i] = GST_MEMORY_WORD(seed, at + i);
        return traffic->expected;
    }
    if (way == GST_TRAFFIC_TRIAD) {
        if (at == 0) {
            for (size_t i = 0; i < traffic->period; i++)
                traffic->expected[i] = traffic->x[i] + GST_MEMORY_FACTOR * traffic->y[i];
        }
        return traffic->expected;
    }
    return traffic->x;
}

/* Equal data, as it nearly always is, is seen much faster by memcmp. */
static void compare(struct gst_mismatch *found, const float *expected, const float *observed,
                    size_t at, size_t count)
{
    struct gst_mismatch piece;

    if (memcmp(expected, observed, count * sizeof(float)) == 0)
        return;
    piece = gst_reference_compare(expected, observed, count);
    piece.first += at;
    piece.count += found->count;
    if (found->count > 0) {
        found->count = piece.count;
        return;
    }
    *found = piece;
}

/* The comparison is itself under test: one element is made wrong, and it alone must be found. */
static bool catches_planted_error(struct gst_traffic *traffic, const float *expected, size_t count)
{
    const size_t index = count / 2;
    const float right = traffic->fetched[index];
    struct gst_mismatch found = { .count = 0 };

    traffic->fetched[index] = right + 1.0F;
    compare(&found, expected, traffic->fetched, 0, count);
    traffic->fetched[index] = right;
    return found.count == 1 && found.first == index;
}

static bool fetch(struct gst_traffic *traffic, struct gst_lane *lane, uint64_t source, size_t at,
                  struct gst_status *st)
{
    return lane->path->download(lane, traffic->fetched, source + at * sizeof(float),
                                piece_at(traffic, at) * sizeof(float), st)
           && lane->path->wait(lane, st);
}

static bool report_blindness(struct gst_run *run, enum gst_traffic_way way,
                             const struct gst_lane *lane, bool catches)
{
    return gst_run_check(run, GST_SUITE_BLIND, lane->gpu->index, catches, "%s: one planted error",
                         ways[way].name);
}

static bool verify_words(struct gst_traffic *traffic, struct gst_run *run, enum gst_traffic_way way,
                         struct gst_lane *lane, bool *is_right, struct gst_status *st)
{
    struct gst_mismatch found = { .count = 0 };
    const int gpu = lane->gpu->index;
    bool catches = false;

    for (size_t at = 0; at < traffic->words; at += traffic->period) {
        const size_t count = piece_at(traffic, at);
        const float *expected = expect(traffic, way, at, count);

        if (!fetch(traffic, lane, traffic->gpu_z, at, st))
            return false;
        compare(&found, expected, traffic->fetched, at, count);
        gst_run_count_elements(run, count);
        if (at + count == traffic->words && found.count == 0)
            catches = catches_planted_error(traffic, expected, count);
    }
    *is_right = found.count == 0;
    if (found.count > 0) {
        gst_run_check(run, GST_HARDWARE_WRONG_RESULT, gpu, false,
                      "%s: %zu of %zu elements are wrong, the first is %zu: %.9g, expected %.9g",
                      ways[way].name, found.count, traffic->words, found.first,
                      (double)found.observed, (double)found.expected);
        return true;
    }
    gst_run_check(run, GST_HARDWARE_WRONG_RESULT, gpu, true, "%s: %zu of %zu elements are right",
                  ways[way].name, traffic->words, traffic->words);
    report_blindness(run, way, lane, catches);
    return true;
}

static uint64_t sum_fetched(const struct gst_traffic *traffic)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < traffic->sum_count; i++)
        sum += traffic->sums[i];
    return sum;
}

static bool verify_sum(struct gst_traffic *traffic, struct gst_run *run, struct gst_lane *lane,
                       bool *is_right, struct gst_status *st)
{
    const uint64_t expected = gst_traffic_sum(traffic->x, traffic->period, traffic->words);
    uint64_t observed;

    if (!lane->path->download(lane, traffic->sums, traffic->gpu_sums,
                              traffic->sum_count * sizeof(uint64_t), st)
        || !lane->path->wait(lane, st))
        return false;
    observed = sum_fetched(traffic);
    gst_run_count_elements(run, traffic->words);
    *is_right =
        gst_run_check(run, GST_HARDWARE_WRONG_RESULT, lane->gpu->index, observed == expected,
                      "read: the sum of %zu elements is %#llx, expected %#llx", traffic->words,
                      (unsigned long long)observed, (unsigned long long)expected);
    if (*is_right) {
        traffic->sums[traffic->sum_count / 2] ^= 1;
        report_blindness(run, GST_TRAFFIC_READ, lane, sum_fetched(traffic) != expected);
    }
    return true;
}

bool gst_traffic_verify(struct gst_traffic *traffic, struct gst_run *run, enum gst_traffic_way way,
                        struct gst_lane *lane, bool *is_right, struct gst_status *st)
{
    const bool is_sum = way == GST_TRAFFIC_READ;

    if (!lane->path->fill(
            lane, is_sum ? traffic->gpu_sums : traffic->gpu_z, POISON,
            is_sum ? traffic->sum_count * sizeof(uint64_t) : traffic->words * sizeof(float), st)
        || !gst_traffic_move(traffic, way, lane, st) || !lane->path->wait(lane, st))
        return false;
    return is_sum ? verify_sum(traffic, run, lane, is_right, st)
                  : verify_words(traffic, run, way, lane, is_right, st);
}

bool gst_traffic_verify_inputs(struct gst_traffic *traffic, struct gst_run *run,
                               struct gst_lane *lane, struct gst_status *st)
{
    const struct {
        const char *name;
        uint64_t gpu;
        const float *sent;
    } inputs[] = { { "x", traffic->gpu_x, traffic->x }, { "y", traffic->gpu_y, traffic->y } };

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        struct gst_mismatch found = { .count = 0 };

        for (size_t at = 0; at < traffic->words; at += traffic->period) {
            if (!fetch(traffic, lane, inputs[i].gpu, at, st))
                return false;
            compare(&found, inputs[i].sent, traffic->fetched, at, piece_at(traffic, at));
            gst_run_count_elements(run, piece_at(traffic, at));
        }
        if (found.count == 0)
            gst_run_check(run, GST_HARDWARE_MEMORY_CORRUPTED, lane->gpu->index, true,
                          "%zu elements of buffer %s are unchanged", traffic->words,
                          inputs[i].name);
        else
            gst_run_check(run, GST_HARDWARE_MEMORY_CORRUPTED, lane->gpu->index, false,
                          "%zu of %zu elements of buffer %s changed, the first is %zu: %.9g, %.9g "
                          "was written%s",
                          found.count, traffic->words, inputs[i].name, found.first,
                          (double)found.observed, (double)found.expected,
                          found.is_one_bit ? " (one bit flipped)" : "");
    }
    return true;
}
