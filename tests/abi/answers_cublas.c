/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real cuBLAS on a machine without a driver, opened as the suite opens it: what it says of
 * itself, and that it refuses to work. Usage: answers_cublas FOLDER VERSION, the folder on the
 * library path and the version as the header beside the library has it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/blas_libs.h"

static int failures;

__attribute__((format(printf, 2, 3))) static void expect(bool is_so, const char *format, ...)
{
    va_list list;

    if (is_so)
        return;
    failures++;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    putchar('\n');
}

static void expect_files(const struct gst_blas_libs *libs, bool is_double, const char *folder,
                         int major)
{
    char soname[32];

    snprintf(soname, sizeof soname, "libcublas.so.%d", major);
    expect(strcmp(libs->cublas_library.soname, soname) == 0, "opened '%s', not '%s'",
           libs->cublas_library.soname, soname);
    snprintf(soname, sizeof soname, "libcublasLt.so.%d", major);
    expect(libs->cublaslt_library.handle != NULL
               && strcmp(libs->cublaslt_library.soname, soname) == 0,
           "no '%s': %s", soname, libs->cublaslt_library.problem);
    expect(strncmp(libs->cublas_library.path, folder, strlen(folder)) == 0, "'%s' is not in '%s'",
           libs->cublas_library.path, folder);
    expect(libs->cublas_library.is_double == is_double
               && libs->cublaslt_library.is_double == is_double,
           is_double ? "not doubles" : "doubles");
}

static void expect_version(const struct gst_blas_libs *libs, int version)
{
    int parts[3] = { 0 };

    expect(libs->cublas.cublasGetProperty(MAJOR_VERSION, &parts[0]) == CUBLAS_STATUS_SUCCESS
               && libs->cublas.cublasGetProperty(MINOR_VERSION, &parts[1]) == CUBLAS_STATUS_SUCCESS
               && libs->cublas.cublasGetProperty(PATCH_LEVEL, &parts[2]) == CUBLAS_STATUS_SUCCESS,
           "cuBLAS does not tell its version");
    expect(parts[0] * 10000 + parts[1] * 100 + parts[2] == version, "cuBLAS is %d.%d.%d, not %d",
           parts[0], parts[1], parts[2], version);
    expect(libs->cublaslt.cublasLtGetVersion() == (size_t)version, "cublasLt is %zu, not %d",
           libs->cublaslt.cublasLtGetVersion(), version);
    expect((int)libs->cublas.cublasGetCudartVersion() / 1000 == version / 10000,
           "made with CUDA %zu", libs->cublas.cublasGetCudartVersion());
}

/* Not only those without which it would not have been opened. */
static void expect_functions(const struct gst_blas_libs *libs)
{
#define THERE(result, name, version, arguments, needed)                                            \
    expect(libs->cublas.name != NULL, "no function '%s'", #name #version);
    GST_CUBLAS_API(THERE)
#undef THERE
    expect(libs->cublaslt.cublasLtGetCudartVersion != NULL,
           "no function 'cublasLtGetCudartVersion'");
}

/* Our rows have the real names, which is what messages show. */
static void expect_names(const struct gst_blas_libs *libs)
{
    static const struct {
        cublasStatus_t status;
        const char *name;
    } rows[] = {
#define NAMED(name, value) { name, #name },
        GST_CUBLAS_RESULTS(NAMED)
#undef NAMED
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *name = libs->cublas.cublasGetStatusName(rows[i].status);

        expect(strcmp(name, rows[i].name) == 0, "%d is '%s', not '%s'", rows[i].status, name,
               rows[i].name);
        expect(libs->cublas.cublasGetStatusString(rows[i].status)[0] != '\0', "%d has no text",
               rows[i].status);
    }
}

static void expect_status(const char *call, cublasStatus_t seen, cublasStatus_t wanted)
{
    expect(seen == wanted, "%s: status %d, not %d", call, seen, wanted);
}

/* Observed of 11.11.3, 12.4.5 and 13.1.0. */
static void expect_refusals(const struct gst_blas_libs *libs)
{
    const struct gst_cublas *blas = &libs->cublas;
    const cublasStatus_t none = CUBLAS_STATUS_NOT_INITIALIZED,
                         invalid = CUBLAS_STATUS_INVALID_VALUE;
    const float one = 1, zero = 0;
    float numbers[3] = { 1, 2, 3 };
    cublasHandle_t handle = NULL;
    cublasMath_t mode = CUBLAS_DEFAULT_MATH;
    int value = 0;

    expect_status("cublasCreate", blas->cublasCreate(&handle), none);
    expect(handle == NULL, "cublasCreate: handle %p", (void *)handle);
    expect_status("cublasCreate(NULL)", blas->cublasCreate(NULL), invalid);
    expect_status("cublasDestroy(NULL)", blas->cublasDestroy(NULL), none);
    expect_status("cublasGetVersion(NULL)", blas->cublasGetVersion(NULL, &value), 0);
    expect_status("cublasGetVersion(NULL, NULL)", blas->cublasGetVersion(NULL, NULL), invalid);
    expect_status("cublasGetProperty(.., NULL)", blas->cublasGetProperty(MAJOR_VERSION, NULL),
                  invalid);
    expect_status("cublasGetProperty(99)", blas->cublasGetProperty((libraryPropertyType)99, &value),
                  invalid);
    expect_status("cublasSetStream(NULL)", blas->cublasSetStream(NULL, NULL), none);
    expect_status("cublasSetWorkspace(NULL)", blas->cublasSetWorkspace(NULL, NULL, 0), none);
    expect_status("cublasSetMathMode(NULL)", blas->cublasSetMathMode(NULL, mode), none);
    expect_status("cublasGetMathMode(NULL)", blas->cublasGetMathMode(NULL, &mode), none);
    expect_status("cublasSetPointerMode(NULL)",
                  blas->cublasSetPointerMode(NULL, CUBLAS_POINTER_MODE_HOST), none);
    expect_status("cublasSetAtomicsMode(NULL)",
                  blas->cublasSetAtomicsMode(NULL, CUBLAS_ATOMICS_NOT_ALLOWED), none);
    expect_status("cublasSgemm(NULL)",
                  blas->cublasSgemm(NULL, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, numbers, 1,
                                    numbers + 1, 1, &zero, numbers + 2, 1),
                  none);
    expect_status("cublasGemmEx(NULL)",
                  blas->cublasGemmEx(NULL, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, numbers,
                                     CUDA_R_32F, 1, numbers + 1, CUDA_R_32F, 1, &zero, numbers + 2,
                                     CUDA_R_32F, 1, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT),
                  none);
    expect(strcmp(blas->cublasGetStatusName(99), "unrecognized status") == 0, "99 is '%s'",
           blas->cublasGetStatusName(99));
}

int main(int count, char **arguments)
{
    struct gst_blas_libs libs;

    if (count != 4)
        return 2;
    if (!gst_blas_libs_open(&libs)) {
        printf("not open: %s\n", libs.cublas_library.problem);
        return 1;
    }
    expect_files(&libs, strcmp(arguments[1], "double") == 0, arguments[2],
                 atoi(arguments[3]) / 10000);
    expect_functions(&libs);
    expect_version(&libs, atoi(arguments[3]));
    expect_names(&libs);
    expect_refusals(&libs);
    gst_blas_libs_close(&libs);
    return failures > 0;
}
