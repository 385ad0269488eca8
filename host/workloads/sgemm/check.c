/* SPDX-License-Identifier: Apache-2.0 */
/* Products against what they must be; see check.h. */
#include "workloads/sgemm/check.h"

#include <string.h>

#include "gpu/gemm/element.h"
#include "gpu/gemm/random.h"
#include "gpu/gemm/reference.h"

/* Large enough for every tile of cuBLAS, small enough that no host minds comparing it. */
#define SHAPE_SIDE_MOST 1024

/* 1024 tiles, four and more for each multiprocessor: one of them that multiplies wrong shows. A
 * host makes and compares it in 0.12 to 0.25 s. */
#define QUICK_SQUARE_MOST 4096

/* The host multiplies these itself. */
#define RANDOM_SIDE_MOST 256

/* Whole numbers take some seeds from theirs on; random ones take those next to the run's. */
#define SEEDS_APART 16

int gst_sgemm_shape_side(int side)
{
    return side / 2 < SHAPE_SIDE_MOST ? side / 2 : SHAPE_SIDE_MOST;
}

int gst_sgemm_square_side(int side, bool is_large)
{
    const int most = is_large ? GST_GEMM_NARROW_K_MOST : QUICK_SQUARE_MOST;

    return side < most ? side : most;
}

enum gst_finding_id gst_sgemm_finding(enum gst_gemm_wrong_kind kind,
                                      const struct gst_blas_changes *changes)
{
    switch (kind) {
    case GST_GEMM_WRONG_TILE:
        return GST_HARDWARE_PRODUCT_TILE;
    case GST_GEMM_WRONG_NAN:
        return GST_HARDWARE_PRODUCT_NAN;
    case GST_GEMM_WRONG_UNWRITTEN:
        return GST_HARDWARE_PRODUCT_UNWRITTEN;
    case GST_GEMM_WRONG_OUTSIDE:
        return GST_HARDWARE_PRODUCT_OUTSIDE;
    case GST_GEMM_WRONG_SWAPPED:
        return GST_IMAGE_CUBLAS_SWAPPED;
    case GST_GEMM_WRONG_TF32:
        return changes->is_forced || changes->emulates_single ? GST_USER_TF32_FORCED
                                                              : GST_IMAGE_CUBLAS_ROUNDS;
    default:
        return GST_HARDWARE_PRODUCT_WRONG;
    }
}

static void report_wrong(struct gst_run *run, const struct gst_sgemm_kind *kind,
                         struct gst_sgemm_seat *seat, const struct gst_gemm_shape *shape,
                         const struct gst_gemm_wrong *wrong)
{
    const struct gst_blas_changes *changes = &seat->handle.blas->changes;
    char text[256];

    gst_run_check(run, gst_sgemm_finding(wrong->kind, changes), seat->lane.gpu->index, false,
                  "%s: %s%s%s", kind->name,
                  gst_gemm_describe_wrong(wrong, shape, text, sizeof(text)),
                  changes->is_changed ? "; " : "", changes->variables);
    seat->is_out_of_kind = true;
    /* What was asked for in the environment leaves the other kinds as they are. */
    seat->is_out = wrong->kind != GST_GEMM_WRONG_TF32;
}

/* The comparison is itself under test: one bit of a right product is made wrong. */
static void plant(struct gst_run *run, struct gst_sgemm_seat *seat,
                  const struct gst_gemm_exact *exact, struct gst_sgemm_data *data)
{
    const struct gst_gemm_shape *shape = &exact->shape;
    const uint64_t random = gst_gemm_random_bits(run->seed, data->c_bytes);
    const size_t row = (size_t)(random % (uint64_t)shape->m);
    const size_t column = (size_t)((random >> 32) % (uint64_t)shape->n);
    unsigned char *element =
        (unsigned char *)data->c
        + (column * (size_t)shape->ldc + row) * gst_gemm_output_bytes(data->product.type);
    struct gst_gemm_wrong wrong;

    *element ^= 1;
    wrong = gst_gemm_check(exact, data->product.type, data->c);
    *element ^= 1;
    if (wrong.wrong == 1 && (size_t)wrong.row == row && (size_t)wrong.column == column)
        return;
    gst_run_check(run, GST_SUITE_BLIND, seat->lane.gpu->index, false,
                  "an error planted at row %zu, column %zu of '%s' was not found", row, column,
                  shape->name);
    seat->is_out = true;
}

static bool check_on(struct gst_run *run, const struct gst_sgemm_kind *kind,
                     struct gst_sgemm_seat *seat, const struct gst_gemm_exact *exact,
                     struct gst_sgemm_data *data, struct gst_status *st)
{
    const struct gst_gemm_shape *shape = &exact->shape;
    struct gst_gemm_wrong wrong;

    gst_run_phase(run, seat->lane.gpu->index, "%s: multiply whole numbers, %s", kind->name,
                  shape->name);
    if (!gst_sgemm_send(seat, data, st) || !gst_sgemm_multiply(seat, data, 1, st)
        || !gst_sgemm_fetch(seat, data, st))
        return false;
    wrong = gst_gemm_check(exact, data->product.type, data->c);
    gst_run_count_elements(run, wrong.checked);
    if (wrong.kind != GST_GEMM_RIGHT)
        report_wrong(run, kind, seat, shape, &wrong);
    else if (shape->ldc > shape->m)
        plant(run, seat, exact, data);
    return true;
}

static bool check_shape(struct gst_run *run, const struct gst_sgemm_kind *kind,
                        const struct gst_gemm_shape *shape, enum gst_gemm_numbers numbers,
                        struct gst_sgemm_data *data, struct gst_sgemm_seat *seats, int count,
                        struct gst_status *st)
{
    struct gst_gemm_exact exact;

    if (!gst_gemm_exact_init(&exact, shape, numbers, run->seed * SEEDS_APART, st))
        return false;
    if (!gst_sgemm_data_begin(data, kind, shape, st)) {
        gst_gemm_exact_release(&exact);
        return false;
    }
    gst_gemm_exact_fill_a(&exact, kind->type, data->a);
    gst_gemm_exact_fill_b(&exact, kind->type, data->b);
    for (int i = 0; i < count; i++) {
        struct gst_status why = GST_STATUS_INIT;

        if (gst_sgemm_takes_part(&seats[i]) && !check_on(run, kind, &seats[i], &exact, data, &why))
            gst_sgemm_seat_fail(&seats[i], run, &why);
    }
    gst_gemm_exact_release(&exact);
    return true;
}

/* The square first: its kinds of wrong are the easiest to tell apart, and it has every
 * multiprocessor at work. The largest takes time, so that one kind alone has it at --level quick.
 */
bool gst_sgemm_check_exact(struct gst_run *run, const struct gst_sgemm_kind *kind, int side,
                           struct gst_sgemm_data *data, struct gst_sgemm_seat *seats, int count,
                           struct gst_status *st)
{
    const struct gst_gemm_shape square =
        gst_gemm_square(gst_sgemm_square_side(side, run->is_full || kind->is_pedantic));
    bool ok = check_shape(run, kind, &square, GST_GEMM_NARROW, data, seats, count, st);

    for (int i = 0; i < GST_GEMM_ROUNDING_SHAPES && ok && kind->type == GST_GEMM_FP32; i++) {
        const struct gst_gemm_shape wide = gst_gemm_shape_for_rounding(i, side);

        ok = check_shape(run, kind, &wide, GST_GEMM_WIDE, data, seats, count, st);
    }
    for (int i = 0; i < GST_GEMM_SHAPES && ok; i++) {
        const struct gst_gemm_shape shape = gst_gemm_shape_of(i, gst_sgemm_shape_side(side));

        ok = check_shape(run, kind, &shape, GST_GEMM_NARROW, data, seats, count, st);
    }
    return ok;
}

void gst_sgemm_report_far(struct gst_run *run, const struct gst_sgemm_kind *kind,
                          struct gst_sgemm_seat *seat, const struct gst_gemm_far *far)
{
    const struct gst_blas_changes *changes = &seat->handle.blas->changes;
    char text[192];

    gst_run_count_elements(run, far->checked);
    if (far->wrong == 0)
        return;
    gst_run_check(run, far->not_finite > 0 ? GST_HARDWARE_PRODUCT_NAN : GST_HARDWARE_PRODUCT_WRONG,
                  seat->lane.gpu->index, false, "%s, random numbers: %s%s%s", kind->name,
                  gst_gemm_far_describe(far, text, sizeof(text)), changes->is_changed ? "; " : "",
                  changes->variables);
    seat->is_out = true;
}

static bool check_random_on(struct gst_run *run, const struct gst_sgemm_kind *kind,
                            struct gst_sgemm_seat *seat, const struct gst_gemm_reference *reference,
                            struct gst_sgemm_data *data, struct gst_status *st)
{
    struct gst_gemm_far far;

    gst_run_phase(run, seat->lane.gpu->index, "%s: multiply random numbers, %s", kind->name,
                  data->product.shape.name);
    if (!gst_sgemm_send(seat, data, st) || !gst_sgemm_multiply(seat, data, 1, st)
        || !gst_sgemm_fetch(seat, data, st))
        return false;
    far = gst_gemm_reference_check(reference, data->c);
    gst_sgemm_report_far(run, kind, seat, &far);
    return true;
}

bool gst_sgemm_check_random(struct gst_run *run, const struct gst_sgemm_kind *kind, int side,
                            struct gst_sgemm_data *data, struct gst_sgemm_seat *seats, int count,
                            struct gst_status *st)
{
    const int most = gst_sgemm_shape_side(side);
    /* One that is odd and transposed; the large squares are neither. */
    const struct gst_gemm_shape shape =
        gst_gemm_shape_of(2, most < RANDOM_SIDE_MOST ? most : RANDOM_SIDE_MOST);
    struct gst_gemm_reference reference;
    bool ok;

    if (!gst_sgemm_data_begin(data, kind, &shape, st))
        return false;
    gst_gemm_random_fill(kind->type, data->a, gst_gemm_a_elements(&shape), run->seed + 1);
    gst_gemm_random_fill(kind->type, data->b, gst_gemm_b_elements(&shape), run->seed + 2);
    ok = gst_gemm_reference_init(&reference, kind->type, &shape, data->a, data->b, st);
    for (int i = 0; i < count && ok; i++) {
        struct gst_status why = GST_STATUS_INIT;

        if (gst_sgemm_takes_part(&seats[i])
            && !check_random_on(run, kind, &seats[i], &reference, data, &why))
            gst_sgemm_seat_fail(&seats[i], run, &why);
    }
    if (ok)
        gst_gemm_reference_release(&reference);
    return ok;
}
