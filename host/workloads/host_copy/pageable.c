/* SPDX-License-Identifier: Apache-2.0 */
/* One copy between two events at a time; see pageable.h. */
#include "workloads/host_copy/pageable.h"

#include <stdlib.h>

#include "gpu/pattern.h"
#include "workloads/copy_buffers.h"

static bool time_one(const struct gst_pageable_test *test, struct gst_lane *lane, uint32_t *words,
                     size_t bytes, bool is_to_gpu, double *rate, struct gst_status *st)
{
    double seconds = 0;

    if (!gst_lane_start(lane, st)
        || !(is_to_gpu ? lane->path->upload(lane, test->gpu_pointer, words, bytes, st)
                       : lane->path->download(lane, words, test->gpu_pointer, bytes, st))
        || !gst_lane_stop(lane, &seconds, st))
        return false;
    *rate = (double)bytes / seconds;
    return true;
}

static bool time_all(const struct gst_pageable_test *test, struct gst_lane *lane, uint32_t *words,
                     size_t n, uint32_t seed, struct gst_status *st)
{
    const size_t bytes = n * sizeof(*words);

    gst_pattern_fill(words, n, seed);
    for (size_t i = 0; i < test->count; i++) {
        if (!time_one(test, lane, words, bytes, true, &test->to_gpu[i], st))
            return false;
    }
    /* What is fetched differs from this in every word. */
    gst_pattern_fill(words, n, seed - 1);
    for (size_t i = 0; i < test->count; i++) {
        if (!time_one(test, lane, words, bytes, false, &test->from_gpu[i], st))
            return false;
    }
    return true;
}

bool gst_pageable_time(const struct gst_pageable_test *test, struct gst_run *run,
                       struct gst_lane *lane, uint32_t seed, bool *right, struct gst_status *st)
{
    const size_t n = test->bytes < sizeof(uint32_t) ? 1 : test->bytes / sizeof(uint32_t);
    uint32_t *words = malloc(n * sizeof(*words));
    bool ok;

    if (words == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate %zu bytes",
                        n * sizeof(*words));
    ok = time_all(test, lane, words, n, seed, st);
    if (ok)
        *right = gst_copy_check(run, lane->gpu->index, words, n * sizeof(*words), seed,
                                "after copies of pageable memory");
    free(words);
    return ok;
}
