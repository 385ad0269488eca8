/* SPDX-License-Identifier: Apache-2.0 */
/* The library and the driver as a whole. */
#include "nvml_prototypes.h"

#include <stdio.h>

#include "text.h"

#define NAME_ROW(name, value) { value, #name },
static const struct {
    nvmlReturn_t value;
    const char *name;
} NAMES[] = { GST_NVML_RESULTS(NAME_ROW) };
#undef NAME_ROW

nvmlReturn_t nvmlInit_v2(void)
{
    SIM_ENTER(nvmlReturn_t, SIM_NEEDS_NOTHING);
    const struct sim_library_state *library = &sim_live_machine()->libraries[SIM_LIBRARY_NVML];

    /* Where no launcher left the library out of the folder, this is as near as it gets. */
    if (library->is_missing) {
        sim_live_fired(library->fault);
        return NVML_ERROR_LIBRARY_NOT_FOUND;
    }
    sim_nvml_begin();
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlShutdown(void)
{
    SIM_ENTER(nvmlReturn_t, SIM_NEEDS_NOTHING);
    return sim_nvml_end() ? NVML_SUCCESS : NVML_ERROR_UNINITIALIZED;
}

/* The vendor's sentences are the vendor's; the name says as much. */
const char *nvmlErrorString(nvmlReturn_t result)
{
    __attribute__((cleanup(sim_leave))) struct sim_call call =
        sim_enter(__func__, SIM_NEEDS_NOTHING);

    if (call.is_refused)
        result = (nvmlReturn_t)call.result;
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (NAMES[i].value == result)
            return NAMES[i].name;
    }
    return "NVML_ERROR_UNKNOWN";
}

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int size)
{
    NVML_ENTER(version != NULL);
    sim_live_fired(sim_live_machine()->driver_fault);
    return sim_nvml_text(version, size, sim_live_machine()->driver_version);
}

/* The CUDA version that NVML belongs to, and the driver's: answered before nvmlInit too. */
nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int size)
{
    SIM_ENTER(nvmlReturn_t, SIM_NEEDS_NOTHING);
    const struct sim_machine *machine = sim_live_machine();
    char text[48];

    if (version == NULL)
        return NVML_ERROR_INVALID_ARGUMENT;
    snprintf(text, sizeof text, "%u.%s", machine->driver_cuda / 1000, machine->driver_version);
    return sim_nvml_text(version, size, text);
}

/* NVML asks libcuda, and answers before nvmlInit too. */
nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *version)
{
    SIM_ENTER(nvmlReturn_t, SIM_NEEDS_NOTHING);
    const struct sim_library_state *libcuda = &sim_live_machine()->libraries[SIM_LIBRARY_CUDA];

    if (version == NULL)
        return NVML_ERROR_INVALID_ARGUMENT;
    if (libcuda->is_missing || libcuda->is_stub) {
        sim_live_fired(libcuda->fault);
        return NVML_ERROR_LIBRARY_NOT_FOUND;
    }
    sim_live_fired(sim_live_machine()->driver_fault);
    *version = (int)sim_live_machine()->driver_cuda;
    return NVML_SUCCESS;
}
