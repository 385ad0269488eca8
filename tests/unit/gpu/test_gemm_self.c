/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a process has all of a board, or a share that MPS gives it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "gpu/gemm/self.h"

static void test_gemm_self__shares(void **state)
{
    (void)state;
    assert_true(gst_gemm_is_share("50"));
    assert_true(gst_gemm_is_share("12.5"));
    assert_true(gst_gemm_is_share("99"));
    assert_false(gst_gemm_is_share("100"));
    assert_false(gst_gemm_is_share(NULL));
    assert_false(gst_gemm_is_share(""));
    assert_false(gst_gemm_is_share("all"));
}

static void test_gemm_self__parts(void **state)
{
    const struct gst_gpu whole = { .sm_count = 132 }, instance = { .is_mig = true };

    (void)state;
    assert_int_equal(unsetenv("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"), 0);
    assert_false(gst_gemm_is_part(&whole));
    assert_true(gst_gemm_is_part(&instance));
    assert_int_equal(setenv("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", "50", 1), 0);
    assert_true(gst_gemm_is_part(&whole));
    assert_int_equal(unsetenv("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gemm_self__shares),
        cmocka_unit_test(test_gemm_self__parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
