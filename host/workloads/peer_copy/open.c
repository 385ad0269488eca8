/* SPDX-License-Identifier: Apache-2.0 */
/* What copies between GPUs need, opened and given back; see bench.h. */
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "gpu/error.h"
#include "gpu/pattern.h"
#include "kernels/memory_bandwidth.h"
#include "workloads/peer_copy/bench.h"
#include "workloads/peer_copy/data.h"

/* Kernels move whole vectors. */
#define GRAIN ((size_t)GST_MEMORY_VECTOR_BYTES)

static bool open_seats(struct gst_peer_bench *bench, struct gst_status *st)
{
    struct gst_env *env = bench->run->env;

    for (int i = 0; i < bench->count; i++) {
        struct gst_gpu *gpu = &env->gpus[i];

        gst_run_phase(bench->run, gpu->index, "open");
        if (!gst_lane_open(&bench->seats[i].lane, &gst_driver_path, env, gpu, st)) {
            st->gpu = gpu->index;
            return false;
        }
        gst_copy_buffers_fit(&bench->memory, 1, &bench->seats[i].lane);
    }
    return true;
}

static bool allocate(struct gst_peer_bench *bench, struct gst_status *st)
{
    struct gst_copy_buffers *memory = &bench->memory;

    gst_run_phase(bench->run, bench->seats[0].lane.gpu->index, "allocate");
    memory->bytes = memory->bytes < GRAIN ? GRAIN : memory->bytes / GRAIN * GRAIN;
    if (!gst_copy_buffers_pin(memory, &bench->seats[0].lane, st))
        return false;
    memory->bytes = memory->bytes / GRAIN * GRAIN;
    gst_pattern_fill(memory->source, (memory->bytes + memory->extra) / sizeof(uint32_t),
                     bench->seed);
    for (int i = 0; i < bench->count; i++) {
        struct gst_peer_seat *seat = &bench->seats[i];
        struct gst_lane *lane = &seat->lane;

        gst_run_phase(bench->run, lane->gpu->index, "allocate");
        if (!gst_gpu_use(lane->env, lane->gpu, st)
            || !lane->path->alloc(lane, memory->bytes, &seat->out, st)
            || !lane->path->alloc(lane, memory->bytes, &seat->in, st)) {
            st->gpu = lane->gpu->index;
            return false;
        }
    }
    return true;
}

/* A build without kernels, or for other GPUs, measures copy engines all the same. */
static void load_kernels(struct gst_peer_bench *bench)
{
    struct gst_status why = GST_STATUS_INIT;

    bench->has_kernel = true;
    for (int i = 0; i < bench->count && bench->has_kernel; i++) {
        struct gst_lane *lane = &bench->seats[i].lane;

        gst_run_phase(bench->run, lane->gpu->index, "load memory_copy");
        bench->has_kernel = gst_gpu_use(lane->env, lane->gpu, &why)
                            && gst_lane_load_kernel(lane, "memory_bandwidth", "memory_copy", &why);
    }
    if (!bench->has_kernel)
        snprintf(bench->no_kernel, sizeof(bench->no_kernel), "%.150s", why.cause);
}

bool gst_peer_bench_init(struct gst_peer_bench *bench, struct gst_run *run,
                         const struct gst_peers *peers, size_t bytes, bool wants_kernel,
                         struct gst_status *st)
{
    memset(bench, 0, sizeof(*bench));
    bench->run = run;
    bench->peers = peers;
    bench->count = run->env->gpu_count;
    bench->seed = gst_run_pattern_seed(run);
    bench->memory.bytes = bytes;
    bench->memory.extra = GST_PEER_DATA_EXTRA;
    if (!open_seats(bench, st) || !allocate(bench, st))
        return false;
    if (wants_kernel)
        load_kernels(bench);
    for (int i = 0; i < bench->count; i++)
        gst_condition_begin(&bench->seats[i].condition, run->env, bench->seats[i].lane.gpu);
    return true;
}

void gst_peer_bench_release(struct gst_peer_bench *bench)
{
    struct gst_status ignored = GST_STATUS_INIT;

    for (int i = bench->count - 1; i >= 0; i--) {
        struct gst_peer_seat *seat = &bench->seats[i];
        struct gst_lane *lane = &seat->lane;

        if (lane->path == NULL || !gst_gpu_use(lane->env, lane->gpu, &ignored))
            continue;
        lane->path->free(lane, seat->in);
        lane->path->free(lane, seat->out);
        if (i == 0)
            gst_copy_buffers_release(&bench->memory, lane);
        gst_lane_close(lane);
    }
    bench->count = 0;
}
