/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns into memory and back; see memory_test.h. One kernel for both ways, so that what is
 * expected is made by the same code as what was written.
 */
#include "kernels/device.h"
#include "kernels/memory_test.h"

static_assert(sizeof(struct gst_memory_test_args) == 56, "host and device see one layout");
static_assert(sizeof(struct gst_memory_test_result) == 208, "host and device see one layout");

/* Four loads of 16 bytes by each thread before the first is needed: enough to keep the memory busy,
 * and few enough registers for blocks of 1024 threads. */
#define IN_FLIGHT 4

/* Chunks start where a warp's accesses of 512 bytes start. */
#define CHUNK_VECTORS ((uint64_t)32)

/* The finaliser of SplitMix64 (Steele, Lea, Flood, 2014): a bijection, so no two words are alike.
 */
GST_DEVICE unsigned long long scramble(unsigned long long x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

GST_DEVICE unsigned long long word_at(const struct gst_memory_test_args *args, uint64_t word)
{
    unsigned long long value = word * 8;

    if (args->pattern == GST_MEMORY_WALKING_BIT)
        value = 1ULL << ((word + args->key) & 63);
    else if (args->pattern == GST_MEMORY_RANDOM)
        value = scramble(word + args->key);
    return value ^ args->inverse;
}

GST_DEVICE void compare(const struct gst_memory_test_args *args, uint64_t word,
                        unsigned long long found)
{
    const unsigned long long expected = word_at(args, args->first_word + word);
    unsigned long long place;

    if (found == expected)
        return;
    place = atomicAdd(&args->result->wrong, 1ULL);
    if (place >= GST_MEMORY_TEST_KEPT)
        return;
    args->result->word[place] = word;
    args->result->expected[place] = expected;
    args->result->found[place] = found;
}

GST_DEVICE void write_one(const struct gst_memory_test_args *args, uint64_t at)
{
    const uint64_t word = args->first_word + 2 * at;

    ((ulonglong2 *)args->data)[at] = make_ulonglong2(word_at(args, word), word_at(args, word + 1));
}

GST_DEVICE void compare_one(const struct gst_memory_test_args *args, uint64_t at, ulonglong2 found)
{
    compare(args, 2 * at, found.x);
    compare(args, 2 * at + 1, found.y);
}

GST_KERNEL(memory_test, struct gst_memory_test_args)
{
    const ulonglong2 *data = (const ulonglong2 *)args.data;
    const uint64_t share = args.vectors / gridDim.x + (args.vectors % gridDim.x != 0);
    const uint64_t chunk = (share + CHUNK_VECTORS - 1) / CHUNK_VECTORS * CHUNK_VECTORS;
    const uint64_t begin = chunk * blockIdx.x;
    const uint64_t end = begin + chunk < args.vectors ? begin + chunk : args.vectors;
    const uint64_t step = blockDim.x;
    unsigned long long checked = 0;
    uint64_t i = begin + threadIdx.x;

    if (!args.is_check) {
        for (; i < end; i += step)
            write_one(&args, i);
        return;
    }
    for (; i + (IN_FLIGHT - 1) * step < end; i += IN_FLIGHT * step) {
        const ulonglong2 found[IN_FLIGHT] = { data[i], data[i + step], data[i + 2 * step],
                                              data[i + 3 * step] };

        for (int k = 0; k < IN_FLIGHT; k++)
            compare_one(&args, i + (uint64_t)k * step, found[k]);
        checked += 2 * IN_FLIGHT;
    }
    for (; i < end; i += step, checked += 2)
        compare_one(&args, i, data[i]);
    if (checked > 0)
        atomicAdd(&args.result->checked, checked);
}
