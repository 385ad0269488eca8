/* SPDX-License-Identifier: Apache-2.0 */
/* What it means that NVRTC, or a driver that gets its code, refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "workloads/compile/nvrtc.h"

static void test_compile_nvrtc__code_that_is_refused(void **state)
{
    static const struct {
        enum gst_finding_id before;
        int compiler_major, driver_major;
        enum gst_finding_id after;
    } cases[] = {
        { GST_IMAGE_KERNELS_BROKEN, 13, 13, GST_IMAGE_NVRTC_FAILED },
        { GST_IMAGE_KERNELS_BROKEN, 12, 13, GST_IMAGE_NVRTC_FAILED },
        { GST_IMAGE_KERNELS_BROKEN, 13, 12, GST_HOST_DRIVER_TOO_OLD },
        { GST_IMAGE_KERNELS_FOR_OTHER_GPU, 13, 13, GST_IMAGE_NVRTC_FAILED },
        { GST_IMAGE_KERNELS_FOR_OTHER_GPU, 13, 12, GST_HOST_DRIVER_TOO_OLD },
        /* A driver that does not tell its version is none of an older one. */
        { GST_IMAGE_KERNELS_BROKEN, 13, 0, GST_IMAGE_NVRTC_FAILED },
        { GST_HARDWARE_GPU_LOST, 13, 12, GST_HARDWARE_GPU_LOST },
        { GST_HOST_DRIVER_TOO_OLD_FOR_PTX, 13, 13, GST_HOST_DRIVER_TOO_OLD_FOR_PTX },
        { GST_RUNTIME_JIT_MISSING, 13, 12, GST_RUNTIME_JIT_MISSING },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            gst_nvrtc_blame_load(cases[i].before, cases[i].compiler_major, cases[i].driver_major),
            cases[i].after);
}

static void test_compile_nvrtc__compilation_that_is_refused(void **state)
{
    static const struct {
        int result;
        const char *log;
        enum gst_finding_id finding;
    } cases[] = {
        /* By number, as nvrtcResult has them. */
        { 1, "", GST_SUITE_NO_HOST_MEMORY },
        { 5, "nvrtc: error: invalid value for --gpu-architecture (-arch)\n",
          GST_IMAGE_COMPILER_LACKS_GPU },
        { 5, "nvrtc: error: unrecognized option\n", GST_IMAGE_NVRTC_FAILED },
        { 7, "nvrtc: error: failed to open libnvrtc-builtins.so.13.0.\n",
          GST_IMAGE_NVRTC_BUILTINS_MISSING },
        { 11, "", GST_IMAGE_NVRTC_FAILED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(gst_nvrtc_blame(cases[i].result, cases[i].log), cases[i].finding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_nvrtc__code_that_is_refused),
        cmocka_unit_test(test_compile_nvrtc__compilation_that_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
