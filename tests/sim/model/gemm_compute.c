/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See gemm_compute.h. Both inputs are packed block by block into the order in which a tile reads
 * them, as what they are multiplied as: transposes, strides and types end there. Sums are kept
 * beside C, of whole tiles, until all of k is through.
 */
#include "model/gemm_compute.h"

#include <stdlib.h>
#include <string.h>

#include "model/gemm_tile.h"

/* What one product needs while it is computed. `width` numbers of a tile lie side by side. */
struct work {
    const struct sim_product *product;
    struct sim_tile tile;
    size_t number_bytes; /* of the sums: four or eight */
    size_t m, n, k;
    size_t padded_m, padded_n; /* whole tiles */
    char *a, *b, *sums;
};

/* One operand as it is read: `rows` of it side by side, `k` one after the other. */
struct operand {
    const struct sim_matrix *matrix;
    bool is_k_across; /* k counts its columns */
    bool rounds;
    size_t rows;
};

static size_t round_up(size_t value, size_t step)
{
    return (value + step - 1) / step * step;
}

static void *allocate(size_t size_bytes)
{
    void *memory = aligned_alloc(64, round_up(size_bytes + 1, 64));

    if (memory == NULL)
        abort();
    return memory;
}

static const void *place(const struct operand *operand, size_t row, size_t k)
{
    return operand->is_k_across ? sim_matrix_at(operand->matrix, (int)row, (int)k)
                                : sim_matrix_at(operand->matrix, (int)k, (int)row);
}

static void pack_single(const struct operand *operand, size_t row, size_t width, size_t k,
                        float *to)
{
    for (size_t i = 0; i < width; i++) {
        float value = 0;

        if (row + i < operand->rows)
            value = (float)sim_number_read(operand->matrix->number, place(operand, row + i, k));
        to[i] = operand->rounds ? sim_number_tf32(value) : value;
    }
}

static void pack_wide(const struct operand *operand, size_t row, size_t width, size_t k, double *to)
{
    for (size_t i = 0; i < width; i++)
        to[i] = row + i < operand->rows
                    ? sim_number_read(operand->matrix->number, place(operand, row + i, k))
                    : 0;
}

/* `width` rows of the operand, `depth` steps of k from `from` on. */
static void pack(const struct work *work, const struct operand *operand, size_t row, size_t width,
                 size_t from, size_t depth, char *to)
{
    for (size_t k = from; k < from + depth; k++, to += width * work->number_bytes) {
        if (work->number_bytes == sizeof(double))
            pack_wide(operand, row, width, k, (double *)(void *)to);
        else
            pack_single(operand, row, width, k, (float *)(void *)to);
    }
}

static void add_block(const struct work *work, const struct operand *a, const struct operand *b,
                      size_t from, size_t depth)
{
    const size_t rows = work->tile.rows, bytes = work->number_bytes;

    for (size_t j = 0; j < work->padded_n; j += SIM_TILE_COLUMNS)
        pack(work, b, j, SIM_TILE_COLUMNS, from, depth, work->b + j * depth * bytes);
    for (size_t i = 0; i < work->padded_m; i += rows) {
        pack(work, a, i, rows, from, depth, work->a);
        for (size_t j = 0; j < work->padded_n; j += SIM_TILE_COLUMNS)
            work->tile.multiply(depth, work->a, work->b + j * depth * bytes,
                                work->sums + (j * work->padded_m + i) * bytes, work->padded_m);
    }
}

/* In the precision of the sums. */
static double result(const struct work *work, size_t row, size_t column, const void *old)
{
    const struct sim_product *product = work->product;
    const size_t place_of_sum = column * work->padded_m + row;
    const double before = product->beta != 0 ? sim_number_read(product->c.number, old) : 0;

    if (work->number_bytes == sizeof(double)) {
        const double value =
            product->alpha * ((const double *)(const void *)work->sums)[place_of_sum];
        return product->beta != 0 ? value + product->beta * before : value;
    }
    const float value =
        (float)product->alpha * ((const float *)(const void *)work->sums)[place_of_sum];
    return product->beta != 0 ? value + (float)product->beta * (float)before : value;
}

static void write_out(const struct work *work)
{
    const struct sim_matrix *c = &work->product->c;

    for (size_t j = 0; j < work->n; j++) {
        for (size_t i = 0; i < work->m; i++) {
            void *to = sim_matrix_at(c, (int)i, (int)j);

            sim_number_write(c->number, to, result(work, i, j, to));
        }
    }
}

void sim_product_compute(const struct sim_product *product)
{
    const struct sim_matrix *a = &product->a, *b = &product->b;
    const bool is_wide = product->c.number == SIM_NUMBER_FP64;
    struct work work = { .product = product,
                         .tile = is_wide ? sim_tile_double() : sim_tile_float(),
                         .number_bytes = is_wide ? sizeof(double) : sizeof(float),
                         .m = (size_t)product->c.rows,
                         .n = (size_t)product->c.columns,
                         .k = (size_t)(product->transposes_a ? a->rows : a->columns) };
    const struct operand left = { a, !product->transposes_a, product->rounds_to_tf32, work.m };
    const struct operand right = { b, product->transposes_b, product->rounds_to_tf32, work.n };

    work.padded_m = round_up(work.m, work.tile.rows);
    work.padded_n = round_up(work.n, SIM_TILE_COLUMNS);
    work.a = allocate(work.tile.rows * SIM_GEMM_BLOCK * work.number_bytes);
    work.b = allocate(work.padded_n * SIM_GEMM_BLOCK * work.number_bytes);
    work.sums = allocate(work.padded_m * work.padded_n * work.number_bytes);
    memset(work.sums, 0, work.padded_m * work.padded_n * work.number_bytes);
    for (size_t from = 0; from < work.k; from += SIM_GEMM_BLOCK)
        add_block(&work, &left, &right, from,
                  work.k - from < SIM_GEMM_BLOCK ? work.k - from : SIM_GEMM_BLOCK);
    write_out(&work);
    free(work.sums);
    free(work.b);
    free(work.a);
}
