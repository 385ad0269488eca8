/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory-bandwidth: how fast each GPU's own memory is, by the driver's copy and by kernels that
 * read, write, copy, and do both with two inputs. Bytes read and bytes written both count. Judged
 * by what memory clock and bus width allow.
 */
#include <stdio.h>

#include "core/class_bars.h"
#include "core/units.h"
#include "gpu/condition.h"
#include "gpu/error.h"
#include "kernels/memory_bandwidth.h"
#include "run/run.h"
#include "workloads/list.h"
#include "workloads/traffic.h"

/* Each sample times so many in a row, behind one that is not timed: when the first event passes,
 * all the rest has long been queued, so that the host's pace is not measured. */
#define MOVES_PER_SAMPLE 4
#define WARM_UP_MOVES    4

#define DEFAULT_BYTES (512ULL << 20)

#define BUFFERS 3

/* Three buffers, and room for whoever else uses the GPU; not where somebody asked for a size. */
#define SHARE_OF_FREE (BUFFERS + 1)

#define METRIC(way, label)                                                                         \
    {                                                                                              \
        .name = "memory-bandwidth." way, .title = label, .unit = GST_UNIT_BYTES_PER_S,             \
        .has_siblings = true,                                                                      \
    }

static const struct gst_metric_def rates[GST_TRAFFIC_WAYS] = {
    [GST_TRAFFIC_COPY_ENGINE] = METRIC("copy-engine", "copy by the driver, read and written"),
    [GST_TRAFFIC_READ] = METRIC("read", "kernel that reads"),
    [GST_TRAFFIC_WRITE] = METRIC("write", "kernel that writes"),
    [GST_TRAFFIC_COPY] = METRIC("copy", "kernel that copies, read and written"),
    [GST_TRAFFIC_TRIAD] = METRIC("triad", "kernel that does x + 3 y, read and written"),
};

static const struct gst_metric_def *const metrics[] = {
    &rates[GST_TRAFFIC_COPY_ENGINE], &rates[GST_TRAFFIC_READ],  &rates[GST_TRAFFIC_WRITE],
    &rates[GST_TRAFFIC_COPY],        &rates[GST_TRAFFIC_TRIAD], NULL,
};

/* No bar where the bound does not hold: an instance shares the GPU's memory, integrated memory is
 * the host's, and what fits the cache says nothing about memory. The floor is that of copies by the
 * driver, of which there are reports; kernels have the ceiling alone. */
static struct gst_bar bar_of(const struct gst_gpu *gpu, size_t words, enum gst_traffic_way way)
{
    const struct gst_bar bar = gst_bar_of_memory(gst_gpu_memory_peak_bytes_per_s(gpu),
                                                 gst_bus_is_hbm((unsigned)gpu->memory_bus_bits));

    if (gpu->is_mig || !gst_gpu_outgrows_cache(gpu, (double)words * sizeof(float)))
        return gst_bar_none();
    return way == GST_TRAFFIC_COPY_ENGINE ? bar : gst_bar_without_floor(bar);
}

/* The GPU's condition is read once, in the middle, while the moves that were queued are under way:
 * the host's pace is not measured, but no more is asked of the driver than has to be. */
static bool measure(struct gst_run *run, struct gst_lane *lane, struct gst_traffic *traffic,
                    enum gst_traffic_way way, double *samples, size_t count,
                    struct gst_condition *condition, struct gst_status *st)
{
    const double bytes =
        MOVES_PER_SAMPLE * gst_traffic_bytes(way, traffic->words, traffic->sum_count);

    gst_run_phase(run, lane->gpu->index, "measure %s", gst_traffic_name(way));
    for (int i = 0; i < WARM_UP_MOVES; i++) {
        if (!gst_traffic_move(traffic, way, lane, st))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        double seconds = 0;

        if (!gst_traffic_move(traffic, way, lane, st) || !gst_lane_start(lane, st))
            return false;
        for (int k = 0; k < MOVES_PER_SAMPLE; k++) {
            if (!gst_traffic_move(traffic, way, lane, st))
                return false;
        }
        if (i == count / 2)
            gst_condition_sample(condition, run->env, lane->gpu);
        if (!gst_lane_stop(lane, &seconds, st))
            return false;
        samples[i] = bytes / seconds;
    }
    return true;
}

/* A lane holds one kernel, so each way has its own; the buffers are the GPU's. A rate of wrong
 * results is worth nothing. */
static bool test_way(struct gst_run *run, struct gst_gpu *gpu, struct gst_traffic *traffic,
                     enum gst_traffic_way way, struct gst_condition *condition,
                     struct gst_status *st)
{
    const size_t count = run->samples;
    struct gst_lane lane = { .path = NULL };
    double samples[GST_SAMPLES_MAX];
    bool is_right = false;
    bool ok;

    gst_run_phase(run, gpu->index, "load %s", gst_traffic_name(way));
    ok = gst_lane_open(&lane, &gst_driver_path, run->env, gpu, st)
         && gst_traffic_load(way, &lane, st)
         && measure(run, &lane, traffic, way, samples, count, condition, st);
    if (ok) {
        gst_run_phase(run, gpu->index, "verify %s", gst_traffic_name(way));
        ok = gst_traffic_verify(traffic, run, way, &lane, &is_right, st);
    }
    if (ok && is_right)
        ok = gst_run_metric(run, &rates[way], gpu->index, "", samples, count,
                            bar_of(gpu, traffic->words, way), st);
    if (ok && is_right)
        gst_run_explain_by(run, condition);
    gst_lane_close(&lane);
    return ok;
}

static size_t words_of(uint64_t bytes)
{
    return bytes < GST_MEMORY_VECTOR_BYTES ? GST_MEMORY_VECTOR_BYTES / sizeof(float)
                                           : (size_t)(bytes / GST_MEMORY_VECTOR_BYTES)
                                                 * (GST_MEMORY_VECTOR_BYTES / sizeof(float));
}

static uint64_t bytes_wanted(const struct gst_run *run)
{
    return run->size_bytes == 0 ? DEFAULT_BYTES : run->size_bytes;
}

/* As much as is wanted, or as there is room for: somebody else may hold the rest. `limit` says what
 * made it less; empty if nothing did. */
static bool alloc(struct gst_traffic *traffic, struct gst_run *run, struct gst_lane *lane,
                  char *limit, size_t size, struct gst_status *st)
{
    const uint64_t wanted = bytes_wanted(run);
    size_t available = 0;
    size_t total = 0;
    uint64_t bytes;
    char text[32];

    limit[0] = '\0';
    if (!GST_CU(lane->env, st, cuMemGetInfo, (&available, &total)))
        return false;
    bytes = gst_traffic_halve(wanted, available / (run->size_bytes == 0 ? SHARE_OF_FREE : BUFFERS));
    if (bytes < wanted)
        snprintf(limit, size, "%s of GPU memory are free",
                 gst_format(text, sizeof(text), (double)available, GST_UNIT_BYTES));
    while (!gst_traffic_alloc(traffic, lane, words_of(bytes), st)) {
        gst_traffic_free(traffic, lane);
        if (st->code != CUDA_ERROR_OUT_OF_MEMORY || bytes <= GST_TRAFFIC_LEAST_BYTES)
            return false;
        snprintf(limit, size, "the driver does not allocate %d x %s", BUFFERS,
                 gst_format(text, sizeof(text), (double)bytes, GST_UNIT_BYTES));
        bytes = gst_traffic_halve(bytes, bytes / 2);
        gst_status_clear(st);
    }
    return true;
}

static bool test_lane(struct gst_run *run, struct gst_lane *lane, struct gst_traffic *traffic,
                      struct gst_status *st)
{
    const int gpu = lane->gpu->index;
    struct gst_condition condition;
    bool ok = true;
    char limit[96];

    gst_run_phase(run, gpu, "allocate");
    if (!alloc(traffic, run, lane, limit, sizeof(limit), st))
        return false;
    if (limit[0] != '\0')
        gst_report_fact_text(run->report, gpu, "driver", "moved_less_than_wanted", "%zu bytes: %s",
                             traffic->words * sizeof(float), limit);
    gst_condition_begin(&condition, run->env, lane->gpu);
    for (int way = 0; way < GST_TRAFFIC_WAYS && ok; way++)
        ok = test_way(run, lane->gpu, traffic, (enum gst_traffic_way)way, &condition, st);
    if (!ok)
        return false;
    gst_condition_end(&condition, run->env, lane->gpu);
    gst_condition_report(&condition, run->env, lane->gpu, run->workload->name);
    gst_run_phase(run, gpu, "read the input back");
    return gst_traffic_verify_inputs(traffic, run, lane, st);
}

/* Returns the words of each buffer. */
static size_t test_gpu(struct gst_run *run, struct gst_gpu *gpu, struct gst_traffic *traffic)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_lane lane = { .path = NULL };

    gst_run_phase(run, gpu->index, "open");
    if (!gst_lane_open(&lane, &gst_driver_path, run->env, gpu, &st)
        || !test_lane(run, &lane, traffic, &st)) {
        st.gpu = gpu->index;
        gst_report_status(run->report, &st);
    }
    if (lane.path != NULL)
        gst_traffic_free(traffic, &lane);
    gst_lane_close(&lane);
    return traffic->words;
}

static bool run_memory_bandwidth(struct gst_run *run, struct gst_status *st)
{
    const size_t wanted = words_of(bytes_wanted(run));
    size_t words = wanted;
    struct gst_traffic traffic;
    char text[24], size[32];

    gst_run_phase(run, GST_NO_GPU, "make the input");
    if (!gst_traffic_init(&traffic, wanted, run->seed, st))
        return false;
    for (int i = 0; i < run->env->gpu_count; i++) {
        const size_t used = test_gpu(run, &run->env->gpus[i], &traffic);

        words = used < words ? used : words;
    }
    gst_format(size, sizeof(size), (double)words * sizeof(float), GST_UNIT_BYTES);
    gst_run_summary(run, "%s, %s moved in five ways%s", gst_run_gpus(run, text, sizeof(text)), size,
                    words < wanted ? " (less than wanted)" : "");
    gst_traffic_release(&traffic);
    return true;
}

const struct gst_workload gst_workload_memory_bandwidth = {
    .name = "memory-bandwidth",
    .group = "bandwidth",
    .summary = "how fast is each GPU's own memory, by the driver's copy and by kernels?",
    .passes_when = "every element is right, and no rate is below the floor of its class of memory",
    .needs = { .gpus = 1, .kernels = true },
    .metrics = metrics,
    .timeout_s = 120,
    .size_buffers = BUFFERS,
    .takes_samples = true,
    .is_quick = true,
    .run = run_memory_bandwidth,
};
