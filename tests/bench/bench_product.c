/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long Freivalds' check of a product of 4096 x 4096 takes, against the product itself, both on
 * one processor of this machine: blocked so that what the inner loop adds to stays in the first
 * cache, in single precision. Then all that the host does for a measured product, making its
 * operands included, by one processor and by all. Prints `<product> <what inputs decide> <check of
 * one result> <largest error> <all of it by one> <by all> <processors>`, in seconds; scripts/bench
 * judges them.
 */
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gpu/gemm/freivalds.h"
#include "gpu/gemm/random.h"

enum { SIDE = 4096, ROWS = 512, COLUMNS = 8 };

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ROWS x COLUMNS of C: each element of A that is loaded is used COLUMNS times. */
static void multiply_block(const float *a, const float *b, float *c)
{
    static float sums[COLUMNS][ROWS];

    memset(sums, 0, sizeof(sums));
    for (size_t l = 0; l < SIDE; l++) {
        const float *rows = a + l * SIDE;

        for (size_t j = 0; j < COLUMNS; j++) {
            const float factor = b[j * SIDE + l];

            for (size_t i = 0; i < ROWS; i++)
                sums[j][i] += rows[i] * factor;
        }
    }
    for (size_t j = 0; j < COLUMNS; j++)
        memcpy(c + j * SIDE, sums[j], sizeof(sums[j]));
}

static void multiply(const float *a, const float *b, float *c)
{
    for (size_t first = 0; first < SIDE; first += ROWS) {
        for (size_t column = 0; column < SIDE; column += COLUMNS)
            multiply_block(a + first, b + column * SIDE, c + column * SIDE + first);
    }
}

/* Makes operands, and checks what is no product of them: that takes as long. */
static double host_work_s(float *a, float *b, const float *c)
{
    const struct gst_gemm_shape shape = gst_gemm_square(SIDE);
    const double begin_s = now_s();
    struct gst_status st = GST_STATUS_INIT;
    struct gst_freivalds freivalds;
    struct gst_gemm_far far;
    bool ok;

    gst_gemm_random_fill(GST_GEMM_FP32, a, (size_t)SIDE * SIDE, 4);
    gst_gemm_random_fill(GST_GEMM_FP32, b, (size_t)SIDE * SIDE, 5);
    if (!gst_freivalds_init(&freivalds, GST_GEMM_FP32, &shape, a, b, 6, &st))
        return 0;
    ok = gst_freivalds_check(&freivalds, c, &far, &st);
    gst_freivalds_release(&freivalds);
    return ok ? now_s() - begin_s : 0;
}

static int measure(float *a, float *b, float *c)
{
    const struct gst_gemm_shape shape = gst_gemm_square(SIDE);
    struct gst_status st = GST_STATUS_INIT;
    struct gst_freivalds freivalds;
    struct gst_gemm_far far;
    double begin_s, product_s, init_s, check_s;

    gst_gemm_random_fill(GST_GEMM_FP32, a, (size_t)SIDE * SIDE, 1);
    gst_gemm_random_fill(GST_GEMM_FP32, b, (size_t)SIDE * SIDE, 2);
    begin_s = now_s();
    multiply(a, b, c);
    product_s = now_s() - begin_s;
    begin_s = now_s();
    if (!gst_freivalds_init(&freivalds, GST_GEMM_FP32, &shape, a, b, 3, &st)) {
        fprintf(stderr, "bench_product: %s\n", st.cause);
        return 1;
    }
    init_s = now_s() - begin_s;
    begin_s = now_s();
    if (!gst_freivalds_check(&freivalds, c, &far, &st) || far.wrong != 0) {
        fprintf(stderr, "bench_product: the check finds %zu errors in a right product %s\n",
                far.wrong, st.cause);
        gst_freivalds_release(&freivalds);
        return 1;
    }
    check_s = now_s() - begin_s;
    gst_freivalds_release(&freivalds);
    printf("%.6f %.6f %.6f %.3g ", product_s, init_s, check_s, far.worst);
    return 0;
}

static bool use_one(const cpu_set_t *all)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++) {
        if (CPU_ISSET(cpu, all))
            CPU_SET(cpu, &one);
    }
    return sched_setaffinity(0, sizeof(one), &one) == 0;
}

int main(void)
{
    const size_t elements = (size_t)SIDE * SIDE;
    float *a = malloc(3 * elements * sizeof(*a));
    cpu_set_t all;
    int code = 1;

    if (a == NULL || sched_getaffinity(0, sizeof(all), &all) != 0 || !use_one(&all))
        fprintf(stderr, "bench_product: no memory for three matrices, or no processor\n");
    else
        code = measure(a, a + elements, a + 2 * elements);
    if (code == 0) {
        const double by_one_s = host_work_s(a, a + elements, a + 2 * elements);

        sched_setaffinity(0, sizeof(all), &all);
        printf("%.6f %.6f %d\n", by_one_s, host_work_s(a, a + elements, a + 2 * elements),
               CPU_COUNT(&all));
    }
    free(a);
    return code;
}
