/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel that reads one load after the other takes as long as the memory is away: its own, the
 * host's, that of a peer over NVLink and over PCIe, and what faults make of it. The figures are the
 * models'.
 */
#include "copy_fixture.h"
#include "kernels/latency.h"
#include "kernels/pack.h"

#define LAUNCH 1.5e-6 /* of a kernel, s */
#define HOPS   4096u
#define NODES  16384u
#define BYTES  ((size_t)NODES * GST_LATENCY_NODE_WORDS * 4)

/* NULL in a build without a compiler of CUDA 13. */
static CUfunction load_kernel(int gpu, const char *name)
{
    CUmodule module = NULL;
    CUfunction function = NULL;

    use_gpu(gpu);
    for (size_t i = 0; i < gst_kernel_image_count && function == NULL; i++) {
        const struct gst_kernel_image *image = &gst_kernel_images[i];

        if (strcmp(image->file, "latency") != 0 || image->ptx_only
            || image->toolkit_version / 1000 != 13)
            continue;
        WORKS(cuda.cuModuleLoadDataEx(&module, image->data, 0, NULL, NULL));
        WORKS(cuda.cuModuleGetFunction(&function, module, name));
    }
    if (function == NULL)
        skip();
    return function;
}

static void launch(CUfunction function, unsigned grid, const struct gst_latency_args *args)
{
    void *parameters[] = { (void *)(uintptr_t)args };

    WORKS(cuda.cuLaunchKernel(function, grid, 1, 1, 1, 1, 1, 0, NULL, parameters, NULL));
}

static CUdeviceptr cycle_on(int gpu)
{
    CUfunction function = load_kernel(gpu, "latency_link");
    struct gst_latency_args args = { .nodes = NODES, .step = 12345 };

    bytes = BYTES;
    args.words = (uint32_t *)(uintptr_t)device_memory(gpu);
    launch(function, 8, &args);
    WORKS(cuda.cuCtxSynchronize());
    return (CUdeviceptr)(uintptr_t)args.words;
}

/* Seconds for one load of this memory by that GPU. */
static double load_time(int gpu, CUdeviceptr memory)
{
    CUfunction function = load_kernel(gpu, "latency_chase");
    struct gst_latency_args args = {
        .words = (uint32_t *)(uintptr_t)memory, .nodes = NODES, .step = 12345, .hops = HOPS
    };
    CUevent begin = NULL, end = NULL;
    float ms = 0;

    bytes = sizeof(struct gst_latency_result);
    args.result = (struct gst_latency_result *)(uintptr_t)device_memory(gpu);
    WORKS(cuda.cuEventCreate(&begin, 0));
    WORKS(cuda.cuEventCreate(&end, 0));
    launch(function, 1, &args);
    WORKS(cuda.cuEventRecord(begin, NULL));
    launch(function, 1, &args);
    WORKS(cuda.cuEventRecord(end, NULL));
    WORKS(cuda.cuEventSynchronize(end));
    WORKS(cuda.cuEventElapsedTime(&ms, begin, end));
    return (ms / 1e3 - LAUNCH) / HOPS;
}

static CUdeviceptr pinned(int gpu)
{
    use_gpu(gpu);
    bytes = BYTES;
    return host_memory();
}

static void reach(int gpu, int peer)
{
    use_gpu(peer);
    use_gpu(gpu);
    WORKS(cuda.cuCtxEnablePeerAccess(context_of[peer], 0));
}

static void test_latency__over_nvlink(void **state)
{
    CUdeviceptr there;

    (void)state;
    near(load_time(0, cycle_on(0)), 0.351e-6);
    near(load_time(0, pinned(0)), 1.22e-6);
    there = cycle_on(1);
    reach(0, 1);
    near(load_time(0, there), 1.1e-6);
}

static void test_latency__over_pcie(void **state)
{
    CUdeviceptr there;

    (void)state;
    near(load_time(0, cycle_on(0)), 0.52e-6);
    near(load_time(0, pinned(0)), 1.2e-6);
    there = cycle_on(1);
    reach(0, 1);
    near(load_time(0, there), 1.2e-6);
}

static void test_latency__of_one_gpu(void **state)
{
    CUdeviceptr there;

    (void)state;
    near(load_time(0, cycle_on(0)), 0.351e-6);
    assert_false(has_fired(0));
    there = cycle_on(1);
    near(load_time(1, there), 2e-6);
    assert_true(has_fired(0));
    near(load_time(1, pinned(1)), 3e-6);
    /* Who loads is slow, not whose memory it is. */
    reach(0, 1);
    near(load_time(0, there), 1.1e-6);
    there = cycle_on(0);
    reach(1, 0);
    near(load_time(1, there), 4e-6);
}

#define ONE(variable)                                                                              \
    static const struct CMUnitTest variable[] = { cmocka_unit_test(test_latency__##variable) }

int main(void)
{
    ONE(over_nvlink);
    ONE(over_pcie);
    ONE(of_one_gpu);
    const char *const slow = "latency 1 local=2us host=3us peer=4us";
    const struct group groups[] = {
        GROUP("nvlink", "h100x8", NULL, NULL, over_nvlink),
        GROUP("pcie", "a100-pcie-x4", NULL, NULL, over_pcie),
        GROUP("slow", "h100x8", slow, NULL, of_one_gpu),
    };

    return run_groups(groups, COUNT(groups));
}
