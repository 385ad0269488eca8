/* SPDX-License-Identifier: Apache-2.0 */
/* Floors and ceilings of collectives against products done by hand, published results, and the lint
 * of the table behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "collective/way/bound.h"
#include "core/class_bars.h"

#define GB  1e9
#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static const struct gst_way_site h100x8 = { .ranks = 8,
                                            .machines = 1,
                                            .kind = GST_WAY_KIND_NVLINK,
                                            .cc_major = 9,
                                            .nvlinks = 18,
                                            .is_switched = true,
                                            .pcie_generation = 5,
                                            .pcie_width = 16 };
static const struct gst_way_site a100x8 = { .ranks = 8,
                                            .machines = 1,
                                            .kind = GST_WAY_KIND_NVLINK,
                                            .cc_major = 8,
                                            .nvlinks = 12,
                                            .is_switched = true };
static const struct gst_way_site rtx4090x2 = { .ranks = 2,
                                               .machines = 1,
                                               .kind = GST_WAY_KIND_HOST,
                                               .cc_major = 8,
                                               .cc_minor = 9,
                                               .pcie_generation = 4,
                                               .pcie_width = 16 };

static void assert_near(double value, double expected)
{
    if (!(fabs(value / expected - 1) < 1e-6))
        fail_msg("%.9g is not %.9g", value, expected);
}

static void assert_no_bar(struct gst_bar bar)
{
    assert_true(isnan(bar.floor) && isnan(bar.ceiling));
    assert_string_equal(bar.floor_from, "");
}

/* 18 links x 20.6 GB/s = 370.8 GB/s; the steps take half of the time at 12.2 us x 8 x 370.8 GB/s =
 * 36.19008 MB. */
static void test_way_bound__eight_h100(void **state)
{
    const struct gst_bar bar = gst_way_bound(&h100x8, GST_ALL_REDUCE, GIB);

    (void)state;
    /* 0.75 x 370.8 GB/s x 1 GiB / (1 GiB + 36.19008 MB) */
    assert_near(bar.floor, 269.032362 * GB);
    assert_string_equal(bar.floor_from, "ring over NVLink 4.0, 8 GPUs");
    /* 18 x 25 GB/s, each element up once and down once, counted as 14/8 */
    assert_near(bar.ceiling, 787.5 * GB);
    assert_string_equal(bar.ceiling_from, "NVLink 4.0 x18");
    assert_int_equal(gst_way_bound_from_bytes(&h100x8), 108570240); /* 3 x 36.19008 MB */
    assert_near(gst_way_bound(&h100x8, GST_ALL_REDUCE, 256 * MIB).floor, 245.061203 * GB);
}

static void test_way_bound__small_messages_are_not_judged(void **state)
{
    const uint64_t from = gst_way_bound_from_bytes(&h100x8);

    (void)state;
    assert_true(isnan(gst_way_bound(&h100x8, GST_ALL_REDUCE, 16 * MIB).floor));
    assert_true(isnan(gst_way_bound(&h100x8, GST_ALL_REDUCE, from - 1).floor));
    assert_true(gst_way_bound(&h100x8, GST_ALL_REDUCE, from).floor > 0);
    assert_near(gst_way_bound(&h100x8, GST_ALL_REDUCE, 8).ceiling, 787.5 * GB);
}

/* A100 has switches that add nothing: the line is the ceiling. */
static void test_way_bound__eight_a100(void **state)
{
    const struct gst_bar bar = gst_way_bound(&a100x8, GST_ALL_REDUCE, GIB);

    (void)state;
    assert_near(bar.floor, 176.157080 * GB); /* 0.75 x 240 x 1 GiB / (1 GiB + 23.424 MB) */
    assert_near(bar.ceiling, 300 * GB);
}

/* Of other collectives no healthy results are published, and only sums gain from the switch. */
static void test_way_bound__other_collectives_have_no_floor(void **state)
{
    (void)state;
    for (int kind = 0; kind < GST_COLLECTIVE_COUNT; kind++) {
        const struct gst_bar bar = gst_way_bound(&h100x8, (enum gst_collective)kind, GIB);

        assert_int_equal(isnan(bar.floor), kind != GST_ALL_REDUCE);
        if (kind != GST_ALL_REDUCE)
            assert_near(bar.ceiling, 450 * GB);
    }
}

static void test_way_bound__pcie(void **state)
{
    struct gst_way_site site = rtx4090x2;

    (void)state;
    /* 0.25 x 31.5076923 GB/s x 32 MiB / (32 MiB + 12.2 us x 2 x 31.5076923 GB/s) */
    assert_near(gst_way_bound(&site, GST_ALL_REDUCE, 32 * MIB).floor, 7.70049203 * GB);
    assert_near(gst_way_bound(&site, GST_ALL_REDUCE, 32 * MIB).ceiling, 31.5076923 * GB);
    assert_int_equal(gst_way_bound_from_bytes(&site), 2306364); /* 3 x 0.76878769 MB, up */
    site.ranks = 4;
    site.kind = GST_WAY_KIND_SWITCH;
    assert_near(gst_way_bound(&site, GST_ALL_REDUCE, 256 * MIB).floor, 15.6641234 * GB);
    /* Between pairs two rings use each link of PCIe, one each way. */
    site.kind = GST_WAY_KIND_PAIRS;
    assert_near(gst_way_bound(&site, GST_ALL_REDUCE, 256 * MIB).ceiling, 63.0153846 * GB);
}

static void test_way_bound__what_is_unknown_has_no_bar(void **state)
{
    struct gst_way_site site = h100x8;

    (void)state;
    site.ranks = 1;
    assert_no_bar(gst_way_bound(&site, GST_ALL_REDUCE, GIB));
    assert_int_equal(gst_way_bound_from_bytes(&site), 0);
    site = h100x8;
    site.machines = 2;
    assert_no_bar(gst_way_bound(&site, GST_ALL_REDUCE, GIB));
    site = h100x8;
    site.kind = GST_WAY_KIND_UNKNOWN;
    assert_no_bar(gst_way_bound(&site, GST_ALL_REDUCE, GIB));
    site = h100x8;
    site.nvlinks = 0;
    assert_no_bar(gst_way_bound(&site, GST_ALL_REDUCE, GIB));
    site = h100x8;
    site.cc_major = 0; /* GPUs differ */
    assert_no_bar(gst_way_bound(&site, GST_ALL_REDUCE, GIB));
    site = rtx4090x2;
    site.pcie_generation = 0;
    assert_no_bar(gst_way_bound(&site, GST_ALL_REDUCE, GIB));
}

/* No report, no floor; the ceiling stays. */
static void test_way_bound__class_without_a_report(void **state)
{
    const struct gst_way_site p100x4 = {
        .ranks = 4, .machines = 1, .kind = GST_WAY_KIND_NVLINK, .cc_major = 6, .nvlinks = 4
    };
    const struct gst_bar bar = gst_way_bound(&p100x4, GST_ALL_REDUCE, GIB);

    (void)state;
    assert_true(isnan(bar.floor));
    assert_near(bar.ceiling, 80 * GB);
    assert_int_equal(gst_way_bound_from_bytes(&p100x4), 0);
}

/* Published healthy results (the Azure AI benchmarking guide, NVIDIA/nccl issues 1221, 1374, 1639
 * and 1807, NVIDIA/nccl-tests issues 149 and 178, tinygrad/open-gpu-kernel-modules) pass, half of
 * each fails where one NVLink generation is at work. */
static void test_way_bound__published_results(void **state)
{
    static const struct {
        struct gst_way_site site;
        uint64_t bytes;
        double busbw;
        bool half_fails;
    } rows[] = {
        { { 8, 1, GST_WAY_KIND_NVLINK, 9, 0, 18, true, 5, 16 }, 256 * MIB, 423.4 * GB, true },
        { { 8, 1, GST_WAY_KIND_NVLINK, 9, 0, 18, true, 5, 16 }, GIB, 466.4 * GB, true },
        { { 8, 1, GST_WAY_KIND_NVLINK, 9, 0, 18, true, 5, 16 }, 8 * GIB, 478.9 * GB, true },
        { { 8, 1, GST_WAY_KIND_NVLINK, 9, 0, 18, true, 5, 16 }, 8 * GIB, 330 * GB, true },
        { { 8, 1, GST_WAY_KIND_NVLINK, 9, 0, 8, true, 5, 16 }, 8 * GIB, 215 * GB, true },
        { { 2, 1, GST_WAY_KIND_NVLINK, 9, 0, 12, false, 5, 16 }, 16 * GIB, 208 * GB, true },
        { { 8, 1, GST_WAY_KIND_NVLINK, 8, 0, 12, true, 4, 16 }, 256 * MIB, 213.9 * GB, true },
        { { 8, 1, GST_WAY_KIND_NVLINK, 8, 0, 12, true, 4, 16 }, 8 * GIB, 231.6 * GB, true },
        { { 2, 1, GST_WAY_KIND_NVLINK, 8, 0, 12, false, 4, 16 }, 16 * GIB, 208 * GB, true },
        { { 8, 1, GST_WAY_KIND_NVLINK, 7, 0, 6, true, 3, 16 }, 8 * GIB, 110 * GB, true },
        { { 8, 1, GST_WAY_KIND_NVLINK, 10, 0, 18, true, 5, 16 }, 8 * GIB, 830 * GB, true },
        { { 4, 1, GST_WAY_KIND_PAIRS, 8, 0, 12, false, 4, 16 }, 8 * GIB, 25 * GB, false },
        { { 4, 1, GST_WAY_KIND_SWITCH, 8, 9, 0, false, 4, 16 }, 256 * MIB, 25.72 * GB, true },
        { { 4, 1, GST_WAY_KIND_HOST, 8, 9, 0, false, 4, 16 }, 64 * MIB, 12.76 * GB, true },
        { { 8, 1, GST_WAY_KIND_HOST, 12, 0, 0, false, 5, 16 }, 8 * GIB, 28 * GB, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_bar bar = gst_way_bound(&rows[i].site, GST_ALL_REDUCE, rows[i].bytes);

        if (gst_judge(rows[i].busbw, &bar) != GST_PASS
            || (gst_judge(rows[i].busbw / 2, &bar) == GST_FAIL) != rows[i].half_fails)
            fail_msg("row %zu: %.9g, floor %.9g, ceiling %.9g", i, rows[i].busbw, bar.floor,
                     bar.ceiling);
    }
}

/* Every row has sources, a rate that the line can carry, and a floor no stricter than what healthy
 * machines and large operators say. */
static void test_way_bound__lint(void **state)
{
    size_t count, line_count;
    const struct gst_way_class *rows = gst_way_classes(&count);
    const struct gst_bar_class *lines = gst_bar_classes(&line_count);

    (void)state;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        const struct gst_way_class *row = &rows[i];
        const char *over = row->name + strlen("ring over ");

        assert_true(strlen(row->source) > 0 && strlen(row->observed) > 0);
        assert_true(strlen(row->name) < GST_BAR_TEXT_SIZE - strlen(", 64 GPUs"));
        assert_int_equal(strncmp(row->name, "ring over ", strlen("ring over ")), 0);
        assert_int_equal(row->share > 0, row->worst > 0 || row->field_fail > 0);
        assert_true(row->share >= 0 && row->share < 0.9);
        if (row->worst > 0)
            assert_true(row->share <= 0.9 * row->worst);
        if (row->field_fail > 0)
            assert_true(row->share <= row->field_fail);
        for (size_t k = 0; k < line_count; k++) {
            if (strcmp(lines[k].name, over) == 0)
                assert_true(row->bytes_per_s > 0.75 * lines[k].bytes_per_s
                            && row->bytes_per_s < lines[k].bytes_per_s);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_bound__eight_h100),
        cmocka_unit_test(test_way_bound__small_messages_are_not_judged),
        cmocka_unit_test(test_way_bound__eight_a100),
        cmocka_unit_test(test_way_bound__other_collectives_have_no_floor),
        cmocka_unit_test(test_way_bound__pcie),
        cmocka_unit_test(test_way_bound__what_is_unknown_has_no_bar),
        cmocka_unit_test(test_way_bound__class_without_a_report),
        cmocka_unit_test(test_way_bound__published_results),
        cmocka_unit_test(test_way_bound__lint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
