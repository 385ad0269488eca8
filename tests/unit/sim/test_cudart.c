/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The doubles of libcudart: exports, versions, the shared primary context, the last error, and the
 * launch of a kernel from a library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "cuda_prototypes.h"
#include "cudart_prototypes.h"
#include "kernels/pack.h"
#include "kernels/vector_add.h"
#include "sim_machine.h"

static struct sim_spec spec;

#define X_EXPORT(result, name, version, arguments, needed) #name #version,
static const char *always[] = { GST_CUDART_API_SINCE_11080(X_EXPORT)
                                    GST_CUDART_API_SINCE_12040(X_EXPORT) };
static const char *later[] = { GST_CUDART_API_SINCE_13000(X_EXPORT) };

static void test_cudart__exports_every_row(void **state)
{
    static const struct {
        const char *file;
        bool has_libraries;
    } rows[] = { { SIM_CUDART_DIR "/libcudart.so.13", true },
                 { SIM_CUDART_DIR "/libcudart.so.12", false },
                 { SIM_CUDART_DIR "/libcudart.so.11.0", false } };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *library = dlopen(rows[i].file, RTLD_NOW | RTLD_LOCAL);

        assert_non_null(library);
        for (size_t k = 0; k < sizeof always / sizeof always[0]; k++) {
            if (dlsym(library, always[k]) == NULL)
                fail_msg("%s: no %s", rows[i].file, always[k]);
        }
        for (size_t k = 0; k < sizeof later / sizeof later[0]; k++)
            assert_int_equal(dlsym(library, later[k]) != NULL, rows[i].has_libraries);
        assert_non_null(strstr(dlsym(library, "gpu_selftest_double"), "simulated"));
        dlclose(library);
    }
}

/* What one program sees that uses only the runtime: a child of its own for each machine. */
static int count_devices_with(int driver_cuda, bool has_driver, bool is_stub, unsigned gpus)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        int count = 77;
        spec.driver_cuda = driver_cuda;
        spec.has_driver = has_driver;
        spec.is_stub = is_stub;
        spec.gpu_count = gpus;
        sim_world_use(&spec);
        cudaError_t error = cudaGetDeviceCount(&count);
        /* On failure the count stays as it was. */
        if (error != cudaSuccess && (count != 77 || cudaPeekAtLastError() != error))
            _exit(255);
        _exit(error);
    }
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static void test_cudart__no_gpu_matrix(void **state)
{
    (void)state;
    assert_int_equal(count_devices_with(13000, true, false, 3), 0);
    assert_int_equal(count_devices_with(13020, true, false, 3), 0);
    assert_int_equal(count_devices_with(12090, true, false, 3), 35); /* older major */
    assert_int_equal(count_devices_with(13000, false, false, 3), 35);
    assert_int_equal(count_devices_with(13000, true, false, 0), 100);
    assert_int_equal(count_devices_with(13000, true, true, 3), 34);
}

static void test_cudart__versions(void **state)
{
    int version = 0;

    (void)state;
    assert_int_equal(cudaRuntimeGetVersion(&version), cudaSuccess);
    assert_int_equal(version, 13000);
    assert_int_equal(cudaDriverGetVersion(&version), cudaSuccess);
    assert_int_equal(version, 13000);
}

static void test_cudart__follows_the_drivers_current_context(void **state)
{
    CUcontext second = NULL, current = NULL;
    int device = -1;
    void *p = NULL;

    (void)state;
    assert_int_equal(cudaFree(NULL), cudaSuccess);
    assert_int_equal(cuCtxGetCurrent(&current), CUDA_SUCCESS);
    assert_non_null(current); /* the primary context of device 0 */
    assert_int_equal(cudaGetDevice(&device), cudaSuccess);
    assert_int_equal(device, 0);
    assert_int_equal(cuDevicePrimaryCtxRetain(&second, 1), CUDA_SUCCESS);
    assert_int_equal(cuCtxSetCurrent(second), CUDA_SUCCESS);
    assert_int_equal(cudaGetDevice(&device), cudaSuccess);
    assert_int_equal(device, 1);
    assert_int_equal(cudaMalloc(&p, 100), cudaSuccess);
    assert_int_equal(
        cuPointerGetAttribute(&device, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, (CUdeviceptr)p),
        CUDA_SUCCESS);
    assert_int_equal(device, 1);
    assert_int_equal(cudaFree(p), cudaSuccess);
    assert_int_equal(cudaSetDevice(0), cudaSuccess);
    assert_int_equal(cuCtxGetCurrent(&second), CUDA_SUCCESS);
    assert_ptr_equal(second, current);
    assert_int_equal(cuDevicePrimaryCtxRelease_v2(1), CUDA_SUCCESS);
}

static void test_cudart__last_error(void **state)
{
    void *p = NULL;

    (void)state;
    assert_int_equal(cudaGetLastError(), cudaSuccess);
    assert_int_equal(cudaMalloc(NULL, 1), cudaErrorInvalidValue);
    assert_int_equal(cudaMalloc(&p, 1), cudaSuccess); /* success forgets nothing */
    assert_int_equal(cudaPeekAtLastError(), cudaErrorInvalidValue);
    assert_int_equal(cudaGetLastError(), cudaErrorInvalidValue);
    assert_int_equal(cudaGetLastError(), cudaSuccess);
    assert_int_equal(cudaFree(p), cudaSuccess);
    assert_int_equal(cudaSetDevice(3), cudaErrorInvalidDevice);
    assert_int_equal(cudaGetLastError(), cudaErrorInvalidDevice);
    assert_string_equal(cudaGetErrorName(cudaErrorInvalidDevice), "cudaErrorInvalidDevice");
}

static void test_cudart__copy_directions(void **state)
{
    char host[16] = "0123456789abcde", back[16] = "";
    void *p = NULL;

    (void)state;
    assert_int_equal(cudaMalloc(&p, 16), cudaSuccess);
    assert_int_equal(cudaMemcpy(p, host, 16, cudaMemcpyHostToDevice), cudaSuccess);
    assert_int_equal(cudaMemcpy(back, p, 16, cudaMemcpyDefault), cudaSuccess);
    assert_string_equal(back, "0123456789abcde");
    assert_int_equal(cudaMemcpy(p, host, 16, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
    assert_int_equal(cudaMemcpy(host, p, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
    assert_int_equal(cudaMemcpy(p, host, 16, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue);
    assert_int_equal(cudaMemcpy(p, host, 16, (enum cudaMemcpyKind)9),
                     cudaErrorInvalidMemcpyDirection);
    assert_int_equal(cudaMemcpy(p, host, 17, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
    assert_int_equal(cudaMemset(p, 0x7a, 8), cudaSuccess);
    assert_int_equal(cudaMemcpy(back, p, 16, cudaMemcpyDeviceToHost), cudaSuccess);
    assert_string_equal(back, "zzzzzzzz89abcde");
    assert_int_equal(cudaFree(p), cudaSuccess);
    cudaGetLastError();
}

static const void *vector_add_image(void)
{
    for (size_t i = 0; i < gst_kernel_image_count; i++) {
        const struct gst_kernel_image *image = &gst_kernel_images[i];

        if (strcmp(image->file, "vector_add") == 0 && !image->ptx_only
            && image->toolkit_version / 1000 == 13)
            return image->data;
    }
    return NULL;
}

/* The same kernel handle on two devices: it belongs to neither. */
static void test_cudart__library_kernel_runs_on_any_device(void **state)
{
    enum { N = 1001 };
    const dim3 grid = { 3, 1, 1 }, block = { 64, 1, 1 }, too_many = { 1025, 1, 1 };
    cudaLibrary_t library = NULL;
    cudaKernel_t kernel = NULL;

    (void)state;
    if (vector_add_image() == NULL)
        skip();
    assert_int_equal(
        cudaLibraryLoadData(&library, vector_add_image(), NULL, NULL, 0, NULL, NULL, 0),
        cudaSuccess);
    assert_int_equal(cudaLibraryGetKernel(&kernel, library, "no_such_kernel"),
                     cudaErrorSymbolNotFound);
    assert_int_equal(cudaLibraryGetKernel(&kernel, library, "vector_add"), cudaSuccess);
    for (int device = 0; device < 2; device++) {
        float host[N], sum[N];
        void *a = NULL, *c = NULL;

        assert_int_equal(cudaSetDevice(device), cudaSuccess);
        for (int i = 0; i < N; i++)
            host[i] = (float)(i + device);
        assert_int_equal(cudaMalloc(&a, sizeof host), cudaSuccess);
        assert_int_equal(cudaMalloc(&c, sizeof host), cudaSuccess);
        assert_int_equal(cudaMemcpy(a, host, sizeof host, cudaMemcpyHostToDevice), cudaSuccess);
        struct gst_vector_add_args args = { a, a, c, N, NULL };
        void *arguments[] = { &args };
        assert_int_equal(cudaLaunchKernel(kernel, grid, too_many, arguments, 0, NULL),
                         cudaErrorInvalidConfiguration);
        assert_int_equal(cudaLaunchKernel(host, grid, block, arguments, 0, NULL),
                         cudaErrorInvalidDeviceFunction);
        cudaGetLastError();
        assert_int_equal(cudaLaunchKernel(kernel, grid, block, arguments, 0, NULL), cudaSuccess);
        assert_int_equal(cudaMemcpy(sum, c, sizeof sum, cudaMemcpyDeviceToHost), cudaSuccess);
        for (int i = 0; i < N; i++)
            assert_true(sum[i] == (float)(2 * (i + device)));
        assert_int_equal(cudaFree(a), cudaSuccess);
        assert_int_equal(cudaFree(c), cudaSuccess);
    }
    assert_int_equal(cudaLibraryUnload(library), cudaSuccess);
    assert_int_equal(cudaLibraryUnload(library), cudaErrorInvalidResourceHandle);
    cudaGetLastError();
    assert_int_equal(cudaSetDevice(0), cudaSuccess);
}

static void test_cudart__not_ready_is_no_last_error(void **state)
{
    cudaStream_t stream;
    void *p = NULL;

    (void)state;
    assert_int_equal(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
    assert_int_equal(cudaMalloc(&p, 100000000), cudaSuccess);
    assert_int_equal(cudaMemsetAsync(p, 0, 100000000, stream), cudaSuccess);
    assert_int_equal(cudaStreamQuery(stream), cudaErrorNotReady);
    assert_int_equal(cudaGetLastError(), cudaSuccess);
    assert_int_equal(cudaDeviceSynchronize(), cudaSuccess);
    assert_int_equal(cudaStreamQuery(stream), cudaSuccess);
    assert_int_equal(cudaFree(p), cudaSuccess);
    assert_int_equal(cudaStreamDestroy(stream), cudaSuccess);
}

static int start(void **state)
{
    (void)state;
    sim_machine_three_gpus(&spec);
    sim_world_use(&spec);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cudart__exports_every_row),
        cmocka_unit_test(test_cudart__no_gpu_matrix), /* before this process touches a double */
        cmocka_unit_test(test_cudart__versions),
        cmocka_unit_test(test_cudart__follows_the_drivers_current_context),
        cmocka_unit_test(test_cudart__last_error),
        cmocka_unit_test(test_cudart__copy_directions),
        cmocka_unit_test(test_cudart__library_kernel_runs_on_any_device),
        cmocka_unit_test(test_cudart__not_ready_is_no_last_error),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
