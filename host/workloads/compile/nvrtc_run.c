/* SPDX-License-Identifier: Apache-2.0 */
/* What NVRTC made, run through the driver and compared on the host; see nvrtc.h. */
#include <stdlib.h>

#include "api/version.h"
#include "gpu/error.h"
#include "gpu/path.h"
#include "workloads/compile/nvrtc.h"
#include "workloads/compile/texts.h"

/* What one GPU holds meanwhile. */
struct bench {
    struct gst_lane lane;
    CUfunction add, sum;
    uint64_t a, b, c, total;
    int *host; /* three arrays */
    unsigned long long host_total;
};

#define N     GST_COMPILE_ELEMENTS
#define BYTES (N * sizeof(int))

static bool load(struct bench *t, const struct gst_nvrtc_code *code, struct gst_status *st)
{
    struct gst_env *env = t->lane.env;

    if (GST_CU(env, st, cuModuleLoadDataEx, (&t->lane.module, code->data, 0, NULL, NULL))
        && GST_CU(env, st, cuModuleGetFunction, (&t->add, t->lane.module, "add"))
        && GST_CU(env, st, cuModuleGetFunction, (&t->sum, t->lane.module, "sum")))
        return true;
    st->finding = gst_nvrtc_blame_load(st->finding, code->compiler_major,
                                       gst_cuda_major(env->driver_version));
    return false;
}

static bool alloc(struct bench *t, struct gst_status *st)
{
    const struct gst_path *path = t->lane.path;

    t->host = malloc(3 * BYTES);
    if (t->host == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for %zu bytes", 3 * BYTES);
    for (unsigned i = 0; i < N; i++) {
        t->host[i] = gst_compile_a(i);
        t->host[N + i] = gst_compile_b(i);
    }
    return path->alloc(&t->lane, BYTES, &t->a, st) && path->alloc(&t->lane, BYTES, &t->b, st)
           && path->alloc(&t->lane, BYTES, &t->c, st)
           && path->alloc(&t->lane, sizeof(t->host_total), &t->total, st);
}

static bool launch(struct bench *t, struct gst_status *st)
{
    const unsigned blocks = (N + GST_COMPILE_THREADS - 1) / GST_COMPILE_THREADS;
    const struct gst_path *path = t->lane.path;
    unsigned n = N;
    void *to_add[] = { &t->a, &t->b, &t->c, &n };
    void *to_sum[] = { &t->c, &n, &t->total };

    return path->upload(&t->lane, t->a, t->host, BYTES, st)
           && path->upload(&t->lane, t->b, t->host + N, BYTES, st)
           && path->fill(&t->lane, t->c, 0xff, BYTES, st)
           && path->fill(&t->lane, t->total, 0, sizeof(t->host_total), st)
           && GST_CU(
               t->lane.env, st, cuLaunchKernel,
               (t->add, blocks, 1, 1, GST_COMPILE_THREADS, 1, 1, 0, t->lane.stream, to_add, NULL))
           && GST_CU(
               t->lane.env, st, cuLaunchKernel,
               (t->sum, blocks, 1, 1, GST_COMPILE_THREADS, 1, 1, 0, t->lane.stream, to_sum, NULL))
           && path->download(&t->lane, t->host + 2 * (size_t)N, t->c, BYTES, st)
           && path->download(&t->lane, &t->host_total, t->total, sizeof(t->host_total), st)
           && path->wait(&t->lane, st);
}

static bool compare(struct gst_run *run, struct bench *t, struct gst_status *st)
{
    const int *c = t->host + 2 * (size_t)N;
    unsigned wrong = 0;

    for (unsigned i = 0; i < N; i++)
        wrong += c[i] != gst_compile_a(i) + gst_compile_b(i);
    gst_run_count_elements(run, N);
    if (wrong == 0 && t->host_total == gst_compile_sum(N))
        return true;
    return gst_fail(st, GST_HARDWARE_WRONG_RESULT,
                    "kernels of NVRTC: %u of %u elements are wrong, their sum is %llu, not %llu",
                    wrong, N, t->host_total, gst_compile_sum(N));
}

bool gst_nvrtc_run(struct gst_run *run, struct gst_gpu *gpu, const struct gst_nvrtc_code *code,
                   struct gst_status *st)
{
    struct bench t = { .host = NULL };
    bool ok = gst_lane_open(&t.lane, &gst_driver_path, run->env, gpu, st);

    if (!ok)
        return false;
    ok = load(&t, code, st) && alloc(&t, st) && launch(&t, st) && compare(run, &t, st);
    gst_driver_path.free(&t.lane, t.total);
    gst_driver_path.free(&t.lane, t.c);
    gst_driver_path.free(&t.lane, t.b);
    gst_driver_path.free(&t.lane, t.a);
    gst_lane_close(&t.lane);
    free(t.host);
    return ok;
}
