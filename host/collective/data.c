/* SPDX-License-Identifier: Apache-2.0 */
/* Weights, and the formula once more for the host; see data.h. */
#include "collective/data.h"

#include <math.h>
#include <string.h>

/* Whole numbers up to 2 to this power are exact: 24, 11 and 8 bits of significand (IEEE 754;
 * bfloat16 as Intel's and NVIDIA's documents have it), and of int32 as many as leave the sign. */
static const int exact_bits[GST_ELEMENT_COUNT] = {
    [GST_ELEMENT_FLOAT] = 24,
    [GST_ELEMENT_HALF] = 11,
    [GST_ELEMENT_BFLOAT16] = 8,
    [GST_ELEMENT_INT32] = 30,
};

static const enum gst_data_type kernel_types[GST_ELEMENT_COUNT] = {
    [GST_ELEMENT_FLOAT] = GST_DATA_FLOAT,
    [GST_ELEMENT_HALF] = GST_DATA_HALF,
    [GST_ELEMENT_BFLOAT16] = GST_DATA_BFLOAT16,
    [GST_ELEMENT_INT32] = GST_DATA_INT32,
};

/* Where so many ranks leave no room for b, they differ by their number modulo this. */
#define FEW_CLASSES 4

/* a and b are drawn from 16 bits each. */
#define DRAWN_MOST 65535

/* Of nccl-tests: an average rounds its factor, each product and their sum. */
#define AVERAGE_ULPS 2

#define KEY_STEP 0x9e3779b97f4a7c15ULL

static int64_t exact_most(enum gst_element element)
{
    return ((int64_t)1 << exact_bits[element]) - 1;
}

int gst_collective_data_ranks_max(enum gst_element element)
{
    const int64_t most = exact_most(element) / 2; /* premulsum doubles */

    return most < 1024 ? (int)most : 1024;
}

int gst_collective_data_factor(int rank)
{
    return rank % 2 == 0 ? 2 : 1;
}

static int weight_of(const struct gst_collective_data *data, int rank)
{
    return data->reduction == GST_REDUCTION_PREMULSUM ? gst_collective_data_factor(rank) : 1;
}

struct sums {
    int32_t a; /* weights of a and b in the sum over all ranks */
    int32_t b;
    int classes; /* a rank's own weight of b is its number modulo this */
};

static struct sums sums_by(const struct gst_collective_data *data, int classes)
{
    struct sums sums = { .classes = classes };

    for (int rank = 0; rank < data->ranks; rank++) {
        sums.a += weight_of(data, rank);
        sums.b += weight_of(data, rank) * (rank % classes);
    }
    return sums;
}

/* Each rank has a weight of its own where that can be added up exactly. */
static struct sums sums_of(const struct gst_collective_data *data)
{
    const struct sums own = sums_by(data, data->ranks);

    /* Nothing is added: the largest number alone has to be exact. */
    if (data->reduction == GST_REDUCTION_MAX)
        return (struct sums){ .a = 1, .b = data->ranks - 1, .classes = data->ranks };
    return own.a + own.b <= exact_most(data->element) ? own : sums_by(data, FEW_CLASSES);
}

/* The largest power of two less one that is not above it; 0 for less than 1. */
static int32_t mask_up_to(int64_t value)
{
    int32_t mask = 0;

    while (mask < DRAWN_MOST && 2 * (int64_t)mask + 1 <= value)
        mask = 2 * mask + 1;
    return mask;
}

/* a takes half of the range, or what leaves room for b to be 1, and b the rest. */
static struct gst_collective_data_args base_of(const struct gst_collective_data *data)
{
    const int64_t most = exact_most(data->element);
    const struct sums sums = sums_of(data);
    const int64_t half = most / 2 / sums.a, room = (most - sums.b) / sums.a;
    const int32_t a_mask = mask_up_to((half < room ? half : room) - 1);
    const int64_t left = most - ((int64_t)a_mask + 1) * sums.a;

    return (struct gst_collective_data_args){
        .key = (uint64_t)data->seed * KEY_STEP,
        .a_mask = a_mask,
        .b_mask = mask_up_to(sums.b == 0 ? left : left / sums.b),
        .divisor = 1,
        .type = (uint32_t)kernel_types[data->element],
    };
}

struct gst_collective_data_args gst_collective_data_given(const struct gst_collective_data *data,
                                                          int rank)
{
    struct gst_collective_data_args args = base_of(data);

    args.weight_a = 1;
    args.weight_b = rank % sums_of(data).classes;
    args.weight_b_below = args.weight_b;
    if (data->reduction == GST_REDUCTION_AVG) {
        args.pair_rank = rank;
        args.pair_ranks = data->ranks;
    } else if (data->reduction == GST_REDUCTION_MAX) {
        args.turns = (uint32_t)data->ranks;
    }
    return args;
}

struct gst_collective_data_args gst_collective_data_combined(const struct gst_collective_data *data)
{
    struct gst_collective_data_args args = base_of(data);
    const struct sums sums = sums_of(data);

    args.weight_a = sums.a;
    args.weight_b = sums.b;
    args.weight_b_below = sums.b;
    if (data->reduction == GST_REDUCTION_MAX) {
        args.weight_b_below = 0;
    } else if (data->reduction == GST_REDUCTION_AVG) {
        args.weight_a = data->ranks == 1 ? 1 : 2;
        args.weight_b = data->ranks == 1 ? 0 : 1;
        args.weight_b_below = args.weight_b;
        args.divisor = data->ranks;
        args.ulps = AVERAGE_ULPS;
    }
    return args;
}

struct gst_collective_data_args gst_collective_data_moved(const struct gst_collective_data *data,
                                                          int rank)
{
    const struct gst_collective_data one = {
        .element = data->element, .reduction = GST_REDUCTION_SUM, .ranks = 1, .seed = data->seed
    };
    struct gst_collective_data_args args = gst_collective_data_given(&one, 0);

    args.weight_b = 1;
    args.weight_b_below = 1;
    args.key += (uint64_t)(rank + 1) << 40;
    return args;
}

size_t gst_collective_data_scalar(enum gst_element element, int factor, uint32_t *bits)
{
    const float value = (float)factor;

    *bits = (uint32_t)factor;
    if (element == GST_ELEMENT_INT32)
        return sizeof(int32_t);
    memcpy(bits, &value, sizeof(*bits));
    if (element == GST_ELEMENT_BFLOAT16)
        *bits >>= 16;
    if (element == GST_ELEMENT_HALF)
        *bits = ((*bits - ((uint32_t)(127 - 15) << 23)) >> 13) & 0x7fff;
    return gst_element_bytes(element);
}

/* --- the formula --- */

static uint64_t drawn(uint64_t x)
{
    x *= 0x9e3779b97f4a7c15ULL;
    x ^= x >> 32;
    return x * 0xbf58476d1ce4e5b9ULL;
}

static int32_t pair_share(const struct gst_collective_data_args *args, uint64_t bits, int32_t a,
                          int32_t b)
{
    const int one = (int)((bits & 0xffff) % (uint64_t)args->pair_ranks);
    int other = one;

    if (args->pair_ranks > 1)
        other = (one + 1 + (int)(((bits >> 8) & 0xffff) % (uint64_t)(args->pair_ranks - 1)))
                % args->pair_ranks;
    if (args->pair_rank == one)
        return a;
    return args->pair_rank == other ? a + b : 0;
}

int32_t gst_collective_data_value(const struct gst_collective_data_args *args, uint64_t i)
{
    const uint64_t bits = drawn(i + args->key);
    const int32_t a = 1 + ((int32_t)(bits >> 47) & args->a_mask);
    const int32_t b = (int32_t)(bits >> 31) & args->b_mask;
    const bool is_below = bits >> 63 != 0;
    int32_t weight_b = is_below ? args->weight_b_below : args->weight_b, value;

    if (args->turns > 0)
        weight_b = (weight_b + (int32_t)((((bits >> 8) & 0xffff) * args->turns) >> 16))
                   % (int32_t)args->turns;
    value = a * args->weight_a + b * weight_b;
    if (args->pair_ranks > 0)
        value = pair_share(args, bits >> 8, a, b);
    return is_below ? -value : value;
}

double gst_collective_data_decode(enum gst_element element, uint64_t bits)
{
    const double sign = (bits & 0x8000) != 0 ? -1 : 1;
    const int exponent = (int)((bits >> 10) & 0x1f);
    const double mantissa = (double)(bits & 0x3ff);
    uint32_t word = (uint32_t)bits;
    float value;

    if (element == GST_ELEMENT_INT32)
        return (int32_t)word;
    if (element == GST_ELEMENT_HALF) {
        if (exponent == 0x1f)
            return mantissa > 0 ? (double)NAN : sign * (double)INFINITY;
        return exponent == 0 ? sign * ldexp(mantissa, -24)
                             : sign * ldexp(mantissa + 1024, exponent - 25);
    }
    if (element == GST_ELEMENT_BFLOAT16)
        word <<= 16;
    memcpy(&value, &word, sizeof(value));
    return (double)value;
}

static bool is_without(const struct gst_collective_data *data, int rank, uint64_t i, double found)
{
    const struct gst_collective_data_args all = gst_collective_data_combined(data);
    const struct gst_collective_data_args one = gst_collective_data_given(data, rank);
    const int64_t part = (int64_t)weight_of(data, rank) * gst_collective_data_value(&one, i);

    return found == (double)(gst_collective_data_value(&all, i) - part);
}

int gst_collective_data_missing(const struct gst_collective_data *data,
                                const unsigned long long *elements, const unsigned long long *found,
                                size_t count)
{
    if (count == 0 || data->ranks < 2
        || (data->reduction != GST_REDUCTION_SUM && data->reduction != GST_REDUCTION_PREMULSUM))
        return -1;
    for (int rank = 0; rank < data->ranks; rank++) {
        size_t fits = 0;

        while (fits < count
               && is_without(data, rank, elements[fits],
                             gst_collective_data_decode(data->element, found[fits])))
            fits++;
        if (fits == count)
            return rank;
    }
    return -1;
}
