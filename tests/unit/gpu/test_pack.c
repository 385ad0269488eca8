/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which image a driver and a GPU take. The expectations are read off the CUDA compatibility guide
 * and facts about the toolkits (nvcc --list-gpu-code of 11.8, 12.4 and 13.0), row by row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "gpu/pack.h"

static const char native_11[] = "35 37 50 52 53 60 61 62 70 72 75 80 86 87 89 90";
static const char native_12[] = "50 52 53 60 61 62 70 72 75 80 86 87 89 90";
static const char native_13[] = "75 80 86 87 88 89 90 100 103 110 120 121";

static const struct gst_kernel_image images[] = {
    { "add", 11080, false, native_11, "90", NULL, 0 },
    { "add", 12040, false, native_12, "90", NULL, 0 },
    { "add", 13000, false, native_13, "121", NULL, 0 },
    { "add", 13000, true, "", "75", NULL, 0 },
    { "other", 11080, false, native_11, "90", NULL, 0 },
};

#define IMAGE_COUNT (sizeof(images) / sizeof(images[0]))

struct row {
    const char *what;
    size_t image_count; /* how many of the images the build carries */
    size_t first_image;
    struct gst_pack_query query;
    int toolkit_version; /* 0: none is chosen */
    enum gst_finding_id finding;
};

static const struct row rows[] = {
    { "H100 on a 13.0 driver takes the newest",
      IMAGE_COUNT,
      0,
      { "add", false, 13000, 9, 0 },
      13000,
      GST_NO_FINDING },
    { "H100 on a 12.8 driver takes 12.4",
      IMAGE_COUNT,
      0,
      { "add", false, 12080, 9, 0 },
      12040,
      GST_NO_FINDING },
    { "H100 on a 12.2 driver takes 12.4: native code within a major version",
      IMAGE_COUNT,
      0,
      { "add", false, 12020, 9, 0 },
      12040,
      GST_NO_FINDING },
    { "A100 on an 11.4 driver takes 11.8",
      IMAGE_COUNT,
      0,
      { "add", false, 11040, 8, 0 },
      11080,
      GST_NO_FINDING },
    { "V100 on a 13.0 driver takes 12.4: 13.0 has no code for it",
      IMAGE_COUNT,
      0,
      { "add", false, 13000, 7, 0 },
      12040,
      GST_NO_FINDING },
    { "K80 takes 11.8", IMAGE_COUNT, 0, { "add", false, 12040, 3, 7 }, 11080, GST_NO_FINDING },
    { "B200 on a 12.8 driver has no native code: PTX of 12.4",
      IMAGE_COUNT,
      0,
      { "add", false, 12080, 10, 0 },
      12040,
      GST_NO_FINDING },
    { "a GPU after 12.1 runs PTX of 13.0",
      IMAGE_COUNT,
      0,
      { "add", false, 13020, 13, 0 },
      13000,
      GST_NO_FINDING },
    { "native code runs on a later minor: 8.9 code exists, 8.6 on 8.7 too",
      IMAGE_COUNT,
      0,
      { "add", false, 12040, 8, 7 },
      12040,
      GST_NO_FINDING },
    { "JIT image of 13.0 on H100",
      IMAGE_COUNT,
      0,
      { "add", true, 13000, 9, 0 },
      13000,
      GST_NO_FINDING },
    { "no images at all", 0, 0, { "add", false, 13000, 9, 0 }, 0, GST_IMAGE_NO_KERNELS },
    { "no image of that kernel",
      IMAGE_COUNT,
      0,
      { "absent", false, 13000, 9, 0 },
      0,
      GST_IMAGE_NO_KERNELS },
    { "only 13.0, driver 550",
      1,
      2,
      { "add", false, 12040, 9, 0 },
      0,
      GST_HOST_DRIVER_TOO_OLD_FOR_KERNELS },
    { "only 13.0, driver 580, V100",
      1,
      2,
      { "add", false, 13000, 7, 0 },
      0,
      GST_IMAGE_KERNELS_FOR_OTHER_GPU },
    { "only 13.0, driver 580, H100", 1, 2, { "add", false, 13000, 9, 0 }, 13000, GST_NO_FINDING },
    { "only 12.4, driver 12.2, B200: its PTX is newer than the driver",
      1,
      1,
      { "add", false, 12020, 10, 0 },
      0,
      GST_IMAGE_KERNELS_FOR_OTHER_GPU },
};

static void test_pack_choose__table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_status st = GST_STATUS_INIT;
        const struct gst_kernel_image *chosen =
            gst_pack_choose(images + rows[i].first_image, rows[i].image_count, &rows[i].query, &st);

        print_message("%s\n", rows[i].what);
        assert_int_equal(chosen != NULL ? chosen->toolkit_version : 0, rows[i].toolkit_version);
        assert_int_equal(st.finding, rows[i].finding);
        if (chosen != NULL)
            assert_int_equal(chosen->ptx_only, rows[i].query.ptx_only);
    }
}

static void test_pack_choose__names_both_versions_of_an_old_driver(void **state)
{
    const struct gst_pack_query query = { "add", false, 12020, 9, 0 };
    struct gst_status st = GST_STATUS_INIT;

    (void)state;
    assert_null(gst_pack_choose(images + 2, 1, &query, &st));
    assert_string_equal(st.cause, "the kernels need a driver of CUDA 13.0 or newer, this driver is "
                                  "of CUDA 12.2");
}

static void test_pack_has_native__table(void **state)
{
    static const struct {
        const char *architectures;
        int major, minor;
        bool expected;
    } cases[] = {
        { "75 80 90", 9, 0, true },   { "75 80 90", 8, 9, true }, { "75 86", 8, 0, false },
        { "75 80 90", 10, 0, false }, { "", 9, 0, false },        { "100", 10, 3, true },
        { "103", 10, 0, false },      { "75x 90", 9, 0, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            gst_pack_has_native(cases[i].architectures, cases[i].major, cases[i].minor),
            cases[i].expected);
}

static void test_pack_best_ptx__table(void **state)
{
    (void)state;
    assert_int_equal(gst_pack_best_ptx("75 90 121", 9, 0), 90);
    assert_int_equal(gst_pack_best_ptx("75 90 121", 8, 9), 75);
    assert_int_equal(gst_pack_best_ptx("75 90 121", 7, 0), 0);
    assert_int_equal(gst_pack_best_ptx("121", 12, 1), 121);
    assert_int_equal(gst_pack_best_ptx("", 12, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pack_choose__table),
        cmocka_unit_test(test_pack_choose__names_both_versions_of_an_old_driver),
        cmocka_unit_test(test_pack_has_native__table),
        cmocka_unit_test(test_pack_best_ptx__table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
