/* SPDX-License-Identifier: Apache-2.0 */
/* Exact products; see exact.h. */
#include "gpu/gemm/exact.h"

#include <math.h>
#include <stdlib.h>

#include "gpu/gemm/element.h"
#include "gpu/gemm/random.h"
#include "gpu/share.h"

/* Elements that are made at a time. */
#define CHUNK 512

/* Narrow: |u|, |v| <= 4 and |p|, |q| <= 5, so |a|, |b| <= 2 x 4 x 5. */
#define NARROW_OUTER 4
#define NARROW_INNER 5

/* Wide: u0 odd from 2305 to 3839, less or more by |u1 p1| <= 12 x 16, both even, keeps a within
 * (2048, 4096) and odd. */
#define WIDE_LEAST 2305
#define WIDE_STEPS 768
#define WIDE_OUTER 6 /* u1 / 2 */
#define WIDE_INNER 16

/* A whole number from -most to most. */
static float whole(uint64_t seed, uint64_t index, int most)
{
    const uint64_t span = 2 * (uint64_t)most + 1;

    return (float)((int)(gst_gemm_random_bits(seed, index) % span) - most);
}

static float sign(uint64_t seed, uint64_t index)
{
    return gst_gemm_random_bits(seed, index) & 1 ? 1.0F : -1.0F;
}

static void make_narrow(struct gst_gemm_pair *pairs, int count, int most, uint64_t seed)
{
    for (int i = 0; i < count; i++) {
        pairs[i].x = whole(seed, 2 * (uint64_t)i, most);
        pairs[i].y = whole(seed, 2 * (uint64_t)i + 1, most);
        /* A row of zeros would be right in a C that was only zeroed. */
        if (pairs[i].x == 0 && pairs[i].y == 0)
            pairs[i].x = 1;
    }
}

static void make_wide(struct gst_gemm_exact *exact, uint64_t seed)
{
    const struct gst_gemm_shape *shape = &exact->shape;

    for (int i = 0; i < shape->m; i++) {
        const uint64_t bits = gst_gemm_random_bits(seed, (uint64_t)i);

        exact->u[i].x = (float)(WIDE_LEAST + 2 * (int)(bits % WIDE_STEPS));
        exact->u[i].y = 2 * whole(seed + 1, (uint64_t)i, WIDE_OUTER);
    }
    for (int l = 0; l < shape->k; l++) {
        exact->p[l].x = 1;
        exact->p[l].y = whole(seed + 2, (uint64_t)l, WIDE_INNER);
        /* An even number of odd errors may add up to none: the last counts for nothing. */
        exact->q[l].x = shape->k % 2 == 0 && l == shape->k - 1 ? 0 : sign(seed + 3, (uint64_t)l);
        exact->q[l].y = 0;
    }
    for (int j = 0; j < shape->n; j++) {
        exact->v[j].x = sign(seed + 4, (uint64_t)j);
        exact->v[j].y = 0;
    }
}

/* left(i) (sum of first(l)^T second(l)): both sums are whole numbers below 2^24 in double. */
static void join(struct gst_gemm_pair *rows, const struct gst_gemm_pair *left, int count,
                 const struct gst_gemm_pair *first, const struct gst_gemm_pair *second, int length)
{
    double sums[2][2] = { { 0 } };

    for (int l = 0; l < length; l++) {
        sums[0][0] += (double)first[l].x * (double)second[l].x;
        sums[0][1] += (double)first[l].x * (double)second[l].y;
        sums[1][0] += (double)first[l].y * (double)second[l].x;
        sums[1][1] += (double)first[l].y * (double)second[l].y;
    }
    for (int i = 0; i < count; i++) {
        rows[i].x = (float)((double)left[i].x * sums[0][0] + (double)left[i].y * sums[1][0]);
        rows[i].y = (float)((double)left[i].x * sums[0][1] + (double)left[i].y * sums[1][1]);
    }
}

bool gst_gemm_exact_init(struct gst_gemm_exact *exact, const struct gst_gemm_shape *shape,
                         enum gst_gemm_numbers numbers, uint64_t seed, struct gst_status *st)
{
    const size_t m = (size_t)shape->m, n = (size_t)shape->n, k = (size_t)shape->k;
    const bool is_square = shape->m == shape->n && shape->n == shape->k;
    struct gst_gemm_pair *pairs = calloc(3 * m + 2 * k + n, sizeof(*pairs));

    *exact = (struct gst_gemm_exact){ .shape = *shape };
    if (pairs == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for the numbers of %d rows",
                        shape->m);
    exact->u = pairs;
    exact->w = exact->u + m;
    exact->p = exact->w + m;
    exact->q = exact->p + k;
    exact->v = exact->q + k;
    if (numbers == GST_GEMM_WIDE) {
        make_wide(exact, seed);
    } else {
        make_narrow(exact->u, shape->m, NARROW_OUTER, seed);
        make_narrow(exact->p, shape->k, NARROW_INNER, seed + 1);
        make_narrow(exact->q, shape->k, NARROW_INNER, seed + 2);
        make_narrow(exact->v, shape->n, NARROW_OUTER, seed + 3);
    }
    join(exact->w, exact->u, shape->m, exact->p, exact->q, shape->k);
    if (is_square) {
        exact->swapped = exact->v + n;
        join(exact->swapped, exact->q, shape->k, exact->v, exact->u, shape->m);
    }
    return true;
}

void gst_gemm_exact_release(struct gst_gemm_exact *exact)
{
    free(exact->u);
    *exact = (struct gst_gemm_exact){ .u = NULL };
}

static float joined(struct gst_gemm_pair row, struct gst_gemm_pair column)
{
    return row.x * column.x + row.y * column.y;
}

/* A matrix with `down` along its rows and `across` along its columns, whichever way it is stored.
 */
struct matrix {
    enum gst_gemm_type type;
    void *elements;
    const struct gst_gemm_pair *down, *across;
    int rows, ld;
};

static void fill_columns(void *work, size_t column, size_t end)
{
    const struct matrix *t = work;
    double numbers[CHUNK];

    for (; column < end; column++) {
        const struct gst_gemm_pair across = t->across[column];

        for (int row = 0; row < t->ld; row += CHUNK) {
            const int count = t->ld - row < CHUNK ? t->ld - row : CHUNK;
            const int inside = row >= t->rows ? 0 : t->rows - row < count ? t->rows - row : count;

            for (int i = 0; i < inside; i++)
                numbers[i] = (double)joined(t->down[row + i], across);
            for (int i = inside; i < count; i++)
                numbers[i] = (double)NAN;
            gst_gemm_store(t->type, t->elements, column * (size_t)t->ld + (size_t)row, numbers,
                           (size_t)count);
        }
    }
}

static void fill(struct matrix matrix, int columns)
{
    gst_share((size_t)columns, GST_GEMM_PART / (size_t)matrix.ld + 1, fill_columns, &matrix);
}

void gst_gemm_exact_fill_a(const struct gst_gemm_exact *exact, enum gst_gemm_type type, void *a)
{
    const struct gst_gemm_shape *shape = &exact->shape;

    if (shape->a_transposed)
        fill((struct matrix){ type, a, exact->p, exact->u, shape->k, shape->lda }, shape->m);
    else
        fill((struct matrix){ type, a, exact->u, exact->p, shape->m, shape->lda }, shape->k);
}

void gst_gemm_exact_fill_b(const struct gst_gemm_exact *exact, enum gst_gemm_type type, void *b)
{
    const struct gst_gemm_shape *shape = &exact->shape;

    if (shape->b_transposed)
        fill((struct matrix){ type, b, exact->v, exact->q, shape->n, shape->ldb }, shape->k);
    else
        fill((struct matrix){ type, b, exact->q, exact->v, shape->k, shape->ldb }, shape->n);
}

float gst_gemm_exact_c(const struct gst_gemm_exact *exact, int row, int column)
{
    return joined(exact->w[row], exact->v[column]);
}

float gst_gemm_exact_swapped(const struct gst_gemm_exact *exact, int row, int column)
{
    return joined(exact->swapped[row], exact->p[column]);
}
