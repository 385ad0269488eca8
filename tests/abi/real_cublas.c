/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real cuBLAS on a machine without a driver, opened as the suite opens it: what it says of
 * itself, and that it refuses to work. Usage: real_cublas FOLDER VERSION, the folder on the library
 * path and the version as the header beside the library has it.
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

static void expect_files(const struct gst_blas_libs *libs, const char *folder, int major)
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
    expect(!libs->cublas_library.is_double && !libs->cublaslt_library.is_double, "a double");
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

static void expect_refusals(const struct gst_blas_libs *libs)
{
    const float one = 1, zero = 0;
    float numbers[3] = { 1, 2, 3 };
    cublasHandle_t handle = NULL;
    cublasStatus_t status = libs->cublas.cublasCreate(&handle);

    expect(status == CUBLAS_STATUS_NOT_INITIALIZED && handle == NULL,
           "cublasCreate: status %d, handle %p", status, (void *)handle);
    status = libs->cublas.cublasSgemm(NULL, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, numbers, 1,
                                      numbers + 1, 1, &zero, numbers + 2, 1);
    expect(status == CUBLAS_STATUS_NOT_INITIALIZED, "cublasSgemm without a handle: status %d",
           status);
    expect(libs->cublas.cublasDestroy(NULL) == CUBLAS_STATUS_NOT_INITIALIZED,
           "cublasDestroy without a handle");
}

int main(int count, char **arguments)
{
    struct gst_blas_libs libs;

    if (count != 3)
        return 2;
    if (!gst_blas_libs_open(&libs)) {
        printf("not open: %s\n", libs.cublas_library.problem);
        return 1;
    }
    expect_files(&libs, arguments[1], atoi(arguments[2]) / 10000);
    expect_functions(&libs);
    expect_version(&libs, atoi(arguments[2]));
    expect_names(&libs);
    expect_refusals(&libs);
    gst_blas_libs_close(&libs);
    return failures > 0;
}
