/* SPDX-License-Identifier: Apache-2.0 */
/* Which layer a CUDA error accuses; numbers as the CUDA driver API reference prints them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gpu/error.h"

static void test_cuda_finding__table(void **state)
{
    static const struct {
        int code;
        const char *id;
    } cases[] = {
        { 2, "host.allocation-failed" },
        { 34, "image.stub-libcuda" },
        { 35, "host.driver-too-old" },
        { 46, "user.gpu-busy" },
        { 200, "image.kernels-broken" },
        { 209, "image.kernels-for-other-gpu" },
        { 214, "hardware.ecc-uncorrectable" },
        { 221, "runtime.jit-compiler-missing" },
        { 222, "host.driver-too-old-for-ptx" },
        { 304, "runtime.not-permitted" },
        { 500, "image.kernels-broken" },
        { 700, "hardware.kernel-fault" },
        { 719, "hardware.kernel-fault" },
        { 802, "host.fabric-not-ready" },
        { 803, "host.driver-mismatch" },
        { 804, "image.compat-unsupported" },
        { 1, "host.call-failed" },
        { 999, "host.call-failed" },
        { 123456, "host.call-failed" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(gst_finding(gst_cuda_finding(cases[i].code))->id, cases[i].id);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cuda_finding__table) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
