/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What memory-test decides without a GPU: which patterns, how much memory, how much of it fits into
 * the time, and how to say which bit is wrong. All of it is pure.
 */
#ifndef GST_WORKLOADS_MEMORY_TEST_PLAN_H
#define GST_WORKLOADS_MEMORY_TEST_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/memory_test.h"

#define GST_MEMORY_STEPS 16

/* One pass over all the memory: everything is written before anything is checked, so that a write
 * that lands elsewhere is seen there. Each pattern is followed by its complement: every cell has
 * then held a one and a zero. */
struct gst_memory_step {
    const char *name; /* "walking ones from bit 16" */
    enum gst_memory_pattern pattern;
    uint64_t key; /* the first bit; for random numbers it is added to the seed */
    bool is_inverse;
};

extern const struct gst_memory_step gst_memory_steps[GST_MEMORY_STEPS];

/* The key and the inverse that the kernel is given. */
uint64_t gst_memory_key(const struct gst_memory_step *step, uint64_t seed);
uint64_t gst_memory_inverse(const struct gst_memory_step *step);

/* What word number `word` of the test must hold, worked out without the kernel's code. */
uint64_t gst_memory_word(const struct gst_memory_step *step, uint64_t seed, uint64_t word);

/* What is left of `available` bytes once a margin for the driver and the display is taken off: a
 * 64th of the GPU's memory, at least 64 MiB, but never more than half of what is there. Whole
 * vectors of 16 bytes, at least one. */
uint64_t gst_memory_usable_bytes(uint64_t available, uint64_t total);

/* How many of `bytes` can be written and checked `steps` times in `budget_s`, where a trial took
 * `seconds` for `trial_bytes`; whole vectors, at least one. All of them if no time passed. */
uint64_t gst_memory_affordable_bytes(uint64_t bytes, uint64_t trial_bytes, double seconds,
                                     unsigned steps, double budget_s);

/* "byte 0x1003 bit 2" for one wrong bit of the word at `offset`, "12 bits, mask 0x..." for more.
 * Bytes are counted as the GPU stores them, the lowest first. Returns `text`. */
const char *gst_memory_difference(char *text, size_t size, uint64_t offset, uint64_t expected,
                                  uint64_t found);

#endif
