/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long copies take on the machines of the profiles, healthy and with something slow, and what
 * NVML says of it meanwhile. Expected rates are worked out beside each test from what the profile
 * and its model say; events tell times to half a microsecond, so copies are long and 1 %
 * is left to that.
 */
#include "model/world.h"
#include "nvml_double.h"

#define WORKS(call) assert_int_equal(call, 0)

#define BYTES   ((size_t)128 << 20)
#define LATENCY 1e-6 /* of a copy, s */

static bool has_fired(unsigned fault)
{
    return atomic_load(&sim_world.state->fired[fault]) != 0;
}

static CUcontext context_of[16];

static void use_gpu(int gpu)
{
    if (context_of[gpu] == NULL) {
        WORKS(cuda.cuInit(0));
        WORKS(cuda.cuDevicePrimaryCtxRetain(&context_of[gpu], gpu));
    }
    WORKS(cuda.cuCtxSetCurrent(context_of[gpu]));
}

static CUdeviceptr device_memory(int gpu)
{
    CUdeviceptr memory = 0;

    use_gpu(gpu);
    WORKS(cuda.cuMemAlloc(&memory, BYTES));
    return memory;
}

static CUdeviceptr host_memory(void)
{
    void *memory = NULL;

    WORKS(cuda.cuMemHostAlloc(&memory, BYTES, 0));
    return (CUdeviceptr)(uintptr_t)memory;
}

static void copy(CUdeviceptr to, CUdeviceptr from, CUstream stream)
{
    WORKS(cuda.cuMemcpyDtoDAsync(to, from, BYTES, stream));
}

/* Bytes per second of one copy on the current GPU. It stands behind another one, so that it does
 * not wait for the host. */
static double rate(CUdeviceptr to, CUdeviceptr from)
{
    CUevent begin = NULL, end = NULL;
    float ms = 0;

    WORKS(cuda.cuEventCreate(&begin, 0));
    WORKS(cuda.cuEventCreate(&end, 0));
    copy(to, from, NULL);
    WORKS(cuda.cuEventRecord(begin, NULL));
    copy(to, from, NULL);
    WORKS(cuda.cuEventRecord(end, NULL));
    WORKS(cuda.cuEventSynchronize(end));
    WORKS(cuda.cuEventElapsedTime(&ms, begin, end));
    return (double)BYTES / (ms / 1e3 - LATENCY);
}

static void near(double seen, double expected)
{
    if (seen < expected * 0.99 || seen > expected * 1.01)
        fail_msg("%.4g is not %.4g", seen, expected);
}

/* H100: 2619 MHz x 2 x 5120 bit, of which 76 %; each byte is read and written. */
#define H100_LOCAL (2619e6 * 2 * 5120 / 8 * 0.76 / 2)
/* 16 lanes of 32 GT/s in 128b/130b, of which 88 %. */
#define H100_PCIE (16 * 32e9 * 128 / 130 / 8 * 0.88)
/* 26.562 GB/s of each link, of which 82 %. */
#define H100_LINK (26.562e9 * 0.82)

static void test_copies__slow_memory(void **state)
{
    unsigned mhz = 0;

    (void)state;
    near(rate(device_memory(1), device_memory(1)), H100_LOCAL);
    assert_false(has_fired(0));
    near(rate(device_memory(0), device_memory(0)), H100_LOCAL * 0.5);
    assert_true(has_fired(0));
    /* Nothing that the board says about itself tells it. */
    WORKS(nvml.nvmlDeviceGetClockInfo(gpu_at(0), NVML_CLOCK_MEM, &mhz));
    assert_int_equal(mhz, 2619);
    near(rate(device_memory(0), host_memory()), H100_PCIE);
}

static void test_copies__idle_link_goes_down_and_comes_up(void **state)
{
    CUdeviceptr target = device_memory(0), source = host_memory();
    unsigned generation = 0;

    (void)state;
    WORKS(nvml.nvmlDeviceGetCurrPcieLinkGeneration(gpu_at(1), &generation));
    assert_int_equal(generation, 5);
    assert_false(has_fired(0));
    WORKS(nvml.nvmlDeviceGetCurrPcieLinkGeneration(gpu_at(0), &generation));
    assert_int_equal(generation, 1);
    assert_true(has_fired(0));
    copy(target, source, NULL);
    WORKS(nvml.nvmlDeviceGetCurrPcieLinkGeneration(gpu_at(0), &generation));
    assert_int_equal(generation, 5);
    WORKS(cuda.cuCtxSynchronize());
    WORKS(nvml.nvmlDeviceGetCurrPcieLinkGeneration(gpu_at(0), &generation));
    assert_int_equal(generation, 1);
    /* Memory of its own does not wake the link. */
    WORKS(cuda.cuMemcpyDtoDAsync(target, target + BYTES / 2, BYTES / 2, NULL));
    WORKS(nvml.nvmlDeviceGetCurrPcieLinkGeneration(gpu_at(0), &generation));
    assert_int_equal(generation, 1);
    near(rate(target, source), H100_PCIE);
}

static void test_copies__slow_slot_when_idle_and_under_load(void **state)
{
    CUdeviceptr target = device_memory(2), source = host_memory();
    unsigned generation = 0;

    (void)state;
    WORKS(nvml.nvmlDeviceGetCurrPcieLinkGeneration(gpu_at(2), &generation));
    assert_int_equal(generation, 1);
    copy(target, source, NULL);
    WORKS(nvml.nvmlDeviceGetCurrPcieLinkGeneration(gpu_at(2), &generation));
    assert_int_equal(generation, 3);
    WORKS(cuda.cuCtxSynchronize());
    near(rate(target, source), H100_PCIE / 4);
}

static unsigned active_links(unsigned gpu)
{
    unsigned count = 0;

    for (unsigned link = 0; link < 18; link++) {
        nvmlEnableState_t active = NVML_FEATURE_DISABLED;

        WORKS(nvml.nvmlDeviceGetNvLinkState(gpu_at(gpu), link, &active));
        count += active == NVML_FEATURE_ENABLED;
    }
    return count;
}

static double peer_rate(int gpu, int peer)
{
    CUdeviceptr there = device_memory(peer), here = device_memory(gpu);

    WORKS(cuda.cuCtxEnablePeerAccess(context_of[peer], 0));
    return rate(there, here);
}

/* Without its NVLinks a pair has PCIe left. */
static void test_copies__link_down(void **state)
{
    (void)state;
    near(peer_rate(2, 3), H100_LINK * 18);
    assert_false(has_fired(0));
    near(peer_rate(0, 1), H100_PCIE);
    assert_true(has_fired(0));
    near(peer_rate(1, 0), H100_PCIE);
    near(peer_rate(0, 2), H100_LINK * 18);
}

/* Behind a switch all peers of a GPU lose by one of its links. */
static void test_copies__one_link_of_a_gpu_down(void **state)
{
    (void)state;
    assert_int_equal(active_links(4), 18);
    near(peer_rate(4, 5), H100_LINK * 18);
    assert_false(has_fired(0));
    assert_int_equal(active_links(3), 17);
    assert_true(has_fired(0));
    near(peer_rate(3, 4), H100_LINK * 17);
    near(peer_rate(0, 3), H100_LINK * 17);
}

#define ONE(variable)                                                                              \
    static const struct CMUnitTest variable[] = { cmocka_unit_test(test_copies__##variable) }

int main(void)
{
    ONE(slow_memory);
    ONE(idle_link_goes_down_and_comes_up);
    ONE(slow_slot_when_idle_and_under_load);
    ONE(link_down);
    ONE(one_link_of_a_gpu_down);
    const struct group groups[] = {
        GROUP("slow memory", "h100x8", "mem 0 rate=0.5", NULL, slow_memory),
        GROUP("idle link", "h100x8", "pcie 0 idle-gen=1", NULL, idle_link_goes_down_and_comes_up),
        GROUP("slow slot", "h100x8", "pcie 2 gen=3; pcie 2 idle-gen=1", NULL,
              slow_slot_when_idle_and_under_load),
        GROUP("link down", "h100x8", "link 0-1 down", NULL, link_down),
        GROUP("one link down", "h100x8", "nvlink 3 down=1", NULL, one_link_of_a_gpu_down),
    };

    return run_groups(groups, COUNT(groups));
}
