/* SPDX-License-Identifier: Apache-2.0 */
/* See gemm_run.h. What was multiplied before, and is as it was left, is spared, as with kernels. */
#include "model/gemm_run.h"

#include <stdlib.h>
#include <string.h>

#include "model/context.h"
#include "model/gemm_fault.h"
#include "model/gemm_memo.h"
#include "model/reach.h"
#include "model/repeat.h"

struct sim_gemm_run *sim_gemm_run_new(struct sim_context *context)
{
    struct sim_gemm_run *run = calloc(1, sizeof *run);

    if (run == NULL)
        abort();
    run->context = context;
    return run;
}

void sim_gemm_run_release(void *data)
{
    free(data);
}

/* The factors are as wide as the sums. */
static enum sim_number factor_number(const struct sim_gemm_run *run)
{
    return run->product.c.number == SIM_NUMBER_FP64 ? SIM_NUMBER_FP64 : SIM_NUMBER_FP32;
}

void sim_gemm_run_scale(struct sim_gemm_run *run, bool is_on_device, const void *alpha,
                        const void *beta)
{
    if (is_on_device) {
        run->alpha = alpha;
        run->beta = beta;
        return;
    }
    run->product.alpha = sim_number_read(factor_number(run), alpha);
    run->product.beta = sim_number_read(factor_number(run), beta);
}

enum { A, B, C, ALPHA, BETA, ACCESSES };

static void list_accesses(const struct sim_gemm_run *run, struct sim_access accesses[ACCESSES])
{
    const struct sim_product *product = &run->product;
    const size_t factor_bytes = sim_number_bytes(factor_number(run));

    accesses[A] = (struct sim_access){ product->a.numbers, sim_matrix_bytes(&product->a), false };
    accesses[B] = (struct sim_access){ product->b.numbers, sim_matrix_bytes(&product->b), false };
    accesses[C] = (struct sim_access){ product->c.numbers, sim_matrix_bytes(&product->c), true };
    accesses[ALPHA] =
        (struct sim_access){ run->alpha, run->alpha != NULL ? factor_bytes : 0, false };
    accesses[BETA] = (struct sim_access){ run->beta, run->beta != NULL ? factor_bytes : 0, false };
}

static void open_all(const struct sim_access accesses[ACCESSES])
{
    for (unsigned i = 0; i < ACCESSES; i++) {
        if (accesses[i].bytes > 0)
            sim_world_open(sim_memory_find(&sim_world.memory, (uintptr_t)accesses[i].pointer));
    }
}

static bool overlap(const struct sim_access *a, const struct sim_access *b)
{
    const uintptr_t from_a = (uintptr_t)a->pointer, from_b = (uintptr_t)b->pointer;

    return from_a < from_b + b->bytes && from_b < from_a + a->bytes;
}

/* Would it give the same again? Not if it reads what it writes, or where its factors may change. */
static bool is_repeatable(const struct sim_gemm_run *run,
                          const struct sim_access accesses[ACCESSES])
{
    return run->alpha == NULL && run->product.beta == 0 && !overlap(&accesses[C], &accesses[A])
           && !overlap(&accesses[C], &accesses[B]);
}

static void describe(const struct sim_gemm_run *run, uint32_t faults,
                     const struct sim_access accesses[ACCESSES], struct sim_repeat *repeat)
{
    static const char name[] = "gemm";
    const struct sim_product *product = &run->product;
    const int parts[] = { product->a.rows,         product->a.columns,     product->a.stride,
                          product->b.rows,         product->b.columns,     product->b.stride,
                          product->c.stride,       (int)product->a.number, (int)product->c.number,
                          product->transposes_a,   product->transposes_b,  (int)faults,
                          product->rounds_to_tf32, product->c.rows,        product->c.columns };

    sim_repeat_init(repeat);
    sim_repeat_part(repeat, name, sizeof name);
    sim_repeat_part(repeat, &run->context, sizeof run->context);
    sim_repeat_part(repeat, parts, sizeof parts);
    sim_repeat_part(repeat, &product->alpha, sizeof product->alpha);
    for (unsigned i = A; i <= C; i++)
        sim_repeat_range(repeat, (uintptr_t)accesses[i].pointer, accesses[i].bytes);
}

static void multiply(struct sim_gemm_run *run, uint32_t faults)
{
    struct sim_product *product = &run->product;
    void *kept;

    if (run->alpha != NULL) {
        product->alpha = sim_number_read(factor_number(run), run->alpha);
        product->beta = sim_number_read(factor_number(run), run->beta);
    }
    sim_gemm_fault_before(faults, product);
    kept = sim_gemm_fault_keep(faults, product);
    sim_gemm_memo_compute(product);
    sim_gemm_fault_after(faults, product, kept);
}

void sim_gemm_run_effect(void *data, sim_time end)
{
    struct sim_gemm_run *run = data;
    struct sim_context *context = run->context;
    const uint32_t faults = sim_gemm_faults(context->device, end);
    struct sim_access accesses[ACCESSES];
    struct sim_repeat repeat;
    bool can_stand;

    if (sim_gpu_is_lost(context->device->gpu))
        sim_context_fail(context, CUDA_ERROR_UNKNOWN);
    if (context->sticky != CUDA_SUCCESS)
        return;
    list_accesses(run, accesses);
    if (!sim_reach_all(context, "gemm", accesses, ACCESSES)) {
        sim_context_fail(context, CUDA_ERROR_ILLEGAL_ADDRESS);
        return;
    }
    can_stand = is_repeatable(run, accesses);
    if (can_stand) {
        describe(run, faults, accesses, &repeat);
        if (sim_repeat_stands(&repeat))
            return;
    }
    open_all(accesses);
    multiply(run, faults);
    sim_world_written(sim_memory_find(&sim_world.memory, (uintptr_t)accesses[C].pointer),
                      (uintptr_t)accesses[C].pointer, accesses[C].bytes);
    if (can_stand)
        sim_repeat_done(&repeat);
}
