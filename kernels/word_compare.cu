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

/* What one thread found. It stays in registers until the thread ends: where most words are wrong an
 * atomic for each would keep the GPU at it for seconds. Counts of 32 bits, lest registers spill: a
 * launch compares fewer words. */
struct tally {
    uint32_t wrong, unwritten, not_finite;
    unsigned long long first;
};

GST_DEVICE void compare_word(struct tally *tally, uint32_t index, uint32_t found, uint32_t expected)
{
    const unsigned long long place = (unsigned long long)(GST_WORD_COMPARE_LAST - index) << 32;

    if (found == expected)
        return;
    tally->wrong++;
    if (found == GST_WORD_POISON)
        tally->unwritten++;
    else if ((found & EXPONENT) == EXPONENT)
        tally->not_finite++;
    if (tally->first < (place | found))
        tally->first = place | found;
}

/* Whole vectors first: nearly all are right. */
GST_DEVICE void compare_vector(struct tally *tally, uint32_t vector, const uint4 found,
                               const uint4 expected)
{
    if (((found.x ^ expected.x) | (found.y ^ expected.y) | (found.z ^ expected.z)
         | (found.w ^ expected.w))
        == 0)
        return;
    compare_word(tally, 4 * vector, found.x, expected.x);
    compare_word(tally, 4 * vector + 1, found.y, expected.y);
    compare_word(tally, 4 * vector + 2, found.z, expected.z);
    compare_word(tally, 4 * vector + 3, found.w, expected.w);
}

/* One atomic of each kind that was found. */
GST_DEVICE void add_tally(struct gst_word_compare_result *result, const struct tally *tally)
{
    if (tally->wrong == 0)
        return;
    atomicAdd(&result->wrong, (unsigned long long)tally->wrong);
    if (tally->unwritten > 0)
        atomicAdd(&result->unwritten, (unsigned long long)tally->unwritten);
    if (tally->not_finite > 0)
        atomicAdd(&result->not_finite, (unsigned long long)tally->not_finite);
    atomicMax(&result->first, tally->first);
}

GST_KERNEL(word_compare, struct gst_word_compare_args)
{
    const uint4 *const copies = (const uint4 *)args.copies;
    const uint4 *const reference = (const uint4 *)args.reference;
    const uint64_t share = args.vectors / gridDim.x + (args.vectors % gridDim.x != 0);
    const uint64_t chunk = (share + CHUNK_VECTORS - 1) / CHUNK_VECTORS * CHUNK_VECTORS;
    const uint64_t begin = chunk * blockIdx.x;
    const uint64_t end = begin + chunk < args.vectors ? begin + chunk : args.vectors;
    struct tally tally = { 0, 0, 0, 0 };
    uint32_t checked = 0; /* vectors */

    /* Indices of 32 bits do, and leave registers for the tally. */
    for (uint32_t i = (uint32_t)(begin < end ? begin : end) + threadIdx.x; i < (uint32_t)end;
         i += blockDim.x) {
        const uint4 expected = reference[i];

        GST_NO_UNROLL
        for (uint32_t copy = 0; copy < args.copy_count; copy++) {
            const uint32_t at = copy * (uint32_t)args.vectors + i;

            compare_vector(&tally, at, copies[at], expected);
            checked++;
        }
    }
    add_tally(args.result, &tally);
    if (args.is_counting != 0 && checked > 0)
        atomicAdd(&args.result->checked, 4ULL * checked);
}
