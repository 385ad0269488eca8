/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long copies take on the machines of the profiles, healthy and with something slow, and what
 * NVML says of it meanwhile. Expected rates are worked out beside each test from what the profile
 * and its model say; events tell times to half a microsecond, so copies are long and 1 %
 * is left to that.
 */
#include "copy_fixture.h"

/* H100: 2619 MHz x 2 x 5120 bit, of which 89 %; each byte is read and written. */
#define H100_LOCAL (2619e6 * 2 * 5120 / 8 * 0.89 / 2)
/* 16 lanes of 32 GT/s in 128b/130b, of which 88 %. */
#define H100_PCIE (16 * 32e9 * 128 / 130 / 8 * 0.88)
/* 26.562 GB/s of each link, of which 82 %. */
#define H100_LINK (26.562e9 * 0.82)

static void test_copies__slow_memory(void **state)
{
    unsigned mhz = 0;

    (void)state;
    bytes = FAST;
    near(rate(device_memory(1), device_memory(1)), H100_LOCAL);
    assert_false(has_fired(0));
    near(rate(device_memory(0), device_memory(0)), H100_LOCAL * 0.5);
    assert_true(has_fired(0));
    /* Nothing that the board says about itself tells it. */
    WORKS(nvml.nvmlDeviceGetClockInfo(gpu_at(0), NVML_CLOCK_MEM, &mhz));
    assert_int_equal(mhz, 2619);
    near(host_rate(0), H100_PCIE);
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
    WORKS(cuda.cuMemcpyDtoDAsync(target, target + bytes / 2, bytes / 2, NULL));
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

/* Without its NVLinks a pair has PCIe left. */
static void test_copies__link_down(void **state)
{
    (void)state;
    bytes = FAST;
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
    bytes = FAST;
    assert_int_equal(active_links(4), 18);
    near(peer_rate(4, 5), H100_LINK * 18);
    assert_false(has_fired(0));
    assert_int_equal(active_links(3), 17);
    assert_true(has_fired(0));
    near(peer_rate(3, 4), H100_LINK * 17);
    near(peer_rate(0, 3), H100_LINK * 17);
}

/* A100 40 GB PCIe and the link of its switch: 16 lanes of 16 GT/s in 128b/130b, of which 83 %. */
#define A100_PCIE (16 * 16e9 * 128 / 130 / 8 * 0.83)

/* Bytes per second of copies to two GPUs at once, which begin and end together. */
static double rate_of_two(int gpu, int other)
{
    CUdeviceptr to[2] = { device_memory(gpu), 0 }, from[2] = { host_memory(), 0 };
    CUevent begin = NULL, end = NULL;
    CUstream streams[2];
    float ms = 0;

    to[1] = device_memory(other);
    from[1] = host_memory();
    WORKS(cuda.cuStreamCreate(&streams[1], CU_STREAM_NON_BLOCKING));
    use_gpu(gpu);
    WORKS(cuda.cuStreamCreate(&streams[0], CU_STREAM_NON_BLOCKING));
    WORKS(cuda.cuEventCreate(&begin, 0));
    WORKS(cuda.cuEventCreate(&end, 0));
    for (unsigned i = 0; i < 2; i++) {
        copy(to[0], from[0], streams[0]);
        copy(to[1], from[1], streams[1]);
        WORKS(cuda.cuEventRecord(i == 0 ? begin : end, streams[0]));
    }
    WORKS(cuda.cuEventSynchronize(end));
    WORKS(cuda.cuEventElapsedTime(&ms, begin, end));
    return (double)bytes / (ms / 1e3 - LATENCY);
}

/* Alone each has the whole link of the switch; GPUs below other switches do not matter. */
static void test_copies__uplink_is_shared(void **state)
{
    (void)state;
    near(host_rate(1), A100_PCIE);
    near(rate_of_two(0, 1), A100_PCIE / 2);
    near(rate_of_two(1, 2), A100_PCIE);
}

/* The GPU's own link says x16 and has it: peers below the switch show so. */
static void test_copies__narrow_uplink(void **state)
{
    CUdeviceptr target = device_memory(0), peer = device_memory(1);
    unsigned width = 0;

    (void)state;
    use_gpu(0);
    WORKS(cuda.cuCtxEnablePeerAccess(context_of[1], 0));
    near(rate(peer, target), A100_PCIE);
    near(host_rate(2), A100_PCIE);
    assert_false(has_fired(0));
    near(host_rate(0), A100_PCIE / 2);
    assert_true(has_fired(0));
    WORKS(nvml.nvmlDeviceGetCurrPcieLinkWidth(gpu_at(0), &width));
    assert_int_equal(width, 16);
}

/* In the faults' order: memory of the wrong node, behind sockets of 10 GB/s. */
static void test_copies__far_memory(void **state)
{
    (void)state;
    near(host_rate(2), A100_PCIE);
    assert_false(has_fired(0) || has_fired(1));
    near(host_rate(0), 10e9);
    assert_true(has_fired(0) && has_fired(1));
}

/* 450 GB/s of C2C, of which 79.8 %, in both directions, whatever PCIe would do. */
static void test_copies__host_behind_c2c(void **state)
{
    CUdeviceptr device, host;
    int value = 0;

    (void)state;
    bytes = FAST;
    device = device_memory(0);
    host = host_memory();
    near(rate(device, host), 450e9 * 0.798);
    near(rate(host, device), 450e9 * 0.798);
    WORKS(cuda.cuDeviceGetAttribute(&value, CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS, 0));
    assert_int_equal(value, 1);
    WORKS(cuda.cuDeviceGetAttribute(&value, CU_DEVICE_ATTRIBUTE_INTEGRATED, 0));
    assert_int_equal(value, 0);
}

/* V100: 6 links of 25.781 GB/s, of which 90 %; the last GPU as well as the next. */
static void test_copies__sixteen_peers(void **state)
{
    (void)state;
    bytes = FAST;
    near(peer_rate(0, 1), 6 * 25.781e9 * 0.9);
    near(peer_rate(0, 15), 6 * 25.781e9 * 0.9);
}

/* B200: 3996 MHz x 2 x 7680 bit, of which 76 %, read and written; 18 links of 53.125 GB/s, of which
 * 82 %. */
static void test_copies__newest_board(void **state)
{
    (void)state;
    bytes = FAST;
    near(rate(device_memory(0), device_memory(0)), 3996e6 * 2 * 7680 / 8 * 0.76 / 2);
    near(peer_rate(0, 7), 18 * 53.125e9 * 0.82);
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
    ONE(uplink_is_shared);
    ONE(narrow_uplink);
    ONE(far_memory);
    ONE(host_behind_c2c);
    ONE(sixteen_peers);
    ONE(newest_board);
    const struct group groups[] = {
        GROUP("slow memory", "h100x8", "mem 0 rate=0.5", NULL, slow_memory),
        GROUP("idle link", "h100x8", "pcie 0 idle-gen=1", NULL, idle_link_goes_down_and_comes_up),
        GROUP("slow slot", "h100x8", "pcie 2 gen=3; pcie 2 idle-gen=1", NULL,
              slow_slot_when_idle_and_under_load),
        GROUP("link down", "h100x8", "link 0-1 down", NULL, link_down),
        GROUP("one link down", "h100x8", "nvlink 3 down=1", NULL, one_link_of_a_gpu_down),
        GROUP("uplink", "a100-pcie-switch-x4", NULL, NULL, uplink_is_shared),
        GROUP("narrow uplink", "a100-pcie-switch-x4", "switch 0 width=8", NULL, narrow_uplink),
        GROUP("far memory", "a100-pcie-switch-x4", "host numa=1; sockets 0-1 rate=10GB/s", NULL,
              far_memory),
        GROUP("c2c", "gh200", NULL, NULL, host_behind_c2c),
        GROUP("sixteen peers", "v100x16", NULL, NULL, sixteen_peers),
        GROUP("newest board", "b200x8", NULL, NULL, newest_board),
    };

    return run_groups(groups, COUNT(groups));
}
