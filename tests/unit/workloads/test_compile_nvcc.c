/* SPDX-License-Identifier: Apache-2.0 */
/* Words of nvcc, and what it is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/compile/nvcc.h"

static void test_compile_nvcc__version(void **state)
{
    char version[16];

    (void)state;
    assert_true(gst_nvcc_version_read(
        "Built on Wed\nCuda compilation tools, release 12.4, V12.4.131", version, sizeof(version)));
    assert_string_equal(version, "12.4");
    assert_false(gst_nvcc_version_read("", version, sizeof(version)));
    assert_false(gst_nvcc_version_read("release candidate", version, sizeof(version)));
    assert_false(gst_nvcc_version_read("release 1.2.3.4.5.6.7.8.9.10", version, sizeof(version)));
}

static void test_compile_nvcc__options(void **state)
{
    const struct gst_nvcc nvcc = { .known = { { 75, 90 }, 2 } };
    struct gst_nvcc_options options = { .count = 0 };
    bool is_native = false;

    (void)state;
    assert_true(gst_nvcc_add_gpu(&nvcc, 90, &options, &is_native));
    assert_true(is_native);
    assert_true(gst_nvcc_add_gpu(&nvcc, 90, &options, &is_native));
    assert_int_equal(options.count, 2);
    assert_string_equal(options.texts[0], "-gencode=arch=compute_90,code=sm_90");
    assert_string_equal(options.texts[1], "-gencode=arch=compute_90,code=compute_90");
    assert_true(gst_nvcc_add_gpu(&nvcc, 89, &options, &is_native));
    assert_false(is_native);
    assert_int_equal(options.count, 3);
    assert_string_equal(options.texts[2], "-gencode=arch=compute_75,code=compute_75");
    assert_false(gst_nvcc_add_gpu(&nvcc, 70, &options, &is_native));
    assert_int_equal(options.count, 3);
}

static void test_compile_nvcc__blame(void **state)
{
    static const struct {
        enum gst_tool_how how;
        const char *output;
        enum gst_finding_id finding;
        const char *said;
    } cases[] = {
        { GST_TOOL_EXITED, "", GST_IMAGE_NVCC_FAILED, "nothing" },
        { GST_TOOL_LATE, "", GST_IMAGE_NVCC_HANGS, "nothing" },
        { GST_TOOL_EXITED, "warning: x\na.cu(3): error: y\n", GST_IMAGE_NVCC_FAILED,
          "a.cu(3): error: y" },
        { GST_TOOL_EXITED,
          "gcc: No such file or directory\nnvcc fatal   : Failed to preprocess host compiler "
          "properties.\n",
          GST_IMAGE_HOST_COMPILER_MISSING, "Failed to preprocess host compiler properties." },
        { GST_TOOL_EXITED, "gcc: fatal error: cannot execute 'cc1plus': execvp\n",
          GST_IMAGE_HOST_COMPILER_MISSING, "cc1plus" },
        { GST_TOOL_EXITED, "h.h:140:2: error: #error -- unsupported GNU version! gcc versions\n",
          GST_IMAGE_HOST_COMPILER_UNSUPPORTED, "unsupported GNU version!" },
        { GST_TOOL_EXITED, "cc1plus: fatal error: cuda_runtime.h: No such file or directory\n",
          GST_IMAGE_CUDART_DEV_MISSING, "cuda_runtime.h" },
        { GST_TOOL_EXITED, "ld: cannot find -lcudadevrt\nerror\n", GST_IMAGE_CUDART_DEV_MISSING,
          "cannot find -lcudadevrt" },
        { GST_TOOL_EXITED, "nvcc fatal   : Unsupported gpu architecture 'sm_70'\n",
          GST_IMAGE_COMPILER_LACKS_GPU, "'sm_70'" },
        { GST_TOOL_EXITED,
          "fatal error: when writing output to /a/long/name/of/a/folder/and/another/one/which/is/"
          "long/and/longer/still/tmpxft_0001.cpp4.ii: No space left on device\n",
          GST_USER_SCRATCH_FULL, "cpp4.ii: No space left on device" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static struct gst_tool_end end;
        char said[160];

        memset(&end, 0, sizeof(end));
        end.how = cases[i].how;
        end.number = 1;
        snprintf(end.output, sizeof(end.output), "%s", cases[i].output);
        assert_int_equal(gst_nvcc_blame(&end, said, sizeof(said)), cases[i].finding);
        if (strstr(said, cases[i].said) == NULL || strchr(said, '\n') != NULL)
            fail_msg("'%s' does not say '%s'", said, cases[i].said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_nvcc__version),
        cmocka_unit_test(test_compile_nvcc__options),
        cmocka_unit_test(test_compile_nvcc__blame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
