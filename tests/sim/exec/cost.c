/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each kernel moves and computes: one row per kernel.
 */
#include <string.h>

#include "exec/exec.h"
#include "kernels/collective_data.h"
#include "kernels/latency.h"
#include "kernels/memory_bandwidth.h"
#include "kernels/memory_test.h"
#include "kernels/vector_add.h"
#include "kernels/word_compare.h"

static void cost_nothing(const void *bytes, struct sim_cost *cost)
{
    (void)bytes, (void)cost;
}

static void add_access(struct sim_cost *cost, const void *pointer, uint64_t bytes, bool is_write)
{
    cost->accesses[cost->access_count++] = (struct sim_access){ pointer, bytes, is_write };
}

static void cost_vector_add(const void *bytes, struct sim_cost *cost)
{
    struct gst_vector_add_args args;

    memcpy(&args, bytes, sizeof(args));
    cost->flops = args.n;
    add_access(cost, args.a, args.n * sizeof(*args.a), false);
    add_access(cost, args.b, args.n * sizeof(*args.b), false);
    add_access(cost, args.c, args.n * sizeof(*args.c), true);
    if (args.arch != NULL)
        add_access(cost, args.arch, sizeof(*args.arch), true);
}

static uint64_t latency_args(const void *bytes, struct gst_latency_args *args)
{
    memcpy(args, bytes, sizeof(*args));
    return (uint64_t)args->nodes * GST_LATENCY_NODE_WORDS * sizeof(*args->words);
}

static void cost_latency_link(const void *bytes, struct sim_cost *cost)
{
    struct gst_latency_args args;
    const uint64_t size = latency_args(bytes, &args);

    add_access(cost, args.words, size, true);
}

static void cost_latency_chase(const void *bytes, struct sim_cost *cost)
{
    struct gst_latency_args args;
    const uint64_t size = latency_args(bytes, &args);

    cost->chased = args.words;
    cost->chased_loads = args.hops;
    add_access(cost, args.words, size, false);
    add_access(cost, args.result, sizeof(*args.result), true);
}

/* A check also adds to its counts: nothing beside what it reads, but a result, and another one each
 * time. */
static void cost_memory_test(const void *bytes, struct sim_cost *cost)
{
    struct gst_memory_test_args args;

    memcpy(&args, bytes, sizeof(args));
    add_access(cost, args.data, args.vectors * 16, args.is_check == 0);
    if (args.is_check == 0)
        return;
    add_access(cost, args.result, sizeof(*args.result), false);
    add_access(cost, args.result, sizeof(*args.result), true);
}

/* As a memory test. */
static void cost_collective_data(const void *bytes, struct sim_cost *cost)
{
    struct gst_collective_data_args args;

    memcpy(&args, bytes, sizeof(args));
    add_access(cost, args.data,
               args.elements
                   * (args.type == GST_DATA_HALF || args.type == GST_DATA_BFLOAT16 ? 2 : 4),
               args.is_check == 0);
    if (args.is_check == 0)
        return;
    add_access(cost, args.result, sizeof(*args.result), false);
    add_access(cost, args.result, sizeof(*args.result), true);
}

/* The arguments of a memory_* kernel; its result is how many bytes each of x, y and z is. */
static uint64_t memory_args(const void *bytes, struct gst_memory_bandwidth_args *args)
{
    memcpy(args, bytes, sizeof(*args));
    return args->vectors * GST_MEMORY_VECTOR_BYTES;
}

static void cost_memory_read(const void *bytes, struct sim_cost *cost)
{
    struct gst_memory_bandwidth_args args;
    const uint64_t size = memory_args(bytes, &args);

    add_access(cost, args.x, size, false);
    add_access(cost, args.sums, args.sum_count * sizeof(*args.sums), true);
}

static void cost_memory_write(const void *bytes, struct sim_cost *cost)
{
    struct gst_memory_bandwidth_args args;
    const uint64_t size = memory_args(bytes, &args);

    add_access(cost, args.z, size, true);
}

static void cost_memory_copy(const void *bytes, struct sim_cost *cost)
{
    struct gst_memory_bandwidth_args args;
    const uint64_t size = memory_args(bytes, &args);

    add_access(cost, args.x, size, false);
    add_access(cost, args.z, size, true);
}

static void cost_memory_triad(const void *bytes, struct sim_cost *cost)
{
    struct gst_memory_bandwidth_args args;
    const uint64_t size = memory_args(bytes, &args);

    add_access(cost, args.x, size, false);
    add_access(cost, args.y, size, false);
    add_access(cost, args.z, size, true);
}

/* One that is to count gives another result each time. One that is not leaves the result alone
 * where nothing is wrong; where something is, launches that are spared are not counted. */
static void cost_word_compare(const void *bytes, struct sim_cost *cost)
{
    struct gst_word_compare_args args;

    memcpy(&args, bytes, sizeof(args));
    add_access(cost, args.copies, args.vectors * 16 * args.copy_count, false);
    add_access(cost, args.reference, args.vectors * 16, false);
    if (args.is_counting != 0)
        add_access(cost, args.result, sizeof(*args.result), false);
    add_access(cost, args.result, sizeof(*args.result), true);
}

static const struct {
    const char *kernel;
    void (*fill)(const void *args, struct sim_cost *cost);
} rows[] = {
    { "collective_data", cost_collective_data }, { "empty", cost_nothing },
    { "latency_chase", cost_latency_chase },     { "latency_link", cost_latency_link },
    { "memory_copy", cost_memory_copy },         { "memory_read", cost_memory_read },
    { "memory_test", cost_memory_test },         { "memory_triad", cost_memory_triad },
    { "memory_write", cost_memory_write },       { "vector_add", cost_vector_add },
    { "word_compare", cost_word_compare },
};

bool sim_exec_cost(const struct sim_launch *launch, struct sim_cost *cost)
{
    *cost = (struct sim_cost){ 0 };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].kernel, launch->kernel->name) == 0) {
            rows[i].fill(launch->args, cost);
            return true;
        }
    }
    return false;
}
