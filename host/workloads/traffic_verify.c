/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching and comparing what moves left behind, piece by piece; see traffic.h. */
#include <string.h>

#include "gpu/reference.h"
#include "kernels/memory_bandwidth.h"
#include "workloads/traffic.h"

/* Quiet NaN in every byte pattern: no word of a pattern, and no sum of words, equals it. */
#define POISON 0xff

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
                                gst_traffic_piece(traffic, at) * sizeof(float), st)
           && lane->path->wait(lane, st);
}

static bool report_blindness(struct gst_run *run, enum gst_traffic_way way,
                             const struct gst_lane *lane, bool catches)
{
    return gst_run_check(run, GST_SUITE_BLIND, lane->gpu->index, catches, "%s: one planted error",
                         gst_traffic_name(way));
}

static bool verify_words(struct gst_traffic *traffic, struct gst_run *run, enum gst_traffic_way way,
                         struct gst_lane *lane, bool *is_right, struct gst_status *st)
{
    struct gst_mismatch found = { .count = 0 };
    const int gpu = lane->gpu->index;
    bool catches = false;

    for (size_t at = 0; at < traffic->words; at += traffic->period) {
        const size_t count = gst_traffic_piece(traffic, at);
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
                      gst_traffic_name(way), found.count, traffic->words, found.first,
                      (double)found.observed, (double)found.expected);
        return true;
    }
    gst_run_check(run, GST_HARDWARE_WRONG_RESULT, gpu, true, "%s: %zu of %zu elements are right",
                  gst_traffic_name(way), traffic->words, traffic->words);
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
            compare(&found, inputs[i].sent, traffic->fetched, at, gst_traffic_piece(traffic, at));
            gst_run_count_elements(run, gst_traffic_piece(traffic, at));
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
