/* SPDX-License-Identifier: Apache-2.0 */
/* Floors and ceilings of products against numbers done by hand, and the lint of the reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/gemm_bars.h"

static void assert_near(double value, double expected)
{
    if (!(fabs(value / expected - 1) < 1e-3))
        fail_msg("%.9g is not %.9g", value, expected);
}

static const struct gst_gemm_gpu h100 = { "NVIDIA H100 80GB HBM3", 9, 0, 132, 1980e6, 1980e6, 700 };
static const struct gst_gemm_gpu gh200 = { "NVIDIA GH200 480GB", 9, 0, 132, 1980e6, 1980e6, 900 };
static const struct gst_gemm_gpu a100 = { "NVIDIA A100-SXM4-40GB", 8, 0, 108, 1410e6, 1410e6, 400 };
static const struct gst_gemm_gpu a10 = { "NVIDIA A10", 8, 6, 72, 1695e6, 1695e6, 150 };
static const struct gst_gemm_gpu l4 = { "NVIDIA L4", 8, 9, 58, 2040e6, 2040e6, 72 };
static const struct gst_gemm_gpu rtx_4090 = {
    "NVIDIA GeForce RTX 4090", 8, 9, 128, 2520e6, 3120e6, 450
};
static const struct gst_gemm_gpu rtx_5080 = {
    "NVIDIA GeForce RTX 5080", 12, 0, 84, 2617e6, 3090e6, 360
};
static const struct gst_gemm_gpu h20 = { "NVIDIA H20", 9, 0, 78, 1980e6, 1980e6, 500 };

static void test_gemm_bars__by_model(void **state)
{
    const struct gst_bar fp32 = gst_gemm_bar(GST_GEMM_FP32, &h100);
    const struct gst_bar geforce = gst_gemm_bar(GST_GEMM_FP32, &rtx_4090);

    (void)state;
    assert_near(fp32.floor, 38.91e12);     /* 0.75 x 51.88 */
    assert_near(fp32.ceiling, 66.9082e12); /* 2 x 132 x 1.98 x 128 */
    assert_string_equal(fp32.floor_from, "worst of 2 reports of this model, less 25 %");
    assert_string_equal(fp32.ceiling_from, "132 SMs at 1980 MHz");
    assert_near(gst_gemm_bar(GST_GEMM_FP16, &h100).floor, 492.791e12); /* 0.65 x 758.14 */
    assert_near(geforce.floor, 34.86e12);                              /* 0.75 x 46.48 */
    assert_near(geforce.ceiling, 102.236e12); /* 2 x 128 x 3.12 x 128: it boosts */
    assert_near(gst_gemm_bar(GST_GEMM_FP16, &h20).floor, 92.1245e12); /* 0.65 x 141.73 */
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP16, &h20).ceiling));    /* its lanes: nobody knows */
}

/* Shares of the peak at the attribute clock, of boards with no more power for their units. */
static void test_gemm_bars__by_generation(void **state)
{
    const struct gst_bar gh = gst_gemm_bar(GST_GEMM_FP32, &gh200);
    const struct gst_bar tf32 = gst_gemm_bar(GST_GEMM_TF32, &h100);
    const struct gst_bar rtx = gst_gemm_bar(GST_GEMM_FP32, &rtx_5080);

    (void)state;
    /* 36.95 / (2 x 114 x 1.755 x .128) = 0.7214 of H100 PCIe; x 66.9082 x 0.75 */
    assert_near(gh.floor, 36.202e12);
    assert_string_equal(gh.floor_from, "worst of 4 reports of compute capability 9.0, less 25 %");
    /* 240.43 / (2 x 114 x 1.755 x 1.024) = 0.58679; x 535.265 x 0.65 */
    assert_near(tf32.floor, 204.16e12);
    assert_string_equal(tf32.floor_from, "worst of 2 reports of compute capability 9.0, less 35 %");
    /* 17.56 / (2 x 108 x 1.41 x .064) = 0.90088 of A100-PCIE-40GB; x 19.4918 x 0.75 */
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &a100).floor, 13.170e12);
    /* its own 33.64 is the worst, with four of RTX 5090 that has less power for each unit */
    assert_near(rtx.floor, 25.230e12);
    assert_string_equal(rtx.floor_from, "worst of 5 reports of compute capability 12.0, less 25 %");
}

/* An A10 has less power for its units than the boards that were reported: L4 and A10 would fail as
 * A6000 and L40S. One report is no range. FP64 has none. */
static void test_gemm_bars__no_floor(void **state)
{
    struct gst_gemm_gpu no_power = gh200;

    (void)state;
    no_power.power_limit_w = 0;
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &a10).floor));
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &a10).ceiling, 31.2422e12);
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &l4).floor));
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP64, &h100).floor));
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &no_power).floor));
    assert_string_equal(gst_gemm_bar(GST_GEMM_FP32, &l4).floor_from, "");
}

/* 400 of 700 W: the reports are of another board, whether by model or by generation. 690 of 700 W
 * is what a driver rounds. An RTX 3080, of which no power is known, is judged as it was. */
static void test_gemm_bars__held_down(void **state)
{
    static const struct gst_gemm_gpu rtx_3080 = {
        "NVIDIA GeForce RTX 3080", 8, 6, 68, 1710e6, 2100e6, 100
    };
    struct gst_gemm_gpu held = h100;

    (void)state;
    held.power_limit_w = 400;
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &held).floor));
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP16, &held).floor));
    assert_true(isnan(gst_gemm_bar(GST_GEMM_TF32, &held).floor));
    assert_string_equal(gst_gemm_bar(GST_GEMM_FP32, &held).floor_from, "");
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &held).ceiling, 66.9082e12);
    held.power_limit_w = 685;
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &held).floor));
    held.power_limit_w = 690;
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &held).floor, 38.91e12);
    held.power_limit_w = 0;
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &held).floor, 38.91e12);
    held = rtx_5080;
    held.power_limit_w = 350;
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &held).floor));
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &rtx_3080).floor, 15.8025e12); /* 0.75 x 21.07 */
}

/* Half of the multiprocessors of an H100, as a client of MPS sees it: neither the reports of its
 * model are of it, nor those of its generation. How many an RTX 3080 has no row says. */
static void test_gemm_bars__part_of_a_board(void **state)
{
    static const struct gst_gemm_gpu rtx_3080 = {
        "NVIDIA GeForce RTX 3080", 8, 6, 34, 1710e6, 2100e6, 320
    };
    struct gst_gemm_gpu part = h100;

    (void)state;
    part.sms = 66;
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &part).floor));
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP16, &part).floor));
    assert_true(isnan(gst_gemm_bar(GST_GEMM_TF32, &part).floor));
    assert_string_equal(gst_gemm_bar(GST_GEMM_FP32, &part).floor_from, "");
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &part).ceiling, 33.4541e12); /* 2 x 66 x 1.98 x 128 */
    part.sms = 0;
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &part).floor, 38.91e12);
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &rtx_3080).floor, 15.8025e12);
}

/* Turing without tensor cores: what a T4 does in FP16 is no measure of it, nor is it a peak. */
static void test_gemm_bars__without_tensor_cores(void **state)
{
    static const struct gst_gemm_gpu t1000 = { "NVIDIA T1000", 7, 5, 14, 1395e6, 1395e6, 50 };

    (void)state;
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP16, &t1000).floor));
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP16, &t1000).ceiling));
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &t1000).ceiling, 2.49984e12); /* 2 x 14 x 1.395 x 64 */
}

static void test_gemm_bars__no_ceiling(void **state)
{
    struct gst_gemm_gpu blind = h100;

    (void)state;
    blind.clock_max_hz = 0;
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &blind).ceiling));
    assert_near(gst_gemm_bar(GST_GEMM_FP32, &blind).floor, 38.91e12);
    blind.sms = 0;
    blind.clock_max_hz = 1980e6;
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &blind).ceiling));
    blind.name = "NVIDIA X1";
    assert_true(isnan(gst_gemm_bar(GST_GEMM_FP32, &blind).floor));
}

/* Healthy machines pass and those at less than half of their clock do not: reports of other
 * sources, which no row was made of. */
static void test_gemm_bars__verdicts(void **state)
{
    static const struct {
        const struct gst_gemm_gpu *gpu;
        enum gst_gemm_type type;
        double tflops;
        enum gst_verdict verdict;
    } rows[] = {
        { &h100, GST_GEMM_BF16, 794.5, GST_PASS },        /* stas00/ml-engineering, best found */
        { &h100, GST_GEMM_FP16, 759 * 0.45, GST_FAIL },   /* at 900 of 1980 MHz */
        { &h100, GST_GEMM_FP16, 758.14 * 0.7, GST_PASS }, /* a side that does not suit it */
        { &h100, GST_GEMM_FP16, 1200, GST_ERROR },        /* above the peak */
        { &a100, GST_GEMM_BF16, 271, GST_PASS },          /* stas00/ml-engineering, best found */
        { &rtx_4090, GST_GEMM_FP16, 330, GST_ERROR },     /* added up in FP16: twice as fast */
        { &l4, GST_GEMM_FP32, 15.4, GST_NOT_JUDGED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_bar bar = gst_gemm_bar(rows[i].type, rows[i].gpu);

        if (gst_judge(rows[i].tflops * 1e12, &bar) != rows[i].verdict)
            fail_msg("row %zu: %s", i, gst_verdict_word(gst_judge(rows[i].tflops * 1e12, &bar)));
    }
}

/* A share of the peak that a slip of a digit or of a column would not give; GeForce boards exceed
 * the peak of their clock attribute by up to 14 %. */
static void lint_share(const struct gst_gemm_observed *row, enum gst_gemm_type type)
{
    const struct gst_gemm_gpu gpu = { row->name,   row->cc_major,        row->cc_minor,
                                      row->sms,    row->clock_mhz * 1e6, 0,
                                      row->power_w };
    const double peak = gst_gemm_attribute_peak(type, &gpu) / 1e12;
    const struct gst_gemm_range *range = &row->ranges[type];

    if (peak > 0 && !(range->lowest_tflops > 0.45 * peak && range->highest_tflops < 1.2 * peak))
        fail_msg("%s %s: %g of %g", row->name, gst_gemm_type_name(type), range->lowest_tflops,
                 peak);
}

static void test_gemm_bars__lint(void **state)
{
    const char *source;
    size_t count;
    const struct gst_gemm_observed *rows = gst_gemm_observed_rows(&count, &source);

    (void)state;
    assert_true(count > 0);
    assert_true(strlen(source) > 10);
    for (size_t i = 0; i < count; i++) {
        int most = 0;

        assert_true((rows[i].sms == 0) == (rows[i].clock_mhz == 0));
        assert_true((rows[i].sms == 0) == (rows[i].power_w == 0));
        for (int type = 0; type < GST_GEMM_TYPE_COUNT; type++) {
            const struct gst_gemm_range *range = &rows[i].ranges[type];

            most = range->count > most ? range->count : most;
            if (range->count == 0) {
                assert_true(range->lowest_tflops == 0 && range->highest_tflops == 0);
                continue;
            }
            assert_true(range->lowest_tflops > 0 && range->lowest_tflops <= range->highest_tflops);
            assert_true(range->lowest_tflops
                        >= gst_gemm_margin((enum gst_gemm_type)type) * range->highest_tflops);
            assert_true(range->count > 1 || range->lowest_tflops == range->highest_tflops);
            assert_true(range->lowest_tflops >= rows[i].ranges[GST_GEMM_FP32].lowest_tflops);
            lint_share(&rows[i], (enum gst_gemm_type)type);
        }
        assert_true(most >= GST_GEMM_REPORTS_LEAST || rows[i].sms > 0);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(rows[j].name, rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gemm_bars__by_model),
        cmocka_unit_test(test_gemm_bars__by_generation),
        cmocka_unit_test(test_gemm_bars__no_floor),
        cmocka_unit_test(test_gemm_bars__no_ceiling),
        cmocka_unit_test(test_gemm_bars__held_down),
        cmocka_unit_test(test_gemm_bars__part_of_a_board),
        cmocka_unit_test(test_gemm_bars__without_tensor_cores),
        cmocka_unit_test(test_gemm_bars__verdicts),
        cmocka_unit_test(test_gemm_bars__lint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
