/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we use of NVML (libnvidia-ml.so.1), a row per function and per constant; loader, call table,
 * simulator and conformance test are made from these rows.
 *
 * Rows come in lists by the first of the headers checked by tests/abi (11.8, 12.4, 13.0) that has
 * them, so that each header is asked only for what it knows; GST_NVML_API and GST_NVML_CONSTANTS
 * are all of them. "needed" is 1 for what the shortest useful path calls; a 0 may be NULL.
 *
 * Where the facts come from: NVIDIA's NVML API reference, held against nvml.h of 11.8, 12.4 and
 * 13.0 and against the symbols of drivers 535 and 550 (tests/abi does both). The versioned symbol
 * is spelled out. nvmlDeviceGetMemoryInfo stands here twice, so the newer one carries its version
 * in its name: a table has one member per name. Driver 535 has every row but
 * nvmlDeviceGetNumaNodeId. Columns as in cuda_abi.h.
 */
#ifndef GST_API_NVML_ABI_H
#define GST_API_NVML_ABI_H

#include <stddef.h>

/* The formatter takes argument lists for products (CUdevice * device): hands off the rows. */
/* clang-format off */
#define GST_NVML_API_SINCE_11080(X)                                                                \
    X(nvmlReturn_t, nvmlInit, _v2, (void), 1)                                                      \
    X(nvmlReturn_t, nvmlShutdown, , (void), 1)                                                     \
    X(const char *, nvmlErrorString, , (nvmlReturn_t result), 0)                                   \
    X(nvmlReturn_t, nvmlSystemGetDriverVersion, , (char *version, unsigned int size), 0)           \
    X(nvmlReturn_t, nvmlSystemGetNVMLVersion, , (char *version, unsigned int size), 0)             \
    X(nvmlReturn_t, nvmlSystemGetCudaDriverVersion, _v2, (int *version), 0)                        \
    X(nvmlReturn_t, nvmlDeviceGetCount, _v2, (unsigned int *count), 1)                             \
    X(nvmlReturn_t, nvmlDeviceGetHandleByIndex, _v2,                                               \
      (unsigned int index, nvmlDevice_t *device), 1)                                               \
    X(nvmlReturn_t, nvmlDeviceGetHandleByUUID, , (const char *uuid, nvmlDevice_t *device), 0)      \
    X(nvmlReturn_t, nvmlDeviceGetHandleByPciBusId, _v2,                                            \
      (const char *pci, nvmlDevice_t *device), 0)                                                  \
    X(nvmlReturn_t, nvmlDeviceGetIndex, , (nvmlDevice_t device, unsigned int *index), 0)           \
    X(nvmlReturn_t, nvmlDeviceGetMinorNumber, , (nvmlDevice_t device, unsigned int *minor), 0)     \
    X(nvmlReturn_t, nvmlDeviceGetName, , (nvmlDevice_t device, char *name, unsigned int size), 0)  \
    X(nvmlReturn_t, nvmlDeviceGetUUID, , (nvmlDevice_t device, char *uuid, unsigned int size), 0)  \
    X(nvmlReturn_t, nvmlDeviceGetSerial, ,                                                         \
      (nvmlDevice_t device, char *serial, unsigned int size), 0)                                   \
    X(nvmlReturn_t, nvmlDeviceGetVbiosVersion, ,                                                   \
      (nvmlDevice_t device, char *version, unsigned int size), 0)                                  \
    X(nvmlReturn_t, nvmlDeviceGetPciInfo, _v3, (nvmlDevice_t device, nvmlPciInfo_t *pci), 0)       \
    X(nvmlReturn_t, nvmlDeviceGetMemoryInfo, , (nvmlDevice_t device, nvmlMemory_t *memory), 0)     \
    X(nvmlReturn_t, nvmlDeviceGetMemoryInfo_v2, ,                                                  \
      (nvmlDevice_t device, nvmlMemory_v2_t *memory), 0)                                           \
    X(nvmlReturn_t, nvmlDeviceGetMigMode, ,                                                        \
      (nvmlDevice_t device, unsigned int *current, unsigned int *pending), 0)                      \
    X(nvmlReturn_t, nvmlDeviceGetMaxMigDeviceCount, ,                                              \
      (nvmlDevice_t device, unsigned int *count), 0)                                               \
    X(nvmlReturn_t, nvmlDeviceGetMigDeviceHandleByIndex, ,                                         \
      (nvmlDevice_t device, unsigned int index, nvmlDevice_t *instance), 0)                        \
    X(nvmlReturn_t, nvmlDeviceGetDeviceHandleFromMigDeviceHandle, ,                                \
      (nvmlDevice_t instance, nvmlDevice_t *parent), 0)                                            \
    X(nvmlReturn_t, nvmlDeviceGetGpuInstanceId, , (nvmlDevice_t device, unsigned int *id), 0)      \
    X(nvmlReturn_t, nvmlDeviceGetComputeInstanceId, , (nvmlDevice_t device, unsigned int *id), 0)  \
    X(nvmlReturn_t, nvmlDeviceIsMigDeviceHandle, ,                                                 \
      (nvmlDevice_t device, unsigned int *is_instance), 0)                                         \
    X(nvmlReturn_t, nvmlDeviceGetEccMode, ,                                                        \
      (nvmlDevice_t device, nvmlEnableState_t *current, nvmlEnableState_t *pending), 0)            \
    X(nvmlReturn_t, nvmlDeviceGetTotalEccErrors, ,                                                 \
      (nvmlDevice_t device, nvmlMemoryErrorType_t type, nvmlEccCounterType_t counter,              \
       unsigned long long *count), 0)                                                              \
    X(nvmlReturn_t, nvmlDeviceGetCurrPcieLinkGeneration, ,                                         \
      (nvmlDevice_t device, unsigned int *generation), 0)                                          \
    X(nvmlReturn_t, nvmlDeviceGetCurrPcieLinkWidth, ,                                              \
      (nvmlDevice_t device, unsigned int *width), 0)                                               \
    X(nvmlReturn_t, nvmlDeviceGetMaxPcieLinkGeneration, ,                                          \
      (nvmlDevice_t device, unsigned int *generation), 0)                                          \
    X(nvmlReturn_t, nvmlDeviceGetMaxPcieLinkWidth, ,                                               \
      (nvmlDevice_t device, unsigned int *width), 0)                                               \
    X(nvmlReturn_t, nvmlDeviceGetClockInfo, ,                                                      \
      (nvmlDevice_t device, nvmlClockType_t type, unsigned int *mhz), 0)                           \
    X(nvmlReturn_t, nvmlDeviceGetMaxClockInfo, ,                                                   \
      (nvmlDevice_t device, nvmlClockType_t type, unsigned int *mhz), 0)                           \
    X(nvmlReturn_t, nvmlDeviceGetPowerManagementLimit, ,                                           \
      (nvmlDevice_t device, unsigned int *milliwatts), 0)                                          \
    X(nvmlReturn_t, nvmlDeviceGetEnforcedPowerLimit, ,                                             \
      (nvmlDevice_t device, unsigned int *milliwatts), 0)                                          \
    X(nvmlReturn_t, nvmlDeviceGetPowerManagementDefaultLimit, ,                                    \
      (nvmlDevice_t device, unsigned int *milliwatts), 0)                                          \
    X(nvmlReturn_t, nvmlDeviceGetPowerUsage, ,                                                     \
      (nvmlDevice_t device, unsigned int *milliwatts), 0)                                          \
    X(nvmlReturn_t, nvmlDeviceGetTemperature, ,                                                    \
      (nvmlDevice_t device, nvmlTemperatureSensors_t sensor, unsigned int *celsius), 0)            \
    X(nvmlReturn_t, nvmlDeviceGetCurrentClocksThrottleReasons, ,                                   \
      (nvmlDevice_t device, unsigned long long *reasons), 0)                                       \
    X(nvmlReturn_t, nvmlDeviceGetUtilizationRates, ,                                               \
      (nvmlDevice_t device, nvmlUtilization_t *utilization), 0)                                    \
    X(nvmlReturn_t, nvmlDeviceGetProcessUtilization, ,                                             \
      (nvmlDevice_t device, nvmlProcessUtilizationSample_t *samples, unsigned int *count,          \
       unsigned long long last_seen_us), 0)                                                        \
    X(nvmlReturn_t, nvmlDeviceGetPerformanceState, ,                                               \
      (nvmlDevice_t device, nvmlPstates_t *state), 0)                                              \
    X(nvmlReturn_t, nvmlDeviceGetPersistenceMode, ,                                                \
      (nvmlDevice_t device, nvmlEnableState_t *mode), 0)                                           \
    X(nvmlReturn_t, nvmlDeviceGetComputeMode, ,                                                    \
      (nvmlDevice_t device, nvmlComputeMode_t *mode), 0)                                           \
    X(nvmlReturn_t, nvmlDeviceGetCudaComputeCapability, ,                                          \
      (nvmlDevice_t device, int *major, int *minor), 0)                                            \
    X(nvmlReturn_t, nvmlDeviceGetMemoryBusWidth, , (nvmlDevice_t device, unsigned int *bits), 0)   \
    X(nvmlReturn_t, nvmlDeviceGetComputeRunningProcesses, _v3,                                     \
      (nvmlDevice_t device, unsigned int *count, nvmlProcessInfo_t *processes), 0)                 \
    X(nvmlReturn_t, nvmlDeviceGetNvLinkState, ,                                                    \
      (nvmlDevice_t device, unsigned int link, nvmlEnableState_t *active), 0)                      \
    X(nvmlReturn_t, nvmlDeviceGetNvLinkRemotePciInfo, _v2,                                         \
      (nvmlDevice_t device, unsigned int link, nvmlPciInfo_t *pci), 0)                             \
    X(nvmlReturn_t, nvmlDeviceGetRetiredPagesPendingStatus, ,                                      \
      (nvmlDevice_t device, nvmlEnableState_t *pending), 0)                                        \
    X(nvmlReturn_t, nvmlDeviceGetRemappedRows, ,                                                   \
      (nvmlDevice_t device, unsigned int *correctable, unsigned int *uncorrectable,                \
       unsigned int *pending, unsigned int *failed), 0)

#define GST_NVML_API_SINCE_12040(X)                                                                \
    X(nvmlReturn_t, nvmlDeviceGetGpuMaxPcieLinkGeneration, ,                                       \
      (nvmlDevice_t device, unsigned int *generation), 0)                                          \
    X(nvmlReturn_t, nvmlDeviceGetCurrentClocksEventReasons, ,                                      \
      (nvmlDevice_t device, unsigned long long *reasons), 0)                                       \
    X(nvmlReturn_t, nvmlDeviceGetNumaNodeId, , (nvmlDevice_t device, unsigned int *node), 0)

#define GST_NVML_API_SINCE_13000(X)

#define GST_NVML_API(X)                                                                            \
    GST_NVML_API_SINCE_11080(X)                                                                    \
    GST_NVML_API_SINCE_12040(X)                                                                    \
    GST_NVML_API_SINCE_13000(X)

/* Every nvmlReturn_t. */
#define GST_NVML_RESULTS_SINCE_11080(X)                                                            \
    X(NVML_SUCCESS, 0)                                                                             \
    X(NVML_ERROR_UNINITIALIZED, 1)                                                                 \
    X(NVML_ERROR_INVALID_ARGUMENT, 2)                                                              \
    X(NVML_ERROR_NOT_SUPPORTED, 3)                                                                 \
    X(NVML_ERROR_NO_PERMISSION, 4)                                                                 \
    X(NVML_ERROR_ALREADY_INITIALIZED, 5)                                                           \
    X(NVML_ERROR_NOT_FOUND, 6)                                                                     \
    X(NVML_ERROR_INSUFFICIENT_SIZE, 7)                                                             \
    X(NVML_ERROR_INSUFFICIENT_POWER, 8)                                                            \
    X(NVML_ERROR_DRIVER_NOT_LOADED, 9)                                                             \
    X(NVML_ERROR_TIMEOUT, 10)                                                                      \
    X(NVML_ERROR_IRQ_ISSUE, 11)                                                                    \
    X(NVML_ERROR_LIBRARY_NOT_FOUND, 12)                                                            \
    X(NVML_ERROR_FUNCTION_NOT_FOUND, 13)                                                           \
    X(NVML_ERROR_CORRUPTED_INFOROM, 14)                                                            \
    X(NVML_ERROR_GPU_IS_LOST, 15)                                                                  \
    X(NVML_ERROR_RESET_REQUIRED, 16)                                                               \
    X(NVML_ERROR_OPERATING_SYSTEM, 17)                                                             \
    X(NVML_ERROR_LIB_RM_VERSION_MISMATCH, 18)                                                      \
    X(NVML_ERROR_IN_USE, 19)                                                                       \
    X(NVML_ERROR_MEMORY, 20)                                                                       \
    X(NVML_ERROR_NO_DATA, 21)                                                                      \
    X(NVML_ERROR_VGPU_ECC_NOT_SUPPORTED, 22)                                                       \
    X(NVML_ERROR_INSUFFICIENT_RESOURCES, 23)                                                       \
    X(NVML_ERROR_FREQ_NOT_SUPPORTED, 24)                                                           \
    X(NVML_ERROR_ARGUMENT_VERSION_MISMATCH, 25)                                                    \
    X(NVML_ERROR_UNKNOWN, 999)

#define GST_NVML_RESULTS_SINCE_12040(X)                                                            \
    X(NVML_ERROR_DEPRECATED, 26)                                                                   \
    X(NVML_ERROR_NOT_READY, 27)                                                                    \
    X(NVML_ERROR_GPU_NOT_FOUND, 28)                                                                \
    X(NVML_ERROR_INVALID_STATE, 29)

#define GST_NVML_RESULTS_SINCE_13000(X)                                                            \
    X(NVML_ERROR_RESET_TYPE_NOT_SUPPORTED, 30)

#define GST_NVML_RESULTS(X)                                                                        \
    GST_NVML_RESULTS_SINCE_11080(X)                                                                \
    GST_NVML_RESULTS_SINCE_12040(X)                                                                \
    GST_NVML_RESULTS_SINCE_13000(X)

/* States, counters, sensors, throttle reasons (bits), buffer sizes, versions of structs. */
#define GST_NVML_OPTIONS_SINCE_11080(X)                                                            \
    X(NVML_FEATURE_DISABLED, 0)                                                                    \
    X(NVML_FEATURE_ENABLED, 1)                                                                     \
    X(NVML_CLOCK_GRAPHICS, 0)                                                                      \
    X(NVML_CLOCK_SM, 1)                                                                            \
    X(NVML_CLOCK_MEM, 2)                                                                           \
    X(NVML_CLOCK_VIDEO, 3)                                                                         \
    X(NVML_TEMPERATURE_GPU, 0)                                                                     \
    X(NVML_MEMORY_ERROR_TYPE_CORRECTED, 0)                                                         \
    X(NVML_MEMORY_ERROR_TYPE_UNCORRECTED, 1)                                                       \
    X(NVML_VOLATILE_ECC, 0)                                                                        \
    X(NVML_AGGREGATE_ECC, 1)                                                                       \
    X(NVML_COMPUTEMODE_DEFAULT, 0)                                                                 \
    X(NVML_COMPUTEMODE_EXCLUSIVE_THREAD, 1)                                                        \
    X(NVML_COMPUTEMODE_PROHIBITED, 2)                                                              \
    X(NVML_COMPUTEMODE_EXCLUSIVE_PROCESS, 3)                                                       \
    X(NVML_PSTATE_0, 0)                                                                            \
    X(NVML_PSTATE_1, 1)                                                                            \
    X(NVML_PSTATE_2, 2)                                                                            \
    X(NVML_PSTATE_3, 3)                                                                            \
    X(NVML_PSTATE_4, 4)                                                                            \
    X(NVML_PSTATE_5, 5)                                                                            \
    X(NVML_PSTATE_6, 6)                                                                            \
    X(NVML_PSTATE_7, 7)                                                                            \
    X(NVML_PSTATE_8, 8)                                                                            \
    X(NVML_PSTATE_9, 9)                                                                            \
    X(NVML_PSTATE_10, 10)                                                                          \
    X(NVML_PSTATE_11, 11)                                                                          \
    X(NVML_PSTATE_12, 12)                                                                          \
    X(NVML_PSTATE_13, 13)                                                                          \
    X(NVML_PSTATE_14, 14)                                                                          \
    X(NVML_PSTATE_15, 15)                                                                          \
    X(NVML_PSTATE_UNKNOWN, 32)                                                                     \
    X(nvmlClocksThrottleReasonNone, 0)                                                             \
    X(nvmlClocksThrottleReasonGpuIdle, 0x1)                                                        \
    X(nvmlClocksThrottleReasonApplicationsClocksSetting, 0x2)                                      \
    X(nvmlClocksThrottleReasonSwPowerCap, 0x4)                                                     \
    X(nvmlClocksThrottleReasonHwSlowdown, 0x8)                                                     \
    X(nvmlClocksThrottleReasonSyncBoost, 0x10)                                                     \
    X(nvmlClocksThrottleReasonSwThermalSlowdown, 0x20)                                             \
    X(nvmlClocksThrottleReasonHwThermalSlowdown, 0x40)                                             \
    X(nvmlClocksThrottleReasonHwPowerBrakeSlowdown, 0x80)                                          \
    X(nvmlClocksThrottleReasonDisplayClockSetting, 0x100)                                          \
    X(NVML_DEVICE_MIG_DISABLE, 0)                                                                  \
    X(NVML_DEVICE_MIG_ENABLE, 1)                                                                   \
    X(NVML_NVLINK_MAX_LINKS, 18)                                                                   \
    X(NVML_VALUE_NOT_AVAILABLE, -1)                                                                \
    X(NVML_DEVICE_PCI_BUS_ID_BUFFER_SIZE, 32)                                                      \
    X(NVML_DEVICE_PCI_BUS_ID_BUFFER_V2_SIZE, 16)                                                   \
    X(NVML_DEVICE_UUID_BUFFER_SIZE, 80)                                                            \
    X(NVML_DEVICE_UUID_V2_BUFFER_SIZE, 96)                                                         \
    X(NVML_DEVICE_NAME_BUFFER_SIZE, 64)                                                            \
    X(NVML_DEVICE_NAME_V2_BUFFER_SIZE, 96)                                                         \
    X(NVML_DEVICE_SERIAL_BUFFER_SIZE, 30)                                                          \
    X(NVML_DEVICE_VBIOS_VERSION_BUFFER_SIZE, 32)                                                   \
    X(NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE, 80)                                                  \
    X(NVML_SYSTEM_NVML_VERSION_BUFFER_SIZE, 80)                                                    \
    X(nvmlMemory_v2, 0x02000028)

#define GST_NVML_OPTIONS_SINCE_12040(X)

#define GST_NVML_OPTIONS_SINCE_13000(X)

#define GST_NVML_OPTIONS(X)                                                                        \
    GST_NVML_OPTIONS_SINCE_11080(X)                                                                \
    GST_NVML_OPTIONS_SINCE_12040(X)                                                                \
    GST_NVML_OPTIONS_SINCE_13000(X)

#define GST_NVML_CONSTANTS_SINCE_11080(X)                                                          \
    GST_NVML_RESULTS_SINCE_11080(X)                                                                \
    GST_NVML_OPTIONS_SINCE_11080(X)

#define GST_NVML_CONSTANTS_SINCE_12040(X)                                                          \
    GST_NVML_RESULTS_SINCE_12040(X)                                                                \
    GST_NVML_OPTIONS_SINCE_12040(X)

#define GST_NVML_CONSTANTS_SINCE_13000(X)                                                          \
    GST_NVML_RESULTS_SINCE_13000(X)                                                                \
    GST_NVML_OPTIONS_SINCE_13000(X)

#define GST_NVML_CONSTANTS(X)                                                                      \
    GST_NVML_CONSTANTS_SINCE_11080(X)                                                              \
    GST_NVML_CONSTANTS_SINCE_12040(X)                                                              \
    GST_NVML_CONSTANTS_SINCE_13000(X)

/* X(vendor type, own tag) and X(vendor type, own tag, field). */
#define GST_NVML_STRUCTS(X)                                                                        \
    X(nvmlPciInfo_t, gst_nvml_pci_info)                                                            \
    X(nvmlMemory_t, gst_nvml_memory)                                                               \
    X(nvmlMemory_v2_t, gst_nvml_memory_v2)                                                         \
    X(nvmlUtilization_t, gst_nvml_utilization)                                                     \
    X(nvmlProcessInfo_t, gst_nvml_process_info)                                                    \
    X(nvmlProcessUtilizationSample_t, gst_nvml_process_utilization)

#define GST_NVML_FIELDS(X)                                                                         \
    X(nvmlPciInfo_t, gst_nvml_pci_info, busIdLegacy)                                               \
    X(nvmlPciInfo_t, gst_nvml_pci_info, domain)                                                    \
    X(nvmlPciInfo_t, gst_nvml_pci_info, bus)                                                       \
    X(nvmlPciInfo_t, gst_nvml_pci_info, device)                                                    \
    X(nvmlPciInfo_t, gst_nvml_pci_info, pciDeviceId)                                               \
    X(nvmlPciInfo_t, gst_nvml_pci_info, pciSubSystemId)                                            \
    X(nvmlPciInfo_t, gst_nvml_pci_info, busId)                                                     \
    X(nvmlMemory_t, gst_nvml_memory, total)                                                        \
    X(nvmlMemory_t, gst_nvml_memory, free)                                                         \
    X(nvmlMemory_t, gst_nvml_memory, used)                                                         \
    X(nvmlMemory_v2_t, gst_nvml_memory_v2, version)                                                \
    X(nvmlMemory_v2_t, gst_nvml_memory_v2, total)                                                  \
    X(nvmlMemory_v2_t, gst_nvml_memory_v2, reserved)                                               \
    X(nvmlMemory_v2_t, gst_nvml_memory_v2, free)                                                   \
    X(nvmlMemory_v2_t, gst_nvml_memory_v2, used)                                                   \
    X(nvmlUtilization_t, gst_nvml_utilization, gpu)                                                \
    X(nvmlUtilization_t, gst_nvml_utilization, memory)                                             \
    X(nvmlProcessInfo_t, gst_nvml_process_info, pid)                                               \
    X(nvmlProcessInfo_t, gst_nvml_process_info, usedGpuMemory)                                     \
    X(nvmlProcessInfo_t, gst_nvml_process_info, gpuInstanceId)                                     \
    X(nvmlProcessInfo_t, gst_nvml_process_info, computeInstanceId)                                 \
    X(nvmlProcessUtilizationSample_t, gst_nvml_process_utilization, pid)                           \
    X(nvmlProcessUtilizationSample_t, gst_nvml_process_utilization, timeStamp)                     \
    X(nvmlProcessUtilizationSample_t, gst_nvml_process_utilization, smUtil)                        \
    X(nvmlProcessUtilizationSample_t, gst_nvml_process_utilization, memUtil)                       \
    X(nvmlProcessUtilizationSample_t, gst_nvml_process_utilization, encUtil)                       \
    X(nvmlProcessUtilizationSample_t, gst_nvml_process_utilization, decUtil)

/* X(vendor type, bytes): what is passed by value or written through a pointer. */
#define GST_NVML_SIZES(X)                                                                          \
    X(nvmlReturn_t, 4)                                                                             \
    X(nvmlEnableState_t, 4)                                                                        \
    X(nvmlClockType_t, 4)                                                                          \
    X(nvmlTemperatureSensors_t, 4)                                                                 \
    X(nvmlMemoryErrorType_t, 4)                                                                    \
    X(nvmlEccCounterType_t, 4)                                                                     \
    X(nvmlPstates_t, 4)                                                                            \
    X(nvmlComputeMode_t, 4)                                                                        \
    X(nvmlDevice_t, 8)

/* clang-format on */
struct gst_nvml_pci_info {
    char busIdLegacy[16];
    unsigned int domain;
    unsigned int bus;
    unsigned int device;
    unsigned int pciDeviceId;
    unsigned int pciSubSystemId;
    char busId[32];
};

struct gst_nvml_memory {
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
};

struct gst_nvml_memory_v2 {
    unsigned int version; /* nvmlMemory_v2, set by the caller */
    unsigned long long total;
    unsigned long long reserved;
    unsigned long long free;
    unsigned long long used;
};

struct gst_nvml_utilization {
    unsigned int gpu; /* percent of the time in which kernels ran */
    unsigned int memory;
};

struct gst_nvml_process_info {
    unsigned int pid;
    unsigned long long usedGpuMemory;
    unsigned int gpuInstanceId;
    unsigned int computeInstanceId;
};

struct gst_nvml_process_utilization {
    unsigned int pid;
    unsigned long long timeStamp; /* microseconds */
    unsigned int smUtil;          /* percent of the time, as all of them */
    unsigned int memUtil;
    unsigned int encUtil;
    unsigned int decUtil;
};

#ifndef GST_ABI_VENDOR_TYPES
/* Enumerations are int here: a newer driver may answer with a number that no row names. */
typedef int nvmlReturn_t;
typedef int nvmlEnableState_t;
typedef int nvmlClockType_t;
typedef int nvmlTemperatureSensors_t;
typedef int nvmlMemoryErrorType_t;
typedef int nvmlEccCounterType_t;
typedef int nvmlPstates_t;
typedef int nvmlComputeMode_t;
typedef struct nvmlDevice_st *nvmlDevice_t;

#define GST_NVML_TYPEDEF(type, own) typedef struct own type;
GST_NVML_STRUCTS(GST_NVML_TYPEDEF)
#undef GST_NVML_TYPEDEF

#define GST_NVML_ENUMERATOR(name, value) name = (value),
enum { GST_NVML_CONSTANTS(GST_NVML_ENUMERATOR) };
#undef GST_NVML_ENUMERATOR
#endif

#endif
