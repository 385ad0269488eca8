/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sgemm: does each GPU multiply matrices right through cuBLAS, and how fast? Single precision as it
 * is (the pedantic mode), as the library likes it, and rounded to TF32; double, half and bfloat16
 * precision, the latter two summed in single precision.
 */
#include <stdio.h>

#include "gpu/gemm/element.h"
#include "run/memory.h"
#include "workloads/list.h"
#include "workloads/sgemm/check.h"
#include "workloads/sgemm/plan.h"
#include "workloads/sgemm/speed.h"

/* Double precision has the fewest units, and half of this fills the largest GPU. */
#define SIDE_MOST_DOUBLE 4096

/* What the workload holds while it runs. */
struct bench {
    struct gst_run *run;
    struct gst_blas blas;
    struct gst_sgemm_data data;
    struct gst_sgemm_seat seats[GST_ENV_GPUS];
    int count;
    int side;
    int largest; /* side that was measured */
    int kinds;   /* that were tested on some GPU */
};

static int side_of(const struct bench *t, const struct gst_sgemm_kind *kind)
{
    return kind->type == GST_GEMM_FP64 && t->side > SIDE_MOST_DOUBLE ? SIDE_MOST_DOUBLE : t->side;
}

/* Of the largest matrix that any kind makes. */
static size_t largest_bytes(const struct bench *t)
{
    /* The other of these is no larger than what is measured. */
    const struct gst_gemm_shape wide = gst_gemm_shape_for_rounding(1, t->side);
    size_t bytes = gst_gemm_a_elements(&wide) * sizeof(float);

    for (size_t i = 0; i < GST_SGEMM_KIND_COUNT; i++) {
        const size_t side = (size_t)side_of(t, &gst_sgemm_kinds[i]);
        /* The shapes that are no squares are of half the side, and padded: less than two of them.
         */
        const size_t needed =
            (side * side + 64 * side) * gst_gemm_output_bytes(gst_sgemm_kinds[i].type);

        bytes = needed > bytes ? needed : bytes;
    }
    return bytes;
}

/* Why a kind is not tested on this GPU, or NULL. */
static const char *unfit(const struct bench *t, const struct gst_sgemm_kind *kind,
                         const struct gst_gpu *gpu)
{
    if (!gst_gemm_type_exists(kind->type, gpu->cc_major, gpu->cc_minor))
        return "this GPU has no units for it";
    if (kind->type == GST_GEMM_TF32 && t->blas.changes.without_tf32)
        return "NVIDIA_TF32_OVERRIDE=0 forbids it";
    return NULL;
}

static bool begin_kind(struct bench *t, const struct gst_sgemm_kind *kind)
{
    bool is_wanted = false;

    for (int i = 0; i < t->count; i++) {
        struct gst_sgemm_seat *seat = &t->seats[i];
        const char *why = seat->is_out ? NULL : unfit(t, kind, seat->lane.gpu);
        char key[40];

        seat->is_out_of_kind = why != NULL;
        is_wanted = is_wanted || (!seat->is_out && why == NULL);
        if (why == NULL)
            continue;
        snprintf(key, sizeof(key), "%s_not_measured", kind->name);
        gst_report_fact_text(t->run->report, seat->lane.gpu->index, "cublas", key, "%s", why);
    }
    return is_wanted;
}

static bool test_kind(struct bench *t, const struct gst_sgemm_kind *kind, struct gst_status *st)
{
    const int side = side_of(t, kind);
    int measured = 0;

    if (!begin_kind(t, kind))
        return true;
    t->kinds++;
    if (!gst_sgemm_check_exact(t->run, kind, side, &t->data, t->seats, t->count, st)
        || !gst_sgemm_check_random(t->run, kind, side, &t->data, t->seats, t->count, st)
        || !gst_sgemm_measure(t->run, kind, side, &t->data, t->seats, t->count, &measured, st))
        return false;
    t->largest = measured > t->largest ? measured : t->largest;
    return true;
}

/* The side that every GPU has room for. */
static void choose_side(struct bench *t)
{
    const uint64_t asked = t->run->size_bytes, host = gst_memory_left(t->run->env->root);
    uint64_t least = 0, bytes;
    char text[96];

    for (int i = 0; i < t->count; i++) {
        const uint64_t left = t->seats[i].is_out ? 0 : gst_sgemm_seat_left(&t->seats[i]);

        if (left != 0 && (least == 0 || left < least))
            least = left;
    }
    bytes = gst_sgemm_bytes(asked, host, least);
    if (bytes < gst_sgemm_bytes(asked, 0, 0))
        gst_report_fact_text(t->run->report, GST_NO_GPU, "cublas", "made_smaller", "%s",
                             gst_sgemm_tell_left(text, sizeof(text), host, least));
    t->side = gst_gemm_side_of_size(bytes, sizeof(double));
}

static void open_seats(struct bench *t)
{
    t->count = t->run->env->gpu_count;
    for (int i = 0; i < t->count; i++) {
        struct gst_status st = GST_STATUS_INIT;
        struct gst_gpu *gpu = &t->run->env->gpus[i];

        if (gst_sgemm_seat_open(&t->seats[i], t->run, &t->blas, gpu, &st))
            continue;
        st.gpu = gpu->index;
        gst_report_status(t->run->report, &st);
    }
    choose_side(t);
    for (int i = 0; i < t->count; i++) {
        struct gst_status st = GST_STATUS_INIT;

        if (!t->seats[i].is_out
            && !gst_sgemm_seat_alloc(&t->seats[i], t->run, largest_bytes(t), &st))
            gst_sgemm_seat_fail(&t->seats[i], t->run, &st);
        if (!t->seats[i].is_out && t->data.lane == NULL)
            t->data.lane = &t->seats[i].lane;
    }
}

static void close_seats(struct bench *t)
{
    for (int i = 0; i < t->count; i++) {
        struct gst_sgemm_seat *seat = &t->seats[i];

        if (seat->lane.path != NULL) {
            gst_condition_end(&seat->condition, t->run->env, seat->lane.gpu);
            gst_condition_report(&seat->condition, t->run->env, seat->lane.gpu,
                                 t->run->workload->name);
        }
        gst_sgemm_seat_close(seat);
    }
}

static bool test_all(struct bench *t, struct gst_status *st)
{
    bool ok = true;
    char text[24];

    if (t->blas.changes.is_changed)
        gst_run_check(t->run, GST_USER_CUBLAS_CHANGED, GST_NO_GPU, false, "%s",
                      t->blas.changes.variables);
    open_seats(t);
    for (size_t i = 0; i < GST_SGEMM_KIND_COUNT && ok; i++)
        ok = test_kind(t, &gst_sgemm_kinds[i], st);
    gst_sgemm_data_release(&t->data);
    close_seats(t);
    gst_run_summary(t->run, "%s, %d kinds of product, up to %d x %d",
                    gst_run_gpus(t->run, text, sizeof(text)), t->kinds, t->largest, t->largest);
    return ok;
}

/* A cuBLAS that nobody promised does not apply. */
static bool is_no_fault(const struct gst_run *run, const struct gst_status *st)
{
    return st->finding == GST_IMAGE_CUBLAS_MISSING && !run->wants_libraries;
}

static bool run_sgemm(struct gst_run *run, struct gst_status *st)
{
    struct bench t = { .run = run };
    bool ok;

    gst_run_phase(run, GST_NO_GPU, "open cuBLAS");
    if (!gst_blas_open(&t.blas, run->env, st)) {
        if (!is_no_fault(run, st))
            return false;
        gst_run_skip(run, "needs cuBLAS, which nobody promised: %.80s", st->cause);
        gst_status_clear(st);
        return true;
    }
    ok = test_all(&t, st);
    gst_blas_close(&t.blas);
    return ok;
}

const struct gst_workload gst_workload_sgemm = {
    .name = "sgemm",
    .group = "compute",
    .summary = "does each GPU multiply matrices right, and how fast, through cuBLAS?",
    .passes_when = "every element is right in every shape, and no rate is below the range of its "
                   "GPU model",
    .needs = { .gpus = 1 },
    .metrics = gst_sgemm_metrics,
    /* 16 V100, one after another, need 270 s at --level full. */
    .timeout_s = 300,
    .timeout_per_gpu_s = 20,
    .size_buffers = 1,
    .takes_samples = true,
    .is_quick = true,
    .run = run_sgemm,
};
