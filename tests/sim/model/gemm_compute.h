/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A product of matrices on this machine's processor, as cuBLAS defines it: column-major,
 * C = alpha * op(A) * op(B) + beta * C. Pure: it knows memory and numbers, nothing of GPUs.
 *
 * Each element is summed up in the order of k, in blocks of SIM_GEMM_BLOCK, with separate
 * multiplications and additions: the result does not depend on what the processor can do.
 */
#ifndef SIM_MODEL_GEMM_COMPUTE_H
#define SIM_MODEL_GEMM_COMPUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_GEMM_BLOCK 256

/* How a number lies in memory. */
enum sim_number { SIM_NUMBER_FP32, SIM_NUMBER_FP64, SIM_NUMBER_FP16, SIM_NUMBER_BF16 };

/* A matrix that is not transposed yet: column j begins at j * stride numbers. */
struct sim_matrix {
    void *numbers;
    int rows, columns, stride;
    enum sim_number number;
};

struct sim_product {
    struct sim_matrix a, b; /* as they lie in memory; read only */
    bool transposes_a, transposes_b;
    bool rounds_to_tf32; /* both inputs, to the nearest with ten bits after the point */
    struct sim_matrix c;
    double alpha, beta; /* beta of 0: C is not read */
};

size_t sim_number_bytes(enum sim_number number);
/* From the first to the last byte that belongs to the matrix. */
uint64_t sim_matrix_bytes(const struct sim_matrix *matrix);
/* Where an element lies. */
void *sim_matrix_at(const struct sim_matrix *matrix, int row, int column);

double sim_number_read(enum sim_number number, const void *from);
/* To the nearest that the number can hold, ties to even. */
void sim_number_write(enum sim_number number, void *to, double value);
/* To the nearest of TF32, ties away from zero, as PTX's cvt.rna.tf32.f32 does it. */
float sim_number_tf32(float value);

/* k: the columns of op(A). Ends the program where memory is out. */
void sim_product_compute(const struct sim_product *product);

#endif
