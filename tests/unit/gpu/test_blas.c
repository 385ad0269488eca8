/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of what cuBLAS tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gpu/blas.h"

static void test_is_short__by_status_and_memory(void **state)
{
    static const size_t MIB = (size_t)1 << 20;

    (void)state;
    assert_true(gst_blas_is_short(CUBLAS_STATUS_NOT_INITIALIZED, 511 * MIB));
    assert_true(gst_blas_is_short(CUBLAS_STATUS_ALLOC_FAILED, 0));
    assert_false(gst_blas_is_short(CUBLAS_STATUS_NOT_INITIALIZED, 512 * MIB));
    assert_false(gst_blas_is_short(CUBLAS_STATUS_ALLOC_FAILED, 80000 * MIB));
    assert_false(gst_blas_is_short(CUBLAS_STATUS_ARCH_MISMATCH, 0));
    assert_false(gst_blas_is_short(CUBLAS_STATUS_INTERNAL_ERROR, 0));
}

static void test_lt_version__in_either_form(void **state)
{
    (void)state;
    assert_int_equal(gst_blas_lt_version(11605), 110605);
    assert_int_equal(gst_blas_lt_version(11000), 110000);
    assert_int_equal(gst_blas_lt_version(111103), 111103); /* 11.11.3 */
    assert_int_equal(gst_blas_lt_version(110901), 110901);
    assert_int_equal(gst_blas_lt_version(120405), 120405);
    assert_int_equal(gst_blas_lt_version(130100), 130100);
    assert_int_equal(gst_blas_lt_version(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lt_version__in_either_form),
        cmocka_unit_test(test_is_short__by_status_and_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
