/* SPDX-License-Identifier: Apache-2.0 */
/* Sending, adding, fetching, comparing; see addition.h. */
#include "workloads/addition.h"

#include <math.h>
#include <stdlib.h>

#include "gpu/reference.h"
#include "kernels/vector_add.h"

#define THREADS_PER_BLOCK 256

/* Eight blocks of 256 threads fill a multiprocessor of every architecture since Volta (2048
 * threads; CUDA programming guide, technical specifications per compute capability). */
#define BLOCKS_PER_SM 8

/* Quiet NaN in every byte pattern: no sum of the inputs equals it. */
#define POISON 0xff

bool gst_addition_init(struct gst_addition *addition, size_t n, uint64_t seed,
                       struct gst_status *st)
{
    *addition = (struct gst_addition){
        .n = n,
        .a = malloc(n * sizeof(float)),
        .b = malloc(n * sizeof(float)),
        .c = malloc(n * sizeof(float)),
    };
    if (addition->a == NULL || addition->b == NULL || addition->c == NULL) {
        gst_addition_release(addition);
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate 3 x %zu bytes",
                        n * sizeof(float));
    }
    gst_reference_fill(addition->a, n, seed);
    gst_reference_fill(addition->b, n, seed + 1);
    return true;
}

void gst_addition_release(struct gst_addition *addition)
{
    free(addition->a);
    free(addition->b);
    free(addition->c);
    *addition = (struct gst_addition){ .n = 0 };
}

bool gst_addition_alloc(struct gst_addition *addition, struct gst_lane *lane, struct gst_status *st)
{
    const size_t bytes = addition->n * sizeof(float);

    return lane->path->alloc(lane, bytes, &addition->gpu_a, st)
           && lane->path->alloc(lane, bytes, &addition->gpu_b, st)
           && lane->path->alloc(lane, bytes, &addition->gpu_c, st)
           && lane->path->alloc(lane, sizeof(addition->arch), &addition->gpu_arch, st);
}

void gst_addition_free(struct gst_addition *addition, struct gst_lane *lane)
{
    uint64_t *const pointers[] = { &addition->gpu_arch, &addition->gpu_c, &addition->gpu_b,
                                   &addition->gpu_a };

    for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
        lane->path->free(lane, *pointers[i]);
        *pointers[i] = 0;
    }
}

/* Enough blocks to keep every multiprocessor busy, never more than there is work for. */
static unsigned blocks_for(const struct gst_gpu *gpu, size_t n)
{
    const size_t useful = (n + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK;
    const size_t most = (size_t)gpu->sm_count * BLOCKS_PER_SM;

    return (unsigned)(useful < most ? useful : most);
}

bool gst_addition_launch(struct gst_addition *addition, struct gst_lane *lane, size_t n,
                         struct gst_status *st)
{
    struct gst_vector_add_args args = {
        .a = (const float *)(uintptr_t)addition->gpu_a,
        .b = (const float *)(uintptr_t)addition->gpu_b,
        .c = (float *)(uintptr_t)addition->gpu_c,
        .n = n,
        .arch = (uint32_t *)(uintptr_t)addition->gpu_arch,
    };

    return lane->path->launch(lane, blocks_for(lane->gpu, n), THREADS_PER_BLOCK, &args, st);
}

bool gst_addition_run(struct gst_addition *addition, struct gst_run *run, struct gst_lane *lane,
                      size_t n, struct gst_status *st)
{
    const struct gst_path *path = lane->path;
    const size_t bytes = n * sizeof(float);

    gst_run_phase(run, lane->gpu->index, "%s: copy to the GPU", path->name);
    if (!path->fill(lane, addition->gpu_c, POISON, bytes, st)
        || !path->fill(lane, addition->gpu_arch, 0, sizeof(addition->arch), st)
        || !path->upload(lane, addition->gpu_a, addition->a, bytes, st)
        || !path->upload(lane, addition->gpu_b, addition->b, bytes, st) || !path->wait(lane, st))
        return false;
    gst_run_phase(run, lane->gpu->index, "%s: run the kernel", path->name);
    if (!gst_addition_launch(addition, lane, n, st) || !path->wait(lane, st))
        return false;
    gst_run_phase(run, lane->gpu->index, "%s: copy from the GPU", path->name);
    return path->download(lane, addition->c, addition->gpu_c, bytes, st)
           && path->download(lane, &addition->arch, addition->gpu_arch, sizeof(addition->arch), st)
           && path->wait(lane, st);
}

/* The comparison is itself under test: one element is made wrong, and it alone must be found. */
static bool catches_planted_error(struct gst_addition *addition, size_t n)
{
    const size_t index = n / 2;
    const float right = addition->c[index];
    struct gst_mismatch found;

    addition->c[index] = nextafterf(right, INFINITY);
    found = gst_reference_compare_sum(addition->a, addition->b, addition->c, n);
    addition->c[index] = right;
    return found.count == 1 && found.first == index;
}

bool gst_addition_check(struct gst_addition *addition, struct gst_run *run,
                        const struct gst_lane *lane, size_t n)
{
    const struct gst_mismatch found =
        gst_reference_compare_sum(addition->a, addition->b, addition->c, n);
    const int gpu = lane->gpu->index;

    gst_run_count_elements(run, n);
    if (found.count > 0)
        return gst_run_check(run, GST_HARDWARE_WRONG_RESULT, gpu, false,
                             "%s: %zu of %zu elements are wrong, the first is %zu: %.9g, expected "
                             "%.9g",
                             lane->path->name, found.count, n, found.first, (double)found.observed,
                             (double)found.expected);
    gst_run_check(run, GST_HARDWARE_WRONG_RESULT, gpu, true, "%s: %zu of %zu elements are right",
                  lane->path->name, n, n);
    return gst_run_check(run, GST_SUITE_BLIND, gpu, catches_planted_error(addition, n),
                         "%s: one planted error among %zu elements", lane->path->name, n);
}

bool gst_addition_check_inputs(struct gst_addition *addition, struct gst_run *run,
                               struct gst_lane *lane, size_t n, struct gst_status *st)
{
    const struct {
        const char *name;
        uint64_t gpu;
        const float *sent;
    } inputs[] = { { "a", addition->gpu_a, addition->a }, { "b", addition->gpu_b, addition->b } };

    gst_run_phase(run, lane->gpu->index, "%s: read the input back", lane->path->name);
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        struct gst_mismatch found;

        if (!lane->path->download(lane, addition->c, inputs[i].gpu, n * sizeof(float), st)
            || !lane->path->wait(lane, st))
            return false;
        found = gst_reference_compare(inputs[i].sent, addition->c, n);
        gst_run_count_elements(run, n);
        if (found.count == 0)
            gst_run_check(run, GST_HARDWARE_MEMORY_CORRUPTED, lane->gpu->index, true,
                          "%s: %zu elements of input %s are unchanged", lane->path->name, n,
                          inputs[i].name);
        else
            gst_run_check(run, GST_HARDWARE_MEMORY_CORRUPTED, lane->gpu->index, false,
                          "%s: %zu of %zu elements of input %s changed, the first is %zu: %.9g, "
                          "%.9g was written%s",
                          lane->path->name, found.count, n, inputs[i].name, found.first,
                          (double)found.observed, (double)found.expected,
                          found.is_one_bit ? " (one bit flipped)" : "");
    }
    return true;
}
