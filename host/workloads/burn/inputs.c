/* SPDX-License-Identifier: Apache-2.0 */
/* Matrices in host memory; see inputs.h. */
#include "workloads/burn/inputs.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "gpu/gemm/element.h"
#include "gpu/gemm/random.h"
#include "gpu/share.h"
#include "kernels/word_compare.h"

static bool allocate(struct gst_burn_inputs *inputs, size_t elements, struct gst_status *st)
{
    const size_t bytes = elements * gst_gemm_input_bytes(inputs->type);

    inputs->a = malloc(bytes);
    inputs->b = malloc(bytes);
    inputs->c = malloc(elements * sizeof(float));
    if (inputs->a != NULL && inputs->b != NULL && inputs->c != NULL)
        return true;
    return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no host memory for %d x %d matrices",
                    inputs->side, inputs->side);
}

bool gst_burn_inputs_make(struct gst_burn_inputs *inputs, enum gst_gemm_type type, int side,
                          uint64_t seed, struct gst_status *st)
{
    const struct gst_gemm_shape shape = gst_gemm_square(side);
    const size_t elements = (size_t)side * (size_t)side;

    if (inputs->side == side && inputs->type == type)
        return true;
    gst_burn_inputs_release(inputs);
    inputs->type = type;
    inputs->side = side;
    if (!allocate(inputs, elements, st)) {
        gst_burn_inputs_release(inputs);
        return false;
    }
    gst_gemm_random_fill(type, inputs->a, elements, seed);
    gst_gemm_random_fill(type, inputs->b, elements, seed + 1);
    if (gst_freivalds_init(&inputs->f, type, &shape, inputs->a, inputs->b, seed + 2, st))
        return true;
    gst_burn_inputs_release(inputs);
    return false;
}

void gst_burn_inputs_release(struct gst_burn_inputs *inputs)
{
    gst_freivalds_release(&inputs->f);
    free(inputs->a);
    free(inputs->b);
    free(inputs->c);
    *inputs = (struct gst_burn_inputs){ .side = 0 };
}

/* Words of a product that one thread reads in one go. */
#define PART ((size_t)256 << 10)

struct reading {
    const float *c;
    atomic_uint_fast64_t digest;
    atomic_size_t unwritten;
};

/* FNV-1a over the words of a part, begun with where the part is: in which order parts come to the
 * sum does not matter, and where they are does. */
static void read_part(void *work, size_t first, size_t end)
{
    struct reading *reading = work;
    uint64_t digest = 14695981039346656037U ^ first;
    size_t unwritten = 0;

    for (size_t i = first; i < end; i++) {
        uint32_t word;

        memcpy(&word, &reading->c[i], sizeof(word));
        digest = (digest ^ word) * 1099511628211U;
        unwritten += word == GST_WORD_POISON;
    }
    atomic_fetch_add(&reading->digest, digest);
    atomic_fetch_add(&reading->unwritten, unwritten);
}

struct gst_burn_content gst_burn_content_of(const float *c, size_t count)
{
    struct reading reading = { .c = c };

    gst_share(count, PART, read_part, &reading);
    return (struct gst_burn_content){ reading.digest, reading.unwritten };
}
