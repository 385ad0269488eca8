/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The double of NVML where boards and days differ: what a T4, a GeForce board or a MIG instance
 * does not have, GPUs that are lost or hidden, links and clocks that are not what they should be.
 */
#include <stdbool.h>

#include "nvml_double.h"

#include "model/live.h"
#include "model/world.h"

#define WORKS(call)       assert_int_equal(nvml.call, NVML_SUCCESS)
#define UNSUPPORTED(call) assert_int_equal(nvml.call, NVML_ERROR_NOT_SUPPORTED)
#define REFUSED(call)     assert_int_equal(nvml.call, NVML_ERROR_INVALID_ARGUMENT)
#define LOST(call)        assert_int_equal(nvml.call, NVML_ERROR_GPU_IS_LOST)

static bool has_fired(unsigned fault)
{
    return atomic_load(&sim_world.state->fired[fault]) != 0;
}

/* Source: nvidia-smi XML of a T4. */
static void test_nvml_boards__t4(void **state)
{
    nvmlPciInfo_t pci;
    nvmlDevice_t device = gpu_at(0), instance = NULL;
    unsigned value = 7, rows[4];
    unsigned long long errors = 7;
    nvmlEnableState_t mode = 7;
    nvmlMemory_t memory;
    char text[96];

    (void)state;
    UNSUPPORTED(nvmlDeviceGetMigMode(device, &value, &rows[0]));
    UNSUPPORTED(nvmlDeviceGetMigDeviceHandleByIndex(device, 0, &instance));
    UNSUPPORTED(nvmlDeviceGetRemappedRows(device, &rows[0], &rows[1], &rows[2], &rows[3]));
    UNSUPPORTED(nvmlDeviceGetNvLinkState(device, 0, &mode));
    UNSUPPORTED(nvmlDeviceGetNvLinkRemotePciInfo(device, 0, &pci));
    WORKS(nvmlDeviceGetMaxMigDeviceCount(device, &value));
    assert_int_equal(value, 0);
    WORKS(nvmlDeviceGetRetiredPagesPendingStatus(device, &mode));
    assert_int_equal(mode, NVML_FEATURE_DISABLED);
    WORKS(nvmlDeviceGetTotalEccErrors(device, 0, 0, &errors));
    assert_int_equal(errors, 0);
    WORKS(nvmlDeviceGetSerial(device, text, sizeof text));
    WORKS(nvmlDeviceGetMemoryInfo(device, &memory));
    assert_int_equal(memory.total, 16106127360); /* 15360 MiB */
    WORKS(nvmlDeviceGetPowerManagementLimit(device, &value));
    assert_int_equal(value, 70000);
    WORKS(nvmlDeviceGetCurrPcieLinkGeneration(device, &value));
    assert_int_equal(value, 3);
    WORKS(nvmlDeviceGetMaxClockInfo(device, NVML_CLOCK_SM, &value));
    assert_int_equal(value, 1590);
}

/* Source: nvidia-smi table of a DGX Spark: no frame buffer, no power limit, no ECC, no MIG. */
static void test_nvml_boards__gb10(void **state)
{
    nvmlMemory_v2_t memory_v2 = { .version = (unsigned)nvmlMemory_v2 };
    nvmlEnableState_t mode = 7, next = 7;
    nvmlMemory_t memory;
    unsigned value = 7, other = 7;
    char text[96];

    (void)state;
    UNSUPPORTED(nvmlDeviceGetMemoryInfo(gpu_at(0), &memory));
    UNSUPPORTED(nvmlDeviceGetMemoryInfo_v2(gpu_at(0), &memory_v2));
    UNSUPPORTED(nvmlDeviceGetPowerManagementLimit(gpu_at(0), &value));
    UNSUPPORTED(nvmlDeviceGetEnforcedPowerLimit(gpu_at(0), &value));
    UNSUPPORTED(nvmlDeviceGetPowerManagementDefaultLimit(gpu_at(0), &value));
    UNSUPPORTED(nvmlDeviceGetEccMode(gpu_at(0), &mode, &next));
    UNSUPPORTED(nvmlDeviceGetMigMode(gpu_at(0), &value, &other));
    UNSUPPORTED(nvmlDeviceGetSerial(gpu_at(0), text, sizeof text));
    WORKS(nvmlDeviceGetPowerUsage(gpu_at(0), &value));
    assert_int_equal(value, 3000);
    WORKS(nvmlDeviceGetCurrPcieLinkWidth(gpu_at(0), &value));
    assert_int_equal(value, 1);
    WORKS(nvmlDeviceGetName(gpu_at(0), text, sizeof text));
    assert_string_equal(text, "NVIDIA GB10");
}

/* Source: nvidia-smi XML of an RTX 4090: ECC is there and off, its counters are N/A. */
static void test_nvml_boards__rtx4090(void **state)
{
    nvmlDevice_t device = gpu_at(1);
    unsigned value = 7, other = 7;
    unsigned long long errors;
    nvmlEnableState_t now = 7, next = 7;
    char text[96] = "before";

    (void)state;
    UNSUPPORTED(nvmlDeviceGetSerial(device, text, sizeof text));
    assert_string_equal(text, "before");
    UNSUPPORTED(nvmlDeviceGetTotalEccErrors(device, 0, 0, &errors));
    UNSUPPORTED(nvmlDeviceGetRetiredPagesPendingStatus(device, &now));
    UNSUPPORTED(nvmlDeviceGetMigMode(device, &value, &other));
    UNSUPPORTED(nvmlDeviceGetNvLinkState(device, 0, &now));
    WORKS(nvmlDeviceGetEccMode(device, &now, &next));
    assert_int_equal(now + next, 2 * NVML_FEATURE_DISABLED);
    WORKS(nvmlDeviceGetName(device, text, sizeof text));
    assert_string_equal(text, "NVIDIA GeForce RTX 4090");
    WORKS(nvmlDeviceGetClockInfo(device, NVML_CLOCK_SM, &value));
    assert_int_equal(value, 2520);
    WORKS(nvmlDeviceGetMaxClockInfo(device, NVML_CLOCK_SM, &value));
    assert_int_equal(value, 3120);
    WORKS(nvmlDeviceGetPowerManagementLimit(device, &value));
    assert_int_equal(value, 450000);
    WORKS(nvmlDeviceGetMemoryBusWidth(device, &value));
    assert_int_equal(value, 384);
}

static void test_nvml_boards__mig_parent_and_instances(void **state)
{
    nvmlDevice_t parent = gpu_at(0), instance = NULL, again = NULL;
    unsigned value = 7, other = 7, count = 0, rows[4];
    nvmlMemory_t memory;
    char text[96];

    (void)state;
    WORKS(nvmlDeviceGetCount(&count));
    assert_int_equal(count, 1); /* instances are not counted as GPUs */
    WORKS(nvmlDeviceGetMigMode(parent, &value, &other));
    assert_int_equal(value + other, 2 * NVML_DEVICE_MIG_ENABLE);
    WORKS(nvmlDeviceGetMaxMigDeviceCount(parent, &value));
    assert_int_equal(value, 7);
    assert_int_equal(nvml.nvmlDeviceGetMigDeviceHandleByIndex(parent, 2, &instance),
                     NVML_ERROR_NOT_FOUND);
    UNSUPPORTED(nvmlDeviceGetRemappedRows(parent, &rows[0], &rows[1], &rows[2], &rows[3]));
    REFUSED(nvmlDeviceGetDeviceHandleFromMigDeviceHandle(parent, &again));
    for (unsigned i = 0; i < 2; i++) {
        WORKS(nvmlDeviceGetMigDeviceHandleByIndex(parent, i, &instance));
        WORKS(nvmlDeviceIsMigDeviceHandle(instance, &value));
        assert_int_equal(value, 1);
        WORKS(nvmlDeviceGetIndex(instance, &value));
        assert_int_equal(value, i);
        WORKS(nvmlDeviceGetGpuInstanceId(instance, &value));
        assert_int_equal(value, 7 + i);
        WORKS(nvmlDeviceGetComputeInstanceId(instance, &value));
        assert_int_equal(value, 0);
        WORKS(nvmlDeviceGetUUID(instance, text, sizeof text));
        assert_string_equal(text, i == 0 ? "MIG-00000000-0000-4000-8000-000000000101"
                                         : "MIG-00000000-0000-4000-8000-000000000102");
        WORKS(nvmlDeviceGetHandleByUUID(text, &again));
        assert_ptr_equal(again, instance);
        WORKS(nvmlDeviceGetDeviceHandleFromMigDeviceHandle(instance, &again));
        assert_ptr_equal(again, parent);
        WORKS(nvmlDeviceGetMemoryInfo(instance, &memory));
        assert_int_equal(memory.total, 10200547328); /* 9728 MiB */
    }
    WORKS(nvmlDeviceGetName(instance, text, sizeof text));
    assert_string_equal(text, "NVIDIA A100 80GB PCIe MIG 1g.10gb");
}

static void test_nvml_boards__mig_instances_have_no_link_clock_or_power(void **state)
{
    nvmlDevice_t parent = gpu_at(0), instance = NULL;
    unsigned value = 7, other = 7;
    unsigned long long wide;
    nvmlEnableState_t mode;
    nvmlComputeMode_t compute;
    nvmlPstates_t power_state;
    char text[96];

    (void)state;
    WORKS(nvmlDeviceGetMigDeviceHandleByIndex(parent, 0, &instance));
    UNSUPPORTED(nvmlDeviceGetSerial(instance, text, sizeof text));
    UNSUPPORTED(nvmlDeviceGetMigMode(instance, &value, &other));
    UNSUPPORTED(nvmlDeviceGetEccMode(instance, &mode, &mode));
    UNSUPPORTED(nvmlDeviceGetTotalEccErrors(instance, 0, 0, &wide));
    UNSUPPORTED(nvmlDeviceGetCurrPcieLinkGeneration(instance, &value));
    UNSUPPORTED(nvmlDeviceGetCurrPcieLinkWidth(instance, &value));
    UNSUPPORTED(nvmlDeviceGetMaxPcieLinkGeneration(instance, &value));
    UNSUPPORTED(nvmlDeviceGetMaxPcieLinkWidth(instance, &value));
    UNSUPPORTED(nvmlDeviceGetGpuMaxPcieLinkGeneration(instance, &value));
    UNSUPPORTED(nvmlDeviceGetClockInfo(instance, NVML_CLOCK_SM, &value));
    UNSUPPORTED(nvmlDeviceGetMaxClockInfo(instance, NVML_CLOCK_SM, &value));
    UNSUPPORTED(nvmlDeviceGetCurrentClocksThrottleReasons(instance, &wide));
    UNSUPPORTED(nvmlDeviceGetCurrentClocksEventReasons(instance, &wide));
    UNSUPPORTED(nvmlDeviceGetPowerManagementLimit(instance, &value));
    UNSUPPORTED(nvmlDeviceGetEnforcedPowerLimit(instance, &value));
    UNSUPPORTED(nvmlDeviceGetPowerManagementDefaultLimit(instance, &value));
    UNSUPPORTED(nvmlDeviceGetPowerUsage(instance, &value));
    UNSUPPORTED(nvmlDeviceGetTemperature(instance, NVML_TEMPERATURE_GPU, &value));
    UNSUPPORTED(nvmlDeviceGetPerformanceState(instance, &power_state));
    UNSUPPORTED(nvmlDeviceGetPersistenceMode(instance, &mode));
    UNSUPPORTED(nvmlDeviceGetComputeMode(instance, &compute));
    UNSUPPORTED(nvmlDeviceGetMinorNumber(instance, &value));
    UNSUPPORTED(nvmlDeviceGetMemoryBusWidth(instance, &value));
    UNSUPPORTED(nvmlDeviceGetNvLinkState(instance, 0, &mode));
    REFUSED(nvmlDeviceGetMaxMigDeviceCount(instance, &value));
    REFUSED(nvmlDeviceGetMigDeviceHandleByIndex(instance, 0, &instance));
}

/* CUDA shows one instance, by the UUID by which NVML knows it. */
static void test_nvml_boards__mig_is_what_cuda_shows(void **state)
{
    nvmlDevice_t instance = NULL;
    nvmlProcessInfo_t process;
    char cuda_name[96], name[96];
    CUuuid uuid;
    CUcontext context = NULL;
    CUdeviceptr address = 0;
    unsigned count = 1;
    int visible = 0;

    (void)state;
    assert_int_equal(cuda.cuInit(0), CUDA_SUCCESS);
    assert_int_equal(cuda.cuDeviceGetCount(&visible), CUDA_SUCCESS);
    assert_int_equal(visible, 1);
    assert_int_equal(cuda.cuDeviceGetUuid(&uuid, 0), CUDA_SUCCESS);
    assert_memory_equal(uuid.bytes, "\0\0\0\0\0\0\x40\0\x80\0\0\0\0\0\x01\x01", 16);
    assert_int_equal(
        nvml.nvmlDeviceGetHandleByUUID("GPU-00000000-0000-4000-8000-000000000101", &instance),
        NVML_ERROR_NOT_FOUND);
    WORKS(nvmlDeviceGetHandleByUUID("MIG-00000000-0000-4000-8000-000000000101", &instance));
    WORKS(nvmlDeviceGetName(instance, name, sizeof name));
    assert_int_equal(cuda.cuDeviceGetName(cuda_name, sizeof cuda_name, 0), CUDA_SUCCESS);
    assert_string_equal(name, cuda_name);
    assert_int_equal(cuda.cuDevicePrimaryCtxRetain(&context, 0), CUDA_SUCCESS);
    assert_int_equal(cuda.cuCtxSetCurrent(context), CUDA_SUCCESS);
    assert_int_equal(cuda.cuMemAlloc(&address, 2097152), CUDA_SUCCESS);
    WORKS(nvmlDeviceGetComputeRunningProcesses(instance, &count, &process));
    assert_int_equal(count, 1);
    assert_int_equal(process.gpuInstanceId, 7);
    assert_int_equal(process.computeInstanceId, 0);
}

static void test_nvml_boards__links_that_lead_nowhere(void **state)
{
    nvmlEnableState_t active = 7;

    (void)state;
    WORKS(nvmlDeviceGetNvLinkState(gpu_at(0), 11, &active));
    assert_int_equal(active, NVML_FEATURE_DISABLED);
    REFUSED(nvmlDeviceGetNvLinkState(gpu_at(0), 12, &active));
}

/* Two links to one GPU and three to another, of the twelve that the GPU has. */
static void test_nvml_boards__links_to_some_gpus(void **state)
{
    nvmlPciInfo_t pci;
    nvmlEnableState_t active = 7;

    (void)state;
    WORKS(nvmlDeviceGetNvLinkState(gpu_at(0), 4, &active));
    assert_int_equal(active, NVML_FEATURE_ENABLED);
    WORKS(nvmlDeviceGetNvLinkState(gpu_at(0), 5, &active));
    assert_int_equal(active, NVML_FEATURE_DISABLED);
    /* In the order of the peers: 0-1, then 0-2. */
    WORKS(nvmlDeviceGetNvLinkRemotePciInfo(gpu_at(0), 1, &pci));
    assert_string_equal(pci.busId, "00000000:65:00.0");
    WORKS(nvmlDeviceGetNvLinkRemotePciInfo(gpu_at(0), 4, &pci));
    assert_string_equal(pci.busId, "00000000:CA:00.0");
    UNSUPPORTED(nvmlDeviceGetNvLinkRemotePciInfo(gpu_at(0), 5, &pci));
    REFUSED(nvmlDeviceGetNvLinkRemotePciInfo(gpu_at(0), 12, &pci));
}

/* Another process may claim more than there is: the sum is still the total. */
static void test_nvml_boards__more_used_than_there_is(void **state)
{
    nvmlMemory_v2_t memory = { .version = (unsigned)nvmlMemory_v2 };

    (void)state;
    atomic_store(&sim_world.process->used_bytes[0], (uint64_t)1 << 50);
    WORKS(nvmlDeviceGetMemoryInfo_v2(gpu_at(0), &memory));
    assert_int_equal(memory.free, 0);
    assert_int_equal(memory.used, 15636365312); /* 15360 MiB less 448 MiB */
    assert_int_equal(memory.reserved, 469762048);
    atomic_store(&sim_world.process->used_bytes[0], 0);
}

static void test_nvml_boards__hidden_gpu(void **state)
{
    nvmlDevice_t device = NULL;
    nvmlPciInfo_t pci;
    unsigned count = 0, index = 0;

    (void)state;
    WORKS(nvmlDeviceGetCount(&count));
    assert_int_equal(count, 7);
    assert_true(has_fired(0));
    WORKS(nvmlDeviceGetPciInfo(gpu_at(1), &pci));
    assert_int_equal(pci.bus, 0x52);
    WORKS(nvmlDeviceGetIndex(gpu_at(6), &index));
    assert_int_equal(index, 6);
    REFUSED(nvmlDeviceGetHandleByIndex(7, &device));
    assert_int_equal(
        nvml.nvmlDeviceGetHandleByUUID("GPU-00000000-0000-4000-8000-000000000002", &device),
        NVML_ERROR_NOT_FOUND);
    assert_int_equal(nvml.nvmlDeviceGetHandleByPciBusId("43:00.0", &device), NVML_ERROR_NOT_FOUND);
}

static void test_nvml_boards__lost_from_the_start(void **state)
{
    nvmlDevice_t device = NULL;
    unsigned count = 0;

    (void)state;
    LOST(nvmlDeviceGetHandleByIndex(2, &device));
    LOST(nvmlDeviceGetHandleByUUID("GPU-00000000-0000-4000-8000-000000000003", &device));
    LOST(nvmlDeviceGetHandleByPciBusId("52:00.0", &device));
    assert_null(device);
    assert_true(has_fired(0));
    WORKS(nvmlDeviceGetCount(&count));
    assert_int_equal(count, 8);
    WORKS(nvmlDeviceGetHandleByUUID("GPU-00000000-0000-4000-8000-000000000004", &device));
    WORKS(nvmlDeviceGetIndex(device, &count));
    assert_int_equal(count, 3);
}

/* Calls cost virtual time: the GPU goes while it is being watched, and stays away. */
static void test_nvml_boards__lost_later(void **state)
{
    nvmlDevice_t device = gpu_at(2), other = gpu_at(3);
    nvmlReturn_t result = NVML_SUCCESS;
    unsigned value = 7, calls = 0;
    unsigned long long reasons;
    nvmlMemory_t memory;
    char text[96];

    (void)state;
    while (result == NVML_SUCCESS && calls++ < 100000)
        result = nvml.nvmlDeviceGetTemperature(device, NVML_TEMPERATURE_GPU, &value);
    assert_int_equal(result, NVML_ERROR_GPU_IS_LOST);
    assert_true(calls > 100);
    LOST(nvmlDeviceGetName(device, text, sizeof text));
    LOST(nvmlDeviceGetUUID(device, text, sizeof text));
    LOST(nvmlDeviceGetIndex(device, &value));
    LOST(nvmlDeviceGetMemoryInfo(device, &memory));
    LOST(nvmlDeviceGetCurrPcieLinkWidth(device, &value));
    LOST(nvmlDeviceGetCurrentClocksThrottleReasons(device, &reasons));
    LOST(nvmlDeviceIsMigDeviceHandle(device, &value));
    LOST(nvmlDeviceGetMaxMigDeviceCount(device, &value));
    WORKS(nvmlDeviceGetName(other, text, sizeof text));
}

/* In the faults' order: a clock that is held down, a narrow link, an older driver. */
static void test_nvml_boards__slow_clock_and_link(void **state)
{
    unsigned value = 7;
    unsigned long long reasons = 0;
    char text[80];

    (void)state;
    assert_false(has_fired(0));
    WORKS(nvmlDeviceGetClockInfo(gpu_at(0), NVML_CLOCK_SM, &value));
    assert_int_equal(value, 900);
    assert_true(has_fired(0));
    WORKS(nvmlDeviceGetMaxClockInfo(gpu_at(0), NVML_CLOCK_SM, &value));
    assert_int_equal(value, 1980);
    WORKS(nvmlDeviceGetCurrentClocksThrottleReasons(gpu_at(0), &reasons));
    assert_int_equal(reasons, nvmlClocksThrottleReasonHwSlowdown);
    WORKS(nvmlDeviceGetClockInfo(gpu_at(1), NVML_CLOCK_SM, &value));
    assert_int_equal(value, 1980);
    assert_false(has_fired(1));
    WORKS(nvmlDeviceGetCurrPcieLinkWidth(gpu_at(3), &value));
    assert_int_equal(value, 8);
    assert_true(has_fired(1));
    WORKS(nvmlDeviceGetCurrPcieLinkGeneration(gpu_at(3), &value));
    assert_int_equal(value, 3);
    WORKS(nvmlDeviceGetMaxPcieLinkWidth(gpu_at(3), &value));
    assert_int_equal(value, 16);
    WORKS(nvmlSystemGetDriverVersion(text, sizeof text));
    assert_string_equal(text, "535.104.05");
    assert_int_equal(nvml.nvmlDeviceGetNumaNodeId(gpu_at(0), &value),
                     NVML_ERROR_FUNCTION_NOT_FOUND);
}

static void test_nvml_boards__planned_errors(void **state)
{
    char text[96];

    (void)state;
    assert_int_equal(nvml.nvmlInit(), NVML_ERROR_DRIVER_NOT_LOADED);
    assert_int_equal(nvml.nvmlShutdown(), NVML_ERROR_UNINITIALIZED);
    WORKS(nvmlInit());
    WORKS(nvmlDeviceGetName(gpu_at(0), text, sizeof text));
    assert_int_equal(nvml.nvmlDeviceGetName(gpu_at(0), text, sizeof text), NVML_ERROR_UNKNOWN);
    WORKS(nvmlDeviceGetName(gpu_at(0), text, sizeof text));
    assert_string_equal(nvml.nvmlErrorString(0), "NVML_ERROR_NO_DATA");
    assert_string_equal(nvml.nvmlErrorString(0), "NVML_SUCCESS");
    assert_true(has_fired(0) && has_fired(1) && has_fired(2));
}

static void test_nvml_boards__missing_libraries(void **state)
{
    int version = 7;

    (void)state;
    assert_int_equal(nvml.nvmlInit(), NVML_ERROR_LIBRARY_NOT_FOUND);
    assert_int_equal(nvml.nvmlSystemGetCudaDriverVersion(&version), NVML_ERROR_LIBRARY_NOT_FOUND);
    assert_int_equal(version, 7);
    assert_true(has_fired(0) && has_fired(1));
}

static void test_nvml_boards__no_gpu(void **state)
{
    nvmlDevice_t device = NULL;
    unsigned count = 7;

    (void)state;
    WORKS(nvmlDeviceGetCount(&count));
    assert_int_equal(count, 0);
    REFUSED(nvmlDeviceGetHandleByIndex(0, &device));
}

/* The profile's first two GPUs change slots: NVML counts by slot, CUDA's order is another matter.
 */
static void test_nvml_boards__order_is_that_of_the_bus(void **state)
{
    struct sim_machine *machine = (struct sim_machine *)(uintptr_t)sim_live_machine();
    char text[96];
    unsigned index = 7;

    (void)state;
    machine->gpus[0].pci_bus = 0x41;
    machine->gpus[1].pci_bus = 0x01;
    WORKS(nvmlDeviceGetUUID(gpu_at(0), text, sizeof text));
    assert_string_equal(text, "GPU-00000000-0000-4000-8000-000000000002");
    WORKS(nvmlDeviceGetIndex(gpu_at(1), &index));
    assert_int_equal(index, 1);
    /* A node keeps its number, wherever the bus puts its GPU. */
    WORKS(nvmlDeviceGetMinorNumber(gpu_at(0), &index));
    assert_int_equal(index, 1);
}

#define ONE(variable, function)                                                                    \
    static const struct CMUnitTest variable[] = { cmocka_unit_test(test_nvml_boards__##function) }

/* One microsecond before its time there is none; corrected errors are not uncorrectable ones. */
static void test_nvml_boards__ecc_errors_from_a_moment_on(void **state)
{
    nvmlDevice_t device = gpu_at(2);
    unsigned long long count = 7;

    (void)state;
    sim_world.host_now = 3998 * SIM_US;
    WORKS(nvmlDeviceGetTotalEccErrors(device, NVML_MEMORY_ERROR_TYPE_UNCORRECTED, NVML_VOLATILE_ECC,
                                      &count));
    assert_int_equal(count, 0);
    assert_false(has_fired(0));
    sim_world.host_now = 4 * SIM_MS;
    for (int span = NVML_VOLATILE_ECC; span <= NVML_AGGREGATE_ECC; span++) {
        WORKS(
            nvmlDeviceGetTotalEccErrors(device, NVML_MEMORY_ERROR_TYPE_UNCORRECTED, span, &count));
        assert_int_equal(count, 2);
        WORKS(nvmlDeviceGetTotalEccErrors(device, NVML_MEMORY_ERROR_TYPE_CORRECTED, span, &count));
        assert_int_equal(count, 0);
    }
    assert_true(has_fired(0));
    WORKS(nvmlDeviceGetTotalEccErrors(gpu_at(1), NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
                                      NVML_VOLATILE_ECC, &count));
    assert_int_equal(count, 0);
}

int main(void)
{
    static const struct CMUnitTest mig[] = {
        cmocka_unit_test(test_nvml_boards__mig_parent_and_instances),
        cmocka_unit_test(test_nvml_boards__mig_instances_have_no_link_clock_or_power),
        cmocka_unit_test(test_nvml_boards__mig_is_what_cuda_shows),
    };
    static const struct CMUnitTest t4[] = {
        cmocka_unit_test(test_nvml_boards__t4),
        cmocka_unit_test(test_nvml_boards__more_used_than_there_is),
    };
    ONE(bridged, links_to_some_gpus);
    ONE(gb10, gb10);
    ONE(rtx4090, rtx4090);
    ONE(links, links_that_lead_nowhere);
    ONE(hidden, hidden_gpu);
    ONE(lost, lost_from_the_start);
    ONE(lost_later, lost_later);
    ONE(slow, slow_clock_and_link);
    ONE(ecc, ecc_errors_from_a_moment_on);
    ONE(planned, planned_errors);
    ONE(missing, missing_libraries);
    ONE(none, no_gpu);
    ONE(order, order_is_that_of_the_bus);
    struct group groups[] = {
        GROUP("planned errors", "t4x1",
              "nvmlInit_v2 call=1 returns 9; nvmlDeviceGetName call=2 returns 999;"
              "nvmlErrorString call=1 returns 21",
              NULL, planned),
        GROUP("missing libraries", "t4x1", "libnvidia-ml missing; libcuda missing", NULL, missing),
        GROUP("t4", "t4x1", NULL, NULL, t4),
        GROUP("gb10", "gb10x1", NULL, NULL, gb10),
        GROUP("rtx4090", "rtx4090x2", NULL, NULL, rtx4090),
        GROUP("mig", "mig", NULL, NULL, mig),
        GROUP("links", "a100-pcie-x4", NULL, NULL, links),
        GROUP("some links", "a100-pcie-x4", "link 0-1 nvlink=2; link 0-2 nvlink=3", NULL, bridged),
        GROUP("hidden", "h100x8", "gpu 1 hidden-from=nvml", NULL, hidden),
        GROUP("lost", "h100x8", "gpu 2 lost", NULL, lost),
        GROUP("lost later", "h100x8", "gpu 2 lost after=1ms", NULL, lost_later),
        GROUP("slow", "h100x8",
              "clock 0 cap=900MHz; pcie 3 width=8 gen=3; driver version=535.104.05", NULL, slow),
        GROUP("ecc", "h100x8", "ecc 2 uncorrected=2 after=4ms", NULL, ecc),
        GROUP("no gpu", "empty", NULL, NULL, none),
        GROUP("order", "rtx4090x2", NULL, NULL, order),
    };

    groups[0].starts_without_init = groups[1].starts_without_init = true;
    return run_groups(groups, COUNT(groups));
}
