/* SPDX-License-Identifier: Apache-2.0 */
/* Floors and ceilings of collectives against products done by hand, published results, and the lint
 * of the table behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "collective/way/bound.h"
#include "collective/way/classes.h"
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
                                               .pcie_width = 16,
                                               .is_pcie_wide = true };

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

/* 18 links x 20.6 GB/s = 370.8 GB/s; the steps take half of the time at 7.9 us x 8 x 370.8 GB/s =
 * 23.43456 MB. The best report is 480 GB/s, and 0.75 x 370.8 x / (1 + x) is half of that from x =
 * 240 / (278.1 - 240) = 6.2992 on. */
static void test_way_bound__eight_h100(void **state)
{
    const struct gst_bar bar = gst_way_bound(&h100x8, GST_ALL_REDUCE, GIB);

    (void)state;
    /* 0.75 x 370.8 GB/s x 1 GiB / (1 GiB + 23.43456 MB) */
    assert_near(bar.floor, 272.160070 * GB);
    assert_string_equal(bar.floor_from, "ring over NVLink 4.0, 8 GPUs");
    /* 18 x 25 GB/s, each element up once and down once, counted as 14/8 */
    assert_near(bar.ceiling, 787.5 * GB);
    assert_string_equal(bar.ceiling_from, "NVLink 4.0 x18");
    assert_near((double)gst_way_bound_from_bytes(&h100x8), 147619276); /* 6.2992 x 23.43456 MB */
    assert_near(gst_way_bound(&h100x8, GST_ALL_REDUCE, 256 * MIB).floor, 255.771050 * GB);
}

static void test_way_bound__small_messages_are_not_judged(void **state)
{
    const uint64_t from = gst_way_bound_from_bytes(&h100x8);

    (void)state;
    assert_true(isnan(gst_way_bound(&h100x8, GST_ALL_REDUCE, 16 * MIB).floor));
    assert_true(isnan(gst_way_bound(&h100x8, GST_ALL_REDUCE, from - 1).floor));
    assert_true(gst_way_bound(&h100x8, GST_ALL_REDUCE, from).floor > 0);
    assert_true(isnan(gst_way_bound(&h100x8, GST_ALL_REDUCE, 128 * MIB).floor));
    assert_near(gst_way_bound(&h100x8, GST_ALL_REDUCE, 8).ceiling, 787.5 * GB);
}

/* A100 has switches that add nothing: the line is the ceiling. */
static void test_way_bound__eight_a100(void **state)
{
    const struct gst_bar bar = gst_way_bound(&a100x8, GST_ALL_REDUCE, GIB);

    (void)state;
    assert_near(bar.floor, 176.157080 * GB); /* 0.75 x 240 x 1 GiB / (1 GiB + 23.424 MB) */
    assert_near(bar.ceiling, 300 * GB);
    assert_int_equal(gst_way_bound_from_bytes(&a100x8), 70272000); /* 3 x 23.424 MB */
}

static void assert_lacks(const struct gst_way_site *site, const char *word)
{
    const char *lacks = gst_way_bound_lacks(site);
    const struct gst_bar bar = gst_way_bound(site, GST_ALL_REDUCE, 16 * GIB);

    assert_non_null(lacks);
    if (strstr(lacks, word) == NULL)
        fail_msg("'%s' does not say '%s'", lacks, word);
    assert_true(isnan(bar.floor));
    assert_string_equal(bar.floor_from, "");
    assert_int_equal(gst_way_bound_from_bytes(site), 0);
}

/* Reports are of all eight; of B200 and B300 of the four of a tray, too. */
static void test_way_bound__few_of_many_on_switches_have_no_floor(void **state)
{
    struct gst_way_site site = h100x8;

    (void)state;
    for (site.ranks = 2; site.ranks < 8; site.ranks++)
        assert_lacks(&site, "this number of GPUs");
    assert_near(gst_way_bound(&site, GST_ALL_REDUCE, 8).ceiling, 787.5 * GB);
    site.cc_major = 10;
    site.ranks = 3;
    assert_lacks(&site, "this number of GPUs");
    site.ranks = 4;
    assert_null(gst_way_bound_lacks(&site));
}

/* Two H100 PCIe reach 115 GB/s (NVIDIA/nccl issue 1161), two H100 NVL 208, over the same links. */
static void test_way_bound__bridges(void **state)
{
    struct gst_way_site site = {
        .ranks = 2, .machines = 1, .kind = GST_WAY_KIND_NVLINK, .cc_major = 9, .nvlinks = 12
    };

    (void)state;
    assert_lacks(&site, "tell them from broken ones");
    assert_near(gst_way_bound(&site, GST_ALL_REDUCE, GIB).ceiling, 300 * GB);
    site.cc_major = 8;
    assert_null(gst_way_bound_lacks(&site));
    /* 0.75 x 240 x 1 GiB / (1 GiB + 5.856 MB) */
    assert_near(gst_way_bound(&site, GST_ALL_REDUCE, GIB).floor, 179.023636 * GB);
    site.ranks = 4; /* a board of four, each to each */
    assert_lacks(&site, "this number of GPUs");
}

/* Over the CPU alone: what lies between nodes, and a slot that does not say, are no one's fault. */
static void test_way_bound__pcie_that_is_not_all_seen_has_no_floor(void **state)
{
    static const enum gst_way_kind kinds[] = { GST_WAY_KIND_HOST, GST_WAY_KIND_PAIRS };
    struct gst_way_site site = rtx4090x2;

    (void)state;
    site.ranks = 4;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        site.kind = kinds[i];
        assert_null(gst_way_bound_lacks(&site));
        site.is_across_nodes = true;
        assert_lacks(&site, "NUMA");
        site.is_across_nodes = false;
        site.is_shared = true;
        assert_lacks(&site, "share");
        site.is_shared = false;
        site.is_pcie_wide = false;
        assert_lacks(&site, "port");
        assert_true(gst_way_bound(&site, GST_ALL_REDUCE, GIB).ceiling > 0);
        site.is_pcie_wide = true;
    }
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

/* Reports through the CPU are of PCIe 4.0 and 5.0, and the first Threadripper has less between its
 * dies than a slot of 3.0. */
static void test_way_bound__old_pcie_through_the_cpu_has_no_floor(void **state)
{
    struct gst_way_site site = rtx4090x2;

    (void)state;
    assert_null(gst_way_bound_lacks(&site));
    site.pcie_generation = 3;
    assert_lacks(&site, "so old a PCIe link");
    assert_true(gst_way_bound(&site, GST_ALL_REDUCE, GIB).ceiling > 0);
    site.kind = GST_WAY_KIND_SWITCH;
    assert_null(gst_way_bound_lacks(&site));
}

static void test_way_bound__what_is_unknown_has_no_bar(void **state)
{
    struct gst_way_site site = h100x8;

    (void)state;
    site.ranks = 1;
    assert_no_bar(gst_way_bound(&site, GST_ALL_REDUCE, GIB));
    assert_lacks(&site, "one GPU");
    site = h100x8;
    site.machines = 2;
    assert_no_bar(gst_way_bound(&site, GST_ALL_REDUCE, GIB));
    assert_lacks(&site, "joins");
    site = h100x8;
    site.kind = GST_WAY_KIND_UNKNOWN;
    assert_no_bar(gst_way_bound(&site, GST_ALL_REDUCE, GIB));
    assert_lacks(&site, "joins");
    site = h100x8;
    site.nvlinks = 0;
    assert_lacks(&site, "carry");
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

/* Site, and what decides there. */
#define SWITCHED(count, major, minor, links)                                                       \
    {                                                                                              \
        .ranks = (count), .machines = 1, .kind = GST_WAY_KIND_NVLINK, .cc_major = (major),         \
        .cc_minor = (minor), .nvlinks = (links), .is_switched = true                               \
    }
#define BRIDGED(major, links)                                                                      \
    {                                                                                              \
        .ranks = 2, .machines = 1, .kind = GST_WAY_KIND_NVLINK, .cc_major = (major),               \
        .nvlinks = (links)                                                                         \
    }
#define OVER_PCIE(count, of_kind, generation)                                                      \
    {                                                                                              \
        .ranks = (count), .machines = 1, .kind = GST_WAY_KIND_##of_kind, .cc_major = 8,            \
        .cc_minor = 9, .pcie_generation = (generation), .pcie_width = 16, .is_pcie_wide = true     \
    }

/* Published results of machines that nobody called broken, each with its source. Every one that is
 * judged passes, and half of it fails where links are NVLinks: half of what a ring moves, and half
 * of what switches add up. */
static const struct {
    const char *source;
    struct gst_way_site site;
    uint64_t bytes;
    double busbw;
    bool is_judged;
    bool half_fails;
} reports[] = {
    { "Azure/AI-benchmarking-guide H100 v5", SWITCHED(8, 9, 0, 18), 256 * MIB, 423.4 * GB, true,
      true },
    { "the same", SWITCHED(8, 9, 0, 18), GIB, 466.4 * GB, true, true },
    { "the same", SWITCHED(8, 9, 0, 18), 8 * GIB, 478.9 * GB, true, true },
    { "NVIDIA/nccl issue 1221, NVLS on", SWITCHED(8, 9, 0, 18), 4 * GIB, 430 * GB, true, true },
    { "the same, NVLS off", SWITCHED(8, 9, 0, 18), 4 * GIB, 330 * GB, true, true },
    { "NVIDIA/nccl issue 2140, NVLS on", SWITCHED(8, 9, 0, 18), 8 * GIB, 480 * GB, true, true },
    { "the same, NVLS off", SWITCHED(8, 9, 0, 18), 8 * GIB, 370 * GB, true, true },
    { "Azure/AI-benchmarking-guide H200 v5", SWITCHED(8, 9, 0, 18), 256 * MIB, 432.2 * GB, true,
      true },
    { "the same", SWITCHED(8, 9, 0, 18), GIB, 467.6 * GB, true, true },
    { "NVIDIA/nccl-tests issue 272, H200", SWITCHED(8, 9, 0, 18), 4 * GIB, 475 * GB, true, true },
    { "kvcache-ai/Mooncake pull request 3484, H20", SWITCHED(8, 9, 0, 18), 16 * MIB, 242 * GB,
      false, false },
    { "the same", SWITCHED(8, 9, 0, 18), 128 * MIB, 335.43 * GB, false, false },
    { "the same", SWITCHED(8, 9, 0, 18), 256 * MIB, 343.85 * GB, true, true },
    { "the same", SWITCHED(8, 9, 0, 18), GIB, 357.73 * GB, true, true },
    { "NVIDIA/nccl issue 1374, H800", SWITCHED(8, 9, 0, 8), 8 * GIB, 215 * GB, true, true },
    { "NVIDIA/nccl issue 1161, H100 PCIe", BRIDGED(9, 12), GIB, 115.37 * GB, false, false },
    { "Azure nc80adis_h100_v5.conf, H100 NVL", BRIDGED(9, 12), 16 * GIB, 208 * GB, false, false },
    { "Azure/AI-benchmarking-guide A100 v4", SWITCHED(8, 8, 0, 12), 256 * MIB, 213.9 * GB, true,
      true },
    { "the same", SWITCHED(8, 8, 0, 12), 8 * GIB, 231.6 * GB, true, true },
    { "NVIDIA/nccl-tests issue 149", SWITCHED(8, 8, 0, 12), GIB, 200 * GB, true, true },
    { "NVIDIA/nccl-tests issue 175", SWITCHED(8, 8, 0, 12), 4 * GIB, 232.54 * GB, true, true },
    { "NVIDIA/nccl-tests issue 178", BRIDGED(8, 12), 12 * GIB, 208 * GB, true, true },
    { "Azure nd40rs_v2.conf", SWITCHED(8, 7, 0, 6), 8 * GIB, 110 * GB, true, true },
    { "NVIDIA/nccl issue 1807", SWITCHED(8, 10, 0, 18), 8 * GIB, 830 * GB, true, true },
    { "NVIDIA/nccl issue 2140, B300, NVLS on", SWITCHED(8, 10, 3, 18), 8 * GIB, 845 * GB, true,
      true },
    { "the same, NVLS off", SWITCHED(8, 10, 3, 18), 8 * GIB, 695 * GB, true, true },
    { "Oracle, OCI GPU Quick Start: NVIDIA GB300", SWITCHED(4, 10, 3, 18), 8 * GIB, 681.03 * GB,
      true, true },
    { "NVIDIA/nccl-tests issue 178", OVER_PCIE(3, PAIRS, 4), 12 * GIB, 20 * GB, true, false },
    { "Azure nc96ads_a100_v4.conf", OVER_PCIE(4, PAIRS, 4), 8 * GIB, 25 * GB, true, false },
    { "tinygrad/open-gpu-kernel-modules issue 36", OVER_PCIE(4, SWITCH, 4), 256 * MIB, 25.72 * GB,
      true, true },
    { "tinygrad/open-gpu-kernel-modules pull request 22", OVER_PCIE(4, HOST, 4), 64 * MIB,
      12.76 * GB, true, true },
    { "NVIDIA/nccl issue 1639", OVER_PCIE(8, HOST, 5), 8 * GIB, 28 * GB, true, true },
};

static void test_way_bound__published_results(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
        const struct gst_bar bar =
            gst_way_bound(&reports[i].site, GST_ALL_REDUCE, reports[i].bytes);
        const enum gst_verdict wanted = reports[i].is_judged ? GST_PASS : GST_NOT_JUDGED;

        if (gst_judge(reports[i].busbw, &bar) != wanted
            || (gst_judge(reports[i].busbw / 2, &bar) == GST_FAIL) != reports[i].half_fails)
            fail_msg("%s (row %zu): %.9g, floor %.9g, ceiling %.9g", reports[i].source, i,
                     reports[i].busbw, bar.floor, bar.ceiling);
    }
}

/* Wherever a message over NVLink is judged, half of the best report fails. */
static void test_way_bound__half_a_link_fails_at_every_judged_size(void **state)
{
    static const struct gst_way_site sites[] = { SWITCHED(8, 9, 0, 18),  SWITCHED(8, 8, 0, 12),
                                                 SWITCHED(16, 7, 0, 6),  SWITCHED(8, 10, 0, 18),
                                                 SWITCHED(4, 10, 3, 18), BRIDGED(8, 12) };
    static const double best[] = { 480, 232.54, 120, 845, 845, 208 };

    (void)state;
    for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
        uint64_t bytes = gst_way_bound_from_bytes(&sites[i]);

        assert_true(bytes > 0);
        /* What is run where nobody chose reaches that far: plan.c of all-reduce. */
        assert_true(bytes <= GIB);
        for (; bytes <= 16 * GIB; bytes += bytes / 4) {
            const struct gst_bar bar = gst_way_bound(&sites[i], GST_ALL_REDUCE, bytes);

            if (!(bar.floor >= best[i] / 2 * GB * (1 - 1e-6)))
                fail_msg("site %zu, %llu bytes: floor %.9g", i, (unsigned long long)bytes,
                         bar.floor);
        }
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
        const bool has_floor = row->share > 0;
        const char *over = row->name + strlen("ring over ");

        assert_true(strlen(row->source) > 0 && strlen(row->observed) > 0);
        assert_true(strlen(row->name) < GST_BAR_TEXT_SIZE - strlen(", 64 GPUs"));
        assert_int_equal(strncmp(row->name, "ring over ", strlen("ring over ")), 0);
        assert_int_equal(has_floor, row->ranks_least >= 2);
        assert_true(row->ranks_most == 0 || row->ranks_most >= row->ranks_least);
        assert_int_equal(has_floor, row->step_s > 0);
        assert_true(row->pcie_least == 0 || (row->bytes_per_s == 0 && row->pcie_least <= 6));
        assert_true(row->step_s < 100e-6);
        assert_true(!has_floor || row->worst > 0 || row->field_fail > 0);
        assert_true(row->share >= 0 && row->share < 0.9);
        /* A report beyond what switches can add, or of next to nothing, is a slip of the pen. */
        assert_true(row->worst == 0 || (row->worst > 0.1 && row->worst < 1.75));
        assert_true(row->best == 0 || (row->best >= row->worst && row->best < 1.75));
        assert_true(row->field_fail >= 0 && row->field_fail < 1.75);
        if (has_floor && row->worst > 0)
            assert_true(row->share <= 0.9 * row->worst);
        if (has_floor && row->field_fail > 0)
            assert_true(row->share <= row->field_fail);
        if (has_floor && row->bytes_per_s > 0)
            assert_true(row->share > row->best / 2);
        if (strncmp(over, "direct ", strlen("direct ")) == 0)
            over += strlen("direct ");
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
        cmocka_unit_test(test_way_bound__old_pcie_through_the_cpu_has_no_floor),
        cmocka_unit_test(test_way_bound__what_is_unknown_has_no_bar),
        cmocka_unit_test(test_way_bound__class_without_a_report),
        cmocka_unit_test(test_way_bound__few_of_many_on_switches_have_no_floor),
        cmocka_unit_test(test_way_bound__bridges),
        cmocka_unit_test(test_way_bound__pcie_that_is_not_all_seen_has_no_floor),
        cmocka_unit_test(test_way_bound__published_results),
        cmocka_unit_test(test_way_bound__half_a_link_fails_at_every_judged_size),
        cmocka_unit_test(test_way_bound__lint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
