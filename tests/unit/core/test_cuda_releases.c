/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of CUDA's releases: a lint with bounds that hold whatever comes next, and rows that
 * were read off NVIDIA's pages and compilers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/cuda_releases.h"

/* 1000 x major + 10 x minor, and nothing else in between. */
static void assert_is_cuda(int version)
{
    assert_in_range(version, 5000, 20000);
    assert_int_equal(version % 10, 0);
    assert_in_range(version % 1000 / 10, 0, 9);
}

static void test_cuda_releases__branches_and_versions_rise_together(void **state)
{
    size_t count = 0;
    const struct gst_driver_branch *rows = gst_driver_branches(&count);

    (void)state;
    assert_true(count > 20);
    for (size_t i = 0; i < count; i++) {
        assert_is_cuda(rows[i].cuda);
        assert_in_range(rows[i].branch, 400, 999);
        if (i == 0)
            continue;
        assert_true(rows[i].branch > rows[i - 1].branch);
        /* The next minor of the same major, or the first of the next major: CUDA leaves none out.
         */
        if (rows[i].cuda / 1000 == rows[i - 1].cuda / 1000)
            assert_int_equal(rows[i].cuda, rows[i - 1].cuda + 10);
        else
            assert_int_equal(rows[i].cuda, (rows[i - 1].cuda / 1000 + 1) * 1000);
    }
}

static void test_cuda_releases__architectures_are_in_bounds(void **state)
{
    size_t count = 0;
    const struct gst_cuda_arch *rows = gst_cuda_archs(&count);

    (void)state;
    assert_true(count > 20);
    for (size_t i = 0; i < count; i++) {
        assert_in_range(rows[i].capability, 30, 199);
        assert_is_cuda(rows[i].first);
        if (i > 0)
            assert_true(rows[i].capability > rows[i - 1].capability);
        if (rows[i].last == 0)
            continue;
        assert_is_cuda(rows[i].last);
        assert_true(rows[i].last >= rows[i].first);
    }
}

static void test_cuda_releases__of_driver(void **state)
{
    static const struct {
        const char *driver;
        int cuda;
    } rows[] = {
        { "535.261.03", 12020 }, /* these three were asked */
        { "550.163.01", 12040 },
        { "555.58.02", 12050 },
        { "580.65.06", 13000 },
        { "450.51.06", 11000 },
        { "418.226.00", 0 }, /* no row */
        { "540.3.0", 0 },    /* Jetson counts otherwise */
        { "", 0 },
        { "-1", 0 },
        { "99999999999999999999", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(gst_cuda_of_driver(rows[i].driver), rows[i].cuda);
}

static void test_cuda_releases__knows_arch(void **state)
{
    static const struct {
        int major, minor, capability;
        bool knows;
    } rows[] = {
        { 11, 8, 90, true },   { 11, 7, 90, false }, { 11, 8, 35, true },   { 12, 0, 35, false },
        { 12, 9, 70, true },   { 13, 0, 70, false }, { 12, 4, 100, false }, { 12, 8, 100, true },
        { 12, 8, 121, false }, { 12, 9, 101, true }, { 13, 0, 101, false }, { 13, 0, 75, true },
        { 13, 0, 999, true }, /* nothing is known of it */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            gst_cuda_release_knows_arch(rows[i].major, rows[i].minor, rows[i].capability),
            rows[i].knows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuda_releases__branches_and_versions_rise_together),
        cmocka_unit_test(test_cuda_releases__architectures_are_in_bounds),
        cmocka_unit_test(test_cuda_releases__of_driver),
        cmocka_unit_test(test_cuda_releases__knows_arch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
