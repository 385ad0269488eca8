/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel memory_test: writes a pattern to memory, or counts the words that no longer hold it, any
 * one-dimensional grid and block, any number of 16-byte vectors. The word number i of the whole
 * test, 64 bits counted from `first_word` on, holds a value of `pattern` exclusive-or `inverse`:
 * its own address as 8 i, one bit set at (i + key) mod 64, or a number drawn from i and `key`. So
 * each word differs from its neighbours and depends on where it is, and an access that lands
 * elsewhere shows. Each block takes one contiguous chunk with 16-byte accesses, several in flight.
 */
#ifndef GST_KERNELS_MEMORY_TEST_H
#define GST_KERNELS_MEMORY_TEST_H

#include <stdint.h>

enum gst_memory_pattern {
    GST_MEMORY_ADDRESS,
    GST_MEMORY_WALKING_BIT,
    GST_MEMORY_RANDOM,
};

#define GST_MEMORY_TEST_KEPT 8

/* Written by atomics, zeroed by the host before a check. `unsigned long long`, since that is what
 * atomics are defined for. */
struct gst_memory_test_result {
    unsigned long long checked; /* words that were compared */
    unsigned long long wrong;   /* words that differ; of the first that were met, what they held */
    unsigned long long word[GST_MEMORY_TEST_KEPT]; /* counted in this launch's memory */
    unsigned long long expected[GST_MEMORY_TEST_KEPT];
    unsigned long long found[GST_MEMORY_TEST_KEPT];
};

struct gst_memory_test_args {
    void *data;       /* aligned to 16 bytes */
    uint64_t vectors; /* of 16 bytes, two words each */
    uint64_t first_word;
    uint64_t key;
    uint64_t inverse; /* all bits set for the complement, else 0 */
    uint32_t pattern;
    uint32_t is_check; /* 0 writes, 1 reads and compares */
    struct gst_memory_test_result *result;
};

#endif
