/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and rounds; see plan.h. */
#include "workloads/burn/plan.h"

#include "gpu/gemm/shape.h"

/* With 8192 the product of an H100 takes 20 ms and its matrices 256 MiB each: several waves of
 * tiles on every multiprocessor, and far more than the cache. */
#define SIDE_MOST  8192
#define SIDE_LEAST 128

/* The supervisor waits 0.3 s for who is told to end. */
#define ROUND_S 0.1

/* Where no peak is known: a little less than a Tesla P4 at its base clock (2560 cores at 886 MHz:
 * 4.5 TFLOPS, techpowerup.com), the slowest GPU of servers. It makes squares of 4096, 1024 tiles,
 * which are enough for all GPUs so far. */
#define EXPECTED_LEAST 4e12

#define SHARE_OF_FREE 0.8

/* A driver holds about a thousand launches of a stream (Stack Overflow, question 53970187; the
 * same in NVIDIA's forum, topic 68937): who queues more waits until the GPU has come further, and
 * so do all other GPUs, for good if it hangs. Two rounds of 48 passes, of four products of one or
 * two kernels and a comparison each, are 480 to 864. */
#define PASSES_MOST 48

const enum gst_gemm_type gst_burn_types[GST_BURN_TYPES] = { GST_GEMM_FP32, GST_GEMM_FP16 };

bool gst_burn_tries(enum gst_gemm_type type, int cc_major)
{
    return type != GST_GEMM_FP16 || cc_major >= 7;
}

int gst_burn_type_count(int newest_cc_major)
{
    int count = 0;

    for (int i = 0; i < GST_BURN_TYPES; i++)
        count += gst_burn_tries(gst_burn_types[i], newest_cc_major);
    return count;
}

double gst_burn_first_reading_s(int index, int count, double wanted_s)
{
    const double half_s = wanted_s / 2;

    return (half_s < GST_BURN_READING_EVERY_S ? half_s : GST_BURN_READING_EVERY_S) * index / count;
}

double gst_burn_expected(enum gst_gemm_type type, const struct gst_gemm_gpu *gpu)
{
    const double peak = gst_gemm_attribute_peak(type, gpu);

    return peak > 0 ? peak / 2 : EXPECTED_LEAST;
}

/* A, B and a product, and two more where one differs. */
#define HOST_MATRICES 5
/* The supervisor ends a child that takes three quarters of what is left, and its contexts need
 * some, too. */
#define SHARE_OF_HOST 0.5

static double bytes_of(int side)
{
    return (double)side * side * sizeof(float);
}

static bool fits(int side, uint64_t free_bytes, uint64_t host_bytes)
{
    return GST_BURN_MATRICES * bytes_of(side) <= SHARE_OF_FREE * (double)free_bytes
           && (host_bytes == 0
               || HOST_MATRICES * bytes_of(side) <= SHARE_OF_HOST * (double)host_bytes);
}

int gst_burn_side(uint64_t size_bytes, uint64_t free_bytes, uint64_t host_bytes, double expected)
{
    int side = SIDE_MOST;

    if (size_bytes > 0 && (double)size_bytes < bytes_of(SIDE_MOST))
        side = gst_gemm_side_of_size(3 * size_bytes, sizeof(float));
    while (side / 2 >= SIDE_LEAST && !fits(side, free_bytes, host_bytes))
        side = side / 2 / SIDE_LEAST * SIDE_LEAST;
    return gst_gemm_side_in_time(side, expected, ROUND_S / 2, SIDE_LEAST);
}

unsigned gst_burn_passes(double product_s)
{
    const double passes = ROUND_S / (GST_BURN_COPIES * product_s);

    if (!(passes > 1))
        return 1;
    return passes < PASSES_MOST ? (unsigned)passes : PASSES_MOST;
}
