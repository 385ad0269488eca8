/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the script's machine to the model's: rates from clocks, widths and efficiencies, MIG
 * instances beside their GPUs, the plan's entries where the model looks for them.
 */
#include "model/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/attributes.h"
#include "model/live.h"
#include "script/script.h"

static struct sim_script script;

const struct sim_machine *sim_live_machine(void)
{
    return &script.machine;
}

static uint64_t permille(uint64_t rate, unsigned share)
{
    return rate / 1000 * share;
}

/* Bytes per second of one lane, each way, after the line code. Source: the PCI Express base
 * specifications' transfer rates; 8b/10b up to generation 2, 128b/130b up to 5, flits in 6. */
static uint64_t lane_rate(unsigned generation)
{
    static const uint64_t rates[] = { 0,          250000000,  500000000, 984615384,
                                      1969230769, 3938461538, 7562500000 };

    return generation < sizeof rates / sizeof rates[0] ? rates[generation] : 0;
}

static uint64_t link_rate(const struct sim_gpu_model *model, unsigned links, unsigned rate_permille)
{
    uint64_t rate = (uint64_t)links * model->nvlink_mb_per_s * 1000000;

    return permille(permille(rate, model->nvlink_efficiency_permille), rate_permille);
}

/* MB/s, as NCCL works it out from what sysfs says the slot can do: GT/s in decimal, and 80 of them
 * per GB/s and lane. Source: src/graph/topo.cc. */
static unsigned nccl_slot(const struct sim_gpu_model *model)
{
    static const unsigned mb_per_s_of_16[] = { 0, 3000, 6000, 12000, 24000, 48000, 96000 };

    if (model->pcie_gen >= sizeof mb_per_s_of_16 / sizeof mb_per_s_of_16[0])
        return 0;
    return mb_per_s_of_16[model->pcie_gen] * model->pcie_width / 16;
}

static uint64_t flops(const struct sim_gpu *gpu, unsigned sms)
{
    unsigned mhz = gpu->model.clock_mhz;

    if (gpu->clock_cap_mhz != 0 && gpu->clock_cap_mhz < mhz)
        mhz = gpu->clock_cap_mhz;
    return (uint64_t)sms * gpu->model.cores_per_sm * 2 * mhz * 1000000;
}

static void set_rates(struct sim_spec_gpu *to, const struct sim_gpu *gpu)
{
    const struct sim_gpu_model *model = &gpu->model;
    uint64_t pcie = lane_rate(gpu->pcie_gen_now) * gpu->pcie_width_now;
    uint64_t c2c = (uint64_t)model->c2c_mb_per_s * 1000000;

    to->rate[SIM_RESOURCE_MEMORY] =
        permille(permille(sim_model_memory_rate(model), model->memory_efficiency_permille),
                 gpu->memory_rate_permille);
    to->rate[SIM_RESOURCE_UPSTREAM] = c2c != 0 ? permille(c2c, model->c2c_efficiency_permille)
                                               : permille(pcie, model->pcie_efficiency_permille);
    /* No link: what comes from host memory is limited by that memory alone. */
    if (model->is_integrated)
        to->rate[SIM_RESOURCE_UPSTREAM] = to->rate[SIM_RESOURCE_MEMORY];
    to->rate[SIM_RESOURCE_DOWNSTREAM] = to->rate[SIM_RESOURCE_UPSTREAM];
    to->rate[SIM_RESOURCE_ARITHMETIC] = flops(gpu, model->sms);
    to->rate[SIM_RESOURCE_LINKS_OUT] = link_rate(model, model->nvlinks - gpu->nvlinks_down, 1000);
    to->rate[SIM_RESOURCE_LINKS_IN] = to->rate[SIM_RESOURCE_LINKS_OUT];
    for (unsigned i = 0; gpu->busy_percent != 0 && i < SIM_RESOURCE_LINKS_OUT; i++)
        to->rate[i] = to->rate[i] / 100 * (100 - gpu->busy_percent);
    to->cores_per_sm = model->cores_per_sm;
    for (unsigned i = 0; i < SIM_GEMM_TYPES; i++) {
        to->gemm_lanes[i] = model->gemm_lanes[i] != 0 ? model->gemm_lanes[i] : model->cores_per_sm;
        to->gemm_permille[i] = model->gemm_permille[i];
    }
    to->latency = model->latency_ps;
    to->host_latency = model->host_latency_ps;
    to->peer_latency = model->peer_latency_ps;
    to->speed = (uint64_t)model->sms * model->cores_per_sm * model->clock_mhz;
}

static void set_collectives(struct sim_spec_gpu *to, const struct sim_gpu *gpu)
{
    to->nvlinks = gpu->model.nvlinks - gpu->nvlinks_down;
    to->pcie_mb_per_s = nccl_slot(&gpu->model);
    to->collective_permille = gpu->model.collective_permille;
    to->nvls_permille = gpu->model.nvls_permille;
}

static void set_faults(struct sim_spec_gpu *to, const struct sim_gpu *gpu)
{
    to->is_hidden = gpu->is_hidden_from_cuda;
    to->gets_lost = gpu->gets_lost;
    to->lost_at = gpu->lost_after_ps;
    to->hangs_at = gpu->hang_after_ps;
    to->disturbed_until = gpu->disturbed_until_ps;
    to->faults = (struct sim_spec_gpu_faults){
        .pcie = gpu->pcie_fault,
        .clock = gpu->clock_fault,
        .latency = gpu->latency_fault,
        .memory = gpu->memory_fault,
        .links = gpu->nvlink_fault,
        .lost = gpu->lost_fault,
        .hang = gpu->hang_fault,
        .disturbed = gpu->disturbed_fault,
        .busy = gpu->busy_fault,
        .hidden = gpu->is_hidden_from_cuda ? gpu->hidden_fault : SIM_NO_FAULT,
    };
    for (unsigned i = 0; i < gpu->flip_count && i < SIM_SPEC_FLIPS; i++)
        to->flips[to->flip_count++] =
            (struct sim_spec_flip){ gpu->flips[i].byte, gpu->flips[i].bit, gpu->flips[i].fault };
}

static void add_instance(struct sim_spec *spec, const struct sim_spec_gpu *parent,
                         const struct sim_gpu *gpu, const struct sim_mig_instance *instance)
{
    struct sim_spec_gpu *to = sim_spec_add_gpu(spec);
    struct sim_gpu_model slice = gpu->model;

    if (to == NULL)
        return;
    *to = *parent;
    to->is_mig = true;
    to->has_mig = false;
    to->attribute_count = 0;
    snprintf(to->name, sizeof to->name, "%.60s MIG %.24s", gpu->model.name, instance->profile);
    snprintf(to->uuid, sizeof to->uuid, "%s", instance->uuid);
    to->total_bytes = instance->memory_bytes;
    /* Memory slices bring their share of the bandwidth with them. */
    to->rate[SIM_RESOURCE_MEMORY] =
        (uint64_t)((double)parent->rate[SIM_RESOURCE_MEMORY] * (double)instance->memory_bytes
                   / (double)gpu->model.memory_bytes);
    to->rate[SIM_RESOURCE_ARITHMETIC] = flops(gpu, instance->sms);
    slice.sms = instance->sms;
    slice.bus_bits = instance->bus_bits;
    slice.l2_bytes = instance->l2_bytes;
    sim_attributes_fill(to, gpu, &slice, spec->driver_cuda);
}

/* The place of each GPU of the profile in the list, since instances stand in between. */
static void add_gpus(struct sim_spec *spec, unsigned places[SIM_MACHINE_GPUS])
{
    for (unsigned i = 0; i < script.machine.gpu_count; i++) {
        const struct sim_gpu *gpu = &script.machine.gpus[i];
        struct sim_spec_gpu *to = sim_spec_add_gpu(spec);

        if (to == NULL)
            return;
        places[i] = spec->gpu_count - 1;
        snprintf(to->name, sizeof to->name, "%s", gpu->model.name);
        snprintf(to->uuid, sizeof to->uuid, "%s", gpu->uuid);
        to->gpu = i;
        to->pci_domain = gpu->pci_domain;
        to->pci_bus = gpu->pci_bus;
        to->pci_device = gpu->pci_device;
        to->node = gpu->numa;
        to->bridge = gpu->bridge;
        to->copy_engines = gpu->model.copy_engines;
        to->has_mig = gpu->is_mig;
        to->is_integrated = gpu->model.is_integrated;
        to->capability = (int)gpu->model.capability;
        to->total_bytes = gpu->model.memory_bytes;
        to->foreign_bytes = gpu->busy_percent != 0 || gpu->is_held ? SIM_FOREIGN_BYTES : 0;
        set_rates(to, gpu);
        set_collectives(to, gpu);
        set_faults(to, gpu);
        sim_attributes_fill(to, gpu, &gpu->model, spec->driver_cuda);
        for (unsigned k = 0; gpu->is_mig && k < gpu->instance_count; k++)
            add_instance(spec, to, gpu, &gpu->instances[k]);
    }
}

static void add_pairs(struct sim_spec *spec, const unsigned places[SIM_MACHINE_GPUS])
{
    for (unsigned i = 0; i < script.machine.gpu_count; i++) {
        for (unsigned k = 0; k < script.machine.gpu_count; k++) {
            const struct sim_gpu_link *link = &script.machine.links[i][k];
            struct sim_spec_pair *pair = &spec->pairs[places[i]][places[k]];

            pair->link_rate =
                link_rate(&script.machine.gpus[i].model, link->nvlinks, link->rate_permille);
            pair->nvlinks = link->nvlinks;
            pair->can_access = i != k && link->has_access;
            pair->fault = link->fault;
            pair->flip =
                (struct sim_spec_flip){ link->flip.byte, link->flip.bit, link->flip.fault };
            pair->drop_fault = link->drop_fault;
            pair->stage_fault = link->stage_fault;
            pair->hang_fault = link->hang_fault;
            pair->hangs_at = link->hang_after_ps;
            pair->is_refused_by_nvml = link->is_refused_by_nvml;
            pair->nvml_fault = link->nvml_fault;
        }
    }
}

static void add_host(struct sim_spec_host *to, const struct sim_host *host)
{
    for (unsigned i = 0; i < SIM_SPEC_NODES; i++) {
        to->memory_rate[i] = (uint64_t)host->memory_mb_per_s[i] * 1000000;
        for (unsigned k = 0; k < SIM_SPEC_NODES; k++) {
            to->socket_rate[i][k] = (uint64_t)host->socket_mb_per_s[i][k] * 1000000;
            if (host->socket_mb_per_s[i][k] != 0)
                to->socket_faults[i][k] = host->socket_faults[i][k];
        }
    }
    for (unsigned i = 0; i < SIM_SPEC_SWITCHES; i++) {
        const struct sim_pcie_switch *one = &host->switches[i];

        if (one->width == 0)
            continue;
        to->uplink_rate[i] = permille(lane_rate(one->gen) * one->width, one->efficiency_permille);
        to->uplink_faults[i] = one->fault;
    }
    to->fabric_fault = host->fabric_fault;
    to->shm_bytes = host->shm_bytes;
    to->shm_fault = host->shm_fault;
    to->nccl_conf_fault = host->nccl_conf_fault;
    to->is_bus_hidden = host->is_bus_hidden;
    to->bus_fault = host->bus_fault;
    to->has_no_interface = host->has_no_interface;
    to->interface_fault = host->interface_fault;
    to->is_locking_refused = host->is_locking_refused;
    to->locking_fault = host->locking_fault;
    to->is_multicast_off = host->is_multicast_off;
    to->multicast_fault = host->multicast_fault;
    to->memory_node = host->memory_node;
    to->memory_fault = host->memory_fault;
}

/* A share of what half of the GPUs can send, which is what pairs that are disjoint need. */
static void add_fabric(struct sim_spec *spec, const struct sim_host *host)
{
    uint64_t all = 0;

    for (unsigned i = 0; i < spec->gpu_count; i++)
        all += spec->gpus[i].rate[SIM_RESOURCE_LINKS_OUT];
    spec->host.has_fabric = sim_machine_is_switched(&script.machine, 0);
    spec->host.fabric_rate = permille(all / 2, host->fabric_permille);
}

static void add_call(struct sim_spec *spec, const struct sim_plan_entry *entry)
{
    static const enum sim_action actions[] = {
        [SIM_PLAN_RETURNS] = SIM_ACTION_RETURNS, [SIM_PLAN_HANGS] = SIM_ACTION_HANGS,
        [SIM_PLAN_CRASHES] = SIM_ACTION_CRASHES, [SIM_PLAN_ABORTS] = SIM_ACTION_ABORTS,
        [SIM_PLAN_PRINTS] = SIM_ACTION_PRINTS,   [SIM_PLAN_EATS_MEMORY] = SIM_ACTION_EATS_MEMORY,
        [SIM_PLAN_TAKES] = SIM_ACTION_TAKES,
    };
    struct sim_spec_call *call = &spec->calls[spec->call_count];

    if (spec->call_count == SIM_SPEC_CALLS)
        return;
    spec->call_count++;
    snprintf(call->symbol, sizeof call->symbol, "%s", entry->subject);
    snprintf(call->text, sizeof call->text, "%s", entry->text);
    call->call = entry->call;
    call->action = actions[entry->action];
    call->result = entry->result;
    call->takes = entry->number;
    call->fault = entry->fault;
}

static void add_kernel(struct sim_spec *spec, const struct sim_plan_entry *entry)
{
    struct sim_spec_kernel *kernel = &spec->kernels[spec->kernel_count];

    if (spec->kernel_count == SIM_SPEC_KERNELS)
        return;
    spec->kernel_count++;
    snprintf(kernel->name, sizeof kernel->name, "%.47s", entry->subject);
    kernel->hangs = entry->kind == SIM_PLAN_KERNEL_HANGS;
    kernel->is_wrong = entry->kind == SIM_PLAN_KERNEL_WRONG;
    kernel->element = entry->number;
    kernel->fault = entry->fault;
}

static void add_plan(struct sim_spec *spec)
{
    for (unsigned i = 0; i < script.plan.count; i++) {
        const struct sim_plan_entry *entry = &script.plan.entries[i];

        switch (entry->kind) {
        case SIM_PLAN_CALL:
            add_call(spec, entry);
            break;
        case SIM_PLAN_KERNEL_WRONG:
        case SIM_PLAN_KERNEL_HANGS:
            add_kernel(spec, entry);
            break;
        case SIM_PLAN_IMAGE_TRUNCATED:
            snprintf(spec->truncated_image, sizeof spec->truncated_image, "%.47s", entry->subject);
            spec->truncated_fault = entry->fault;
            break;
        case SIM_PLAN_PTX_VERSION:
            spec->ptx_isa = (int)entry->number;
            spec->ptx_fault = entry->fault;
            break;
        }
    }
}

static struct sim_spec_version version_of(const struct sim_library_state *library)
{
    struct sim_spec_version version = { .fault = library->fault };

    memcpy(version.parts, library->version, sizeof version.parts);
    return version;
}

static void add_software(struct sim_spec *spec)
{
    const struct sim_machine *machine = &script.machine;

    spec->driver_cuda = (int)machine->driver_cuda;
    spec->driver_fault = machine->driver_fault;
    spec->runtime_cuda = (int)machine->cudart_version;
    spec->runtime_fault = machine->cudart_fault;
    spec->has_driver = !machine->libraries[SIM_LIBRARY_CUDA].is_missing;
    spec->is_stub = machine->libraries[SIM_LIBRARY_CUDA].is_stub;
    spec->library_fault = machine->libraries[SIM_LIBRARY_CUDA].fault;
    spec->has_compiler = !machine->libraries[SIM_LIBRARY_PTX_COMPILER].is_missing;
    spec->compiler_fault = machine->libraries[SIM_LIBRARY_PTX_COMPILER].fault;
    spec->cublas = version_of(&machine->libraries[SIM_LIBRARY_CUBLAS]);
    spec->cublaslt = version_of(&machine->libraries[SIM_LIBRARY_CUBLASLT]);
    spec->gemm_fault_count = machine->gemm_fault_count;
    memcpy(spec->gemm_faults, machine->gemm_faults, sizeof spec->gemm_faults);
}

static struct sim_spec_flip flip_of(const struct sim_flip *flip)
{
    return (struct sim_spec_flip){ flip->byte, flip->bit, flip->fault };
}

static void add_ranks(struct sim_spec *spec)
{
    const struct sim_machine *machine = &script.machine;

    if (machine->nccl_version != 0)
        spec->nccl_version = (int)machine->nccl_version;
    spec->nccl_fault = machine->nccl_fault;
    spec->nccl_compile = machine->nccl_compile_ps;
    spec->nccl_is_compiling = machine->nccl_is_compiling;
    spec->nccl_compile_fault = machine->nccl_compile_fault;
    for (unsigned i = 0; i < SIM_MACHINE_RANKS && i < SIM_SPEC_RANKS; i++) {
        const struct sim_rank *rank = &machine->ranks[i];

        spec->ranks[i] =
            (struct sim_spec_rank){ .absent_fault = rank->absent_fault,
                                    .death_fault = rank->death_fault,
                                    .dies_at = rank->dies_at,
                                    .drop_fault = rank->drop_fault,
                                    .drop_where = (enum sim_rank_place)rank->drop_where,
                                    .skip_fault = rank->skip_fault,
                                    .skips = rank->skips,
                                    .miscount_fault = rank->miscount_fault,
                                    .miscounts = rank->miscounts,
                                    .late_fault = rank->late_fault,
                                    .late = rank->late_ps,
                                    .nan_fault = rank->nan_fault,
                                    .swap_fault = rank->swap_fault,
                                    .flip = flip_of(&rank->flip),
                                    .ulps_fault = rank->ulps_fault,
                                    .ulps = rank->ulps,
                                    .combine_fault = rank->combine_fault,
                                    .combines = (int)rank->combines - 1,
                                    .spoil_where = (enum sim_rank_place)rank->spoil_where,
                                    .scale_fault = rank->scale_fault };
    }
}

bool sim_spec_load(struct sim_spec *spec, char *err, size_t err_size)
{
    const char *profile = getenv("GPU_SELFTEST_SIM_PROFILE");
    unsigned places[SIM_MACHINE_GPUS] = { 0 };

    sim_spec_init(spec);
    if (profile == NULL || profile[0] == '\0') {
        snprintf(err, err_size, "GPU_SELFTEST_SIM_PROFILE names no profile");
        return false;
    }
    if (!sim_script_load(&script, NULL, profile, getenv("GPU_SELFTEST_SIM_FAULTS"), err, err_size))
        return false;
    add_software(spec);
    add_gpus(spec, places);
    add_pairs(spec, places);
    add_host(&spec->host, &script.machine.host);
    add_fabric(spec, &script.machine.host);
    add_plan(spec);
    add_ranks(spec);
    return true;
}
