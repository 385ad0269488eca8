/* SPDX-License-Identifier: Apache-2.0 */
/* Ceilings and floors against products done by hand, and the lint of the table behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/class_bars.h"

#define GB 1e9

static void assert_near(double value, double expected)
{
    if (!(fabs(value / expected - 1) < 1e-6))
        fail_msg("%.9g is not %.9g", value, expected);
}

static void assert_no_bar(struct gst_bar bar)
{
    assert_true(isnan(bar.floor));
    assert_true(isnan(bar.ceiling));
    assert_string_equal(bar.floor_from, "");
    assert_string_equal(bar.ceiling_from, "");
}

/* GT/s / 8 x encoding x lanes; the floor times the efficiency of the table. */
static void test_class_bars__pcie(void **state)
{
    static const struct {
        unsigned generation, width;
        double ceiling, floor;
    } rows[] = {
        { 3, 16, 15.7538462 * GB, 8.50707692 * GB }, /* 8/8 x 128/130 x 16; x 0.54 */
        { 4, 16, 31.5076923 * GB, 20.7950769 * GB }, /* 16/8 x 128/130 x 16; x 0.66 */
        { 4, 8, 15.7538462 * GB, 10.3975385 * GB },  /* half of the row above */
        { 5, 16, 63.0153846 * GB, 47.8916923 * GB }, /* 32/8 x 128/130 x 16; x 0.76 */
        { 5, 1, 3.93846154 * GB, 2.99323077 * GB },  /* a sixteenth of the row above */
        { 1, 16, 4.0 * GB, NAN },                    /* 2.5/8 x 8/10 x 16 */
        { 2, 4, 2.0 * GB, NAN },                     /* 5/8 x 8/10 x 4 */
        { 6, 16, 121.0 * GB, NAN },                  /* 64/8 x 242/256 x 16 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_bar bar = gst_bar_of_pcie(rows[i].generation, rows[i].width);

        assert_near(bar.ceiling, rows[i].ceiling);
        assert_false(bar.lower_is_better);
        if (isnan(rows[i].floor))
            assert_true(isnan(bar.floor));
        else
            assert_near(bar.floor, rows[i].floor);
    }
    assert_string_equal(gst_bar_of_pcie(5, 16).floor_from, "PCIe 5.0 x16 class");
    assert_string_equal(gst_bar_of_pcie(5, 16).ceiling_from, "PCIe 5.0 x16");
    assert_string_equal(gst_bar_of_pcie(6, 8).floor_from, "");
}

static void test_class_bars__memory(void **state)
{
    /* H100 SXM: 2 x 2619 MHz x 640 bytes; L4: 2 x 6251 MHz x 24 bytes. */
    const struct gst_bar hbm = gst_bar_of_memory(3352.32 * GB, true);
    const struct gst_bar gddr = gst_bar_of_memory(300.048 * GB, false);

    (void)state;
    assert_near(hbm.ceiling, 3352.32 * GB);
    assert_near(hbm.floor, 2011.392 * GB);
    assert_near(gddr.ceiling, 300.048 * GB);
    assert_near(gddr.floor, 201.03216 * GB);
    assert_string_equal(hbm.floor_from, "HBM class");
    assert_string_equal(gddr.floor_from, "GDDR class");
    assert_string_equal(hbm.ceiling_from, "memory clock x bus width");
    assert_true(gst_bus_is_hbm(5120));
    assert_true(gst_bus_is_hbm(640));  /* A100 MIG 1g.10gb */
    assert_false(gst_bus_is_hbm(512)); /* RTX 5090 */
    assert_false(gst_bus_is_hbm(0));
}

static void test_class_bars__nvlink(void **state)
{
    static const struct {
        int cc_major, cc_minor;
        unsigned links;
        double ceiling, floor;
        const char *floor_from;
    } rows[] = {
        { 6, 0, 4, 80 * GB, 65.6 * GB, "NVLink 1.0 x4 class" },    /* P100: 4 x 20; x 0.82 */
        { 7, 0, 2, 50 * GB, 43 * GB, "NVLink 2.0 x2 class" },      /* V100 pair: 2 x 25; x 0.86 */
        { 7, 5, 2, 50 * GB, 43 * GB, "NVLink 2.0 x2 class" },      /* Quadro RTX 6000 */
        { 8, 0, 12, 300 * GB, 234 * GB, "NVLink 3.0 x12 class" },  /* A100: 12 x 25; x 0.78 */
        { 8, 0, 4, 100 * GB, 78 * GB, "NVLink 3.0 x4 class" },     /* A30 */
        { 8, 6, 4, 56.25 * GB, NAN, "" },                          /* A40: 4 x 14.0625 */
        { 9, 0, 18, 450 * GB, 324 * GB, "NVLink 4.0 x18 class" },  /* H100: 18 x 25; x 0.72 */
        { 9, 0, 12, 300 * GB, 216 * GB, "NVLink 4.0 x12 class" },  /* H100 NVL */
        { 10, 0, 18, 900 * GB, 666 * GB, "NVLink 5.0 x18 class" }, /* B200: 18 x 50; x 0.74 */
        { 10, 3, 18, 900 * GB, 666 * GB, "NVLink 5.0 x18 class" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_bar bar = gst_bar_of_nvlink(
            gst_nvlink_version_of(rows[i].cc_major, rows[i].cc_minor), rows[i].links);

        assert_near(bar.ceiling, rows[i].ceiling);
        if (isnan(rows[i].floor))
            assert_true(isnan(bar.floor));
        else
            assert_near(bar.floor, rows[i].floor);
        assert_string_equal(bar.floor_from, rows[i].floor_from);
    }
    assert_int_equal(gst_nvlink_version_of(8, 0), GST_NVLINK_3_0);
    assert_int_equal(gst_nvlink_version_of(8, 6), GST_NVLINK_3_1);
    assert_int_equal(gst_nvlink_version_of(8, 9), GST_NVLINK_NONE);
    assert_int_equal(gst_nvlink_version_of(12, 0), GST_NVLINK_NONE);
    assert_int_equal(gst_nvlink_version_of(0, 0), GST_NVLINK_NONE);
    assert_string_equal(gst_bar_of_nvlink(GST_NVLINK_4_0, 18).ceiling_from, "NVLink 4.0 x18");
}

static void test_class_bars__unknown_input_judges_nothing(void **state)
{
    (void)state;
    assert_no_bar(gst_bar_of_pcie(0, 16));
    assert_no_bar(gst_bar_of_pcie(7, 16));
    assert_no_bar(gst_bar_of_pcie(UINT32_MAX, 16));
    assert_no_bar(gst_bar_of_pcie(5, 0));
    assert_no_bar(gst_bar_of_pcie(5, 3));
    assert_no_bar(gst_bar_of_memory(0, true));
    assert_no_bar(gst_bar_of_memory(-1, true));
    assert_no_bar(gst_bar_of_memory(NAN, false));
    assert_no_bar(gst_bar_of_memory(INFINITY, false));
    assert_no_bar(gst_bar_of_nvlink(GST_NVLINK_NONE, 18));
    for (unsigned of_nvml = 1; of_nvml <= 8; of_nvml++)
        assert_no_bar(gst_bar_of_nvlink(of_nvml, 18));
    assert_no_bar(gst_bar_of_nvlink(GST_NVLINK_4_0, 0));
    assert_no_bar(gst_bar_of_nvlink(GST_NVLINK_4_0, 37));
}

static void test_class_bars__without_floor(void **state)
{
    const struct gst_bar bar = gst_bar_without_floor(gst_bar_of_pcie(5, 16));

    (void)state;
    assert_true(isnan(bar.floor));
    assert_string_equal(bar.floor_from, "");
    assert_near(bar.ceiling, 63.0153846 * GB);
    assert_string_equal(bar.ceiling_from, "PCIe 5.0 x16");
}

/* Public reports of healthy hardware, none of which is what a floor was made of, and faults. */
static void test_class_bars__reports(void **state)
{
    static const struct {
        char of; /* p: PCIe, m: HBM, g: GDDR, n: NVLink */
        unsigned what, width;
        double peak, value;
        enum gst_verdict verdict;
    } rows[] = {
        { 'p', 3, 16, 0, 12.15 * GB, GST_PASS }, /* P100, gearshifft issue 82 */
        { 'p', 3, 16, 0, 2.54 * GB, GST_FAIL },  /* the same on the wrong NUMA node */
        { 'p', 3, 16, 0, 3.78 * GB, GST_FAIL },
        { 'p', 4, 16, 0, 25.94 * GB, GST_PASS },     /* NVIDIA/nvbandwidth README */
        { 'p', 5, 16, 0, 55.06 * GB, GST_PASS },     /* H200, stas00/ml-engineering */
        { 'p', 5, 16, 0, 26.8 * GB, GST_FAIL },      /* a Gen4 link's rate in a Gen5 slot */
        { 'p', 5, 8, 0, 57.0 * GB, GST_ERROR },      /* x16's rate over x8 */
        { 'm', 0, 0, 3352.32, 2494 * GB, GST_PASS }, /* H100, NVIDIA/nccl issue 1264 */
        { 'm', 0, 0, 8000, 5715 * GB, GST_PASS },    /* GB200, stas00/ml-engineering */
        { 'g', 0, 0, 1792.13, 1522 * GB, GST_PASS }, /* RTX 5090, wubh576/nvbandwidth_5090 */
        { 'n', GST_NVLINK_4_0, 12, 0, 256.6 * GB, GST_PASS },  /* H100 NVL: Azure's 335 fails it */
        { 'n', GST_NVLINK_4_0, 18, 0, 256.6 * GB, GST_FAIL },  /* as much over 18 links is slow */
        { 'n', GST_NVLINK_4_0, 18, 0, 396.4 * GB, GST_PASS },  /* H200, stas00/ml-engineering */
        { 'n', GST_NVLINK_3_0, 12, 0, 276.07 * GB, GST_PASS }, /* NVIDIA/nvbandwidth README */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct gst_bar bar = rows[i].of == 'p' ? gst_bar_of_pcie(rows[i].what, rows[i].width)
                                   : rows[i].of == 'n'
                                       ? gst_bar_of_nvlink(rows[i].what, rows[i].width)
                                       : gst_bar_of_memory(rows[i].peak * GB, rows[i].of == 'm');

        if (gst_judge(rows[i].value, &bar) != rows[i].verdict)
            fail_msg("row %zu: %s", i, gst_verdict_word(gst_judge(rows[i].value, &bar)));
    }
}

/* Each row is sourced, and its efficiency is what its own observations give: a slip of one digit
 * or of a unit does not stay. */
static void test_class_bars__lint(void **state)
{
    size_t count;
    const struct gst_bar_class *rows = gst_bar_classes(&count);

    (void)state;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        const struct gst_bar_class *row = &rows[i];
        double limit = row->worst * 0.9;

        assert_true(strlen(row->source) > 10);
        assert_true(row->bytes_per_s == 0
                    || (row->bytes_per_s > 0.2 * GB && row->bytes_per_s < 60 * GB));
        if (row->worst == 0) {
            assert_true(row->efficiency == 0);
            assert_string_equal(row->observed, "none");
            continue;
        }
        assert_true(strlen(row->observed) > 10);
        if (row->field_fail > 0 && row->field_fail < limit)
            limit = row->field_fail;
        if (fabs(row->efficiency - floor(limit * 100) / 100) > 1e-9)
            fail_msg("%s: %g, the observations give %g", row->name, row->efficiency, limit);
        assert_true(row->efficiency >= 0.5 && row->efficiency < row->worst && row->worst < 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_bars__pcie),
        cmocka_unit_test(test_class_bars__memory),
        cmocka_unit_test(test_class_bars__nvlink),
        cmocka_unit_test(test_class_bars__unknown_input_judges_nothing),
        cmocka_unit_test(test_class_bars__without_floor),
        cmocka_unit_test(test_class_bars__reports),
        cmocka_unit_test(test_class_bars__lint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
