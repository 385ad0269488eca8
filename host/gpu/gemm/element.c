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

/* What follows is chosen among values that are all computed: the compiler makes vector code of it.
 *
 * Sign, 5 bits of exponent with a bias of 15, 10 of fraction; single precision has 8, 127 and 23.
 */
static uint16_t half_of(float value)
{
    const uint32_t bits = bits_of(value);
    const uint32_t magnitude = bits & 0x7fffffffU;
    const uint32_t normal = (magnitude - ((127U - 15U) << 23)) >> 13;
    const uint32_t number = magnitude > 0x7f800000U ? 0x7e00U : normal;

    return (uint16_t)((bits >> 16 & 0x8000U) | (magnitude == 0 ? 0 : number));
}

static float single_of(uint16_t bits)
{
    const uint32_t magnitude = bits & 0x7fffU;
    const uint32_t normal = (magnitude << 13) + ((127U - 15U) << 23);
    const uint32_t number = magnitude >= 0x7c00U ? 0x7f800000U | magnitude << 13 : normal;

    return value_of((bits & 0x8000U) << 16 | (magnitude == 0 ? 0 : number));
}

uint16_t gst_half_bits(float value)
{
    return half_of(value);
}

float gst_half_value(uint16_t bits)
{
    return single_of(bits);
}

static uint16_t bfloat16_of(float value)
{
    return (uint16_t)(bits_of(value) >> 16);
}

static float single_of_bfloat16(uint16_t bits)
{
    return value_of((uint32_t)bits << 16);
}

uint16_t gst_bfloat16_bits(float value)
{
    return bfloat16_of(value);
}

float gst_bfloat16_value(uint16_t bits)
{
    return single_of_bfloat16(bits);
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
            ((uint16_t *)elements)[first + i] = half_of((float)numbers[i]);
        return;
    case GST_GEMM_BF16:
        for (size_t i = 0; i < count; i++)
            ((uint16_t *)elements)[first + i] = bfloat16_of((float)numbers[i]);
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
            numbers[i] = (double)single_of(((const uint16_t *)elements)[first + i]);
        return;
    case GST_GEMM_BF16:
        for (size_t i = 0; i < count; i++)
            numbers[i] = (double)single_of_bfloat16(((const uint16_t *)elements)[first + i]);
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
