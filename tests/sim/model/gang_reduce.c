/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_reduce.h. A function for each type, all made from one body. */
#include "model/gang_reduce.h"

#include <stdbool.h>
#include <string.h>

#include "api/nccl_abi.h"

/* IEEE 754 binary16. */
static float widen_half(uint16_t bits)
{
    const uint32_t sign = (uint32_t)(bits & 0x8000u) << 16;
    uint32_t exponent = bits >> 10 & 0x1fu, mantissa = bits & 0x3ffu, word;
    float value;

    if (exponent == 0) {
        value = (float)mantissa * 0x1p-24f;
        return sign != 0 ? -value : value;
    }
    exponent = exponent == 0x1fu ? 0xffu : exponent + 112;
    word = sign | exponent << 23 | mantissa << 13;
    memcpy(&value, &word, sizeof value);
    return value;
}

/* Drops so many low bits, to the nearest, and to the even one of two. */
static uint32_t round_off(uint32_t word, unsigned bits)
{
    const uint32_t half = UINT32_C(1) << (bits - 1);

    return (word + half - 1 + (word >> bits & 1)) >> bits;
}

static uint16_t narrow_half(float value)
{
    uint32_t word;

    memcpy(&word, &value, sizeof word);
    const uint32_t sign = word >> 16 & 0x8000u;
    word &= 0x7fffffffu;
    if (word > 0x7f800000u)
        return (uint16_t)(sign | 0x7e00u);
    if (word >= 0x47800000u) /* 2^16 */
        return (uint16_t)(sign | 0x7c00u);
    if (word >= 0x38800000u) /* 2^-14: the exponent's bias goes from 127 to 15 */
        return (uint16_t)(sign | round_off(word - 0x38000000u, 13));
    if (word < 0x33000000u) /* 2^-25 */
        return (uint16_t)sign;
    const unsigned shift = 126 - (word >> 23);
    return (uint16_t)(sign | round_off((word & 0x7fffffu) | 0x800000u, shift));
}

static float widen_bfloat(uint16_t bits)
{
    const uint32_t word = (uint32_t)bits << 16;
    float value;

    memcpy(&value, &word, sizeof value);
    return value;
}

static uint16_t narrow_bfloat(float value)
{
    uint32_t word;

    memcpy(&word, &value, sizeof word);
    if ((word & 0x7fffffffu) > 0x7f800000u)
        return (uint16_t)(word >> 16 | 0x40u);
    return (uint16_t)round_off(word, 16);
}

#define SAME(x) (x)

/* One type: how it is stored, what is computed in, there and back. Runs rank by rank over a block
 * that stays in the cache. */
#define BLOCK 1024
#define REDUCE(name, stored, computed, widen, narrow)                                              \
    static void reduce_block_##name(int op, stored *target, const void *const *sources,            \
                                    unsigned source_count, size_t from, size_t count)              \
    {                                                                                              \
        computed sum[BLOCK];                                                                       \
        for (size_t i = 0; i < count; i++)                                                         \
            sum[i] = widen(((const stored *)sources[0])[from + i]);                                \
        for (unsigned s = 1; s < source_count; s++) {                                              \
            const stored *source = (const stored *)sources[s] + from;                              \
            if (op == ncclSum || op == ncclAvg) {                                                  \
                for (size_t i = 0; i < count; i++)                                                 \
                    sum[i] = (computed)(sum[i] + widen(source[i]));                                \
            } else if (op == ncclProd) {                                                           \
                for (size_t i = 0; i < count; i++)                                                 \
                    sum[i] = (computed)(sum[i] * widen(source[i]));                                \
            } else if (op == ncclMax) {                                                            \
                for (size_t i = 0; i < count; i++)                                                 \
                    sum[i] = widen(source[i]) > sum[i] ? widen(source[i]) : sum[i];                \
            } else {                                                                               \
                for (size_t i = 0; i < count; i++)                                                 \
                    sum[i] = widen(source[i]) < sum[i] ? widen(source[i]) : sum[i];                \
            }                                                                                      \
        }                                                                                          \
        for (size_t i = 0; i < count; i++)                                                         \
            target[from + i] =                                                                     \
                narrow(op == ncclAvg ? (computed)(sum[i] / (computed)source_count) : sum[i]);      \
    }                                                                                              \
    static void reduce_##name(int op, void *target, const void *const *sources,                    \
                              unsigned source_count, size_t from, size_t end)                      \
    {                                                                                              \
        for (; from < end; from += BLOCK)                                                          \
            reduce_block_##name(op, target, sources, source_count, from,                           \
                                end - from < BLOCK ? end - from : BLOCK);                          \
    }                                                                                              \
    static void scale_##name(void *target, const void *source, const void *scalar, size_t count)   \
    {                                                                                              \
        stored factor;                                                                             \
        memcpy(&factor, scalar, sizeof factor);                                                    \
        for (size_t i = 0; i < count; i++)                                                         \
            ((stored *)target)[i] =                                                                \
                narrow((computed)(widen(((const stored *)source)[i]) * widen(factor)));            \
    }

#define AS_INT8(x)  ((int8_t)(x))
#define AS_UINT8(x) ((uint8_t)(x))
/* Signed numbers wrap around, as those of GPUs do: this file is compiled with -fwrapv. */
REDUCE(int8, int8_t, int32_t, SAME, AS_INT8)
REDUCE(uint8, uint8_t, uint32_t, SAME, AS_UINT8)
REDUCE(int32, int32_t, int32_t, SAME, SAME)
REDUCE(uint32, uint32_t, uint32_t, SAME, SAME)
REDUCE(int64, int64_t, int64_t, SAME, SAME)
REDUCE(uint64, uint64_t, uint64_t, SAME, SAME)
REDUCE(float16, uint16_t, float, widen_half, narrow_half)
REDUCE(float32, float, float, SAME, SAME)
REDUCE(float64, double, double, SAME, SAME)
REDUCE(bfloat16, uint16_t, float, widen_bfloat, narrow_bfloat)

struct type {
    size_t size_bytes;
    void (*reduce)(int op, void *target, const void *const *sources, unsigned source_count,
                   size_t from, size_t end);
    void (*scale)(void *target, const void *source, const void *scalar, size_t count);
};

#define TYPE(name, bytes)                                                                          \
    {                                                                                              \
        bytes, reduce_##name, scale_##name                                                         \
    }
static const struct type TYPES[] = {
    [ncclInt8] = TYPE(int8, 1),       [ncclUint8] = TYPE(uint8, 1),
    [ncclInt32] = TYPE(int32, 4),     [ncclUint32] = TYPE(uint32, 4),
    [ncclInt64] = TYPE(int64, 8),     [ncclUint64] = TYPE(uint64, 8),
    [ncclFloat16] = TYPE(float16, 2), [ncclFloat32] = TYPE(float32, 4),
    [ncclFloat64] = TYPE(float64, 8), [ncclBfloat16] = TYPE(bfloat16, 2),
};

size_t sim_gang_type_bytes(int type)
{
    return type >= 0 && (size_t)type < sizeof TYPES / sizeof TYPES[0] ? TYPES[type].size_bytes : 0;
}

void sim_gang_reduce(int type, int op, void *target, const void *const *sources,
                     unsigned source_count, size_t from, size_t end)
{
    TYPES[type].reduce(op, target, sources, source_count, from, end);
}

void sim_gang_scale(int type, void *target, const void *source, const void *scalar, size_t count)
{
    TYPES[type].scale(target, source, scalar, count);
}
