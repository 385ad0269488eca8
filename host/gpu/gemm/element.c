/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of matrices; see element.h. */
#include "gpu/gemm/element.h"

#include <string.h>

struct element {
    size_t input_bytes;
    int significant_bits;
};

/* Significant bits: IEEE 754 single, double and half; bfloat16 keeps 8 of single precision; TF32
 * reads single precision and keeps 11 (NVIDIA A100 architecture paper, "TF32"). */
static const struct element elements_of[GST_GEMM_TYPE_COUNT] = {
    [GST_GEMM_FP32] = { sizeof(float), 24 },   [GST_GEMM_TF32] = { sizeof(float), 11 },
    [GST_GEMM_FP64] = { sizeof(double), 53 },  [GST_GEMM_FP16] = { sizeof(uint16_t), 11 },
    [GST_GEMM_BF16] = { sizeof(uint16_t), 8 },
};

size_t gst_gemm_input_bytes(enum gst_gemm_type type)
{
    return elements_of[type].input_bytes;
}

size_t gst_gemm_output_bytes(enum gst_gemm_type type)
{
    return type == GST_GEMM_FP64 ? sizeof(double) : sizeof(float);
}

int gst_gemm_significant_bits(enum gst_gemm_type type)
{
    return elements_of[type].significant_bits;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static float value_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Sign, 5 bits of exponent with a bias of 15, 10 of fraction; single precision has 8, 127 and 23.
 */
uint16_t gst_half_bits(float value)
{
    const uint32_t bits = bits_of(value);
    const uint32_t sign = bits >> 16 & 0x8000U;

    if ((bits & 0x7fffffffU) == 0)
        return (uint16_t)sign;
    if ((bits & 0x7fffffffU) > 0x7f800000U)
        return (uint16_t)(sign | 0x7e00U);
    return (uint16_t)(sign | ((bits & 0x7fffffffU) - ((127U - 15U) << 23)) >> 13);
}

float gst_half_value(uint16_t bits)
{
    const uint32_t sign = (bits & 0x8000U) << 16;

    if ((bits & 0x7fffU) == 0)
        return value_of(sign);
    if ((bits & 0x7c00U) == 0x7c00U)
        return value_of(sign | 0x7f800000U | (bits & 0x3ffU) << 13);
    return value_of(sign | (((bits & 0x7fffU) << 13) + ((127U - 15U) << 23)));
}

uint16_t gst_bfloat16_bits(float value)
{
    return (uint16_t)(bits_of(value) >> 16);
}

float gst_bfloat16_value(uint16_t bits)
{
    return value_of((uint32_t)bits << 16);
}

void gst_gemm_store(enum gst_gemm_type type, void *elements, size_t first, const double *numbers,
                    size_t count)
{
    switch (type) {
    case GST_GEMM_FP64:
        memcpy((double *)elements + first, numbers, count * sizeof(double));
        return;
    case GST_GEMM_FP16:
        for (size_t i = 0; i < count; i++)
            ((uint16_t *)elements)[first + i] = gst_half_bits((float)numbers[i]);
        return;
    case GST_GEMM_BF16:
        for (size_t i = 0; i < count; i++)
            ((uint16_t *)elements)[first + i] = gst_bfloat16_bits((float)numbers[i]);
        return;
    default:
        for (size_t i = 0; i < count; i++)
            ((float *)elements)[first + i] = (float)numbers[i];
    }
}

void gst_gemm_load(enum gst_gemm_type type, const void *elements, size_t first, double *numbers,
                   size_t count)
{
    switch (type) {
    case GST_GEMM_FP64:
        memcpy(numbers, (const double *)elements + first, count * sizeof(double));
        return;
    case GST_GEMM_FP16:
        for (size_t i = 0; i < count; i++)
            numbers[i] = (double)gst_half_value(((const uint16_t *)elements)[first + i]);
        return;
    case GST_GEMM_BF16:
        for (size_t i = 0; i < count; i++)
            numbers[i] = (double)gst_bfloat16_value(((const uint16_t *)elements)[first + i]);
        return;
    default:
        for (size_t i = 0; i < count; i++)
            numbers[i] = (double)((const float *)elements)[first + i];
    }
}

static enum gst_gemm_type output_type(enum gst_gemm_type type)
{
    return type == GST_GEMM_FP64 ? GST_GEMM_FP64 : GST_GEMM_FP32;
}

void gst_gemm_store_output(enum gst_gemm_type type, void *c, size_t first, const double *numbers,
                           size_t count)
{
    gst_gemm_store(output_type(type), c, first, numbers, count);
}

void gst_gemm_load_output(enum gst_gemm_type type, const void *c, size_t first, double *numbers,
                          size_t count)
{
    gst_gemm_load(output_type(type), c, first, numbers, count);
}
