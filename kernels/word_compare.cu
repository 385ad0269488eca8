/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies against their original; see word_compare.h. Each thread reads a vector of the original
 * once and holds it against that of every copy: the products that are compared are read at the
 * memory's pace, and the original from the cache or not at all.
 */
#include "kernels/device.h"
#include "kernels/word_compare.h"

static_assert(sizeof(struct gst_word_compare_args) == 40, "host and device see one layout");
static_assert(sizeof(struct gst_word_compare_result) == 40, "host and device see one layout");

/* Chunks start where a warp's accesses of 512 bytes start. */
#define CHUNK_VECTORS ((uint64_t)32)

#define EXPONENT 0x7f800000U

GST_DEVICE void compare_word(struct gst_word_compare_result *result, uint64_t index, uint32_t found,
                             uint32_t expected)
{
    if (found == expected)
        return;
    atomicAdd(&result->wrong, 1ULL);
    if (found == GST_WORD_POISON)
        atomicAdd(&result->unwritten, 1ULL);
    else if ((found & EXPONENT) == EXPONENT)
        atomicAdd(&result->not_finite, 1ULL);
    atomicMax(&result->first, (unsigned long long)(GST_WORD_COMPARE_LAST - index) << 32 | found);
}

/* Whole vectors first: nearly all are right. */
GST_DEVICE void compare_vector(struct gst_word_compare_result *result, uint64_t vector,
                               const uint4 found, const uint4 expected)
{
    if (((found.x ^ expected.x) | (found.y ^ expected.y) | (found.z ^ expected.z)
         | (found.w ^ expected.w))
        == 0)
        return;
    compare_word(result, 4 * vector, found.x, expected.x);
    compare_word(result, 4 * vector + 1, found.y, expected.y);
    compare_word(result, 4 * vector + 2, found.z, expected.z);
    compare_word(result, 4 * vector + 3, found.w, expected.w);
}

GST_KERNEL(word_compare, struct gst_word_compare_args)
{
    const uint4 *const copies = (const uint4 *)args.copies;
    const uint4 *const reference = (const uint4 *)args.reference;
    const uint64_t share = args.vectors / gridDim.x + (args.vectors % gridDim.x != 0);
    const uint64_t chunk = (share + CHUNK_VECTORS - 1) / CHUNK_VECTORS * CHUNK_VECTORS;
    const uint64_t begin = chunk * blockIdx.x;
    const uint64_t end = begin + chunk < args.vectors ? begin + chunk : args.vectors;
    unsigned long long checked = 0;

    for (uint64_t i = begin + threadIdx.x; i < end; i += blockDim.x) {
        const uint4 expected = reference[i];

        GST_NO_UNROLL
        for (uint32_t copy = 0; copy < args.copy_count; copy++) {
            const uint64_t at = copy * args.vectors + i;

            compare_vector(args.result, at, copies[at], expected);
            checked += 4;
        }
    }
    if (args.is_counting != 0 && checked > 0)
        atomicAdd(&args.result->checked, checked);
}
