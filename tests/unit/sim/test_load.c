/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NVML says of a GPU with and without work: clocks that are held down and by whom, what
 * somebody else does on it. Expected rates are worked out beside each test.
 */
#include "copy_fixture.h"

/* H100: 2619 MHz x 2 x 5120 bit, of which 89 %; each byte is read and written. */
#define H100_LOCAL (2619e6 * 2 * 5120 / 8 * 0.89 / 2)
/* 16 lanes of 32 GT/s in 128b/130b, of which 88 %. */
#define H100_PCIE (16 * 32e9 * 128 / 130 / 8 * 0.88)

static unsigned long long reasons_of(unsigned gpu)
{
    unsigned long long reasons = 0;

    WORKS(nvml.nvmlDeviceGetCurrentClocksThrottleReasons(gpu_at(gpu), &reasons));
    return reasons;
}

static unsigned clock_of(unsigned gpu)
{
    unsigned mhz = 0;

    WORKS(nvml.nvmlDeviceGetClockInfo(gpu_at(gpu), NVML_CLOCK_SM, &mhz));
    return mhz;
}

/* A copy that is under way when NVML is asked next. */
static void start_work(int gpu)
{
    CUdeviceptr to, from;

    bytes = FAST;
    to = device_memory(gpu);
    from = device_memory(gpu);
    copy(to, from, NULL);
}

/* In the faults' order: GPUs 0 and 1, whatever they do. */
static void test_load__hardware_slows_down_always(void **state)
{
    unsigned celsius = 0;

    (void)state;
    assert_int_equal(reasons_of(2), nvmlClocksThrottleReasonGpuIdle);
    assert_false(has_fired(0) || has_fired(1));
    assert_int_equal(reasons_of(0), nvmlClocksThrottleReasonHwSlowdown
                                        | nvmlClocksThrottleReasonHwThermalSlowdown);
    assert_true(has_fired(0));
    assert_int_equal(reasons_of(1), nvmlClocksThrottleReasonHwSlowdown
                                        | nvmlClocksThrottleReasonHwPowerBrakeSlowdown);
    assert_int_equal(clock_of(0), 900);
    assert_int_equal(clock_of(1), 800);
    start_work(0);
    assert_int_equal(reasons_of(0), nvmlClocksThrottleReasonHwSlowdown
                                        | nvmlClocksThrottleReasonHwThermalSlowdown);
    WORKS(nvml.nvmlDeviceGetTemperature(gpu_at(0), NVML_TEMPERATURE_GPU, &celsius));
    assert_int_equal(celsius, 90);
    WORKS(nvml.nvmlDeviceGetTemperature(gpu_at(1), NVML_TEMPERATURE_GPU, &celsius));
    assert_int_equal(celsius, 33);
}

static void expect_only_under_load(int gpu, unsigned mhz, unsigned long long reason)
{
    assert_int_equal(reasons_of((unsigned)gpu), nvmlClocksThrottleReasonGpuIdle);
    assert_int_equal(clock_of((unsigned)gpu), 1980);
    assert_false(has_fired((unsigned)gpu));
    start_work(gpu);
    assert_int_equal(reasons_of((unsigned)gpu), reason);
    assert_int_equal(clock_of((unsigned)gpu), mhz);
    assert_true(has_fired((unsigned)gpu));
}

static void test_load__software_slows_down_under_load(void **state)
{
    unsigned mw = 0, limit_mw = 0, default_mw = 0;

    (void)state;
    expect_only_under_load(0, 1200, nvmlClocksThrottleReasonSwPowerCap);
    WORKS(nvml.nvmlDeviceGetPowerUsage(gpu_at(0), &mw));
    WORKS(nvml.nvmlDeviceGetEnforcedPowerLimit(gpu_at(0), &limit_mw));
    WORKS(nvml.nvmlDeviceGetPowerManagementDefaultLimit(gpu_at(0), &default_mw));
    assert_int_equal(mw, 525000);
    assert_int_equal(limit_mw, 525000); /* somebody lowered it */
    assert_int_equal(default_mw, 700000);
    WORKS(cuda.cuCtxSynchronize());
    assert_int_equal(reasons_of(0), nvmlClocksThrottleReasonNone);
    WORKS(nvml.nvmlDeviceGetPowerUsage(gpu_at(0), &mw));
    assert_int_equal(mw, 70000);
    expect_only_under_load(1, 1100, nvmlClocksThrottleReasonSwThermalSlowdown);
    expect_only_under_load(2, 1700, nvmlClocksThrottleReasonSwPowerCap);
    WORKS(nvml.nvmlDeviceGetPowerUsage(gpu_at(2), &mw));
    WORKS(nvml.nvmlDeviceGetEnforcedPowerLimit(gpu_at(2), &limit_mw));
    assert_int_equal(mw, 700000);
    assert_int_equal(limit_mw, 700000); /* nobody did */
}

/* Two fifths of GPU 0 and 1 GiB of its memory are somebody else's. */
static void test_load__somebody_else(void **state)
{
    nvmlProcessInfo_t processes[2];
    nvmlMemory_v2_t memory = { .version = (unsigned)nvmlMemory_v2 };
    nvmlProcessUtilizationSample_t samples[2];
    nvmlUtilization_t use;
    size_t available = 0, of_other = 0, total = 0;
    unsigned count = 2;

    (void)state;
    WORKS(nvml.nvmlDeviceGetComputeRunningProcesses(gpu_at(1), &count, processes));
    assert_int_equal(count, 0);
    assert_false(has_fired(0));
    count = 2;
    WORKS(nvml.nvmlDeviceGetComputeRunningProcesses(gpu_at(0), &count, processes));
    assert_true(has_fired(0));
    assert_int_equal(count, 1);
    assert_true(processes[0].pid > 4194304); /* what Linux gives out at most */
    assert_int_equal(processes[0].usedGpuMemory, 1 << 30);
    WORKS(nvml.nvmlDeviceGetMemoryInfo_v2(gpu_at(0), &memory));
    assert_int_equal(memory.used, 1 << 30);
    WORKS(nvml.nvmlDeviceGetUtilizationRates(gpu_at(0), &use));
    assert_int_equal(use.gpu, 40);
    assert_int_equal(use.memory, 40);
    assert_int_equal(reasons_of(0), nvmlClocksThrottleReasonNone);
    near(host_rate(1), H100_PCIE);
    WORKS(cuda.cuMemGetInfo(&of_other, &total));
    near(host_rate(0), H100_PCIE * 0.6);
    WORKS(cuda.cuMemGetInfo(&available, &total));
    assert_int_equal(of_other - available, 1 << 30);
    count = 2;
    WORKS(nvml.nvmlDeviceGetComputeRunningProcesses(gpu_at(0), &count, processes));
    assert_int_equal(count, 2);
    bytes = FAST;
    near(rate(device_memory(0), device_memory(0)), H100_LOCAL * 0.6);
    WORKS(nvml.nvmlDeviceGetUtilizationRates(gpu_at(1), &use));
    assert_int_equal(use.gpu, 0);
    count = 2;
    WORKS(nvml.nvmlDeviceGetProcessUtilization(gpu_at(0), samples, &count, 0));
    assert_int_equal(count, 1);
    assert_int_equal(samples[0].pid, processes[0].pid);
    assert_int_equal(samples[0].smUtil, 40);
    assert_int_equal(samples[0].memUtil, 40);
    assert_int_equal(nvml.nvmlDeviceGetProcessUtilization(gpu_at(0), samples, &count,
                                                          samples[0].timeStamp + 1000000),
                     NVML_ERROR_NOT_FOUND);
    assert_int_equal(nvml.nvmlDeviceGetProcessUtilization(gpu_at(1), samples, &count, 0),
                     NVML_ERROR_NOT_FOUND);
    start_work(1);
    WORKS(nvml.nvmlDeviceGetUtilizationRates(gpu_at(1), &use));
    assert_int_equal(use.gpu, 100);
    count = 2;
    WORKS(nvml.nvmlDeviceGetProcessUtilization(gpu_at(1), samples, &count, 0));
    assert_int_equal(count, 1);
    assert_int_equal(samples[0].pid, getpid());
    assert_int_equal(samples[0].smUtil, 100);
    start_work(0);
    count = 1;
    assert_int_equal(nvml.nvmlDeviceGetProcessUtilization(gpu_at(0), samples, &count, 0),
                     NVML_ERROR_INSUFFICIENT_SIZE);
    assert_int_equal(count, 2);
    assert_int_equal(nvml.nvmlDeviceGetProcessUtilization(gpu_at(0), NULL, &count, 0),
                     NVML_ERROR_INSUFFICIENT_SIZE);
}

/* Somebody else has memory of GPU 0, and does nothing with it. */
static void test_load__somebody_idle(void **state)
{
    nvmlProcessUtilizationSample_t samples[2];
    nvmlProcessInfo_t processes[2];
    unsigned count = 2;

    (void)state;
    WORKS(nvml.nvmlDeviceGetComputeRunningProcesses(gpu_at(0), &count, processes));
    assert_true(has_fired(0));
    assert_int_equal(count, 1);
    assert_int_equal(processes[0].usedGpuMemory, 1 << 30);
    count = 2;
    assert_int_equal(nvml.nvmlDeviceGetProcessUtilization(gpu_at(0), samples, &count, 0),
                     NVML_ERROR_NOT_FOUND);
    near(host_rate(0), H100_PCIE);
}

static void test_load__no_utilization_of_instances(void **state)
{
    nvmlProcessUtilizationSample_t samples[1];
    nvmlUtilization_t use;
    unsigned count = 1;

    (void)state;
    assert_int_equal(nvml.nvmlDeviceGetProcessUtilization(gpu_at(0), samples, &count, 0),
                     NVML_ERROR_NOT_SUPPORTED);
    assert_int_equal(nvml.nvmlDeviceGetUtilizationRates(gpu_at(0), &use), NVML_ERROR_NOT_SUPPORTED);
    assert_int_equal(nvml.nvmlDeviceGetUtilizationRates(gpu_at(0), NULL),
                     NVML_ERROR_INVALID_ARGUMENT);
}

#define ONE(variable)                                                                              \
    static const struct CMUnitTest variable[] = { cmocka_unit_test(test_load__##variable) }

int main(void)
{
    ONE(hardware_slows_down_always);
    ONE(software_slows_down_under_load);
    ONE(somebody_else);
    ONE(somebody_idle);
    ONE(no_utilization_of_instances);
    const struct group groups[] = {
        GROUP("hardware", "h100x8",
              "clock 0 cap=900MHz reason=thermal; clock 1 cap=800MHz reason=power-brake", NULL,
              hardware_slows_down_always),
        GROUP("software", "h100x8",
              "clock 0 cap=1200MHz reason=power-cap; clock 1 cap=1100MHz reason=software-thermal; "
              "clock 2 cap=1700MHz reason=power",
              NULL, software_slows_down_under_load),
        GROUP("somebody else", "h100x8", "gpu 0 busy=40", NULL, somebody_else),
        GROUP("somebody idle", "h100x8", "gpu 0 held", NULL, somebody_idle),
        GROUP("instances", "mig", NULL, NULL, no_utilization_of_instances),
    };

    return run_groups(groups, COUNT(groups));
}
