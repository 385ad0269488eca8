/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kind of fault seen biting, and its mark set only then. Each case is a child with a machine
 * of its own, since a process loads its machine once.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "cuda_prototypes.h"
#include "kernels/pack.h"
#include "kernels/vector_add.h"
#include "sim_machine.h"

#define FAULT 5 /* the number that each case gives its fault */

static struct sim_spec spec;

/* The program's part of a case: 0 if it saw what it should. */
typedef int program(void);

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__ % 250 + 1;                                                             \
    } while (0)

static bool has_fired(void)
{
    return atomic_load(&sim_world.state->fired[FAULT]) != 0;
}

static CUresult begin(void)
{
    CUcontext context = NULL;
    CUresult error = cuInit(0);

    if (error == CUDA_SUCCESS)
        error = cuDevicePrimaryCtxRetain(&context, 0);
    return error == CUDA_SUCCESS ? cuCtxSetCurrent(context) : error;
}

static int run(program *body)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        sim_world_use(&spec);
        _exit(body());
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void plan_call(const char *symbol, uint64_t call, enum sim_action action, int result)
{
    struct sim_spec_call *plan = &spec.calls[spec.call_count++];

    snprintf(plan->symbol, sizeof plan->symbol, "%s", symbol);
    plan->call = call;
    plan->action = action;
    plan->result = result;
    plan->fault = FAULT;
}

static int third_allocation_fails(void)
{
    CUdeviceptr p = 0;

    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(cuMemAlloc_v2(&p, 8) == CUDA_SUCCESS && cuMemAlloc_v2(&p, 8) == CUDA_SUCCESS);
    EXPECT(!has_fired());
    EXPECT(cuMemAlloc_v2(&p, 8) == CUDA_ERROR_OUT_OF_MEMORY);
    EXPECT(has_fired());
    EXPECT(cuMemAlloc_v2(&p, 8) == CUDA_SUCCESS);
    return 0;
}

static int one_allocation(void)
{
    CUdeviceptr p = 0;

    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(cuMemAlloc_v2(&p, 8) == CUDA_SUCCESS);
    return 0;
}

static void test_cuda_faults__call_returns(void **state)
{
    (void)state;
    plan_call("cuMemAlloc_v2", 3, SIM_ACTION_RETURNS, CUDA_ERROR_OUT_OF_MEMORY);
    assert_int_equal(run(third_allocation_fails), 0);
}

static void test_cuda_faults__call_crashes_and_aborts(void **state)
{
    (void)state;
    plan_call("cuMemAlloc_v2", 1, SIM_ACTION_CRASHES, 0);
    assert_int_equal(run(one_allocation), 1000 + SIGSEGV);
    spec.calls[0].action = SIM_ACTION_ABORTS;
    assert_int_equal(run(one_allocation), 1000 + SIGABRT);
    spec.calls[0].action = SIM_ACTION_EATS_MEMORY;
    spec.calls[0].call = 2; /* not reached: eating is slow */
    assert_int_equal(run(one_allocation), 0);
}

static void test_cuda_faults__call_prints_to_stdout(void **state)
{
    char line[32] = "";
    int ends[2], saved = dup(STDOUT_FILENO);

    (void)state;
    plan_call("cuMemAlloc_v2", 1, SIM_ACTION_PRINTS, 0);
    snprintf(spec.calls[0].text, sizeof spec.calls[0].text, "noise");
    assert_int_equal(pipe(ends), 0);
    fflush(stdout);
    dup2(ends[1], STDOUT_FILENO);
    int code = run(one_allocation);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    assert_int_equal(code, 0);
    assert_int_equal(read(ends[0], line, sizeof line - 1), 6);
    assert_string_equal(line, "noise\n");
    close(ends[0]);
    close(ends[1]);
}

/* Blocks for real: the child says that it got there, then nothing more comes until it is ended. */
static void expect_hang(program *body)
{
    int ends[2], status = 0;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        sim_world_use(&spec);
        close(ends[0]);
        dup2(ends[1], STDERR_FILENO);
        body();
        _exit(0);
    }
    close(ends[1]);
    struct pollfd end = { .fd = ends[0], .events = POLLIN };
    assert_int_equal(poll(&end, 1, 20000), 1); /* the diagnosis */
    char line[128] = "";
    assert_true(read(ends[0], line, sizeof line - 1) > 0);
    assert_non_null(strstr(line, "never"));
    assert_int_equal(waitpid(child, &status, WNOHANG), 0);
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    close(ends[0]);
}

static int hang(void)
{
    CUdeviceptr p = 0;

    begin();
    cuMemAlloc_v2(&p, 8);
    return 0;
}

static void test_cuda_faults__call_hangs(void **state)
{
    (void)state;
    plan_call("cuMemAlloc_v2", 1, SIM_ACTION_HANGS, 0);
    expect_hang(hang);
}

static CUfunction load(CUresult *error)
{
    CUmodule module = NULL;
    CUfunction function = NULL;

    *error = CUDA_ERROR_NOT_FOUND;
    for (size_t i = 0; i < gst_kernel_image_count; i++) {
        const struct gst_kernel_image *image = &gst_kernel_images[i];

        if (strcmp(image->file, "vector_add") != 0 || image->ptx_only != (spec.ptx_isa != 0)
            || image->toolkit_version / 1000 != 13)
            continue;
        *error = cuModuleLoadDataEx(&module, image->data, 0, NULL, NULL);
        if (*error == CUDA_SUCCESS)
            *error = cuModuleGetFunction(&function, module, "vector_add");
        break;
    }
    return function;
}

/* Adds 1 and 2 over 1000 elements; says how many sums are wrong and where the last is. */
static int add(unsigned *wrong, unsigned *where)
{
    enum { N = 1000 };
    float a[N], b[N], c[N];
    CUdeviceptr p[3] = { 0 };
    CUresult error;
    CUfunction function = load(&error);

    EXPECT(function != NULL);
    for (unsigned i = 0; i < N; i++) {
        a[i] = 1.0f;
        b[i] = 2.0f;
    }
    for (unsigned i = 0; i < 3; i++)
        EXPECT(cuMemAlloc_v2(&p[i], sizeof a) == CUDA_SUCCESS);
    struct gst_vector_add_args args = { (const float *)p[0], (const float *)p[1], (float *)p[2], N,
                                        NULL };
    void *parameters[] = { &args };
    EXPECT(cuMemcpyHtoD_v2(p[0], a, sizeof a) == CUDA_SUCCESS);
    EXPECT(cuMemcpyHtoD_v2(p[1], b, sizeof b) == CUDA_SUCCESS);
    EXPECT(cuLaunchKernel(function, 4, 1, 1, 64, 1, 1, 0, NULL, parameters, NULL) == CUDA_SUCCESS);
    EXPECT(cuMemcpyDtoH_v2(c, p[2], sizeof c) == CUDA_SUCCESS);
    *wrong = 0;
    for (unsigned i = 0; i < N; i++) {
        if (c[i] != 3.0f) {
            *where = i;
            ++*wrong;
        }
    }
    return 0;
}

static int element_777_is_wrong(void)
{
    unsigned wrong = 0, where = 0;

    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(add(&wrong, &where) == 0);
    EXPECT(wrong == 1 && where == 777);
    EXPECT(has_fired());
    return 0;
}

static int nothing_is_wrong_and_nothing_fired(void)
{
    unsigned wrong = 0, where = 0;

    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(add(&wrong, &where) == 0);
    EXPECT(wrong == 0);
    EXPECT(!has_fired());
    return 0;
}

static void need_kernels(void)
{
    if (gst_kernel_image_count == 0)
        skip();
}

static void test_cuda_faults__kernel_is_wrong(void **state)
{
    (void)state;
    need_kernels();
    spec.kernel_count = 1;
    spec.kernels[0] =
        (struct sim_spec_kernel){ "vector_add", .is_wrong = true, .element = 777, .fault = FAULT };
    assert_int_equal(run(element_777_is_wrong), 0);
    spec.kernels[0].element = 1000; /* past the end: cannot be wrong, must not count as fired */
    assert_int_equal(run(nothing_is_wrong_and_nothing_fired), 0);
}

static int wait_for_kernel(void)
{
    unsigned wrong = 0, where = 0;

    begin();
    return add(&wrong, &where);
}

static void test_cuda_faults__kernel_hangs(void **state)
{
    (void)state;
    need_kernels();
    spec.kernel_count = 1;
    spec.kernels[0] = (struct sim_spec_kernel){ "vector_add", .hangs = true, .fault = FAULT };
    expect_hang(wait_for_kernel);
}

static int bit_flips_once(void)
{
    unsigned char bytes[64] = { 0 };
    CUdeviceptr small = 0, p = 0;

    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(cuMemAlloc_v2(&small, 32) == CUDA_SUCCESS); /* does not hold byte 32 */
    EXPECT(cuMemAlloc_v2(&p, 64) == CUDA_SUCCESS);
    EXPECT(cuMemcpyHtoD_v2(small, bytes, 32) == CUDA_SUCCESS);
    EXPECT(!has_fired());
    EXPECT(cuMemcpyHtoD_v2(p, bytes, 64) == CUDA_SUCCESS);
    EXPECT(has_fired());
    EXPECT(cuMemcpyDtoH_v2(bytes, p, 64) == CUDA_SUCCESS);
    EXPECT(bytes[32] == 32 && bytes[31] == 0 && bytes[33] == 0);
    return 0;
}

static void test_cuda_faults__bit_flip(void **state)
{
    (void)state;
    spec.gpus[0].flip_count = 1;
    spec.gpus[0].flips[0] = (struct sim_spec_flip){ .byte = 32, .bit = 5, .fault = FAULT };
    assert_int_equal(run(bit_flips_once), 0);
}

static int gpu_goes_away(void)
{
    CUdeviceptr p = 0;

    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(cuMemAlloc_v2(&p, 100000000) == CUDA_SUCCESS);
    EXPECT(!has_fired());
    for (int i = 0; i < 100; i++) /* 1 ms each */
        EXPECT(cuMemsetD8Async(p, 0, 100000000, NULL) == CUDA_SUCCESS);
    EXPECT(cuCtxSynchronize() == CUDA_ERROR_UNKNOWN);
    EXPECT(has_fired());
    EXPECT(cuMemAlloc_v2(&p, 8) == CUDA_ERROR_UNKNOWN);
    return 0;
}

static void test_cuda_faults__gpu_lost(void **state)
{
    (void)state;
    spec.gpus[0].gets_lost = true;
    spec.gpus[0].lost_at = 40 * SIM_MS;
    spec.gpus[0].faults.lost = FAULT;
    assert_int_equal(run(gpu_goes_away), 0);
}

static int loading_gives_200(void)
{
    CUresult error;

    EXPECT(begin() == CUDA_SUCCESS);
    load(&error);
    EXPECT(error == CUDA_ERROR_INVALID_IMAGE);
    EXPECT(has_fired());
    return 0;
}

static int loading_gives_222(void)
{
    CUresult error;

    EXPECT(begin() == CUDA_SUCCESS);
    load(&error);
    EXPECT(error == CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
    EXPECT(has_fired());
    return 0;
}

static void test_cuda_faults__images(void **state)
{
    (void)state;
    need_kernels();
    snprintf(spec.truncated_image, sizeof spec.truncated_image, "vector_add");
    spec.truncated_fault = FAULT;
    assert_int_equal(run(loading_gives_200), 0);
    spec.truncated_image[0] = '\0';
    spec.ptx_isa = 99;
    spec.ptx_fault = FAULT;
    assert_int_equal(run(loading_gives_222), 0);
}

static int two_are_left(void)
{
    char name[32] = "";
    int count = 0;

    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(cuDeviceGetCount(&count) == CUDA_SUCCESS && count == 2);
    EXPECT(cuDeviceGetName(name, sizeof name, 1) == CUDA_SUCCESS);
    EXPECT(strcmp(name, "Test GPU 2") == 0);
    EXPECT(has_fired());
    return 0;
}

static void test_cuda_faults__hidden_gpu(void **state)
{
    (void)state;
    spec.gpus[1].is_hidden = true;
    spec.gpus[1].faults.hidden = FAULT;
    assert_int_equal(run(two_are_left), 0);
}

static int visible_in_reverse(void)
{
    char name[32] = "";
    int count = 0;

    setenv("CUDA_VISIBLE_DEVICES", "2,0", 1);
    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(cuDeviceGetCount(&count) == CUDA_SUCCESS && count == 2);
    EXPECT(cuDeviceGetName(name, sizeof name, 0) == CUDA_SUCCESS);
    EXPECT(strcmp(name, "Test GPU 2") == 0);
    return 0;
}

static int fastest_is_first(void)
{
    char name[32] = "";

    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(cuDeviceGetName(name, sizeof name, 0) == CUDA_SUCCESS);
    EXPECT(strcmp(name, "Test GPU 1") == 0);
    EXPECT(cuDeviceGetName(name, sizeof name, 1) == CUDA_SUCCESS);
    EXPECT(strcmp(name, "Test GPU 0") == 0);
    return 0;
}

static int bus_order(void)
{
    char name[32] = "";

    setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 1);
    EXPECT(begin() == CUDA_SUCCESS);
    EXPECT(cuDeviceGetName(name, sizeof name, 0) == CUDA_SUCCESS);
    EXPECT(strcmp(name, "Test GPU 0") == 0);
    return 0;
}

static int nothing_visible(void)
{
    setenv("CUDA_VISIBLE_DEVICES", "", 1);
    return cuInit(0) == CUDA_ERROR_NO_DEVICE ? 0 : 1;
}

static void test_cuda_faults__visibility_and_order(void **state)
{
    (void)state;
    assert_int_equal(run(visible_in_reverse), 0);
    assert_int_equal(run(nothing_visible), 0);
    spec.gpus[1].speed = 2;
    assert_int_equal(run(fastest_is_first), 0);
    assert_int_equal(run(bus_order), 0);
}

static int setup(void **state)
{
    (void)state;
    sim_machine_three_gpus(&spec);
    return 0;
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_cuda_faults__call_returns),
        CASE(test_cuda_faults__call_crashes_and_aborts),
        CASE(test_cuda_faults__call_prints_to_stdout),
        CASE(test_cuda_faults__call_hangs),
        CASE(test_cuda_faults__kernel_is_wrong),
        CASE(test_cuda_faults__kernel_hangs),
        CASE(test_cuda_faults__bit_flip),
        CASE(test_cuda_faults__gpu_lost),
        CASE(test_cuda_faults__images),
        CASE(test_cuda_faults__hidden_gpu),
        CASE(test_cuda_faults__visibility_and_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
