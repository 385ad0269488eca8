/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes, allocation and comparison; see copy_buffers.h. */
#include "workloads/copy_buffers.h"

#include <stdio.h>

#include "core/units.h"
#include "gpu/error.h"
#include "gpu/pattern.h"
#include "run/memory.h"

#define MIB              (1ULL << 20)
#define WANTED_BYTES     (512 * MIB) /* as nvbandwidth since 0.7: about 10 ms over PCIe 5.0 x16 */
#define SIMULATED_BYTES  (16 * MIB)
#define SMALLEST_BYTES   (1 * MIB)
#define BUFFERS_PER_SIDE 2
/* Others may need memory, too. */
#define SHARE_OF_FREE 2

size_t gst_copy_bytes_wanted(const struct gst_run *run)
{
    uint64_t bytes = run->size_bytes;

    if (bytes == 0)
        bytes = run->report->is_simulated ? SIMULATED_BYTES : WANTED_BYTES;
    bytes -= bytes % sizeof(uint32_t);
    return bytes == 0 ? sizeof(uint32_t) : (size_t)bytes;
}

/* Halves the size until both buffers of one side fit into their share of what is free. */
static void fit(struct gst_copy_buffers *buffers, uint64_t available, size_t sharers,
                const char *of_what)
{
    const size_t wanted = buffers->bytes;
    char text[32];

    while (buffers->bytes > SMALLEST_BYTES
           && buffers->bytes > available / (BUFFERS_PER_SIDE * SHARE_OF_FREE * sharers))
        buffers->bytes /= 2;
    if (buffers->bytes < wanted)
        snprintf(buffers->limit, sizeof(buffers->limit), "%s of %s are free",
                 gst_format(text, sizeof(text), (double)available, GST_UNIT_BYTES), of_what);
}

void gst_copy_buffers_fit(struct gst_copy_buffers *buffers, size_t sharers, struct gst_lane *lane)
{
    const uint64_t host = gst_memory_left(lane->env->root);
    struct gst_status ignored = GST_STATUS_INIT;
    size_t available = 0;
    size_t total = 0;

    if (host != 0)
        fit(buffers, host, sharers, "host memory");
    if (GST_CU(lane->env, &ignored, cuMemGetInfo, (&available, &total)))
        fit(buffers, available, 1, "GPU memory");
}

static void free_pinned(struct gst_copy_buffers *buffers, struct gst_lane *lane)
{
    struct gst_status ignored = GST_STATUS_INIT;

    if (buffers->target != NULL)
        GST_CU(lane->env, &ignored, cuMemFreeHost, (buffers->target));
    if (buffers->source != NULL)
        GST_CU(lane->env, &ignored, cuMemFreeHost, (buffers->source));
    buffers->source = buffers->target = NULL;
}

static bool pin(struct gst_copy_buffers *buffers, struct gst_lane *lane, struct gst_status *st)
{
    void *source = NULL;
    void *target = NULL;
    bool ok = GST_CU(lane->env, st, cuMemHostAlloc,
                     (&source, buffers->bytes + buffers->extra, CU_MEMHOSTALLOC_PORTABLE));

    buffers->source = source;
    ok = ok
         && GST_CU(lane->env, st, cuMemHostAlloc,
                   (&target, buffers->bytes, CU_MEMHOSTALLOC_PORTABLE));
    buffers->target = target;
    return ok;
}

static void free_all(struct gst_copy_buffers *buffers, struct gst_lane *lane)
{
    lane->path->free(lane, buffers->gpu_out);
    lane->path->free(lane, buffers->gpu_in);
    buffers->gpu_in = buffers->gpu_out = 0;
    free_pinned(buffers, lane);
}

/* What a process may pin is nowhere to be asked: the cgroup, WSL2 and the driver each have a say;
 * and what is free on a GPU may be in pieces, or gone since. */
static bool allocate(struct gst_copy_buffers *buffers, bool also_on_gpu, struct gst_lane *lane,
                     struct gst_status *st)
{
    for (;;) {
        struct gst_status failure = GST_STATUS_INIT;
        const bool is_pinned = pin(buffers, lane, &failure);
        char text[32];

        if (is_pinned
            && (!also_on_gpu
                || (lane->path->alloc(lane, buffers->bytes, &buffers->gpu_in, &failure)
                    && lane->path->alloc(lane, buffers->bytes, &buffers->gpu_out, &failure))))
            return true;
        free_all(buffers, lane);
        gst_format(text, sizeof(text), (double)buffers->bytes * BUFFERS_PER_SIDE, GST_UNIT_BYTES);
        if (failure.code != CUDA_ERROR_OUT_OF_MEMORY
            || (buffers->bytes <= SMALLEST_BYTES && is_pinned)) {
            *st = failure;
            return false;
        }
        if (buffers->bytes <= SMALLEST_BYTES)
            return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "the driver does not pin %s: %.150s",
                            text, failure.cause);
        buffers->bytes = buffers->bytes / 2 / sizeof(uint32_t) * sizeof(uint32_t);
        snprintf(buffers->limit, sizeof(buffers->limit), "the driver does not %s %s%s",
                 is_pinned ? "allocate" : "pin", text, is_pinned ? " on the GPU" : "");
    }
}

bool gst_copy_buffers_pin(struct gst_copy_buffers *buffers, struct gst_lane *lane,
                          struct gst_status *st)
{
    return allocate(buffers, false, lane, st);
}

bool gst_copy_buffers_init(struct gst_copy_buffers *buffers, const struct gst_run *run,
                           struct gst_lane *lane, struct gst_status *st)
{
    return gst_copy_buffers_init_of(buffers, gst_copy_bytes_wanted(run), 1, lane, st);
}

bool gst_copy_buffers_init_of(struct gst_copy_buffers *buffers, size_t wanted, size_t sharers,
                              struct gst_lane *lane, struct gst_status *st)
{
    *buffers = (struct gst_copy_buffers){ .bytes = wanted };
    gst_copy_buffers_fit(buffers, sharers, lane);
    buffers->bytes -= buffers->bytes % sizeof(uint32_t);
    if (allocate(buffers, true, lane, st))
        return true;
    *buffers = (struct gst_copy_buffers){ .bytes = 0 };
    return false;
}

void gst_copy_buffers_release(struct gst_copy_buffers *buffers, struct gst_lane *lane)
{
    free_all(buffers, lane);
    *buffers = (struct gst_copy_buffers){ .bytes = 0 };
}

bool gst_copy_in(struct gst_lane *lane, void *data, struct gst_status *st)
{
    const struct gst_copy_buffers *buffers = data;

    return lane->path->upload(lane, buffers->gpu_in, buffers->source, buffers->bytes, st);
}

bool gst_copy_back(struct gst_lane *lane, void *data, struct gst_status *st)
{
    const struct gst_copy_buffers *buffers = data;

    return lane->path->download(lane, buffers->target, buffers->gpu_in, buffers->bytes, st);
}

bool gst_copy_check(struct gst_run *run, int gpu, uint32_t *words, size_t bytes, uint32_t seed,
                    const char *what)
{
    const size_t n = bytes / sizeof(*words);
    char text[GST_CAUSE_SIZE];
    bool is_caught = false;
    const struct gst_pattern_mismatch found =
        gst_pattern_compare_planted(words, n, seed, &is_caught);

    gst_run_count_elements(run, n);
    if (found.count > 0)
        return gst_run_check(run, GST_HARDWARE_MEMORY_CORRUPTED, gpu, false, "%s",
                             gst_pattern_describe(&found, n, what, text, sizeof(text)));
    gst_run_check(run, GST_HARDWARE_MEMORY_CORRUPTED, gpu, true, "%zu of %zu words are right %s", n,
                  n, what);
    return gst_run_check(run, GST_SUITE_BLIND, gpu, is_caught,
                         "one planted error among %zu words %s", n, what);
}
