/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers that matrices are made of, by their bits; see gemm_compute.h. */
#include <string.h>

#include "model/gemm_compute.h"

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: five bits of exponent with a bias of 15, ten after the point. */
static float half_read(uint16_t bits)
{
    const uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    const uint32_t exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;

    if (exponent == 0x1f)
        return float_of(sign | 0x7f800000u | fraction << 13);
    if (exponent != 0)
        return float_of(sign | (exponent + 112) << 23 | fraction << 13);
    return float_of(sign | bits_of((float)fraction * 0x1p-24f));
}

/* Half of the last place is added, less a bit where the result is even already. */
static uint16_t half_write(float value)
{
    const uint32_t bits = bits_of(value), magnitude = bits & 0x7fffffffu;
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);

    if (magnitude > 0x7f800000u)
        return (uint16_t)(sign | 0x7e00);
    if (magnitude >= bits_of(65520.0f))
        return (uint16_t)(sign | 0x7c00);
    if (magnitude < bits_of(0x1p-14f))
        /* 2^-24 is its last place, and that of 2^-1 in FP32: the sum is rounded to it. */
        return (uint16_t)(sign | (uint16_t)(bits_of(float_of(magnitude) + 0.5f) - bits_of(0.5f)));
    return (uint16_t)(sign | ((magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13));
}

static uint16_t bfloat_write(float value)
{
    const uint32_t bits = bits_of(value);

    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float sim_number_tf32(float value)
{
    const uint32_t bits = bits_of(value);

    if ((bits & 0x7f800000u) == 0x7f800000u)
        return value;
    return float_of((bits + 0x1000u) & 0xffffe000u);
}

size_t sim_number_bytes(enum sim_number number)
{
    static const size_t bytes[] = {
        [SIM_NUMBER_FP32] = 4, [SIM_NUMBER_FP64] = 8, [SIM_NUMBER_FP16] = 2, [SIM_NUMBER_BF16] = 2
    };

    return bytes[number];
}

double sim_number_read(enum sim_number number, const void *from)
{
    uint16_t bits;
    float single;
    double wide;

    switch (number) {
    case SIM_NUMBER_FP32:
        memcpy(&single, from, sizeof single);
        return single;
    case SIM_NUMBER_FP64:
        memcpy(&wide, from, sizeof wide);
        return wide;
    case SIM_NUMBER_FP16:
        memcpy(&bits, from, sizeof bits);
        return half_read(bits);
    case SIM_NUMBER_BF16:
        memcpy(&bits, from, sizeof bits);
        return float_of((uint32_t)bits << 16);
    }
    return 0;
}

void sim_number_write(enum sim_number number, void *to, double value)
{
    const float single = (float)value;
    uint16_t bits;

    switch (number) {
    case SIM_NUMBER_FP32:
        memcpy(to, &single, sizeof single);
        return;
    case SIM_NUMBER_FP64:
        memcpy(to, &value, sizeof value);
        return;
    case SIM_NUMBER_FP16:
        bits = half_write(single);
        memcpy(to, &bits, sizeof bits);
        return;
    case SIM_NUMBER_BF16:
        bits = bfloat_write(single);
        memcpy(to, &bits, sizeof bits);
        return;
    }
}

uint64_t sim_matrix_bytes(const struct sim_matrix *matrix)
{
    if (matrix->rows <= 0 || matrix->columns <= 0)
        return 0;
    return ((uint64_t)(matrix->columns - 1) * (uint64_t)matrix->stride + (uint64_t)matrix->rows)
           * sim_number_bytes(matrix->number);
}

void *sim_matrix_at(const struct sim_matrix *matrix, int row, int column)
{
    const size_t place = (size_t)column * (size_t)matrix->stride + (size_t)row;

    return (char *)matrix->numbers + place * sim_number_bytes(matrix->number);
}
