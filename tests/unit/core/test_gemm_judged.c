/* SPDX-License-Identifier: Apache-2.0 */
/* What of a product's bar is left, by how and on what it was measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "core/gemm_judged.h"

static const struct gst_gemm_gpu h100 = { "NVIDIA H100 80GB HBM3", 9, 0, 132, 1980e6, 1980e6, 700 };

/* 8192 / 128 squared are 4096 tiles, 1664 / 128 squared 169. */
static void test_fills__four_rounds_of_tiles(void **state)
{
    (void)state;
    assert_true(gst_gemm_fills(8192, 132));
    assert_true(gst_gemm_fills(4096, 148));
    assert_false(gst_gemm_fills(2048, 132));
    assert_true(gst_gemm_fills(1664, 40));
    assert_false(gst_gemm_fills(1536, 40));
    assert_false(gst_gemm_fills(768, 40));
}

static void test_bar_of_measured__by_what_it_is(void **state)
{
    /* A side of 2944 makes 529 tiles, of which 132 multiprocessors have 528 in four rounds. */
    static const struct {
        struct gst_gemm_measured measured;
        bool has_floor, has_ceiling;
    } rows[] = {
        { { .type = GST_GEMM_FP32, .side = 8192 }, true, true },
        { { .type = GST_GEMM_FP32, .side = 2944 }, true, true },
        { { .type = GST_GEMM_FP32, .side = 2816 }, false, true },
        { { .type = GST_GEMM_FP16, .side = 8192 }, true, true },
        { { .type = GST_GEMM_FP32, .side = 8192, .is_pedantic = true }, false, true },
        { { .type = GST_GEMM_FP32, .side = 8192, .is_emulated = true }, false, false },
        { { .type = GST_GEMM_FP32, .side = 8192, .is_part = true }, false, false },
        { { .type = GST_GEMM_FP32, .side = 128, .is_part = true }, false, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_bar bar = gst_gemm_bar_of_measured(&rows[i].measured, &h100);

        if (rows[i].has_floor == isnan(bar.floor) || rows[i].has_ceiling == isnan(bar.ceiling))
            fail_msg("row %zu: floor %g, ceiling %g", i, bar.floor, bar.ceiling);
    }
}

/* What is left is what large products of a whole GPU have. */
static void test_bar_of_measured__takes_nothing_else_away(void **state)
{
    const struct gst_gemm_measured large = { .type = GST_GEMM_FP16, .side = 8192 };
    const struct gst_gemm_measured small = { .type = GST_GEMM_FP16, .side = 1024 };
    const struct gst_bar whole = gst_gemm_bar(GST_GEMM_FP16, &h100);

    (void)state;
    assert_true(gst_gemm_bar_of_measured(&large, &h100).floor == whole.floor);
    assert_true(gst_gemm_bar_of_measured(&large, &h100).ceiling == whole.ceiling);
    assert_true(gst_gemm_bar_of_measured(&small, &h100).ceiling == whole.ceiling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fills__four_rounds_of_tiles),
        cmocka_unit_test(test_bar_of_measured__by_what_it_is),
        cmocka_unit_test(test_bar_of_measured__takes_nothing_else_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
