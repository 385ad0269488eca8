/* SPDX-License-Identifier: Apache-2.0 */
/* All models and profiles: within bounds that no real board leaves, and what they add up to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "script/nodes.h"
#include "script/script.h"

static struct sim_script script;
static char err[1024];

static void load(const char *profile)
{
    if (!sim_script_load(&script, SIM_TEST_DIR, profile, NULL, err, sizeof err))
        fail_msg("%s", err);
}

/* Two transfers per clock over the bus, by hand: H100 2 x 2619 MHz x 640 B = 3352.3 GB/s. */
static void test_profiles__memory_peaks(void **state)
{
    static const struct {
        const char *id;
        uint64_t bytes_per_s;
    } ROWS[] = {
        { "h100-sxm5-80gb", 3352320000000 },
        { "a100-pcie-40gb", 1555200000000 },
        { "a100-pcie-80gb", 1935360000000 },
        { "l4", 300048000000 },
        { "t4", 320064000000 },
        { "rtx-4090", 1008096000000 },
        { "b200", 7672320000000 },
        { "gb10", 546112000000 }, /* twice what there is: the rule does not hold for it */
        { "gh200", 4022784000000 },
        { "v100-sxm3-32gb", 898048000000 },
    };

    (void)state;
    load("empty");
    assert_int_equal(script.model_count, sizeof ROWS / sizeof ROWS[0]);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        unsigned k = 0;

        while (k < script.model_count && strcmp(script.models[k].id, ROWS[i].id) != 0)
            k++;
        assert_true(k < script.model_count);
        assert_int_equal(sim_model_memory_rate(&script.models[k]), ROWS[i].bytes_per_s);
    }
}

/* SMs x clock x lanes x 2 x share, by hand: 132 x 1980 MHz x 1024 x 2 x 0.751 = 402.0 TFLOP/s,
 * which is what was reported (facts of tests/sim/models name the reports). */
static void test_profiles__product_rates(void **state)
{
    static const struct {
        const char *id;
        enum sim_gemm_type type;
        double tflops; /* as reported, within 1 % */
    } ROWS[] = {
        { "h100-sxm5-80gb", SIM_GEMM_FP32, 51.88 },
        { "h100-sxm5-80gb", SIM_GEMM_TF32, 402.15 },
        { "h100-sxm5-80gb", SIM_GEMM_FP16, 760.04 },
        { "h100-sxm5-80gb", SIM_GEMM_BF16, 797.51 },
        { "gh200", SIM_GEMM_FP16, 760.04 },
        { "a100-pcie-40gb", SIM_GEMM_FP32, 17.56 },
        { "a100-pcie-40gb", SIM_GEMM_TF32, 108.32 },
        { "a100-pcie-80gb", SIM_GEMM_FP16, 241.49 },
        { "a100-pcie-80gb", SIM_GEMM_BF16, 234.14 },
        { "l4", SIM_GEMM_FP32, 15.38 },
        { "l4", SIM_GEMM_TF32, 31.88 },
        { "l4", SIM_GEMM_BF16, 70.89 },
        { "t4", SIM_GEMM_FP32, 4.35 },
        { "t4", SIM_GEMM_FP16, 41.93 },
        { "t4", SIM_GEMM_BF16, 2.01 },
        { "rtx-4090", SIM_GEMM_FP32, 53.84 },
        { "b200", SIM_GEMM_FP32, 66.24 },
        { "b200", SIM_GEMM_FP16, 1627.64 },
        { "b200", SIM_GEMM_BF16, 1696.03 },
    };

    (void)state;
    load("empty");
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const struct sim_gpu_model *model = script.models;
        unsigned lanes;
        double seen;

        while (strcmp(model->id, ROWS[i].id) != 0)
            model++;
        lanes = model->gemm_lanes[ROWS[i].type];
        seen = 2e6 * model->clock_mhz * model->sms * (lanes != 0 ? lanes : model->cores_per_sm)
               * model->gemm_permille[ROWS[i].type] / 1000;
        if (seen < ROWS[i].tflops * 0.99e12 || seen > ROWS[i].tflops * 1.01e12)
            fail_msg("%s, type %d: %g TFLOP/s", ROWS[i].id, ROWS[i].type, seen / 1e12);
    }
}

/* TF32 and BF16 have units of their own from Ampere on; each step to fewer bits is as fast or
 * faster, and nothing reaches less than a fifth, as BF16 does where cores emulate it. */
static void check_products(const struct sim_gpu_model *model)
{
    const unsigned *lanes = model->gemm_lanes;

    assert_int_equal(lanes[SIM_GEMM_FP32], 0);
    assert_in_range(lanes[SIM_GEMM_FP64], 1, 2 * model->cores_per_sm);
    assert_int_equal(lanes[SIM_GEMM_TF32] != 0, model->capability >= 80);
    assert_int_equal(lanes[SIM_GEMM_BF16] != 0, model->capability >= 80);
    assert_in_range(lanes[SIM_GEMM_FP16], model->cores_per_sm, 4096);
    if (model->capability >= 80) {
        assert_in_range(lanes[SIM_GEMM_TF32], model->cores_per_sm, lanes[SIM_GEMM_FP16] / 2);
        assert_int_equal(lanes[SIM_GEMM_BF16], lanes[SIM_GEMM_FP16]);
    }
    for (unsigned i = 0; i < SIM_GEMM_TYPES; i++)
        assert_in_range(model->gemm_permille[i], 200, 1000);
}

static void check_model(const struct sim_gpu_model *model)
{
    const uint64_t rate = sim_model_memory_rate(model);

    assert_true(rate >= 100000000000 && rate <= 10000000000000);
    check_products(model);
    assert_in_range(model->sms, 1, 256);
    assert_in_range(model->cores_per_sm, 64, 128);
    assert_true(model->capability == 121 || model->capability == 70 || model->capability == 100
                || model->capability == 75 || model->capability == 80 || model->capability == 89
                || model->capability == 90);
    assert_int_equal(model->pci_device_id & 0xffff, 0x10de);
    assert_true(model->pci_device_id >> 16 != 0 && model->pci_subsystem_id >> 16 != 0);
    /* CUDA sees what the driver leaves of the frame buffer: 90 to 100 %. All, where there is none.
     */
    assert_true(model->memory_bytes < model->fb_bytes || model->is_integrated);
    assert_true(model->memory_bytes > model->fb_bytes / 10 * 9);
    assert_true(model->fb_bytes >= 4ull << 30 && model->fb_bytes <= 512ull << 30);
    assert_true(model->shared_optin_bytes <= model->shared_per_sm_bytes);
    assert_in_range(model->shared_optin_bytes, 48 * 1024, 256 * 1024);
    assert_in_range(model->clock_mhz, 500, 4000);
    assert_true(model->clock_max_mhz >= model->clock_mhz);
    assert_in_range(model->pcie_gen, model->is_integrated ? 1 : 3, 6);
    assert_int_equal(model->pcie_width, model->is_integrated ? 1 : 16);
    if (model->power_limit_mw != 0 || !model->is_integrated)
        assert_in_range(model->power_limit_mw, 50000, 1500000);
    assert_true(model->power_idle_mw < model->power_limit_mw || model->is_integrated);
    assert_int_equal(model->nvlinks != 0, model->nvlink_mb_per_s != 0);
    assert_true(model->has_ecc || !model->is_ecc_on);
    assert_true(model->name[0] != '\0' && model->vbios[0] != '\0');
}

static void test_profiles__models_are_plausible(void **state)
{
    (void)state;
    load("empty");
    for (unsigned i = 0; i < script.model_count; i++)
        check_model(&script.models[i]);
}

static void test_profiles__machines(void **state)
{
    static const struct {
        const char *profile, *name;
        unsigned gpus, nvlinks, instances;
        bool has_peers;
    } ROWS[] = {
        { "h100x8", "NVIDIA H100 80GB HBM3", 8, 18, 0, true },
        { "a100-pcie-x4", "NVIDIA A100-PCIE-40GB", 4, 0, 0, true },
        { "l4x1", "NVIDIA L4", 1, 0, 0, false },
        { "t4x1", "Tesla T4", 1, 0, 0, false },
        { "rtx4090x2", "NVIDIA GeForce RTX 4090", 2, 0, 0, false },
        { "b200x8", "NVIDIA B200", 8, 18, 0, true },
        { "gb10x1", "NVIDIA GB10", 1, 0, 0, false },
        { "gh200", "NVIDIA GH200 480GB", 1, 0, 0, false },
        { "v100x16", "Tesla V100-SXM3-32GB", 16, 6, 0, true },
        { "a100-pcie-switch-x4", "NVIDIA A100-PCIE-40GB", 4, 0, 0, true },
        { "mig", "NVIDIA A100 80GB PCIe", 1, 0, 2, false },
        { "empty", "", 0, 0, 0, false },
    };
    char names[512];

    (void)state;
    assert_true(sim_script_profiles(SIM_TEST_DIR, " ", names, sizeof names));
    assert_string_equal(names,
                        "a100-pcie-switch-x4 a100-pcie-x4 b200x8 empty gb10x1 gh200 h100x8 l4x1 "
                        "mig rtx4090x2 t4x1 v100x16");
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const struct sim_machine *machine = &script.machine;

        load(ROWS[i].profile);
        assert_string_equal(machine->driver_version, "580.95.05");
        assert_int_equal(machine->driver_cuda, 13000);
        assert_int_equal(machine->cudart_version, 13000);
        assert_int_equal(machine->gpu_count, ROWS[i].gpus);
        for (unsigned a = 0; a < machine->gpu_count; a++) {
            assert_string_equal(machine->gpus[a].model.name, ROWS[i].name);
            assert_int_equal(machine->gpus[a].instance_count, ROWS[i].instances);
            for (unsigned b = 0; b < a; b++) {
                assert_string_not_equal(machine->gpus[a].uuid, machine->gpus[b].uuid);
                assert_true(machine->gpus[a].pci_bus != machine->gpus[b].pci_bus);
                assert_int_equal(machine->links[a][b].nvlinks, ROWS[i].nvlinks);
                assert_int_equal(machine->links[a][b].has_access, ROWS[i].has_peers);
            }
        }
    }
}

static void test_profiles__unknown_profile_names_the_known(void **state)
{
    (void)state;
    assert_false(sim_script_load(&script, SIM_TEST_DIR, "../h100x8", NULL, err, sizeof err));
    assert_string_equal(err, "unknown profile '../h100x8' (known: a100-pcie-switch-x4 a100-pcie-x4 "
                             "b200x8 empty gb10x1 gh200 h100x8 l4x1 mig rtx4090x2 t4x1 v100x16)");
}

/* Two of eight GPUs have a node; of two instances one has. */
static void test_profiles__nodes_decide_what_is_shown(void **state)
{
    char folder[] = "/tmp/gpu-selftest-nodes.XXXXXX", path[96];
    const char *names[] = { "nvidia0", "nvidia2", "nvidia-caps/nvidia-cap76" };

    (void)state;
    /* (0 * 15 + 8) * 9 + 3 for GPU instance 8, and one more for its compute instance 0. */
    assert_int_equal(sim_nodes_capability(0, 8, 0), 76);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/nvidia-caps", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
    }
    setenv("GPU_SELFTEST_SIM_NODES", folder, 1);
    load("h100x8");
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(script.machine.gpus[i].is_hidden_from_cuda, i != 0 && i != 2);
        assert_int_equal(script.machine.gpus[i].is_hidden_from_nvml, i != 0 && i != 2);
    }
    load("mig");
    assert_int_equal(script.machine.gpus[0].instance_count, 1);
    assert_int_equal(script.machine.gpus[0].instances[0].gpu_instance, 8);
    unsetenv("GPU_SELFTEST_SIM_NODES");
    load("mig");
    assert_int_equal(script.machine.gpus[0].instance_count, 2);
    for (size_t i = sizeof names / sizeof names[0]; i-- > 0;) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/nvidia-caps", folder);
    rmdir(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles__memory_peaks),
        cmocka_unit_test(test_profiles__product_rates),
        cmocka_unit_test(test_profiles__models_are_plausible),
        cmocka_unit_test(test_profiles__machines),
        cmocka_unit_test(test_profiles__unknown_profile_names_the_known),
        cmocka_unit_test(test_profiles__nodes_decide_what_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
