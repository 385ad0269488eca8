/* SPDX-License-Identifier: Apache-2.0 */
/* The statements `gpu` and `mig`: which GPUs there are, who sees them, what they are split into. */
#include <stdio.h>
#include <string.h>

#include "script/statement.h"

struct gpu_words {
    char model[48], pci[32], port[32], uuid[64], serial[32], hidden_from[8];
    int numa, bridge;
    bool mig, lost;
    unsigned busy, sms;
    bool held;
    uint64_t after_ps;
};

#define ROW(word, kind, member) SIM_FIELD(word, kind, struct gpu_words, member)

/* Those that only a profile may say come first. */
static const struct sim_field FIELDS[] = {
    ROW("model", TEXT, model),
    ROW("pci", TEXT, pci),
    ROW("port", TEXT, port),
    ROW("uuid", TEXT, uuid),
    ROW("serial", TEXT, serial),
    ROW("numa", NODE, numa),
    ROW("switch", NODE, bridge),
    ROW("mig", YES, mig),
    ROW("hidden-from", TEXT, hidden_from),
    ROW("lost", FLAG, lost),
    ROW("after", TIME, after_ps),
    ROW("busy", COUNT, busy),
    ROW("held", FLAG, held),
    ROW("sms", COUNT, sms),
};
#define PROFILE_ONLY 8

static bool find_model(const struct sim_statement *st, const char *id, struct sim_gpu_model *model)
{
    const struct sim_script *script = st->script;
    char known[512] = "";
    size_t used = 0;

    for (unsigned i = 0; i < script->model_count; i++) {
        if (strcmp(script->models[i].id, id) == 0) {
            *model = script->models[i];
            return true;
        }
        if (used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? " " : "",
                                     script->models[i].id);
    }
    return sim_statement_fail(st, "unknown model '%s' (known: %s)", id, known);
}

/* 0000:1b:00.0 */
static bool set_pci(const struct sim_statement *st, struct sim_gpu *gpu, const char *text)
{
    char again[32];

    if (sscanf(text, "%4x:%2x:%2x.0", &gpu->pci_domain, &gpu->pci_bus, &gpu->pci_device) == 3) {
        snprintf(again, sizeof again, "%04x:%02x:%02x.0", gpu->pci_domain, gpu->pci_bus,
                 gpu->pci_device);
        if (strcmp(again, text) == 0)
            return true;
    }
    return sim_statement_fail(st, "'pci=%s' is not an address such as 0000:1b:00.0", text);
}

/* The root port above it, which sysfs does not show below a switch that has a bus. */
static bool set_port(const struct sim_statement *st, struct sim_gpu *gpu, const char *text)
{
    unsigned domain, bus, device, function;
    char again[32];

    if (text[0] == '\0')
        return true;
    if (sscanf(text, "%4x:%2x:%2x.%1x", &domain, &bus, &device, &function) == 4) {
        snprintf(again, sizeof again, "%04x:%02x:%02x.%x", domain, bus, device, function);
        if (strcmp(again, text) == 0 && gpu->bridge < 0) {
            snprintf(gpu->port, sizeof gpu->port, "%s", text);
            return true;
        }
    }
    return sim_statement_fail(
        st, "'port=%s' is not an address such as 0000:40:01.1, or beside 'switch'", text);
}

static bool create(const struct sim_statement *st, unsigned index, const struct gpu_words *words)
{
    struct sim_machine *machine = &st->script->machine;
    struct sim_gpu *gpu = &machine->gpus[index];

    if (index != machine->gpu_count || index >= SIM_MACHINE_GPUS)
        return sim_statement_fail(st, "GPUs are counted from 0 to at most %d without gaps",
                                  SIM_MACHINE_GPUS - 1);
    if (words->model[0] == '\0' || words->pci[0] == '\0' || words->uuid[0] == '\0')
        return sim_statement_fail(st, "a new GPU needs model=, pci= and uuid=");
    if (words->numa >= SIM_MACHINE_NODES)
        return sim_statement_fail(st, "more than %d NUMA nodes", SIM_MACHINE_NODES);
    if (words->bridge >= SIM_MACHINE_SWITCHES
        || (words->bridge >= 0 && machine->host.switches[words->bridge].width == 0))
        return sim_statement_fail(st, "no switch %d (say 'switch %d gen= width=' before)",
                                  words->bridge, words->bridge);
    if (!find_model(st, words->model, &gpu->model) || !set_pci(st, gpu, words->pci))
        return false;
    snprintf(gpu->uuid, sizeof gpu->uuid, "%s", words->uuid);
    snprintf(gpu->serial, sizeof gpu->serial, "%s", words->serial);
    gpu->numa = words->numa;
    gpu->bridge = words->bridge;
    if (!set_port(st, gpu, words->port))
        return false;
    gpu->is_mig = words->mig;
    gpu->pcie_gen_now = gpu->model.pcie_gen;
    gpu->pcie_width_now = gpu->model.pcie_width;
    gpu->memory_rate_permille = 1000;
    gpu->hidden_fault = gpu->lost_fault = gpu->pcie_fault = gpu->clock_fault = SIM_FAULT_NONE;
    gpu->disturbed_fault = SIM_FAULT_NONE;
    gpu->latency_fault = SIM_FAULT_NONE;
    gpu->idle_fault = gpu->memory_fault = gpu->nvlink_fault = gpu->hang_fault = SIM_FAULT_NONE;
    gpu->busy_fault = SIM_FAULT_NONE;
    machine->gpu_count++;
    return true;
}

static bool change(const struct sim_statement *st, struct sim_gpu *gpu,
                   const struct gpu_words *words)
{
    if (words->after_ps != 0 && !words->lost)
        return sim_statement_fail(st, "'after' goes with 'lost'");
    if (words->hidden_from[0] != '\0') {
        bool is_cuda = strcmp(words->hidden_from, "cuda") == 0;

        if (!is_cuda && strcmp(words->hidden_from, "nvml") != 0)
            return sim_statement_unknown(st, words->hidden_from, "cuda nvml");
        gpu->is_hidden_from_cuda |= is_cuda;
        gpu->is_hidden_from_nvml |= !is_cuda;
        gpu->hidden_fault = st->fault;
    }
    if (words->busy > 99)
        return sim_statement_fail(st, "'busy=%u' is not a percentage from 1 to 99", words->busy);
    if (words->busy != 0 || words->held) {
        gpu->busy_percent = words->busy;
        gpu->is_held = words->held;
        gpu->busy_fault = st->fault;
    }
    /* What a daemon of MPS leaves to its clients: CUDA tells no more, and products get no more. */
    if (words->sms != 0) {
        if (words->sms >= gpu->model.sms)
            return sim_statement_fail(st, "'sms=%u' is no part of %u", words->sms, gpu->model.sms);
        gpu->model.sms = words->sms;
        gpu->clock_fault = st->fault;
    }
    if (words->lost) {
        gpu->gets_lost = true;
        gpu->lost_after_ps = words->after_ps;
        gpu->lost_fault = st->fault;
    }
    return true;
}

bool sim_statement_add_gpu(const struct sim_statement *st)
{
    const struct sim_field number = { "gpu", SIM_KIND_COUNT, 0, sizeof(unsigned) };
    const bool is_fault = st->part == SIM_SCRIPT_FAULT;
    const unsigned skipped = is_fault ? PROFILE_ONLY : 0;
    struct gpu_words words = { .numa = -1, .bridge = -1 };
    unsigned gpu;

    if (st->words.count < 2 || !sim_value_set(&number, &gpu, st->words.words[1].key))
        return sim_statement_fail(st, "'gpu' needs a number after it");
    if (!sim_statement_fields(st, 2, FIELDS + skipped, sizeof FIELDS / sizeof FIELDS[0] - skipped,
                              &words))
        return false;
    if (words.model[0] != '\0' && !create(st, gpu, &words))
        return false;
    return sim_statement_gpu(st, 1, &gpu) && change(st, &st->script->machine.gpus[gpu], &words);
}

bool sim_statement_mig(const struct sim_statement *st)
{
#define MIG(word, kind, member) SIM_FIELD(word, kind, struct sim_mig_instance, member)
    static const struct sim_field MIG_FIELDS[] = {
        MIG("profile", TEXT, profile),
        MIG("uuid", TEXT, uuid),
        MIG("sms", COUNT, sms),
        MIG("bus", COUNT, bus_bits),
        MIG("memory", BYTES, memory_bytes),
        MIG("fb", BYTES, fb_bytes),
        MIG("l2", BYTES, l2_bytes),
        MIG("gi", COUNT, gpu_instance),
        MIG("ci", COUNT, compute_instance),
    };
    struct sim_mig_instance *instance;
    struct sim_gpu *gpu;
    unsigned index;

    if (!sim_statement_gpu(st, 1, &index))
        return false;
    gpu = &st->script->machine.gpus[index];
    if (!gpu->model.has_mig || !gpu->is_mig)
        return sim_statement_fail(st, "GPU %u is not in MIG mode (say 'gpu %u mig=yes')", index,
                                  index);
    if (gpu->instance_count == SIM_MACHINE_INSTANCES)
        return sim_statement_fail(st, "more than %d instances", SIM_MACHINE_INSTANCES);
    instance = &gpu->instances[gpu->instance_count];
    if (!sim_statement_fields(st, 2, MIG_FIELDS, sizeof MIG_FIELDS / sizeof MIG_FIELDS[0],
                              instance))
        return false;
    if (instance->profile[0] == '\0' || instance->uuid[0] == '\0' || instance->sms == 0
        || instance->memory_bytes == 0)
        return sim_statement_fail(st, "an instance needs profile=, uuid=, sms= and memory=");
    gpu->instance_count++;
    return true;
}
