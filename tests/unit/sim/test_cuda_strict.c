/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Misuse, each with the error that NVIDIA's documentation gives it, or with a report where a real
 * driver would let it pass. What must not spoil the process runs in a child of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "cuda_fixture.h"
#include "kernels/pack.h"
#include "kernels/vector_add.h"
#include "model/strict.h"
#include "sim_machine.h"

static struct sim_spec spec;

static void test_cuda_strict__before_init(void **state)
{
    int count = 0, version = 0;
    CUdeviceptr p = 0;

    (void)state; /* runs first */
    assert_int_equal(cuDeviceGetCount(&count), CUDA_ERROR_NOT_INITIALIZED);
    assert_int_equal(cuMemAlloc_v2(&p, 1), CUDA_ERROR_NOT_INITIALIZED);
    assert_int_equal(cuDriverGetVersion(&version), CUDA_SUCCESS);
    assert_int_equal(version, 13000);
    assert_int_equal(cuInit(1), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuInit(0), CUDA_SUCCESS);
    assert_int_equal(cuMemAlloc_v2(&p, 1), CUDA_ERROR_INVALID_CONTEXT);
}

static void test_cuda_strict__released_context_is_gone(void **state)
{
    CUcontext context, again;
    CUdeviceptr p = 0;

    (void)state;
    assert_int_equal(cuDevicePrimaryCtxRetain(&context, 0), CUDA_SUCCESS);
    assert_int_equal(cuCtxSetCurrent(context), CUDA_SUCCESS);
    p = allocate(10);
    assert_int_equal(cuDevicePrimaryCtxRelease_v2(0), CUDA_SUCCESS);
    assert_int_equal(cuMemFree_v2(p), CUDA_ERROR_CONTEXT_IS_DESTROYED);
    assert_int_equal(cuDevicePrimaryCtxRelease_v2(0), CUDA_ERROR_INVALID_CONTEXT);
    assert_int_equal(cuCtxSetCurrent(context), CUDA_ERROR_INVALID_CONTEXT);
    assert_int_equal(cuDevicePrimaryCtxRetain(&again, 0), CUDA_SUCCESS);
    assert_int_equal(cuCtxSetCurrent(again), CUDA_SUCCESS);
    assert_int_equal(cuMemFree_v2(p), CUDA_ERROR_INVALID_VALUE); /* went with its context */
    assert_int_equal(cuDevicePrimaryCtxRelease_v2(0), CUDA_SUCCESS);
    assert_int_equal(cuCtxSetCurrent(NULL), CUDA_SUCCESS);
}

static void test_cuda_strict__fork_after_init(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        int count = 0;
        unsigned before = sim_strict_count();
        CUresult error = cuDeviceGetCount(&count);
        _exit(error == CUDA_ERROR_NOT_INITIALIZED && sim_strict_count() == before + 1 ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void test_cuda_strict__memory(void **state)
{
    CUdeviceptr p = allocate(1000), freed = allocate(1000);
    char host[1002] = "";
    size_t available = 0, total = 0;
    CUdeviceptr all = 0;

    (void)state;
    assert_int_equal(cuMemFree_v2(freed), CUDA_SUCCESS);
    unsigned before = sim_strict_count();
    assert_int_equal(cuMemFree_v2(freed), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(sim_strict_count(), before + 1);
    assert_int_equal(cuMemFree_v2(p + 256), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuMemcpyHtoD_v2(p, host, 1000), CUDA_SUCCESS);
    assert_int_equal(cuMemcpyHtoD_v2(p, host, 1001), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuMemcpyHtoD_v2(p + 1, host, 1000), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuMemcpyHtoD_v2(freed, host, 1), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuMemcpyDtoH_v2(host, freed, 1), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuMemcpyHtoD_v2((CUdeviceptr)host, host, 1), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuMemsetD8Async(p, 0, 1001, NULL), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuMemsetD32Async(p + 2, 0, 1, NULL), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuMemAlloc_v2(&all, 0), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuMemGetInfo_v2(&available, &total), CUDA_SUCCESS);
    assert_int_equal(total, 17179869184);
    assert_int_equal(available, 17179869184 - 536870912 - 1024); /* 512 MiB context, two pages */
    assert_int_equal(cuMemAlloc_v2(&all, available + 1), CUDA_ERROR_OUT_OF_MEMORY);
    assert_int_equal(cuMemAlloc_v2(&all, (size_t)15 << 30), CUDA_SUCCESS);
    assert_int_equal(cuMemAlloc_v2(&freed, (size_t)1 << 30), CUDA_ERROR_OUT_OF_MEMORY);
    assert_int_equal(cuMemFree_v2(all), CUDA_SUCCESS);
    assert_int_equal(cuMemAlloc_v2(&freed, (size_t)1 << 30), CUDA_SUCCESS);
}

static void test_cuda_strict__events_and_streams(void **state)
{
    CUevent event, untimed, never;
    CUstream stream, elsewhere;
    float milliseconds = 0;

    (void)state;
    assert_int_equal(cuEventCreate(&event, 0), CUDA_SUCCESS);
    assert_int_equal(cuEventCreate(&never, 0), CUDA_SUCCESS);
    assert_int_equal(cuEventCreate(&untimed, CU_EVENT_DISABLE_TIMING), CUDA_SUCCESS);
    assert_int_equal(cuEventCreate(&event, 64), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuStreamCreate(&stream, 64), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuStreamCreate(&stream, 0), CUDA_SUCCESS);
    cuCtxSetCurrent(contexts[1]);
    assert_int_equal(cuStreamCreate(&elsewhere, 0), CUDA_SUCCESS);
    cuCtxSetCurrent(contexts[0]);
    assert_int_equal(cuEventRecord(event, elsewhere), CUDA_ERROR_INVALID_HANDLE);
    assert_int_equal(cuEventRecord(event, stream), CUDA_SUCCESS);
    assert_int_equal(cuEventRecord(untimed, stream), CUDA_SUCCESS);
    assert_int_equal(cuEventSynchronize(event), CUDA_SUCCESS);
    assert_int_equal(cuEventElapsedTime(&milliseconds, event, untimed), CUDA_ERROR_INVALID_HANDLE);
    assert_int_equal(cuEventElapsedTime(&milliseconds, event, never), CUDA_ERROR_INVALID_HANDLE);
    assert_int_equal(cuEventQuery(never), CUDA_SUCCESS);
    assert_int_equal(cuStreamWaitEvent(elsewhere, event, 0), CUDA_SUCCESS);
    assert_int_equal(cuEventDestroy_v2(event), CUDA_SUCCESS);
    assert_int_equal(cuEventDestroy_v2(event), CUDA_ERROR_INVALID_HANDLE);
    assert_int_equal(cuEventSynchronize(event), CUDA_ERROR_INVALID_HANDLE);
    assert_int_equal(cuStreamDestroy_v2(stream), CUDA_SUCCESS);
    assert_int_equal(cuStreamSynchronize(stream), CUDA_ERROR_INVALID_HANDLE);
}

static void test_cuda_strict__peers(void **state)
{
    (void)state;
    assert_int_equal(cuCtxEnablePeerAccess(contexts[0], 0), CUDA_ERROR_INVALID_CONTEXT);
    assert_int_equal(cuCtxEnablePeerAccess(contexts[2], 0), CUDA_ERROR_PEER_ACCESS_UNSUPPORTED);
    assert_int_equal(cuCtxEnablePeerAccess(contexts[1], 1), CUDA_ERROR_INVALID_VALUE);
    assert_int_equal(cuCtxDisablePeerAccess(contexts[1]), CUDA_ERROR_PEER_ACCESS_NOT_ENABLED);
    assert_int_equal(cuCtxEnablePeerAccess(contexts[1], 0), CUDA_SUCCESS);
    assert_int_equal(cuCtxEnablePeerAccess(contexts[1], 0), CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
    assert_int_equal(cuCtxDisablePeerAccess(contexts[1]), CUDA_SUCCESS);
}

static void test_cuda_strict__launches(void **state)
{
    static const struct {
        unsigned grid[3], block[3], shared_bytes;
        CUresult expected;
    } rows[] = {
        { { 1, 1, 1 }, { 1, 1, 1 }, 0, CUDA_SUCCESS },
        { { 2147483647, 1, 1 }, { 0, 1, 1 }, 0, CUDA_ERROR_INVALID_VALUE },
        { { 0, 1, 1 }, { 1, 1, 1 }, 0, CUDA_ERROR_INVALID_VALUE },
        { { 2147483648u, 1, 1 }, { 1, 1, 1 }, 0, CUDA_ERROR_INVALID_VALUE },
        { { 1, 65536, 1 }, { 1, 1, 1 }, 0, CUDA_ERROR_INVALID_VALUE },
        { { 1, 1, 65536 }, { 1, 1, 1 }, 0, CUDA_ERROR_INVALID_VALUE },
        { { 1, 1, 1 }, { 1024, 1, 1 }, 0, CUDA_SUCCESS },
        { { 1, 1, 1 }, { 1025, 1, 1 }, 0, CUDA_ERROR_INVALID_VALUE },
        { { 1, 1, 1 }, { 1, 1, 65 }, 0, CUDA_ERROR_INVALID_VALUE },
        { { 1, 1, 1 }, { 32, 32, 2 }, 0, CUDA_ERROR_INVALID_VALUE },
        { { 1, 1, 1 }, { 32, 1, 1 }, 49152, CUDA_SUCCESS },
        { { 1, 1, 1 }, { 32, 1, 1 }, 49153, CUDA_ERROR_INVALID_VALUE },
    };
    CUfunction function = load("vector_add", false);
    struct gst_vector_add_args args = { 0 };
    void *parameters[] = { &args };

    (void)state;
    if (function == NULL)
        skip();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CUresult error = cuLaunchKernel(function, rows[i].grid[0], rows[i].grid[1], rows[i].grid[2],
                                        rows[i].block[0], rows[i].block[1], rows[i].block[2],
                                        rows[i].shared_bytes, NULL, parameters, NULL);

        if (error != rows[i].expected)
            fail_msg("row %zu: %d", i, error);
    }
    assert_int_equal(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL),
                     CUDA_ERROR_INVALID_VALUE);
    cuCtxSetCurrent(contexts[1]);
    assert_int_equal(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, parameters, NULL),
                     CUDA_ERROR_INVALID_HANDLE);
}

static void test_cuda_strict__parameter_buffer(void **state)
{
    CUfunction function = load("vector_add", false);
    struct gst_vector_add_args args = { 0 };
    size_t right = sizeof args, wrong = sizeof args - 1;
    void *good[] = { (void *)1, &args, (void *)2, &right, NULL };
    void *bad[] = { (void *)1, &args, (void *)2, &wrong, NULL };

    (void)state;
    if (function == NULL)
        skip();
    assert_int_equal(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, good), CUDA_SUCCESS);
    assert_int_equal(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, bad),
                     CUDA_ERROR_INVALID_VALUE);
}

/* A bad pointer in a kernel: the launch succeeds, the next wait fails, and so does all else. */
static void test_cuda_strict__illegal_address_is_sticky(void **state)
{
    CUfunction function = load("vector_add", false);
    float pageable[8] = { 0 };
    CUdeviceptr fine = allocate(32), freed = allocate(32), short_one = allocate(16), foreign;
    CUdeviceptr p = 0;

    (void)state;
    if (function == NULL)
        skip();
    assert_int_equal(cuMemFree_v2(freed), CUDA_SUCCESS);
    cuCtxSetCurrent(contexts[1]);
    foreign = allocate(32);
    cuCtxSetCurrent(contexts[0]);
    const CUdeviceptr bad[] = { freed, short_one, foreign, (CUdeviceptr)pageable, 0 };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gst_vector_add_args args = { (const float *)fine, (const float *)fine,
                                            (float *)bad[i], 8, NULL };
        void *parameters[] = { &args };

        assert_int_equal(cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, NULL, parameters, NULL),
                         CUDA_SUCCESS);
        assert_int_equal(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
        assert_int_equal(cuMemAlloc_v2(&p, 1), CUDA_ERROR_ILLEGAL_ADDRESS);
        assert_int_equal(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
        /* A new primary context is well again. */
        teardown(NULL);
        setup(NULL);
        function = load("vector_add", false);
        fine = allocate(32);
        assert_int_equal(cuCtxSynchronize(), CUDA_SUCCESS);
    }
}

static void test_cuda_strict__images(void **state)
{
    static char text[] = "this is no image at all, but long enough to look at";
    const struct gst_kernel_image *image = image_of("vector_add", false, 13);
    CUmodule module = NULL;
    CUfunction function = NULL;

    (void)state;
    assert_int_equal(cuModuleLoadDataEx(&module, text, 0, NULL, NULL), CUDA_ERROR_INVALID_IMAGE);
    assert_int_equal(cuModuleLoadDataEx(&module, NULL, 0, NULL, NULL), CUDA_ERROR_INVALID_VALUE);
    if (image == NULL)
        skip();
    char *cut = malloc(image->size_bytes);
    memcpy(cut, image->data, image->size_bytes / 2);
    memset(cut + image->size_bytes / 2, 0, image->size_bytes - image->size_bytes / 2);
    assert_int_equal(cuModuleLoadDataEx(&module, cut, 0, NULL, NULL), CUDA_ERROR_INVALID_IMAGE);
    free(cut);
    assert_int_equal(cuModuleLoadDataEx(&module, image->data, 0, NULL, NULL), CUDA_SUCCESS);
    assert_int_equal(cuModuleGetFunction(&function, module, "no_such_kernel"),
                     CUDA_ERROR_NOT_FOUND);
    assert_int_equal(cuModuleUnload(module), CUDA_SUCCESS);
    assert_int_equal(cuModuleUnload(module), CUDA_ERROR_INVALID_HANDLE);
}

static void test_cuda_strict__pending_work_on_freed_memory_is_reported(void **state)
{
    CUdeviceptr p = allocate(100000000);

    (void)state;
    assert_int_equal(cuMemsetD8Async(p, 0, 100000000, NULL), CUDA_SUCCESS);
    unsigned before = sim_strict_count();
    assert_int_equal(cuMemFree_v2(p), CUDA_SUCCESS);
    assert_int_equal(sim_strict_count(), before + 1);
}

static int start(void **state)
{
    (void)state;
    sim_machine_three_gpus(&spec);
    sim_world_use(&spec);
    return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuda_strict__before_init),
        cmocka_unit_test(test_cuda_strict__released_context_is_gone),
        cmocka_unit_test(test_cuda_strict__fork_after_init),
        CASE(test_cuda_strict__memory),
        CASE(test_cuda_strict__events_and_streams),
        CASE(test_cuda_strict__peers),
        CASE(test_cuda_strict__launches),
        CASE(test_cuda_strict__parameter_buffer),
        CASE(test_cuda_strict__illegal_address_is_sticky),
        CASE(test_cuda_strict__images),
        CASE(test_cuda_strict__pending_work_on_freed_memory_is_reported),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
