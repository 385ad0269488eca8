/* SPDX-License-Identifier: Apache-2.0 */
/* What an image puts in place of names in braces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lint/expect_values.h"

static struct gst_manifest *image_of(const char *variable)
{
    struct gst_manifest *manifest = calloc(1, sizeof *manifest);

    assert_non_null(manifest);
    manifest->config =
        json_pack("{s: s, s: {s: [s]}}", "architecture", "arm64", "config", "Env", variable);
    assert_non_null(manifest->config);
    return manifest;
}

static void test_expect_values__filled(void **state)
{
    static const struct {
        const char *variable, *text, *filled; /* NULL: the image does not say */
    } rows[] = {
        { "CUDA_VERSION=12.4.1", "libcublas.so.{cuda_major}", "libcublas.so.12" },
        { "CUDA_VERSION=12.4.1", "{cuda}/{cuda_version}/{arch}", "12.4/12.4.1/arm64" },
        { "CUDA_VERSION=13.0.0", "{cudart} {nvrtc}", "13 13" },
        /* SONAMEs of cuda-cudart-11-8 and cuda-nvrtc-11-8. */
        { "CUDA_VERSION=11.8.0", "{cudart} {nvrtc} {cuda_major}", "11.0 11.2 11" },
        { "CUDA_VERSION=110.8.0", "{cudart}", "110" },
        { "CUDA_VERSION=13.0.0", "nothing", "nothing" },
        { "CUDA_VERSION=13", "{cuda_major}", "13" },
        { "CUDA_VERSION=13", "{cuda}", NULL },
        { "CUDA_VERSION=", "{cuda_major}", NULL },
        { "CUDA=13.0", "{cuda_version}", NULL },
        { "CUDA=13.0", "{arch}", "arm64" },
    };
    char filled[64];
    const char *missing;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gst_manifest *manifest = image_of(rows[i].variable);

        if (rows[i].filled == NULL) {
            assert_false(
                gst_expect_values_fill(rows[i].text, manifest, filled, sizeof filled, &missing));
            assert_string_equal(missing, "CUDA_VERSION");
        } else {
            assert_true(
                gst_expect_values_fill(rows[i].text, manifest, filled, sizeof filled, &missing));
            assert_string_equal(filled, rows[i].filled);
        }
        gst_manifest_release(manifest);
        free(manifest);
    }
}

/* A folder says nothing; neither does an image whose answer does not fit. */
static void test_expect_values__unsaid(void **state)
{
    struct gst_manifest *manifest = image_of("CUDA_VERSION=12.4.1");
    const char *missing;
    char filled[4];

    (void)state;
    assert_false(gst_expect_values_fill("{arch}", NULL, filled, sizeof filled, &missing));
    assert_string_equal(missing, "architecture");
    assert_true(gst_expect_values_fill("abc", NULL, filled, sizeof filled, &missing));
    assert_false(gst_expect_values_fill("abcd", manifest, filled, sizeof filled, &missing));
    assert_false(gst_expect_values_fill("{cuda}", manifest, filled, sizeof filled, &missing));
    gst_manifest_release(manifest);
    free(manifest);
}

static void test_expect_values__known(void **state)
{
    static const struct {
        const char *text;
        bool are_known;
    } rows[] = {
        { "a", true },         { "{cuda}", true }, { "{cuda}{arch}.so", true },
        { "{cuda", false },    { "cuda}", false }, { "{cuda_minor}", false },
        { "{{cuda}}", false }, { "{}", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(gst_expect_values_are_known(rows[i].text), rows[i].are_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expect_values__filled),
        cmocka_unit_test(test_expect_values__unsaid),
        cmocka_unit_test(test_expect_values__known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
