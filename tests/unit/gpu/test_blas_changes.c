/* SPDX-License-Identifier: Apache-2.0 */
/* What environment variables make of products. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gpu/blas_changes.h"

static void test_changes__by_variable_and_value(void **state)
{
    static const struct {
        const char *values[GST_BLAS_VARIABLES]; /* as gst_blas_variables */
        struct gst_blas_changes changes;
    } rows[] = {
        { { NULL }, { .is_changed = false } },
        { { "", "", "", "" }, { .is_changed = false } },
        { { "0" },
          { .is_changed = true, .without_tf32 = true, .variables = "NVIDIA_TF32_OVERRIDE=0" } },
        { { "1" },
          { .is_changed = true, .is_forced = true, .variables = "NVIDIA_TF32_OVERRIDE=1" } },
        { { NULL, "1" },
          { .is_changed = true,
            .emulates_single = true,
            .variables = "CUBLAS_EMULATE_SINGLE_PRECISION=1" } },
        { { NULL, "0" }, { .is_changed = true, .variables = "CUBLAS_EMULATE_SINGLE_PRECISION=0" } },
        { { "0", NULL, "1" },
          { .is_changed = true,
            .without_tf32 = true,
            .emulates_double = true,
            .variables = "NVIDIA_TF32_OVERRIDE=0 CUBLAS_EMULATE_DOUBLE_PRECISION=1" } },
        { { NULL, NULL, NULL, "performant" }, { .is_changed = false } },
        { { NULL, NULL, "0", "performant" },
          { .is_changed = true, .variables = "CUBLAS_EMULATE_DOUBLE_PRECISION=0" } },
        { { NULL, "1", NULL, "eager" },
          { .is_changed = true,
            .emulates_single = true,
            .variables = "CUBLAS_EMULATE_SINGLE_PRECISION=1 CUBLAS_EMULATION_STRATEGY=eager" } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_blas_changes changes = gst_blas_changes_of(rows[i].values);
        const struct gst_blas_changes *expected = &rows[i].changes;

        assert_int_equal(changes.is_changed, expected->is_changed);
        assert_int_equal(changes.without_tf32, expected->without_tf32);
        assert_int_equal(changes.is_forced, expected->is_forced);
        assert_int_equal(changes.emulates_single, expected->emulates_single);
        assert_int_equal(changes.emulates_double, expected->emulates_double);
        assert_string_equal(changes.variables, expected->variables);
    }
}

/* Long values of all of them are cut, and overrun nothing. */
static void test_changes__long_values(void **state)
{
    const char *const longest = "0123456789012345678901234567890123456789";
    const char *const values[GST_BLAS_VARIABLES] = { longest, longest, longest, longest };
    const struct gst_blas_changes changes = gst_blas_changes_of(values);

    (void)state;
    assert_true(changes.is_forced && changes.emulates_single && changes.emulates_double);
    assert_memory_equal(changes.variables, "NVIDIA_TF32_OVERRIDE=0123456789012345 CUBLAS_", 45);
    assert_int_equal(changes.variables[sizeof(changes.variables) - 1], '\0');
}

/* What is not emulated keeps its bars. */
static void test_is_emulated__in_the_precision_that_is_asked_for(void **state)
{
    static const struct {
        enum gst_gemm_type type;
        bool is_pedantic, by_single, by_double;
    } rows[] = {
        { GST_GEMM_FP32, true, false, false },  { GST_GEMM_FP32, false, true, false },
        { GST_GEMM_TF32, false, false, false }, { GST_GEMM_FP64, false, false, true },
        { GST_GEMM_FP16, false, false, false }, { GST_GEMM_BF16, false, false, false },
    };
    const struct gst_blas_changes none = { .is_forced = true };
    const struct gst_blas_changes by_single = { .emulates_single = true };
    const struct gst_blas_changes by_double = { .emulates_double = true };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const enum gst_gemm_type type = rows[i].type;
        const bool is_pedantic = rows[i].is_pedantic;

        assert_false(gst_blas_is_emulated(&none, type, is_pedantic));
        assert_int_equal(gst_blas_is_emulated(&by_single, type, is_pedantic), rows[i].by_single);
        assert_int_equal(gst_blas_is_emulated(&by_double, type, is_pedantic), rows[i].by_double);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes__by_variable_and_value),
        cmocka_unit_test(test_changes__long_values),
        cmocka_unit_test(test_is_emulated__in_the_precision_that_is_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
