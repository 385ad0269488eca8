/* SPDX-License-Identifier: Apache-2.0 */
/* Words of nvcc, and what it is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
        { GST_TOOL_EXITED, "sh: 0: Cannot fork\n", GST_USER_PROCESS_LIMIT, "Cannot fork" },
        { GST_TOOL_EXITED,
          "gcc: fatal error: cannot execute 'cc1plus': vfork: Resource temporarily unavailable\n",
          GST_USER_PROCESS_LIMIT, "Resource temporarily unavailable" },
        { GST_TOOL_EXITED, "nvcc error   : 'cicc' died due to signal 9 (Kill signal)\n",
          GST_SUITE_OUT_OF_MEMORY, "'cicc' died" },
        { GST_TOOL_EXITED, "gcc: fatal error: Killed signal terminated program cc1plus\n",
          GST_SUITE_OUT_OF_MEMORY, "program cc1plus" },
        { GST_TOOL_EXITED, "cc1plus: out of memory allocating 65536 bytes after 4 bytes\n",
          GST_SUITE_OUT_OF_MEMORY, "65536 bytes" },
        { GST_TOOL_EXITED,
          "g++: fatal error: cannot execute 'as': posix_spawn: Cannot allocate memory\n",
          GST_SUITE_OUT_OF_MEMORY, "Cannot allocate memory" },
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

static void test_compile_nvcc__limits(void **state)
{
    static const struct {
        enum gst_tool_how how;
        int number;
        enum gst_finding_id finding;
    } cases[] = {
        { GST_TOOL_NOT_STARTED, EAGAIN, GST_USER_PROCESS_LIMIT },
        { GST_TOOL_NOT_STARTED, ENOMEM, GST_SUITE_OUT_OF_MEMORY },
        { GST_TOOL_NOT_STARTED, ENOENT, GST_IMAGE_NVCC_FAILED },
        { GST_TOOL_KILLED, SIGKILL, GST_SUITE_OUT_OF_MEMORY },
        { GST_TOOL_KILLED, SIGSEGV, GST_IMAGE_NVCC_FAILED },
        { GST_TOOL_EXITED, SIGKILL, GST_IMAGE_NVCC_FAILED },
        { GST_TOOL_LATE, SIGKILL, GST_IMAGE_NVCC_HANGS },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static struct gst_tool_end end;
        char said[160];

        memset(&end, 0, sizeof(end));
        end.how = cases[i].how;
        end.number = cases[i].number;
        assert_int_equal(gst_nvcc_blame(&end, said, sizeof(said)), cases[i].finding);
        assert_string_equal(said, "nothing");
    }
}

static bool can_run(const char *path, mode_t mode)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

    return fd >= 0 && close(fd) == 0;
}

/* A folder of a source tree that is called so hides none. */
static void test_compile_nvcc__is_a_file(void **state)
{
    char top[] = "/tmp/gst-nvcc-XXXXXX", path[64], folder[64], file[64], all[160];
    struct gst_nvcc nvcc;

    (void)state;
    assert_non_null(mkdtemp(top));
    snprintf(folder, sizeof(folder), "%s/a", top);
    snprintf(file, sizeof(file), "%s/b", top);
    assert_int_equal(mkdir(folder, 0700) | mkdir(file, 0700), 0);
    snprintf(path, sizeof(path), "%s/nvcc", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/nvcc", file);
    assert_true(can_run(path, 0700));
    snprintf(all, sizeof(all), "%s:%s", folder, file);
    setenv("PATH", all, 1);
    assert_true(gst_nvcc_find(&nvcc));
    assert_string_equal(nvcc.path, path);
    unlink(path);
    rmdir(file);
    snprintf(path, sizeof(path), "%s/nvcc", folder);
    rmdir(path);
    rmdir(folder);
    rmdir(top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_nvcc__limits),
        cmocka_unit_test(test_compile_nvcc__is_a_file),
        cmocka_unit_test(test_compile_nvcc__version),
        cmocka_unit_test(test_compile_nvcc__options),
        cmocka_unit_test(test_compile_nvcc__blame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
