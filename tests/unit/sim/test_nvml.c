/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The double of NVML on a machine of eight H100: every row is there, misuse gets the documented
 * error, and the facts are those that nvidia-smi shows for such a GPU.
 */
#include <stdbool.h>

#include "nvml_double.h"

typedef nvmlReturn_t (*ask_unsigned)(nvmlDevice_t device, unsigned int *value);

#define ASK_FOR(function, expected)                                                                \
    {                                                                                              \
#function, offsetof(struct nvml, function), expected                                       \
    }

/* Everything that answers one number about a GPU. Values: nvidia-smi XML of a node of H100, its
 * idle temperature and power being those of the model; the bus from deviceQuery output. */
static const struct {
    const char *name;
    size_t offset;
    unsigned expected;
} numbers[] = {
    ASK_FOR(nvmlDeviceGetIndex, 0),
    ASK_FOR(nvmlDeviceGetMaxMigDeviceCount, 0),
    ASK_FOR(nvmlDeviceIsMigDeviceHandle, 0),
    ASK_FOR(nvmlDeviceGetCurrPcieLinkGeneration, 5),
    ASK_FOR(nvmlDeviceGetCurrPcieLinkWidth, 16),
    ASK_FOR(nvmlDeviceGetMaxPcieLinkGeneration, 5),
    ASK_FOR(nvmlDeviceGetMaxPcieLinkWidth, 16),
    ASK_FOR(nvmlDeviceGetGpuMaxPcieLinkGeneration, 5),
    ASK_FOR(nvmlDeviceGetPowerManagementLimit, 700000),
    ASK_FOR(nvmlDeviceGetEnforcedPowerLimit, 700000),
    ASK_FOR(nvmlDeviceGetPowerManagementDefaultLimit, 700000),
    ASK_FOR(nvmlDeviceGetPowerUsage, 70000),
    ASK_FOR(nvmlDeviceGetMemoryBusWidth, 5120),
};

static nvmlReturn_t ask(size_t row, nvmlDevice_t device, unsigned *value)
{
    ask_unsigned function;

    memcpy(&function, (const char *)&nvml + numbers[row].offset, sizeof function);
    return function(device, value);
}

static void test_nvml__exports_the_rows_and_the_marker(void **state)
{
    void *library = dlopen(SIM_NVML_FILE, RTLD_NOW);

    (void)state;
    assert_non_null(library);
    for (size_t i = 0; i < COUNT(nvml_symbols); i++) {
        if (dlsym(library, nvml_symbols[i]) == NULL)
            fail_msg("%s is not exported", nvml_symbols[i]);
    }
    assert_string_equal(dlsym(library, "gpu_selftest_double"),
                        "gpu-selftest simulated libnvidia-ml.so.1");
    assert_null(dlsym(library, "nvmlDeviceGetFanSpeed"));
    dlclose(library);
}

static void test_nvml__before_init(void **state)
{
    nvmlDevice_t device = NULL;
    unsigned value = 0;
    char text[80];
    int version = 0;

    (void)state;
    assert_int_equal(nvml.nvmlDeviceGetCount(&value), NVML_ERROR_UNINITIALIZED);
    assert_int_equal(nvml.nvmlDeviceGetCount(NULL), NVML_ERROR_UNINITIALIZED);
    assert_int_equal(nvml.nvmlDeviceGetHandleByIndex(0, &device), NVML_ERROR_UNINITIALIZED);
    assert_int_equal(nvml.nvmlSystemGetDriverVersion(text, sizeof text), NVML_ERROR_UNINITIALIZED);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        if (ask(i, NULL, &value) != NVML_ERROR_UNINITIALIZED)
            fail_msg("%s works before nvmlInit", numbers[i].name);
    }
    assert_int_equal(nvml.nvmlShutdown(), NVML_ERROR_UNINITIALIZED);
    /* Documented without that error. */
    assert_int_equal(nvml.nvmlSystemGetNVMLVersion(text, sizeof text), NVML_SUCCESS);
    assert_int_equal(nvml.nvmlSystemGetCudaDriverVersion(&version), NVML_SUCCESS);
    assert_int_equal(version, 13000);
}

static void test_nvml__init_is_counted(void **state)
{
    unsigned count = 0;

    (void)state;
    assert_int_equal(nvml.nvmlInit(), NVML_SUCCESS);
    assert_int_equal(nvml.nvmlInit(), NVML_SUCCESS);
    assert_int_equal(nvml.nvmlShutdown(), NVML_SUCCESS);
    assert_int_equal(nvml.nvmlDeviceGetCount(&count), NVML_SUCCESS);
    assert_int_equal(count, 8);
    assert_int_equal(nvml.nvmlShutdown(), NVML_SUCCESS);
    assert_int_equal(nvml.nvmlDeviceGetCount(&count), NVML_ERROR_UNINITIALIZED);
    assert_int_equal(nvml.nvmlShutdown(), NVML_ERROR_UNINITIALIZED);
}

static void test_nvml__names_of_errors(void **state)
{
    (void)state;
    assert_string_equal(nvml.nvmlErrorString(NVML_SUCCESS), "NVML_SUCCESS");
    assert_string_equal(nvml.nvmlErrorString(15), "NVML_ERROR_GPU_IS_LOST");
    assert_string_equal(nvml.nvmlErrorString(-7), "NVML_ERROR_UNKNOWN");
}

static void test_nvml__handles_that_are_none(void **state)
{
    const uintptr_t good = (uintptr_t)gpu_at(7);
    const uintptr_t bad[] = { 0, 1, good + 1, good + 0x100, good ^ ((uintptr_t)1 << 40) };

    (void)state;
    for (size_t k = 0; k < COUNT(bad); k++) {
        for (size_t i = 0; i < COUNT(numbers); i++) {
            unsigned value = 77;

            if (ask(i, (nvmlDevice_t)bad[k], &value) != NVML_ERROR_INVALID_ARGUMENT || value != 77)
                fail_msg("%s takes the handle %zx", numbers[i].name, (size_t)bad[k]);
        }
    }
}

static void test_nvml__null_pointers(void **state)
{
    nvmlDevice_t device = gpu_at(0);
    unsigned one = 0;
    nvmlEnableState_t mode;
    int version;

    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        if (ask(i, device, NULL) != NVML_ERROR_INVALID_ARGUMENT)
            fail_msg("%s takes a null pointer", numbers[i].name);
    }
#define REFUSED(call) assert_int_equal(nvml.call, NVML_ERROR_INVALID_ARGUMENT)
    REFUSED(nvmlDeviceGetCount(NULL));
    REFUSED(nvmlDeviceGetHandleByIndex(0, NULL));
    REFUSED(nvmlDeviceGetHandleByUUID(NULL, &device));
    REFUSED(nvmlDeviceGetHandleByPciBusId(NULL, &device));
    REFUSED(nvmlSystemGetDriverVersion(NULL, 80));
    REFUSED(nvmlSystemGetNVMLVersion(NULL, 80));
    REFUSED(nvmlSystemGetCudaDriverVersion(NULL));
    REFUSED(nvmlDeviceGetName(device, NULL, 96));
    REFUSED(nvmlDeviceGetUUID(device, NULL, 96));
    REFUSED(nvmlDeviceGetSerial(device, NULL, 30));
    REFUSED(nvmlDeviceGetVbiosVersion(device, NULL, 32));
    REFUSED(nvmlDeviceGetPciInfo(device, NULL));
    REFUSED(nvmlDeviceGetMemoryInfo(device, NULL));
    REFUSED(nvmlDeviceGetMemoryInfo_v2(device, NULL));
    REFUSED(nvmlDeviceGetMigMode(device, &one, NULL));
    REFUSED(nvmlDeviceGetEccMode(device, NULL, &mode));
    REFUSED(nvmlDeviceGetClockInfo(device, NVML_CLOCK_SM, NULL));
    REFUSED(nvmlDeviceGetCurrentClocksThrottleReasons(device, NULL));
    REFUSED(nvmlDeviceGetComputeRunningProcesses(device, NULL, NULL));
    REFUSED(nvmlDeviceGetRemappedRows(device, &one, &one, &one, NULL));
    REFUSED(nvmlDeviceGetCudaComputeCapability(device, &version, NULL));
}

static void test_nvml__numbers_out_of_range(void **state)
{
    nvmlPciInfo_t pci;
    nvmlDevice_t device = gpu_at(0), instance = NULL;
    unsigned value = 0;
    unsigned long long errors = 0;
    nvmlEnableState_t active;

    (void)state;
    REFUSED(nvmlDeviceGetHandleByIndex(8, &device));
    REFUSED(nvmlDeviceGetClockInfo(device, 4, &value));
    REFUSED(nvmlDeviceGetMaxClockInfo(device, -1, &value));
    REFUSED(nvmlDeviceGetTemperature(device, 1, &value));
    REFUSED(nvmlDeviceGetTotalEccErrors(device, 2, NVML_VOLATILE_ECC, &errors));
    REFUSED(nvmlDeviceGetTotalEccErrors(device, 0, 2, &errors));
    REFUSED(nvmlDeviceGetNvLinkState(device, 18, &active));
    REFUSED(nvmlDeviceGetNvLinkRemotePciInfo(device, 18, &pci));
    REFUSED(nvmlDeviceGetNvLinkRemotePciInfo(device, 0, NULL));
    REFUSED(nvmlDeviceGetMigDeviceHandleByIndex(device, 7, &instance));
    REFUSED(nvmlDeviceGetGpuInstanceId(device, &value));
    REFUSED(nvmlDeviceGetComputeInstanceId(device, &value));
    REFUSED(nvmlDeviceGetDeviceHandleFromMigDeviceHandle(device, &instance));
    REFUSED(nvmlDeviceGetHandleByPciBusId("1b:00", &device));
    REFUSED(nvmlDeviceGetHandleByPciBusId("0000:1b:00.0 ", &device));
}

static void test_nvml__texts_that_do_not_fit(void **state)
{
    const char *uuid = "GPU-00000000-0000-4000-8000-000000000001";
    char text[96] = "before";

    (void)state;
    assert_int_equal(strlen(uuid), 40);
    assert_int_equal(nvml.nvmlDeviceGetUUID(gpu_at(0), text, 40), NVML_ERROR_INSUFFICIENT_SIZE);
    assert_string_equal(text, "before");
    assert_int_equal(nvml.nvmlDeviceGetUUID(gpu_at(0), text, 41), NVML_SUCCESS);
    assert_string_equal(text, uuid);
    assert_int_equal(nvml.nvmlDeviceGetName(gpu_at(0), text, 0), NVML_ERROR_INSUFFICIENT_SIZE);
    /* 580.95.05 and its end are ten bytes. */
    assert_int_equal(nvml.nvmlSystemGetDriverVersion(text, 9), NVML_ERROR_INSUFFICIENT_SIZE);
    assert_int_equal(nvml.nvmlSystemGetDriverVersion(text, 10), NVML_SUCCESS);
    assert_string_equal(text, "580.95.05");
    assert_int_equal(nvml.nvmlSystemGetNVMLVersion(text, 80), NVML_SUCCESS);
    assert_string_equal(text, "13.580.95.05");
}

static void test_nvml__numbers_of_an_h100(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        unsigned value = 77;

        if (ask(i, gpu_at(0), &value) != NVML_SUCCESS || value != numbers[i].expected)
            fail_msg("%s says %u, not %u", numbers[i].name, value, numbers[i].expected);
    }
}

static void test_nvml__clocks_and_modes_of_an_h100(void **state)
{
    nvmlPciInfo_t pci;
    nvmlDevice_t device = gpu_at(3);
    unsigned value = 0, rows[4] = { 1, 1, 1, 1 }, pending = 7;
    nvmlEnableState_t now = 7, next = 7;
    nvmlPstates_t power_state = 7;
    nvmlComputeMode_t mode = 7;
    unsigned long long count = 7;
    int major = 0, minor = 7;

    (void)state;
#define WORKS(call) assert_int_equal(nvml.call, NVML_SUCCESS)
    WORKS(nvmlDeviceGetClockInfo(device, NVML_CLOCK_SM, &value));
    assert_int_equal(value, 1980);
    WORKS(nvmlDeviceGetMaxClockInfo(device, NVML_CLOCK_GRAPHICS, &value));
    assert_int_equal(value, 1980);
    WORKS(nvmlDeviceGetMaxClockInfo(device, NVML_CLOCK_MEM, &value));
    assert_int_equal(value, 2619);
    assert_int_equal(nvml.nvmlDeviceGetClockInfo(device, NVML_CLOCK_VIDEO, &value),
                     NVML_ERROR_NOT_SUPPORTED);
    WORKS(nvmlDeviceGetTemperature(device, NVML_TEMPERATURE_GPU, &value));
    assert_int_equal(value, 33);
    WORKS(nvmlDeviceGetPerformanceState(device, &power_state));
    assert_int_equal(power_state, NVML_PSTATE_0);
    WORKS(nvmlDeviceGetMigMode(device, &value, &pending));
    assert_int_equal(value + pending, NVML_DEVICE_MIG_DISABLE);
    WORKS(nvmlDeviceGetEccMode(device, &now, &next));
    assert_int_equal(now + next, 2 * NVML_FEATURE_ENABLED);
    WORKS(nvmlDeviceGetTotalEccErrors(device, NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
                                      NVML_AGGREGATE_ECC, &count));
    assert_int_equal(count, 0);
    WORKS(nvmlDeviceGetRemappedRows(device, &rows[0], &rows[1], &rows[2], &rows[3]));
    assert_int_equal(rows[0] + rows[1] + rows[2] + rows[3], 0);
    assert_int_equal(nvml.nvmlDeviceGetRetiredPagesPendingStatus(device, &now),
                     NVML_ERROR_NOT_SUPPORTED);
    WORKS(nvmlDeviceGetPersistenceMode(device, &now));
    WORKS(nvmlDeviceGetComputeMode(device, &mode));
    assert_int_equal(mode, NVML_COMPUTEMODE_DEFAULT);
    WORKS(nvmlDeviceGetCudaComputeCapability(device, &major, &minor));
    assert_int_equal(major * 10 + minor, 90);
    WORKS(nvmlDeviceGetNvLinkState(device, 17, &now));
    assert_int_equal(now, NVML_FEATURE_ENABLED);
    /* To the second of the four switches. */
    WORKS(nvmlDeviceGetNvLinkRemotePciInfo(device, 17, &pci));
    assert_string_equal(pci.busId, "00000000:08:00.0");
    assert_string_equal(pci.busIdLegacy, "0000:08:00.0");
    assert_int_equal(nvml.nvmlDeviceGetNumaNodeId(device, &value), NVML_ERROR_NOT_SUPPORTED);
}

static void test_nvml__identity_of_an_h100(void **state)
{
    nvmlDevice_t device = gpu_at(4), again = NULL;
    nvmlPciInfo_t pci;
    char text[96];
    const char *ways[] = { "00000000:9D:00.0", "0:9d:0.0", "0000:9D:00", "9d:00.0" };

    (void)state;
    WORKS(nvmlDeviceGetPciInfo(device, &pci));
    assert_string_equal(pci.busId, "00000000:9D:00.0");
    assert_string_equal(pci.busIdLegacy, "0000:9D:00.0");
    assert_int_equal(pci.domain, 0);
    assert_int_equal(pci.bus, 0x9d);
    assert_int_equal(pci.device, 0);
    assert_int_equal(pci.pciDeviceId, 0x233010de);
    for (size_t i = 0; i < COUNT(ways); i++) {
        WORKS(nvmlDeviceGetHandleByPciBusId(ways[i], &again));
        assert_ptr_equal(again, device);
    }
    assert_int_equal(nvml.nvmlDeviceGetHandleByPciBusId("9e:00.0", &again), NVML_ERROR_NOT_FOUND);
    assert_int_equal(nvml.nvmlDeviceGetHandleByPciBusId("9d:00.1", &again), NVML_ERROR_NOT_FOUND);
    WORKS(nvmlDeviceGetHandleByUUID("GPU-00000000-0000-4000-8000-000000000005", &again));
    assert_ptr_equal(again, device);
    assert_int_equal(
        nvml.nvmlDeviceGetHandleByUUID("MIG-00000000-0000-4000-8000-000000000005", &again),
        NVML_ERROR_NOT_FOUND);
    WORKS(nvmlDeviceGetName(device, text, sizeof text));
    assert_string_equal(text, "NVIDIA H100 80GB HBM3");
    WORKS(nvmlDeviceGetSerial(device, text, sizeof text));
    assert_string_equal(text, "9900000000005");
    WORKS(nvmlDeviceGetVbiosVersion(device, text, sizeof text));
    assert_string_equal(text, "96.00.A5.00.01");
}

/* 81559 MiB of frame buffer, 469 MiB of them reserved; one GiB allocated through CUDA. */
static void test_nvml__memory_follows_allocations(void **state)
{
    nvmlMemory_t memory;
    nvmlMemory_v2_t memory_v2 = { .version = (unsigned)nvmlMemory_v2 };
    nvmlProcessInfo_t processes[2] = { 0 };
    unsigned long long reasons = 0;
    unsigned count = 0;
    CUcontext context = NULL;
    CUdeviceptr address = 0;

    (void)state;
    WORKS(nvmlDeviceGetMemoryInfo(gpu_at(0), &memory));
    assert_int_equal(memory.total, 85520809984);
    assert_int_equal(memory.used, 491782144);
    assert_int_equal(memory.free, 85029027840);
    WORKS(nvmlDeviceGetMemoryInfo_v2(gpu_at(0), &memory_v2));
    assert_int_equal(memory_v2.reserved, 491782144);
    assert_int_equal(memory_v2.used, 0);
    memory_v2.version++;
    assert_int_equal(nvml.nvmlDeviceGetMemoryInfo_v2(gpu_at(0), &memory_v2),
                     NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
    WORKS(nvmlDeviceGetComputeRunningProcesses(gpu_at(0), &count, NULL));
    assert_int_equal(count, 0);
    WORKS(nvmlDeviceGetCurrentClocksThrottleReasons(gpu_at(0), &reasons));
    assert_int_equal(reasons, nvmlClocksThrottleReasonGpuIdle);

    assert_int_equal(cuda.cuInit(0), CUDA_SUCCESS);
    assert_int_equal(cuda.cuDevicePrimaryCtxRetain(&context, 0), CUDA_SUCCESS);
    assert_int_equal(cuda.cuCtxSetCurrent(context), CUDA_SUCCESS);
    assert_int_equal(cuda.cuMemAlloc(&address, 1073741824), CUDA_SUCCESS);

    WORKS(nvmlDeviceGetMemoryInfo(gpu_at(0), &memory));
    assert_int_equal(memory.used, 491782144 + 1073741824);
    assert_int_equal(memory.free, 85029027840 - 1073741824);
    WORKS(nvmlDeviceGetMemoryInfo(gpu_at(1), &memory));
    assert_int_equal(memory.free, 85029027840);
    WORKS(nvmlDeviceGetCurrentClocksEventReasons(gpu_at(0), &reasons));
    assert_int_equal(reasons, nvmlClocksThrottleReasonNone);
    assert_int_equal(nvml.nvmlDeviceGetComputeRunningProcesses(gpu_at(0), &count, NULL),
                     NVML_ERROR_INSUFFICIENT_SIZE);
    assert_int_equal(count, 1);
    count = 2;
    REFUSED(nvmlDeviceGetComputeRunningProcesses(gpu_at(0), &count, NULL));
    WORKS(nvmlDeviceGetComputeRunningProcesses(gpu_at(0), &count, processes));
    assert_int_equal(count, 1);
    assert_int_equal(processes[0].pid, getpid());
    assert_int_equal(processes[0].usedGpuMemory, 1073741824);
    assert_int_equal(processes[0].gpuInstanceId, 0xffffffff);

    assert_int_equal(cuda.cuMemFree(address), CUDA_SUCCESS);
    WORKS(nvmlDeviceGetMemoryInfo(gpu_at(0), &memory));
    assert_int_equal(memory.used, 491782144);
}

/* CUDA shows two of the GPUs, the other way round: NVML shows all, and both mean the same. */
static void test_nvml__agrees_with_cuda(void **state)
{
    const unsigned indices[] = { 5, 2 };
    unsigned count = 0;
    int visible = 0;

    (void)state;
    WORKS(nvmlDeviceGetCount(&count));
    assert_int_equal(count, 8);
    assert_int_equal(cuda.cuInit(0), CUDA_SUCCESS);
    assert_int_equal(cuda.cuDeviceGetCount(&visible), CUDA_SUCCESS);
    assert_int_equal(visible, 2);
    for (int i = 0; i < visible; i++) {
        char uuid[64], last[3], pci[16];
        CUuuid bytes;
        nvmlPciInfo_t info;

        WORKS(nvmlDeviceGetUUID(gpu_at(indices[i]), uuid, sizeof uuid));
        WORKS(nvmlDeviceGetPciInfo(gpu_at(indices[i]), &info));
        assert_int_equal(cuda.cuDeviceGetUuid(&bytes, i), CUDA_SUCCESS);
        assert_int_equal(cuda.cuDeviceGetPCIBusId(pci, sizeof pci, i), CUDA_SUCCESS);
        snprintf(last, sizeof last, "%02x", (unsigned)(unsigned char)bytes.bytes[15]);
        assert_string_equal(uuid + strlen(uuid) - 2, last);
        assert_string_equal(info.busIdLegacy, pci);
    }
}

int main(void)
{
    static const struct CMUnitTest before[] = {
        cmocka_unit_test(test_nvml__exports_the_rows_and_the_marker),
        cmocka_unit_test(test_nvml__before_init),
        cmocka_unit_test(test_nvml__init_is_counted),
        cmocka_unit_test(test_nvml__names_of_errors),
    };
    static const struct CMUnitTest h100[] = {
        cmocka_unit_test(test_nvml__handles_that_are_none),
        cmocka_unit_test(test_nvml__null_pointers),
        cmocka_unit_test(test_nvml__numbers_out_of_range),
        cmocka_unit_test(test_nvml__texts_that_do_not_fit),
        cmocka_unit_test(test_nvml__numbers_of_an_h100),
        cmocka_unit_test(test_nvml__clocks_and_modes_of_an_h100),
        cmocka_unit_test(test_nvml__identity_of_an_h100),
        cmocka_unit_test(test_nvml__memory_follows_allocations),
    };
    static const struct CMUnitTest visible[] = { cmocka_unit_test(test_nvml__agrees_with_cuda) };
    struct group groups[] = {
        GROUP("before init", "h100x8", NULL, NULL, before),
        GROUP("h100", "h100x8", NULL, NULL, h100),
        GROUP("visible", "h100x8", NULL, "5,2", visible),
    };

    groups[0].starts_without_init = true;
    return run_groups(groups, COUNT(groups));
}
