/* SPDX-License-Identifier: Apache-2.0 */
/* The statement `model`: what the words of a GPU product are called and where they go. */
#include <string.h>

#include "script/statement.h"

#define ROW(word, kind, member) SIM_FIELD(word, kind, struct sim_gpu_model, member)

static const struct sim_field FIELDS[] = {
    ROW("name", TEXT, name),
    ROW("vbios", TEXT, vbios),
    ROW("cc", CAPABILITY, capability),
    ROW("sms", COUNT, sms),
    ROW("cores-per-sm", COUNT, cores_per_sm),
    ROW("clock", MHZ, clock_mhz),
    ROW("clock-max", MHZ, clock_max_mhz),
    ROW("memory-clock", MHZ, memory_clock_mhz),
    ROW("bus", COUNT, bus_bits),
    ROW("l2", BYTES, l2_bytes),
    ROW("l2-persisting", BYTES, l2_persisting_bytes),
    ROW("memory", BYTES, memory_bytes),
    ROW("integrated", YES, is_integrated),
    ROW("fb", BYTES, fb_bytes),
    ROW("fb-reserved", BYTES, fb_reserved_bytes),
    ROW("bar1", BYTES, bar1_bytes),
    ROW("shared-per-sm", BYTES, shared_per_sm_bytes),
    ROW("shared-optin", BYTES, shared_optin_bytes),
    ROW("threads-per-sm", COUNT, threads_per_sm),
    ROW("blocks-per-sm", COUNT, blocks_per_sm),
    ROW("copy-engines", COUNT, copy_engines),
    ROW("fp64-ratio", COUNT, fp64_ratio),
    ROW("has-ecc", YES, has_ecc),
    ROW("ecc", YES, is_ecc_on),
    ROW("has-mig", YES, has_mig),
    ROW("row-remapping", YES, has_row_remapping),
    ROW("rdma", YES, has_rdma),
    ROW("serial", YES, has_serial),
    ROW("pci-device", HEX, pci_device_id),
    ROW("pci-subsystem", HEX, pci_subsystem_id),
    ROW("pcie-gen", COUNT, pcie_gen),
    ROW("pcie-width", COUNT, pcie_width),
    ROW("nvlinks", COUNT, nvlinks),
    ROW("nvlink-rate", RATE, nvlink_mb_per_s),
    ROW("memory-efficiency", SHARE, memory_efficiency_permille),
    ROW("pcie-efficiency", SHARE, pcie_efficiency_permille),
    ROW("c2c", RATE, c2c_mb_per_s),
    ROW("c2c-efficiency", SHARE, c2c_efficiency_permille),
    ROW("nvlink-efficiency", SHARE, nvlink_efficiency_permille),
    ROW("collective-efficiency", SHARE, collective_permille),
    ROW("nvls-efficiency", SHARE, nvls_permille),
    ROW("fp64-lanes", COUNT, gemm_lanes[SIM_GEMM_FP64]),
    ROW("tf32-lanes", COUNT, gemm_lanes[SIM_GEMM_TF32]),
    ROW("fp16-lanes", COUNT, gemm_lanes[SIM_GEMM_FP16]),
    ROW("bf16-lanes", COUNT, gemm_lanes[SIM_GEMM_BF16]),
    ROW("fp32-efficiency", SHARE, gemm_permille[SIM_GEMM_FP32]),
    ROW("fp64-efficiency", SHARE, gemm_permille[SIM_GEMM_FP64]),
    ROW("tf32-efficiency", SHARE, gemm_permille[SIM_GEMM_TF32]),
    ROW("fp16-efficiency", SHARE, gemm_permille[SIM_GEMM_FP16]),
    ROW("bf16-efficiency", SHARE, gemm_permille[SIM_GEMM_BF16]),
    ROW("latency", TIME, latency_ps),
    ROW("host-latency", TIME, host_latency_ps),
    ROW("peer-latency", TIME, peer_latency_ps),
    ROW("power-limit", WATTS, power_limit_mw),
    ROW("power-idle", WATTS, power_idle_mw),
    ROW("temperature", CELSIUS, temperature_c),
};

bool sim_statement_model(const struct sim_statement *st)
{
    static const struct sim_field id_field = ROW("model", TEXT, id);
    struct sim_script *script = st->script;
    struct sim_gpu_model *model = &script->models[script->model_count];

    if (script->model_count == SIM_SCRIPT_MODELS)
        return sim_statement_fail(st, "more than %d models", SIM_SCRIPT_MODELS);
    memset(model, 0, sizeof *model);
    if (st->words.count < 2 || !sim_value_set(&id_field, model, st->words.words[1].key))
        return sim_statement_fail(st, "'model' needs a name");
    for (unsigned i = 0; i < script->model_count; i++) {
        if (strcmp(script->models[i].id, model->id) == 0)
            return sim_statement_fail(st, "model '%s' is there twice", model->id);
    }
    model->memory_efficiency_permille = 1000;
    model->pcie_efficiency_permille = 1000;
    model->nvlink_efficiency_permille = 1000;
    model->c2c_efficiency_permille = 1000;
    model->collective_permille = 1000;
    for (unsigned i = 0; i < SIM_GEMM_TYPES; i++)
        model->gemm_permille[i] = 1000;
    if (!sim_statement_fields(st, 2, FIELDS, sizeof FIELDS / sizeof FIELDS[0], model))
        return false;
    if (model->clock_max_mhz == 0)
        model->clock_max_mhz = model->clock_mhz;
    script->model_count++;
    return true;
}

const char *sim_pcie_speed(unsigned generation)
{
    static const char *const SPEEDS[] = { "Unknown",       "2.5 GT/s PCIe",  "5.0 GT/s PCIe",
                                          "8.0 GT/s PCIe", "16.0 GT/s PCIe", "32.0 GT/s PCIe",
                                          "64.0 GT/s PCIe" };

    return SPEEDS[generation < sizeof SPEEDS / sizeof SPEEDS[0] ? generation : 0];
}

uint64_t sim_model_memory_rate(const struct sim_gpu_model *model)
{
    return (uint64_t)model->memory_clock_mhz * 1000000 * 2 * (model->bus_bits / 8);
}
