/* SPDX-License-Identifier: Apache-2.0 */
/* See gemm_fault.h. A fault that finds nothing to spoil is not marked as fired. */
#include "model/gemm_fault.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/fault.h"

static void fired(const struct sim_gemm_fault *fault)
{
    if (fault->fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)fault->fault);
}

uint32_t sim_gemm_faults(const struct sim_device *device, sim_time now)
{
    const int gpu = (int)sim_world.spec.gpus[device->gpu].gpu;
    uint32_t faults = 0;

    for (unsigned i = 0; i < sim_world.spec.gemm_fault_count; i++) {
        const struct sim_gemm_fault *fault = &sim_world.spec.gemm_faults[i];

        if ((fault->gpu < 0 || fault->gpu == gpu) && now >= fault->after_ps)
            faults |= UINT32_C(1) << i;
    }
    return faults;
}

/* The next of the faults, from `*at` on; NULL past the last. */
static const struct sim_gemm_fault *next(uint32_t faults, unsigned *at)
{
    for (unsigned i = (*at)++; i < sim_world.spec.gemm_fault_count; i = (*at)++) {
        if (faults >> i & 1)
            return &sim_world.spec.gemm_faults[i];
    }
    return NULL;
}

bool sim_gemm_fault_hangs(uint32_t faults)
{
    const struct sim_gemm_fault *fault;

    for (unsigned at = 0; (fault = next(faults, &at)) != NULL;) {
        if (fault->wrong == SIM_GEMM_HANGS) {
            fired(fault);
            return true;
        }
    }
    return false;
}

uint64_t sim_gemm_fault_work(uint32_t faults, uint64_t work)
{
    const struct sim_gemm_fault *fault;

    for (unsigned at = 0; (fault = next(faults, &at)) != NULL;) {
        if (fault->wrong == SIM_GEMM_SLOW) {
            fired(fault);
            work = work / fault->permille * 1000;
        }
    }
    return work;
}

/* B times A is as large as A times B only where all sides are equal. */
static void swap_operands(const struct sim_gemm_fault *fault, struct sim_product *product)
{
    const struct sim_matrix *c = &product->c, *a = &product->a;
    const struct sim_product old = *product;

    if (c->rows != c->columns || a->rows != a->columns || a->rows != c->rows)
        return;
    product->a = old.b;
    product->b = old.a;
    product->transposes_a = old.transposes_b;
    product->transposes_b = old.transposes_a;
    fired(fault);
}

void sim_gemm_fault_before(uint32_t faults, struct sim_product *product)
{
    const struct sim_gemm_fault *fault;

    for (unsigned at = 0; (fault = next(faults, &at)) != NULL;) {
        if (fault->wrong == SIM_GEMM_SWAPPED)
            swap_operands(fault, product);
        if (fault->wrong == SIM_GEMM_ROUNDS && product->a.number == SIM_NUMBER_FP32) {
            product->rounds_to_tf32 = true;
            fired(fault);
        }
    }
}

void *sim_gemm_fault_keep(uint32_t faults, const struct sim_product *product)
{
    const uint64_t size_bytes = sim_matrix_bytes(&product->c);
    const struct sim_gemm_fault *fault;

    for (unsigned at = 0; (fault = next(faults, &at)) != NULL;) {
        void *kept;

        if (fault->wrong != SIM_GEMM_UNWRITTEN)
            continue;
        kept = malloc(size_bytes + 1);
        if (kept == NULL)
            abort();
        memcpy(kept, product->c.numbers, size_bytes);
        return kept;
    }
    return NULL;
}

static void spoil(const struct sim_gemm_fault *fault, const struct sim_matrix *c,
                  const struct sim_matrix *old, int row, int column)
{
    unsigned char *to = sim_matrix_at(c, row, column);
    const double value = sim_number_read(c->number, to);

    if (fault->wrong == SIM_GEMM_WRONG)
        sim_number_write(c->number, to, value + fabs(value) + 1);
    else if (fault->wrong == SIM_GEMM_FLIP)
        to[0] ^= 1;
    else if (fault->wrong == SIM_GEMM_NAN)
        sim_number_write(c->number, to, (double)NAN);
    else if (fault->wrong == SIM_GEMM_UNWRITTEN)
        memcpy(to, sim_matrix_at(old, row, column), sim_number_bytes(c->number));
    else
        return;
    fired(fault);
}

/* The elements from its place on, as far as C goes. */
static void spoil_all(const struct sim_gemm_fault *fault, const struct sim_matrix *c, void *kept)
{
    const struct sim_matrix old = { kept, c->rows, c->columns, c->stride, c->number };
    const int first_row = (int)fault->row, first_column = (int)fault->column;
    const int rows = fault->size != 0 ? first_row + (int)fault->size : c->rows;
    const int columns = fault->size != 0 ? first_column + (int)fault->size : c->columns;

    for (int j = first_column; j < columns && j < c->columns; j++) {
        for (int i = first_row; i < rows && i < c->rows; i++)
            spoil(fault, c, &old, i, j);
    }
}

/* The number below its column, which is the caller's, not C's. */
static void spill(const struct sim_gemm_fault *fault, const struct sim_matrix *c)
{
    const int column = (int)fault->column;

    if (c->stride == c->rows || column + 1 >= c->columns)
        return;
    sim_number_write(c->number, sim_matrix_at(c, c->rows, column), 1);
    fired(fault);
}

void sim_gemm_fault_after(uint32_t faults, const struct sim_product *product, void *kept)
{
    const struct sim_gemm_fault *fault;

    for (unsigned at = 0; (fault = next(faults, &at)) != NULL;) {
        if (fault->wrong == SIM_GEMM_SPILLS)
            spill(fault, &product->c);
        else
            spoil_all(fault, &product->c, kept);
    }
    free(kept);
}

struct sim_context *sim_gemm_fault_context(struct sim_context *context)
{
    const struct sim_gemm_fault *fault;
    const uint32_t faults = sim_gemm_faults(context->device, sim_world.host_now);

    for (unsigned at = 0; (fault = next(faults, &at)) != NULL;) {
        if (fault->wrong != SIM_GEMM_HANDLE
            || (fault->is_once && fault->fault != SIM_NO_FAULT
                && sim_fault_has_fired((unsigned)fault->fault)))
            continue;
        for (unsigned i = 0; i < sim_world.device_count; i++) {
            struct sim_device *device = &sim_world.devices[i];

            if (sim_world.spec.gpus[device->gpu].gpu != fault->handle_gpu
                || device->context.refs == 0)
                continue;
            fired(fault);
            return &device->context;
        }
    }
    return context;
}
