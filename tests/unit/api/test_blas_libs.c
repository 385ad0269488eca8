/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which cuBLAS is opened where several majors, some or none are there. The loader reads its path
 * once, when a program starts: so each case is a program of its own, this one under another path,
 * over folders of links to the doubles. What is not a link there is an empty file, which keeps this
 * machine's own library out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/blas_libs.h"

static const char *const majors[] = { "11", "12", "13" };

/* The program under another path: one line of what was opened. */
static int tell(void)
{
    struct gst_blas_libs libs;
    const bool is_open = gst_blas_libs_open(&libs);

    printf("%s %s %s| %s\n", is_open ? libs.cublas_library.soname : "-",
           libs.cublaslt_library.handle != NULL ? libs.cublaslt_library.soname : "-",
           libs.cublas_library.is_double ? "double " : "", libs.cublas_library.problem);
    if (is_open
        && (libs.cublas.cublasSgemm == NULL || libs.cublas.cublasGetStatusName == NULL
            || libs.cublaslt.cublasLtGetVersion == NULL))
        puts("a function is missing");
    gst_blas_libs_close(&libs);
    gst_blas_libs_close(&libs);
    return 0;
}

static void put(const char *folder, const char *name, const char *major, bool is_there)
{
    char path[512], target[512];

    snprintf(path, sizeof path, "%s/%s.so.%s", folder, name, major);
    snprintf(target, sizeof target, "%s/%s.so.%s", SIM_LIB_DIR, name, major);
    unlink(path);
    if (is_there) {
        assert_int_equal(symlink(target, path), 0);
        return;
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

/* "12 13" for cuBLAS and the same for cublasLt: what was opened then. */
static const char *opened(const char *blas, const char *lt)
{
    static char line[512];
    char folder[] = "/tmp/test_blas_libs.XXXXXX", command[1024];

    assert_non_null(mkdtemp(folder));
    snprintf(command, sizeof command, "%s/libgpusim.so", folder);
    assert_int_equal(symlink(SIM_LIB_DIR "/libgpusim.so", command), 0);
    for (size_t i = 0; i < sizeof majors / sizeof majors[0]; i++) {
        put(folder, "libcublas", majors[i], strstr(blas, majors[i]) != NULL);
        put(folder, "libcublasLt", majors[i], strstr(lt, majors[i]) != NULL);
    }
    snprintf(command, sizeof command, "LD_LIBRARY_PATH=%s '%s' tell; rm -r %s", folder,
             TEST_BLAS_LIBS, folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    line[0] = '\0';
    assert_non_null(fgets(line, sizeof line, pipe));
    assert_int_equal(pclose(pipe), 0);
    return line;
}

static void expect(const char *blas, const char *lt, const char *wanted)
{
    const char *line = opened(blas, lt);

    if (strncmp(line, wanted, strlen(wanted)) != 0)
        fail_msg("cuBLAS %s, cublasLt %s: '%s'", blas, lt, line);
}

static void test_blas_libs__newest_major_with_its_own_lt(void **state)
{
    (void)state;
    expect("11 12 13", "11 12 13", "libcublas.so.13 libcublasLt.so.13 double |");
    expect("11 12", "11 12 13", "libcublas.so.12 libcublasLt.so.12 double |");
    expect("11", "11", "libcublas.so.11 libcublasLt.so.11 double |");
}

/* Without its cublasLt it cannot be loaded: the older one that is whole is taken. */
static void test_blas_libs__without_its_lt(void **state)
{
    (void)state;
    expect("12 13", "12", "libcublas.so.12 libcublasLt.so.12 double |");
    expect("13", "", "- - |");
}

static void test_blas_libs__none(void **state)
{
    (void)state;
    expect("", "11 12 13", "- - |");
}

static void test_blas_libs__names(void **state)
{
    (void)state;
    assert_string_equal(gst_blas_libs_name(0), "libcublas.so.13");
    assert_string_equal(gst_blas_libs_name(2), "libcublas.so.11");
    assert_null(gst_blas_libs_name(3));
    assert_null(gst_blas_libs_name(99));
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blas_libs__newest_major_with_its_own_lt),
        cmocka_unit_test(test_blas_libs__without_its_lt),
        cmocka_unit_test(test_blas_libs__none),
        cmocka_unit_test(test_blas_libs__names),
    };

    if (count == 2 && strcmp(arguments[1], "tell") == 0)
        return tell();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
