/* SPDX-License-Identifier: Apache-2.0 */
/* Initialisation, the current device, and the last error. */
#include "runtime.h"

#include <unistd.h>

#include "model/fault.h"
#include "model/strict.h"

static _Thread_local int chosen_device;
static _Thread_local cudaError_t last_error;
/* The generation of each primary context that this runtime holds; it retains each only once. */
static unsigned held[SIM_DEVICES];

int runtime_version(void)
{
    int profile = sim_world.spec.runtime_cuda;

    return profile / 1000 == SIM_CUDART_VERSION / 1000 ? profile : SIM_CUDART_VERSION;
}

cudaError_t runtime_note(int error)
{
    if (error != cudaSuccess && error != cudaErrorNotReady)
        last_error = error;
    return error;
}

cudaError_t runtime_last_error(bool is_fetched)
{
    const struct sim_context *context = sim_context_get(sim_context_current_handle());
    cudaError_t error = last_error;

    if (is_fetched)
        last_error = context != NULL ? context->sticky : cudaSuccess;
    return error;
}

/* Minor versions of one major go together; an older major of the driver does not do. */
static int initialise(const char *symbol)
{
    if (sim_world.spec.runtime_fault != SIM_NO_FAULT)
        sim_fault_fired((unsigned)sim_world.spec.runtime_fault);
    if (!sim_world.spec.has_driver) {
        if (sim_world.spec.library_fault != SIM_NO_FAULT)
            sim_fault_fired((unsigned)sim_world.spec.library_fault);
        return cudaErrorInsufficientDriver;
    }
    if (!sim_world.spec.is_stub && sim_driver_cuda() / 1000 < runtime_version() / 1000)
        return cudaErrorInsufficientDriver;
    if (sim_world.is_initialised && sim_world.pid != getpid()) {
        sim_strict_report("%s in a child that was forked after initialisation", symbol);
        return cudaErrorInitializationError;
    }
    return sim_world_initialise();
}

static int take_primary(int ordinal)
{
    struct sim_device *device = sim_device_at(ordinal);
    void *handle = NULL;

    if (device == NULL)
        return cudaErrorInvalidDevice;
    if (device->context.refs == 0 || held[ordinal] != device->context.generation) {
        int error = sim_context_retain(device, &handle);
        if (error != CUDA_SUCCESS)
            return error;
        held[ordinal] = device->context.generation;
    }
    return sim_context_set_current(device->context.handle);
}

struct sim_call runtime_enter(const char *symbol, enum runtime_need need)
{
    struct sim_call call = sim_enter(symbol, SIM_NEEDS_NOTHING);
    int error = call.result;

    if (!call.is_refused && need != RUNTIME_NEEDS_NOTHING)
        error = initialise(symbol);
    if (!call.is_refused && error == cudaSuccess && need == RUNTIME_NEEDS_CONTEXT) {
        if (sim_context_current_handle() == NULL)
            error = take_primary(chosen_device);
        if (error == cudaSuccess)
            error = sim_context_need(&call.context);
    }
    call.is_refused = call.is_refused || error != cudaSuccess;
    call.result = error;
    if (call.is_refused)
        runtime_note(error);
    return call;
}

int runtime_device(void)
{
    const struct sim_context *context = sim_context_get(sim_context_current_handle());

    return context != NULL ? sim_device_ordinal(context->device) : chosen_device;
}

int runtime_set_device(int ordinal)
{
    int error = take_primary(ordinal);

    if (error == cudaSuccess)
        chosen_device = ordinal;
    return error;
}
