/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ranks give and what comes out of a collective; see collective_data.h. One kernel for both
 * ways, so that what is expected is made by the same code as what was given.
 */
#include "kernels/collective_data.h"
#include "kernels/device.h"

#include <string.h>

static_assert(sizeof(struct gst_collective_data_args) == 88, "host and device see one layout");
static_assert(sizeof(struct gst_collective_data_result) == 160, "host and device see one layout");

/* Chunks start where a warp's accesses of 128 bytes start, for elements of two bytes, too. */
#define CHUNK_ELEMENTS ((uint64_t)64)

/* Two multiplications with the constants of SplitMix64 (Steele, Lea, Flood, 2014) and what is
 * highest onto what is lowest between them: neighbours differ everywhere, and nothing is waited
 * for. */
GST_DEVICE uint64_t drawn(uint64_t x)
{
    x *= 0x9e3779b97f4a7c15ULL;
    x ^= x >> 32;
    return x * 0xbf58476d1ce4e5b9ULL;
}

/* What this rank adds where two of all do. */
GST_DEVICE int32_t pair_share(const struct gst_collective_data_args *args, uint64_t bits, int32_t a,
                              int32_t b)
{
    const uint64_t ranks = (uint64_t)args->pair_ranks;
    const uint64_t one = (bits & 0xffff) % ranks;
    const uint64_t other =
        ranks == 1 ? one : (one + 1 + ((bits >> 8) & 0xffff) % (ranks - 1)) % ranks;
    const uint64_t self = (uint64_t)args->pair_rank;

    if (self == one)
        return a;
    return self == other ? a + b : 0;
}

/* The weight of b, once it has moved on; without turns it stays. 16 bits times 1024 ranks at most.
 */
GST_DEVICE int32_t turned(uint32_t turns, uint32_t bits, int32_t weight)
{
    const int32_t moved = weight + (int32_t)((bits & 0xffff) * turns >> 16);

    return moved - (moved >= (int32_t)turns ? (int32_t)turns : 0);
}

/* The numerator: the value itself unless there is a divisor. `has_pairs` is a constant where it
 * matters, so that loops have no branch on it. The sign is drawn, so that no branch
 * on it would be foreseen: a mask of all ones or none takes its place. */
GST_DEVICE int32_t value_at(const struct gst_collective_data_args *args, int has_pairs, uint64_t i)
{
    const uint64_t bits = drawn(i + args->key);
    const int32_t a = 1 + ((int32_t)(bits >> 47) & args->a_mask);
    const int32_t b = (int32_t)(bits >> 31) & args->b_mask;
    const int32_t below = -(int32_t)(bits >> 63);
    const int32_t weight_b = args->weight_b ^ ((args->weight_b ^ args->weight_b_below) & below);
    int32_t value = a * args->weight_a + b * turned(args->turns, (uint32_t)(bits >> 8), weight_b);

    if (has_pairs)
        value = pair_share(args, bits >> 8, a, b);
    return (value ^ below) - below;
}

GST_DEVICE uint32_t float_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

GST_DEVICE float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Of a whole number of 11 bits at most: exact, never subnormal. */
GST_DEVICE uint32_t half_bits(int32_t value)
{
    const uint32_t bits = float_bits((float)value);
    const uint32_t sign = (bits >> 16) & 0x8000;

    if (value == 0)
        return 0;
    /* 127 - 15 is what the biases of both exponents differ by. */
    return sign | ((((bits & 0x7fffffff) - ((uint32_t)(127 - 15) << 23)) >> 13) & 0x7fff);
}

GST_DEVICE float half_value(uint32_t half)
{
    const uint32_t sign = (half & 0x8000) << 16;
    const uint32_t exponent = (half >> 10) & 0x1f;
    const uint32_t mantissa = half & 0x3ff;

    if (exponent == 0x1f)
        return float_of(sign | 0x7f800000 | (mantissa << 13));
    if (exponent == 0)
        return (sign != 0 ? -1.0F : 1.0F) * (float)mantissa * float_of((127 - 24) << 23);
    return float_of(sign | ((exponent + 127 - 15) << 23) | (mantissa << 13));
}

GST_DEVICE uint32_t encode(uint32_t type, int32_t value)
{
    if (type == GST_DATA_FLOAT)
        return float_bits((float)value);
    if (type == GST_DATA_HALF)
        return half_bits(value);
    if (type == GST_DATA_BFLOAT16)
        return float_bits((float)value) >> 16;
    return (uint32_t)value;
}

GST_DEVICE float decode(uint32_t type, uint32_t bits)
{
    if (type == GST_DATA_HALF)
        return half_value(bits);
    return float_of(type == GST_DATA_BFLOAT16 ? bits << 16 : bits);
}

/* Bits of the mantissa that are stored. */
GST_DEVICE uint32_t mantissa_bits(uint32_t type)
{
    if (type == GST_DATA_FLOAT)
        return 23;
    return type == GST_DATA_HALF ? 10 : 7;
}

/* Written so that NaN is far from everything. */
GST_DEVICE int is_near(const struct gst_collective_data_args *args, uint32_t type, int32_t value,
                       uint32_t found)
{
    const float exact = (float)value / (float)args->divisor;
    const float unit = float_of((float_bits(exact) & 0x7f800000) - (mantissa_bits(type) << 23));
    const float off = decode(type, found) - exact;

    return (off < 0 ? -off : off) <= (float)args->ulps * unit;
}

GST_DEVICE int is_right(const struct gst_collective_data_args *args, uint32_t type, int32_t value,
                        uint32_t found)
{
    if (args->divisor == 1)
        return found == encode(type, value);
    if (type == GST_DATA_INT32)
        return (int32_t)found == value / args->divisor;
    return is_near(args, type, value, found);
}

GST_DEVICE int is_wide(uint32_t type)
{
    return type == GST_DATA_FLOAT || type == GST_DATA_INT32;
}

GST_DEVICE uint32_t load(const void *data, uint32_t type, uint64_t at)
{
    return is_wide(type) ? ((const uint32_t *)data)[at] : ((const uint16_t *)data)[at];
}

GST_DEVICE void store(void *data, uint32_t type, uint64_t at, uint32_t bits)
{
    if (is_wide(type))
        ((uint32_t *)data)[at] = bits;
    else
        ((uint16_t *)data)[at] = (uint16_t)bits;
}

GST_DEVICE void note_wrong(const struct gst_collective_data_args *args, uint32_t type, uint64_t i,
                           uint32_t found)
{
    const unsigned long long place = atomicAdd(&args->result->wrong, 1ULL);
    const float value = decode(type, found);

    if (found == (is_wide(type) ? 0xffffffffU : 0xffffU))
        atomicAdd(&args->result->unwritten, 1ULL);
    else if (type != GST_DATA_INT32 && value != value)
        atomicAdd(&args->result->nans, 1ULL);
    if (place >= GST_COLLECTIVE_DATA_KEPT)
        return;
    args->result->element[place] = i;
    args->result->found[place] = found;
}

/* The elements of one thread, in all that follows. `type` is a constant where these are called, so
 * that no loop has a branch on it, and `args` lies where nothing that is stored can change it. */
GST_DEVICE void give(const struct gst_collective_data_args *args, uint32_t type, int has_pairs,
                     uint64_t at, uint64_t end, uint64_t step)
{
    for (; at < end; at += step)
        store(args->data, type, at, encode(type, value_at(args, has_pairs, args->first + at)));
}

/* Whether all are right bit for bit, without a branch on what each of them is. */
GST_DEVICE int are_exact(const struct gst_collective_data_args *args, uint32_t type, uint64_t at,
                         uint64_t end, uint64_t step)
{
    uint32_t off = 0;

    for (; at < end; at += step)
        off |= load(args->data, type, at) ^ encode(type, value_at(args, 0, args->first + at));
    return off == 0;
}

/* Looks at each of them. */
GST_DEVICE void note_all(const struct gst_collective_data_args *args, uint32_t type, uint64_t at,
                         uint64_t end, uint64_t step)
{
    const int has_pairs = args->pair_ranks > 0;

    for (; at < end; at += step) {
        const uint32_t found = load(args->data, type, at);

        if (!is_right(args, type, value_at(args, has_pairs, args->first + at), found))
            note_wrong(args, type, args->first + at, found);
    }
}

GST_DEVICE void check(const struct gst_collective_data_args *args, uint32_t type, uint64_t at,
                      uint64_t end, uint64_t step)
{
    const int is_exact = args->divisor == 1 && args->pair_ranks == 0;

    if (at >= end)
        return;
    atomicAdd(&args->result->checked, (unsigned long long)((end - at + step - 1) / step));
    if (!is_exact || !are_exact(args, type, at, end, step))
        note_all(args, type, at, end, step);
}

GST_DEVICE void work_on(const struct gst_collective_data_args args, uint32_t type, uint64_t at,
                        uint64_t end, uint64_t step)
{
    if (args.is_check)
        check(&args, type, at, end, step);
    else if (args.pair_ranks > 0)
        give(&args, type, 1, at, end, step);
    else
        give(&args, type, 0, at, end, step);
}

GST_KERNEL_ANY(collective_data, struct gst_collective_data_args)
{
    const uint64_t share = args.elements / gridDim.x + (args.elements % gridDim.x != 0);
    const uint64_t chunk = (share + CHUNK_ELEMENTS - 1) / CHUNK_ELEMENTS * CHUNK_ELEMENTS;
    const uint64_t begin = chunk * blockIdx.x;
    const uint64_t end = begin + chunk < args.elements ? begin + chunk : args.elements;
    const uint64_t at = begin + threadIdx.x;
    const uint64_t step = blockDim.x;

    if (args.type == GST_DATA_FLOAT)
        work_on(args, GST_DATA_FLOAT, at, end, step);
    else if (args.type == GST_DATA_HALF)
        work_on(args, GST_DATA_HALF, at, end, step);
    else if (args.type == GST_DATA_BFLOAT16)
        work_on(args, GST_DATA_BFLOAT16, at, end, step);
    else
        work_on(args, GST_DATA_INT32, at, end, step);
}
