/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The double of libcuda, called as a program calls the real one: the whole path from cuInit to a
 * checked result, times against closed forms, and effects that happen no earlier than they must.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernels/pack.h"
#include "kernels/vector_add.h"
#include "cuda_fixture.h"
#include "sim_machine.h"

#define X_EXPORT(result, name, version, arguments, needed) #name #version,
static void test_cuda__exports_every_row(void **state)
{
    static const char *symbols[] = { GST_CUDA_API(X_EXPORT) };
    void *library = dlopen(SIM_CUDA_FILE, RTLD_NOW);

    (void)state;
    assert_non_null(library);
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        if (dlsym(library, symbols[i]) == NULL)
            fail_msg("%s is not exported", symbols[i]);
    }
    assert_non_null(strstr(dlsym(library, "gpu_selftest_double"), "simulated"));
    assert_null(dlsym(library, "cuNoSuchFunction"));
    dlclose(library);
}

static void test_cuda__devices_answer(void **state)
{
    char text[64], uuid[16] = { 0 };
    int count = 0, value = 0;
    size_t bytes = 0;

    (void)state;
    assert_int_equal(cuDeviceGetCount(&count), CUDA_SUCCESS);
    assert_int_equal(count, 3);
    assert_int_equal(cuDeviceGetName(text, sizeof text, 2), CUDA_SUCCESS);
    assert_string_equal(text, "Test GPU 2");
    assert_int_equal(cuDeviceGetPCIBusId(text, sizeof text, 2), CUDA_SUCCESS);
    assert_string_equal(text, "0000:1D:00.0");
    assert_int_equal(cuDeviceGetUuid_v2((CUuuid *)uuid, 2), CUDA_SUCCESS);
    assert_memory_equal(uuid, "\0\0\0\0\0\0\x40\0\x80\0\0\0\0\0\0\x02", 16);
    assert_int_equal(cuDeviceTotalMem_v2(&bytes, 0), CUDA_SUCCESS);
    assert_int_equal(bytes, 17179869184);
    assert_int_equal(cuDeviceGetAttribute(&value, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 0),
                     CUDA_SUCCESS);
    assert_int_equal(value, 132);
    assert_int_equal(cuDeviceCanAccessPeer(&value, 0, 1), CUDA_SUCCESS);
    assert_int_equal(value, 1);
    assert_int_equal(cuDeviceCanAccessPeer(&value, 0, 2), CUDA_SUCCESS);
    assert_int_equal(value, 0);
}

static void test_cuda__vector_add_end_to_end(void **state)
{
    enum { N = 1000003 };
    CUfunction function = load("vector_add", false);
    float *a = malloc(N * sizeof *a), *b = malloc(N * sizeof *b), *c = calloc(N, sizeof *c);
    uint32_t arch = 0;

    (void)state;
    if (function == NULL)
        skip();
    struct gst_vector_add_args args = { (const float *)allocate(N * 4),
                                        (const float *)allocate(N * 4), (float *)allocate(N * 4), N,
                                        (uint32_t *)allocate(4) };
    void *parameters[] = { &args };
    for (int i = 0; i < N; i++) {
        a[i] = (float)i;
        b[i] = (float)(2 * i + 1);
    }
    assert_int_equal(cuMemcpyHtoD_v2((CUdeviceptr)args.a, a, N * 4), CUDA_SUCCESS);
    assert_int_equal(cuMemcpyHtoD_v2((CUdeviceptr)args.b, b, N * 4), CUDA_SUCCESS);
    assert_int_equal(cuLaunchKernel(function, 264, 1, 1, 256, 1, 1, 0, NULL, parameters, NULL),
                     CUDA_SUCCESS);
    assert_int_equal(cuMemcpyDtoH_v2(c, (CUdeviceptr)args.c, N * 4), CUDA_SUCCESS);
    assert_int_equal(cuMemcpyDtoH_v2(&arch, (CUdeviceptr)args.arch, 4), CUDA_SUCCESS);
    for (int i = 0; i < N; i++) {
        if (c[i] != a[i] + b[i])
            fail_msg("element %d", i);
    }
    assert_int_equal(arch, 900);
    free(a);
    free(b);
    free(c);
}

/* The model may spare itself a launch that changes nothing, never one that would. */
static void test_cuda__repeated_launches_see_what_changed(void **state)
{
    enum { N = 100 };
    CUfunction function = load("vector_add", false);
    CUdeviceptr a = allocate(N * 4), b = allocate(N * 4), c = allocate(N * 4);
    float one[N], sum[N];

    (void)state;
    if (function == NULL)
        skip();
    for (int i = 0; i < N; i++)
        one[i] = 1.0f;
    struct gst_vector_add_args args = { (const float *)a, (const float *)b, (float *)c, N, NULL };
    struct gst_vector_add_args running = args;
    void *parameters[] = { &args }, *more[] = { &running };
    running.b = running.c; /* c += a */
    assert_int_equal(cuMemcpyHtoD_v2(a, one, sizeof one), CUDA_SUCCESS);
    assert_int_equal(cuMemcpyHtoD_v2(b, one, sizeof one), CUDA_SUCCESS);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(cuLaunchKernel(function, 2, 1, 1, 64, 1, 1, 0, NULL, parameters, NULL), 0);
        assert_int_equal(cuLaunchKernel(function, 2, 1, 1, 64, 1, 1, 0, NULL, parameters, NULL), 0);
        assert_int_equal(cuMemcpyDtoH_v2(sum, c, sizeof sum), CUDA_SUCCESS);
        assert_true(sum[0] == 2.0f && sum[N - 1] == 2.0f);
        assert_int_equal(cuMemsetD8Async(c, 0xee, N * 4, NULL), CUDA_SUCCESS);
    }
    assert_int_equal(cuMemcpyHtoD_v2(c, one, sizeof one), CUDA_SUCCESS);
    for (int round = 0; round < 3; round++)
        assert_int_equal(cuLaunchKernel(function, 2, 1, 1, 64, 1, 1, 0, NULL, more, NULL), 0);
    assert_int_equal(cuMemcpyDtoH_v2(sum, c, sizeof sum), CUDA_SUCCESS);
    assert_true(sum[0] == 4.0f && sum[N - 1] == 4.0f);
}

static void test_cuda__ptx_image_runs_as_its_own_architecture(void **state)
{
    CUfunction function = load("vector_add", true);
    uint32_t arch = 0;
    int value = 0;

    (void)state;
    if (function == NULL)
        skip();
    struct gst_vector_add_args args = { .n = 0, .arch = (uint32_t *)allocate(4) };
    void *parameters[] = { &args };
    assert_int_equal(cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, NULL, parameters, NULL),
                     CUDA_SUCCESS);
    assert_int_equal(cuMemcpyDtoH_v2(&arch, (CUdeviceptr)args.arch, 4), CUDA_SUCCESS);
    assert_int_equal(arch, 750); /* the lowest of nvcc 13 */
    assert_int_equal(cuFuncGetAttribute(&value, CU_FUNC_ATTRIBUTE_PTX_VERSION, function),
                     CUDA_SUCCESS);
    assert_int_equal(value, 75);
    assert_int_equal(cuFuncGetAttribute(&value, CU_FUNC_ATTRIBUTE_BINARY_VERSION, function),
                     CUDA_SUCCESS);
    assert_int_equal(value, 90);
}

static float timed(CUstream stream, CUevent start, CUevent end)
{
    float milliseconds = -1.0f;

    (void)stream;
    assert_int_equal(cuEventSynchronize(end), CUDA_SUCCESS);
    assert_int_equal(cuEventElapsedTime(&milliseconds, start, end), CUDA_SUCCESS);
    return milliseconds;
}

/* 100 MB, pinned, at 10 GB/s: 10 ms and 1 us of latency; the start event is recorded 1.5 us (the
 * price of the copy call) before the copy is submitted. */
static void test_cuda__pinned_copy_takes_bytes_over_rate(void **state)
{
    const size_t n = 100000000;
    CUdeviceptr p = allocate(n);
    CUevent start, end;
    CUstream stream;
    void *host = NULL;

    (void)state;
    assert_int_equal(cuMemHostAlloc(&host, n, 0), CUDA_SUCCESS);
    assert_int_equal(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
    assert_int_equal(cuEventCreate(&start, 0), CUDA_SUCCESS);
    assert_int_equal(cuEventCreate(&end, 0), CUDA_SUCCESS);
    assert_int_equal(cuEventRecord(start, stream), CUDA_SUCCESS);
    assert_int_equal(cuMemcpyHtoDAsync_v2(p, host, n, stream), CUDA_SUCCESS);
    assert_int_equal(cuEventRecord(end, stream), CUDA_SUCCESS);
    assert_int_equal(cuEventQuery(end), CUDA_ERROR_NOT_READY);
    assert_int_equal(cuStreamQuery(stream), CUDA_ERROR_NOT_READY);
    assert_float_equal(timed(stream, start, end), 10.0025f, 1e-6);
    assert_int_equal(cuEventQuery(end), CUDA_SUCCESS);
}

/* Who asks for one thing again and again waits for it; who asks for several, for the first of them.
 * A copy of 10 ms on one GPU, of 1 ms on another. */
static void test_cuda__questions_pass_time_until_something_has_happened(void **state)
{
    const size_t sizes[] = { 100000000, 10000000 };
    CUevent ends[2];
    CUresult told[2] = { CUDA_ERROR_NOT_READY, CUDA_ERROR_NOT_READY };
    int questions = 0;

    (void)state;
    for (int i = 0; i < 2; i++) {
        CUdeviceptr p;
        CUstream stream;
        void *host = NULL;

        assert_int_equal(cuCtxSetCurrent(contexts[i]), CUDA_SUCCESS);
        p = allocate(sizes[i]);
        assert_int_equal(cuMemHostAlloc(&host, sizes[i], 0), CUDA_SUCCESS);
        assert_int_equal(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
        assert_int_equal(cuEventCreate(&ends[i], 0), CUDA_SUCCESS);
        assert_int_equal(cuMemcpyHtoDAsync_v2(p, host, sizes[i], stream), CUDA_SUCCESS);
        assert_int_equal(cuEventRecord(ends[i], stream), CUDA_SUCCESS);
    }
    for (; told[1] == CUDA_ERROR_NOT_READY && questions < 10; questions++) {
        for (int i = 0; i < 2; i++)
            told[i] = cuEventQuery(ends[i]);
    }
    assert_int_equal(told[1], CUDA_SUCCESS); /* the shorter one first */
    assert_int_equal(told[0], CUDA_ERROR_NOT_READY);
    assert_in_range(questions, 2, 3);
    assert_int_equal(cuEventQuery(ends[0]), CUDA_SUCCESS);
}

/* Both directions at once have an engine and a way each; of two copies in one direction, 10 ms
 * each, the second waits for the first. GPU 2 has one engine for both. */
static void test_cuda__copies_in_one_direction_wait_for_each_other(void **state)
{
    static const struct {
        int gpu;
        bool both_down;
        float first, second; /* from the start, ms */
    } rows[] = { { 0, false, 10.0f, 10.0f },
                 { 0, true, 10.0f, 20.0f },
                 { 2, false, 10.0f, 20.0f } };
    const size_t n = 100000000;
    void *host = NULL, *other = NULL;
    CUevent start, end, other_end;
    CUstream s, t;

    (void)state;
    assert_int_equal(cuMemHostAlloc(&host, n, 0), CUDA_SUCCESS);
    assert_int_equal(cuMemHostAlloc(&other, n, 0), CUDA_SUCCESS);
    for (size_t i = 0; i < 3; i++) {
        cuCtxSetCurrent(contexts[rows[i].gpu]);
        CUdeviceptr p = allocate(n), q = allocate(n);
        assert_int_equal(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
        assert_int_equal(cuStreamCreate(&t, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
        assert_int_equal(cuEventCreate(&start, 0), CUDA_SUCCESS);
        assert_int_equal(cuEventCreate(&end, 0), CUDA_SUCCESS);
        assert_int_equal(cuEventCreate(&other_end, 0), CUDA_SUCCESS);
        assert_int_equal(cuEventRecord(start, s), CUDA_SUCCESS);
        assert_int_equal(cuMemcpyHtoDAsync_v2(p, host, n, s), CUDA_SUCCESS);
        if (rows[i].both_down)
            assert_int_equal(cuMemcpyHtoDAsync_v2(q, other, n, t), CUDA_SUCCESS);
        else
            assert_int_equal(cuMemcpyDtoHAsync_v2(other, q, n, t), CUDA_SUCCESS);
        assert_int_equal(cuEventRecord(end, s), CUDA_SUCCESS);
        assert_int_equal(cuEventRecord(other_end, t), CUDA_SUCCESS);
        assert_float_equal(timed(s, start, end), rows[i].first, 0.01);
        assert_float_equal(timed(t, start, other_end), rows[i].second, 0.01);
        assert_int_equal(cuCtxSynchronize(), CUDA_SUCCESS);
    }
}

static unsigned first_byte(CUdeviceptr p)
{
    unsigned char byte = 0;

    assert_int_equal(cuMemcpyDtoH_v2(&byte, p, 1), CUDA_SUCCESS);
    return byte;
}

static void copy_and_expect(CUdeviceptr target, CUdeviceptr source, unsigned expected)
{
    assert_int_equal(cuMemcpyDtoDAsync_v2(target, source, 4096, NULL), CUDA_SUCCESS);
    assert_int_equal(first_byte(target), expected);
}

/* Repeating a copy of unchanged memory is spared; any write in between makes it real again. */
static void test_cuda__repeated_copies_see_what_changed(void **state)
{
    CUdeviceptr from = allocate(4096), to = allocate(4096);

    (void)state;
    assert_int_equal(cuMemsetD8Async(from, 1, 4096, NULL), CUDA_SUCCESS);
    copy_and_expect(to, from, 1);
    copy_and_expect(to, from, 1);
    assert_int_equal(cuMemsetD8Async(from, 2, 4096, NULL), CUDA_SUCCESS);
    copy_and_expect(to, from, 2);
    assert_int_equal(cuMemsetD8Async(to, 3, 4096, NULL), CUDA_SUCCESS);
    copy_and_expect(to, from, 2);
    cuMemFree_v2(from);
    cuMemFree_v2(to);
}

static float time_between(CUdeviceptr target, CUdeviceptr source, size_t n)
{
    CUevent start, end;

    assert_int_equal(cuEventCreate(&start, 0), CUDA_SUCCESS);
    assert_int_equal(cuEventCreate(&end, 0), CUDA_SUCCESS);
    assert_int_equal(cuEventRecord(start, NULL), CUDA_SUCCESS);
    assert_int_equal(cuMemcpyDtoDAsync_v2(target, source, n, NULL), CUDA_SUCCESS);
    assert_int_equal(cuEventRecord(end, NULL), CUDA_SUCCESS);
    return timed(NULL, start, end);
}

/* 80 MB: within a memory of 100 GB/s it is read and written, 1.6 ms; over NVLink of 40 GB/s 2 ms;
 * through host memory at 80 % of 10 GB/s 10 ms. Latencies are a few microseconds. */
static void test_cuda__copies_between_devices_take_their_route(void **state)
{
    const size_t n = 80000000;
    CUdeviceptr here = allocate(n), also_here = allocate(n), there, beyond;

    (void)state;
    cuCtxSetCurrent(contexts[1]);
    there = allocate(n);
    cuCtxSetCurrent(contexts[2]);
    beyond = allocate(n);
    cuCtxSetCurrent(contexts[0]);
    assert_float_equal(time_between(also_here, here, n), 1.6f, 0.02);
    assert_float_equal(time_between(there, here, n), 10.0f, 0.02);
    assert_int_equal(cuCtxEnablePeerAccess(contexts[1], 0), CUDA_SUCCESS);
    assert_float_equal(time_between(there, here, n), 2.0f, 0.02);
    assert_float_equal(time_between(here, there, n), 2.0f, 0.02);
    assert_float_equal(time_between(beyond, here, n), 10.0f, 0.02);
}

static void test_cuda__destination_is_poison_until_synchronised(void **state)
{
    const size_t n = 1000;
    CUdeviceptr p = allocate(n);
    unsigned char *host = NULL, *copy = NULL;
    CUstream stream;

    (void)state;
    assert_int_equal(cuMemHostAlloc((void **)&host, n, 0), CUDA_SUCCESS);
    assert_int_equal(cuMemHostAlloc((void **)&copy, n, 0), CUDA_SUCCESS);
    assert_int_equal(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
    memset(host, 1, n);
    assert_int_equal(cuMemcpyHtoDAsync_v2(p, host, n, stream), CUDA_SUCCESS);
    assert_int_equal(cuMemcpyDtoHAsync_v2(copy, p, n, stream), CUDA_SUCCESS);
    assert_int_equal(copy[0], 0xC5);
    assert_int_equal(copy[n - 1], 0xC5);
    assert_int_equal(cuStreamSynchronize(stream), CUDA_SUCCESS);
    assert_int_equal(copy[0], 1);
    assert_int_equal(copy[n - 1], 1);
}

static void test_cuda__source_changed_before_the_copy_is_copied_changed(void **state)
{
    unsigned char *host = NULL, pageable[64], result[64];
    CUdeviceptr p = allocate(64);

    (void)state;
    assert_int_equal(cuMemHostAlloc((void **)&host, 64, 0), CUDA_SUCCESS);
    memset(host, 1, 64);
    assert_int_equal(cuMemcpyHtoDAsync_v2(p, host, 64, NULL), CUDA_SUCCESS);
    memset(host, 2, 64);
    assert_int_equal(cuMemcpyDtoH_v2(result, p, 64), CUDA_SUCCESS);
    assert_int_equal(result[63], 2);
    /* Pageable memory was taken when the call came back. */
    memset(pageable, 3, 64);
    assert_int_equal(cuMemcpyHtoDAsync_v2(p, pageable, 64, NULL), CUDA_SUCCESS);
    memset(pageable, 4, 64);
    assert_int_equal(cuMemcpyDtoH_v2(result, p, 64), CUDA_SUCCESS);
    assert_int_equal(result[63], 3);
}

static void test_cuda__fills(void **state)
{
    unsigned char bytes[12];
    CUdeviceptr p = allocate(12);

    (void)state;
    assert_int_equal(cuMemsetD8Async(p, 7, 12, NULL), CUDA_SUCCESS);
    assert_int_equal(cuMemsetD32Async(p + 4, 0x04030201, 1, NULL), CUDA_SUCCESS);
    assert_int_equal(cuMemcpyDtoH_v2(bytes, p, 12), CUDA_SUCCESS);
    assert_memory_equal(bytes, "\7\7\7\7\1\2\3\4\7\7\7\7", 12);
}

/* The host pays 2.5 us for a launch and the GPU 1.5 us for an empty kernel: the host decides. */
static void test_cuda__launch_rate_is_the_hosts(void **state)
{
    CUfunction function = load("empty", false);
    uint64_t unused = 0;
    void *parameters[] = { &unused };
    CUevent start, end;

    (void)state;
    if (function == NULL)
        skip();
    assert_int_equal(cuEventCreate(&start, 0), CUDA_SUCCESS);
    assert_int_equal(cuEventCreate(&end, 0), CUDA_SUCCESS);
    assert_int_equal(cuEventRecord(start, NULL), CUDA_SUCCESS);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, NULL, parameters, NULL),
                         CUDA_SUCCESS);
    assert_int_equal(cuEventRecord(end, NULL), CUDA_SUCCESS);
    assert_float_equal(timed(NULL, start, end), 2.5015f, 0.001);
}

static void test_cuda__wait_event_orders_streams(void **state)
{
    unsigned char bytes[16];
    CUdeviceptr p = allocate(16), big = allocate(100000000);
    CUstream s, t;
    CUevent event;

    (void)state;
    assert_int_equal(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
    assert_int_equal(cuStreamCreate(&t, CU_STREAM_NON_BLOCKING), CUDA_SUCCESS);
    assert_int_equal(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING), CUDA_SUCCESS);
    assert_int_equal(cuMemsetD8Async(big, 1, 100000000, s), CUDA_SUCCESS);
    assert_int_equal(cuMemsetD8Async(p, 1, 16, s), CUDA_SUCCESS);
    assert_int_equal(cuEventRecord(event, s), CUDA_SUCCESS);
    assert_int_equal(cuStreamWaitEvent(t, event, 0), CUDA_SUCCESS);
    assert_int_equal(cuMemsetD8Async(p, 2, 16, t), CUDA_SUCCESS);
    assert_int_equal(cuStreamSynchronize(t), CUDA_SUCCESS);
    assert_int_equal(cuMemcpyDtoH_v2(bytes, p, 16), CUDA_SUCCESS);
    assert_int_equal(bytes[0], 2);
}

static int start(void **state)
{
    static struct sim_spec spec;

    (void)state;
    sim_machine_three_gpus(&spec);
    sim_world_use(&spec);
    return cuInit(0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuda__exports_every_row),
        CASE(test_cuda__devices_answer),
        CASE(test_cuda__vector_add_end_to_end),
        CASE(test_cuda__repeated_launches_see_what_changed),
        CASE(test_cuda__ptx_image_runs_as_its_own_architecture),
        CASE(test_cuda__questions_pass_time_until_something_has_happened),
        CASE(test_cuda__pinned_copy_takes_bytes_over_rate),
        CASE(test_cuda__repeated_copies_see_what_changed),
        CASE(test_cuda__copies_in_one_direction_wait_for_each_other),
        CASE(test_cuda__copies_between_devices_take_their_route),
        CASE(test_cuda__destination_is_poison_until_synchronised),
        CASE(test_cuda__source_changed_before_the_copy_is_copied_changed),
        CASE(test_cuda__fills),
        CASE(test_cuda__launch_rate_is_the_hosts),
        CASE(test_cuda__wait_event_orders_streams),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
