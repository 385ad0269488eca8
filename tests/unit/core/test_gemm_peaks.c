/* SPDX-License-Identifier: Apache-2.0 */
/* Peaks against the TFLOPS that vendors publish, and the lint of the table of lanes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/gemm_peaks.h"

static struct gst_gemm_gpu gpu_of(const char *name, int major, int minor, unsigned sms, double mhz)
{
    return (struct gst_gemm_gpu){
        .name = name, .cc_major = major, .cc_minor = minor, .sms = sms, .clock_hz = mhz * 1e6
    };
}

/* Data sheets. Tensor peaks of 9.0 and 10.0 are published at a clock below the attribute (1830 of
 * 1980 MHz, 1620 of 1755, 1856 of 1965), so those rows give that clock. */
static void test_gemm_peaks__published(void **state)
{
    static const struct {
        const char *name;
        int major, minor;
        unsigned sms;
        double mhz;
        enum gst_gemm_type type;
        double tflops;
    } rows[] = {
        { "Tesla V100-SXM2-16GB", 7, 0, 80, 1530, GST_GEMM_FP32, 15.7 },
        { "Tesla V100-SXM2-16GB", 7, 0, 80, 1530, GST_GEMM_FP64, 7.8 },
        { "Tesla V100-SXM2-16GB", 7, 0, 80, 1530, GST_GEMM_FP16, 125 },
        { "Tesla T4", 7, 5, 40, 1590, GST_GEMM_FP32, 8.1 },
        { "Tesla T4", 7, 5, 40, 1590, GST_GEMM_FP16, 65 },
        { "NVIDIA A100-SXM4-80GB", 8, 0, 108, 1410, GST_GEMM_FP32, 19.5 },
        { "NVIDIA A100-SXM4-80GB", 8, 0, 108, 1410, GST_GEMM_FP64, 19.5 },
        { "NVIDIA A100-SXM4-80GB", 8, 0, 108, 1410, GST_GEMM_TF32, 156 },
        { "NVIDIA A100-SXM4-80GB", 8, 0, 108, 1410, GST_GEMM_BF16, 312 },
        { "NVIDIA A10", 8, 6, 72, 1695, GST_GEMM_TF32, 62.5 },
        { "NVIDIA A10", 8, 6, 72, 1695, GST_GEMM_FP16, 125 },
        { "NVIDIA L4", 8, 9, 58, 2040, GST_GEMM_FP32, 30.3 },
        { "NVIDIA L4", 8, 9, 58, 2040, GST_GEMM_FP16, 121 },
        { "NVIDIA L40S", 8, 9, 142, 2520, GST_GEMM_TF32, 183 },
        { "NVIDIA GeForce RTX 3090", 8, 6, 82, 1695, GST_GEMM_FP64, 0.556 },
        { "NVIDIA GeForce RTX 3090", 8, 6, 82, 1695, GST_GEMM_FP16, 71 },
        { "NVIDIA GeForce RTX 4090", 8, 9, 128, 2520, GST_GEMM_FP32, 82.6 },
        { "NVIDIA GeForce RTX 4090", 8, 9, 128, 2520, GST_GEMM_FP16, 165.2 },
        { "NVIDIA H100 80GB HBM3", 9, 0, 132, 1980, GST_GEMM_FP32, 67 },
        { "NVIDIA H100 80GB HBM3", 9, 0, 132, 1980, GST_GEMM_FP64, 67 },
        { "NVIDIA H100 80GB HBM3", 9, 0, 132, 1830, GST_GEMM_TF32, 494.7 },
        { "NVIDIA H100 80GB HBM3", 9, 0, 132, 1830, GST_GEMM_FP16, 989.4 },
        { "NVIDIA H100 PCIe", 9, 0, 114, 1620, GST_GEMM_BF16, 756.4 },
        { "NVIDIA B200", 10, 0, 148, 1965, GST_GEMM_FP32, 75 },
        { "NVIDIA B200", 10, 0, 148, 1856, GST_GEMM_FP16, 2250 },
        { "NVIDIA GeForce RTX 5090", 12, 0, 170, 2407, GST_GEMM_FP32, 104.8 },
        { "NVIDIA GeForce RTX 5090", 12, 0, 170, 2407, GST_GEMM_BF16, 209.5 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_gemm_gpu gpu =
            gpu_of(rows[i].name, rows[i].major, rows[i].minor, rows[i].sms, rows[i].mhz);
        const double peak = gst_gemm_attribute_peak(rows[i].type, &gpu) / 1e12;

        if (!(fabs(peak / rows[i].tflops - 1) < 0.01))
            fail_msg("%s %s: %.5g, published %.5g", rows[i].name, gst_gemm_type_name(rows[i].type),
                     peak, rows[i].tflops);
    }
}

static void test_gemm_peaks__board(void **state)
{
    static const struct {
        const char *name;
        enum gst_gemm_board board;
    } rows[] = {
        { "NVIDIA H200", GST_GEMM_PROFESSIONAL },
        { "NVIDIA H20", GST_GEMM_CUT },
        { "NVIDIA H20-3e", GST_GEMM_CUT },
        { "NVIDIA L20", GST_GEMM_CUT },
        { "NVIDIA L2", GST_GEMM_CUT },
        { "NVIDIA L40S", GST_GEMM_PROFESSIONAL },
        { "NVIDIA A10G", GST_GEMM_CUT },
        { "NVIDIA A10", GST_GEMM_PROFESSIONAL },
        { "NVIDIA TITAN RTX", GST_GEMM_CUT },
        { "NVIDIA GeForce RTX 4090", GST_GEMM_GEFORCE },
        { "NVIDIA GeForce RTX 4090 D", GST_GEMM_GEFORCE },
        { "NVIDIA CMP 170HX", GST_GEMM_CUT },
        { "Tesla T4", GST_GEMM_PROFESSIONAL },
        { "NVIDIA T400 4GB", GST_GEMM_CUT },
        { "NVIDIA T500", GST_GEMM_CUT },
        { "NVIDIA T550 Laptop GPU", GST_GEMM_CUT },
        { "NVIDIA T600 Laptop GPU", GST_GEMM_CUT },
        { "NVIDIA T1000 8GB", GST_GEMM_CUT },
        { "NVIDIA T1200 Laptop GPU", GST_GEMM_CUT },
        { "Quadro T2000", GST_GEMM_CUT },
        { "GeForce GTX 1080 Ti", GST_GEMM_GEFORCE },
        { "", GST_GEMM_PROFESSIONAL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (gst_gemm_board_of(rows[i].name) != rows[i].board)
            fail_msg("'%s'", rows[i].name);
    }
}

static void test_gemm_peaks__unknown_is_zero(void **state)
{
    const struct gst_gemm_gpu newer = gpu_of("NVIDIA X1", 13, 0, 200, 2000);
    const struct gst_gemm_gpu h20 = gpu_of("NVIDIA H20", 9, 0, 78, 1980);
    struct gst_gemm_gpu still = gpu_of("NVIDIA L4", 8, 9, 58, 0);

    (void)state;
    for (int type = 0; type < GST_GEMM_TYPE_COUNT; type++)
        assert_true(gst_gemm_attribute_peak((enum gst_gemm_type)type, &newer) == 0);
    assert_true(gst_gemm_attribute_peak(GST_GEMM_FP16, &h20) == 0);
    assert_true(gst_gemm_attribute_peak(GST_GEMM_FP32, &h20) > 39e12);
    assert_true(gst_gemm_attribute_peak(GST_GEMM_FP32, &still) == 0);
    still.clock_hz = NAN;
    assert_true(gst_gemm_attribute_peak(GST_GEMM_FP32, &still) == 0);
}

static void test_gemm_peaks__types(void **state)
{
    (void)state;
    assert_string_equal(gst_gemm_type_name(GST_GEMM_FP32), "fp32");
    assert_string_equal(gst_gemm_type_name(GST_GEMM_BF16), "bf16");
    assert_string_equal(gst_gemm_type_text(GST_GEMM_FP64), "FP64");
    assert_false(gst_gemm_type_exists(GST_GEMM_TF32, 7, 5));
    assert_false(gst_gemm_type_exists(GST_GEMM_BF16, 7, 0));
    assert_true(gst_gemm_type_exists(GST_GEMM_FP16, 7, 0));
    assert_true(gst_gemm_type_exists(GST_GEMM_FP16, 5, 0));
    assert_false(gst_gemm_type_exists(GST_GEMM_FP16, 3, 7));
    assert_true(gst_gemm_type_exists(GST_GEMM_FP64, 3, 5));
    assert_true(gst_gemm_type_exists(GST_GEMM_TF32, 8, 0));
    assert_true(gst_gemm_type_exists(GST_GEMM_BF16, 12, 1));
}

static bool is_power_of_two(unsigned value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* Bounds that every chip keeps to: powers of two; TF32 is half of FP16 and BF16 is as much as FP16;
 * tensor cores are faster than the other units; FP64 is no faster than FP32. */
static void test_gemm_peaks__lint(void **state)
{
    size_t count;
    const struct gst_gemm_lanes_row *rows = gst_gemm_lanes_rows(&count);

    (void)state;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        const unsigned *lanes = rows[i].lanes;

        assert_true(strlen(rows[i].source) > 10);
        assert_true(lanes[GST_GEMM_FP32] == 64 || lanes[GST_GEMM_FP32] == 128);
        assert_true(lanes[GST_GEMM_FP64] <= lanes[GST_GEMM_FP32]);
        for (int type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
            assert_true(lanes[type] == 0 || is_power_of_two(lanes[type]));
            if (!gst_gemm_type_exists((enum gst_gemm_type)type, rows[i].cc_major, rows[i].cc_minor))
                assert_true(lanes[type] == 0);
        }
        assert_true(lanes[GST_GEMM_FP16] == 0 || lanes[GST_GEMM_FP16] >= 2 * lanes[GST_GEMM_FP32]);
        assert_true(rows[i].cc_major < 8 || lanes[GST_GEMM_BF16] == lanes[GST_GEMM_FP16]);
        assert_true(rows[i].cc_major < 8 || 2 * lanes[GST_GEMM_TF32] == lanes[GST_GEMM_FP16]);
        for (size_t j = 0; j < i; j++) {
            assert_false(rows[j].cc_major == rows[i].cc_major
                         && rows[j].cc_minor == rows[i].cc_minor && rows[j].board == rows[i].board);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gemm_peaks__published),
        cmocka_unit_test(test_gemm_peaks__board),
        cmocka_unit_test(test_gemm_peaks__unknown_is_zero),
        cmocka_unit_test(test_gemm_peaks__types),
        cmocka_unit_test(test_gemm_peaks__lint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
