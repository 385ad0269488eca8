/* SPDX-License-Identifier: Apache-2.0 */
/* The language of profiles and faults: what statements do, and how mistakes are answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "script/script.h"

static const char MODEL[] = "model m name=\"A B\" cc=9.0 sms=2 clock=1000MHz \\\n"
                            " memory-clock=1000MHz bus=512 memory=1GiB pcie-gen=5 pcie-width=16 "
                            "nvlinks=4 has-mig=yes\n";
static const char PROFILE[] = "driver version=580.95.05 cuda=13.0 # a comment; ignored\n"
                              "cudart version=13.0\n"
                              "gpu 0 model=m pci=0000:1b:00.0 uuid=GPU-1 numa=1\n"
                              "gpu 1 model=m pci=0001:43:1f.0 uuid=GPU-2; link all nvlink=4\n";

static struct sim_script script;
static char err[1024];

static bool parse(enum sim_script_part part, const char *text)
{
    return sim_script_parse(&script, part, "p", text, err, sizeof err);
}

static int setup(void **state)
{
    (void)state;
    sim_script_init(&script);
    err[0] = '\0';
    return parse(SIM_SCRIPT_MODEL, MODEL) && parse(SIM_SCRIPT_PROFILE, PROFILE) ? 0 : -1;
}

static void test_script__profile_becomes_machine(void **state)
{
    const struct sim_machine *machine = &script.machine;

    (void)state;
    assert_int_equal(machine->driver_cuda, 13000);
    assert_int_equal(machine->cudart_version, 13000);
    assert_int_equal(machine->gpu_count, 2);
    assert_string_equal(machine->gpus[0].model.name, "A B");
    assert_int_equal(machine->gpus[0].model.capability, 90);
    assert_int_equal(machine->gpus[0].model.memory_bytes, 1073741824);
    assert_int_equal(machine->gpus[0].numa, 1);
    assert_int_equal(machine->gpus[1].numa, -1);
    assert_int_equal(machine->gpus[1].pci_domain, 1);
    assert_int_equal(machine->gpus[1].pci_bus, 0x43);
    assert_int_equal(machine->gpus[1].pci_device, 0x1f);
    assert_int_equal(machine->links[1][0].nvlinks, 4);
    assert_true(machine->links[0][1].has_access);
    assert_int_equal(machine->links[0][1].fault, SIM_FAULT_NONE);
    /* 2 x 10^9 transfers of 64 bytes. */
    assert_int_equal(sim_model_memory_rate(&machine->gpus[0].model), 128000000000);
}

static void test_script__physical_faults_carry_their_numbers(void **state)
{
    const struct sim_machine *machine = &script.machine;

    (void)state;
    assert_true(parse(SIM_SCRIPT_FAULT, "link 0-1 rate=0.5; pcie 1 width=8 gen=3\n"
                                        "clock 0 cap=900MHz;mem 0 flip=0x1000:3;"
                                        "gpu 1 lost after=40ms;gpu 0 hidden-from=nvml"));
    assert_int_equal(script.fault_count, 6);
    assert_string_equal(script.fault_texts[1], "pcie 1 width=8 gen=3");
    assert_int_equal(machine->links[1][0].rate_permille, 500);
    assert_int_equal(machine->links[1][0].nvlinks, 4);
    assert_int_equal(machine->links[0][1].fault, 0);
    assert_int_equal(machine->gpus[1].pcie_width_now, 8);
    assert_int_equal(machine->gpus[1].pcie_gen_now, 3);
    assert_int_equal(machine->gpus[1].pcie_fault, 1);
    assert_int_equal(machine->gpus[0].clock_cap_mhz, 900);
    assert_int_equal(machine->gpus[0].clock_fault, 2);
    assert_int_equal(machine->gpus[0].flips[0].byte, 4096);
    assert_int_equal(machine->gpus[0].flips[0].bit, 3);
    assert_int_equal(machine->gpus[0].flips[0].fault, 3);
    assert_true(machine->gpus[1].gets_lost);
    assert_int_equal(machine->gpus[1].lost_after_ps, 40000000000);
    assert_int_equal(machine->gpus[1].lost_fault, 4);
    assert_true(machine->gpus[0].is_hidden_from_nvml);
    assert_false(machine->gpus[0].is_hidden_from_cuda);
}

static void test_script__ecc_errors_carry_their_number(void **state)
{
    struct sim_gpu *gpus = script.machine.gpus;

    (void)state;
    gpus[1].model.has_ecc = gpus[1].model.is_ecc_on = true;
    assert_true(parse(SIM_SCRIPT_FAULT, "cuInit hangs; ecc 1 uncorrected=2 corrected=7 after=4ms"));
    assert_int_equal(gpus[1].ecc.uncorrected, 2);
    assert_int_equal(gpus[1].ecc.corrected, 7);
    assert_int_equal(gpus[1].ecc.after_ps, 4000000000);
    assert_int_equal(gpus[1].ecc.fault, 1);
    assert_int_equal(gpus[0].ecc.uncorrected, 0);
    assert_false(parse(SIM_SCRIPT_FAULT, "ecc 1 after=4ms"));
    assert_non_null(strstr(err, "'ecc' needs corrected= or uncorrected="));
    gpus[1].model.is_ecc_on = false;
    assert_false(parse(SIM_SCRIPT_FAULT, "ecc 1 corrected=1"));
    assert_non_null(strstr(err, "GPU 1 counts no ECC errors"));
}

static void test_script__ranks_do_what_they_are_told(void **state)
{
    const struct sim_rank *ranks = script.machine.ranks;

    (void)state;
    assert_true(parse(SIM_SCRIPT_FAULT,
                      "rank 1 absent; rank 2 dies at=collective; rank 3 dropped in=processes;"
                      "rank 63 flip=0x1000:3 in=process; rank 5 late=50us; rank 6 nan;"
                      "rank 6 swapped; libnccl version=2.12; rank 7 skips=10;"
                      "rank 8 combines=avg; rank 8 ulps=4; rank 9 unscaled;"
                      "rank 10 miscounts=7"));
    assert_int_equal(ranks[10].miscounts, 7);
    assert_int_equal(ranks[10].miscount_fault, 12);
    assert_int_equal(ranks[7].miscount_fault, SIM_FAULT_NONE);
    assert_int_equal(ranks[8].combine_fault, 9);
    assert_int_equal(ranks[8].combines, 5);
    assert_int_equal(ranks[8].ulps_fault, 10);
    assert_int_equal(ranks[8].ulps, 4);
    assert_int_equal(ranks[9].scale_fault, 11);
    assert_int_equal(ranks[0].scale_fault, SIM_FAULT_NONE);
    assert_int_equal(ranks[0].combine_fault, SIM_FAULT_NONE);
    assert_int_equal(ranks[0].ulps_fault, SIM_FAULT_NONE);
    assert_int_equal(ranks[7].skips, 10);
    assert_int_equal(ranks[7].skip_fault, 8);
    assert_int_equal(ranks[1].skip_fault, SIM_FAULT_NONE);
    assert_int_equal(ranks[1].absent_fault, 0);
    assert_int_equal(ranks[2].death_fault, 1);
    assert_int_equal(ranks[2].dies_at, 2);
    assert_int_equal(ranks[3].drop_fault, 2);
    assert_int_equal(ranks[3].drop_where, 2);
    assert_int_equal(ranks[63].flip.byte, 4096);
    assert_int_equal(ranks[63].flip.fault, 3);
    assert_int_equal(ranks[63].spoil_where, 1);
    assert_int_equal(ranks[5].late_ps, 50000000);
    assert_int_equal(ranks[5].late_fault, 4);
    assert_int_equal(ranks[6].nan_fault, 5);
    assert_int_equal(ranks[6].swap_fault, 6);
    assert_int_equal(script.machine.nccl_version, 21200);
    assert_int_equal(script.machine.nccl_fault, 7);
    assert_int_equal(ranks[0].absent_fault, SIM_FAULT_NONE);
    assert_int_equal(ranks[0].flip.fault, SIM_FAULT_NONE);
}

static void test_script__driver_brings_its_cuda(void **state)
{
    (void)state;
    assert_true(parse(SIM_SCRIPT_FAULT, "driver version=535.54"));
    assert_int_equal(script.machine.driver_cuda, 12020);
    assert_int_equal(script.machine.driver_fault, 0);
}

static void test_script__plan(void **state)
{
    static const struct {
        const char *text;
        struct sim_plan_entry entry;
    } ROWS[] = {
        { "cuMemAlloc_v2 call=3 returns 2",
          { SIM_PLAN_CALL, "cuMemAlloc_v2", 3, SIM_PLAN_RETURNS, 2, "", 0, 0 } },
        { "cuInit hangs", { SIM_PLAN_CALL, "cuInit", 0, SIM_PLAN_HANGS, 0, "", 0, 0 } },
        { "nvmlInit_v2 crashes",
          { SIM_PLAN_CALL, "nvmlInit_v2", 0, SIM_PLAN_CRASHES, 0, "", 0, 0 } },
        { "cudaMalloc aborts", { SIM_PLAN_CALL, "cudaMalloc", 0, SIM_PLAN_ABORTS, 0, "", 0, 0 } },
        { "cuInit prints \"a; b # c\"",
          { SIM_PLAN_CALL, "cuInit", 0, SIM_PLAN_PRINTS, 0, "a; b # c", 0, 0 } },
        { "cuInit eats memory", { SIM_PLAN_CALL, "cuInit", 0, SIM_PLAN_EATS_MEMORY, 0, "", 0, 0 } },
        { "ncclGroupEnd call=2 takes=40us",
          { SIM_PLAN_CALL, "ncclGroupEnd", 2, SIM_PLAN_TAKES, 0, "", 40000000, 0 } },
        { "kernel k element=12345 wrong",
          { SIM_PLAN_KERNEL_WRONG, "k", 0, SIM_PLAN_RETURNS, 0, "", 12345, 0 } },
        { "kernel k hangs", { SIM_PLAN_KERNEL_HANGS, "k", 0, SIM_PLAN_RETURNS, 0, "", 0, 0 } },
        { "image k truncated",
          { SIM_PLAN_IMAGE_TRUNCATED, "k", 0, SIM_PLAN_RETURNS, 0, "", 0, 0 } },
        { "ptx version=9.9", { SIM_PLAN_PTX_VERSION, "ptx", 0, SIM_PLAN_RETURNS, 0, "", 99, 0 } },
    };

    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const struct sim_plan_entry *found = &script.plan.entries[0];

        assert_int_equal(setup(state), 0);
        assert_true(parse(SIM_SCRIPT_FAULT, ROWS[i].text));
        assert_int_equal(script.plan.count, 1);
        assert_int_equal(found->kind, ROWS[i].entry.kind);
        assert_string_equal(found->subject, ROWS[i].entry.subject);
        assert_int_equal(found->call, ROWS[i].entry.call);
        assert_int_equal(found->action, ROWS[i].entry.action);
        assert_int_equal(found->result, ROWS[i].entry.result);
        assert_string_equal(found->text, ROWS[i].entry.text);
        assert_int_equal(found->number, ROWS[i].entry.number);
        assert_int_equal(found->fault, 0);
    }
}

static void test_script__mistakes_are_named(void **state)
{
    static const struct {
        enum sim_script_part part;
        const char *text, *message;
    } ROWS[] = {
        { SIM_SCRIPT_PROFILE, "\n\npcie 0 widht=8",
          "profile p line 3: unknown word 'widht' (known: width gen idle-gen hangs after "
          "disturbed-until)" },
        { SIM_SCRIPT_FAULT, "lnik 0-1 rate=0.5",
          "fault line 1: unknown word 'lnik' (known: driver" },
        { SIM_SCRIPT_FAULT, "cuMemAlloc returns 2", "fault line 1: unknown word 'cuMemAlloc'" },
        { SIM_SCRIPT_FAULT, "cuInit takes=5", "fault line 1: 'takes' needs a time such as 40ms" },
        { SIM_SCRIPT_FAULT, "cuInit retruns 2", "unknown word 'retruns' (known: call returns" },
        { SIM_SCRIPT_FAULT, "cuInit call=0 hangs", "'call=0' is not a number from 1 on" },
        { SIM_SCRIPT_FAULT, "gpu 2 lost", "no GPU '2' (known: 0 to 1)" },
        { SIM_SCRIPT_FAULT, "gpu 0 hidden-from=all", "unknown word 'all' (known: cuda nvml)" },
        { SIM_SCRIPT_FAULT, "gpu 0 after=1ms", "'after' goes with 'lost'" },
        { SIM_SCRIPT_FAULT, "gpu 2 model=m pci=0000:01:00.0 uuid=x", "unknown word 'model'" },
        { SIM_SCRIPT_FAULT, "switch 0 width=8", "the profile has no switch 0" },
        { SIM_SCRIPT_PROFILE, "switch 8 gen=4 width=16", "no switch '8' (known: 0 to 7)" },
        { SIM_SCRIPT_PROFILE, "switch 0 gen=4", "a switch has no width 0" },
        { SIM_SCRIPT_PROFILE, "switch 0 gen=7 width=16", "a switch has no generation 7" },
        { SIM_SCRIPT_PROFILE, "switch 0 gen=4 width=16 bus=0xff", "a switch has no bus 0xff" },
        { SIM_SCRIPT_PROFILE, "switch 0 lanes=16",
          "unknown word 'lanes' (known: gen width efficiency bus)" },
        { SIM_SCRIPT_PROFILE, "gpu 2 model=m pci=0000:01:00.0 uuid=u switch=3", "no switch 3" },
        { SIM_SCRIPT_PROFILE, "gpu 2 model=m pci=0000:01:00.0 uuid=u port=40:01.1",
          "'port=40:01.1' is not an address" },
        { SIM_SCRIPT_FAULT, "gpu 0 port=0000:40:01.1", "port" },
        { SIM_SCRIPT_PROFILE, "gpu 2 model=m pci=0000:01:00.0 uuid=u numa=8",
          "more than 8 NUMA nodes" },
        { SIM_SCRIPT_PROFILE, "node 0 speed=1GB/s", "unknown word 'speed' (known: memory)" },
        { SIM_SCRIPT_PROFILE, "node x memory=1GB/s", "no node 'x' (known: 0 to 7)" },
        { SIM_SCRIPT_FAULT, "node 0 memory=1GB/s", "unknown word 'node'" },
        { SIM_SCRIPT_PROFILE, "sockets 0-0 rate=1GB/s", "'sockets' needs two NUMA nodes" },
        { SIM_SCRIPT_PROFILE, "sockets 0-8 rate=1GB/s", "'sockets' needs two NUMA nodes" },
        { SIM_SCRIPT_FAULT, "sockets 0-1 rate=0.5", "'rate=0.5' is not a rate such as" },
        { SIM_SCRIPT_FAULT, "rank 64 absent", "no rank '64' (known: 0 to 63)" },
        { SIM_SCRIPT_FAULT, "rank 1 dies", "rank N dies at=init, or at=collective" },
        { SIM_SCRIPT_FAULT, "rank 1 dies at=once", "rank N dies at=init, or at=collective" },
        { SIM_SCRIPT_FAULT, "rank 1 absent in=process", "'in=process' (all ranks in one)" },
        { SIM_SCRIPT_FAULT, "rank 1 combines=xor", "(known: sum, prod, max, min, avg)" },
        { SIM_SCRIPT_FAULT, "rank 1 unscaled in=process", "'in=process' (all ranks in one)" },
        { SIM_SCRIPT_FAULT, "rank 1 dropped in=space", "'in=process' (all ranks in one)" },
        { SIM_SCRIPT_FAULT, "rank 1 gone", "unknown word 'gone' (known: dies at absent" },
        { SIM_SCRIPT_FAULT, "rank 1", "'rank' needs a word after it" },
        { SIM_SCRIPT_PROFILE, "rank 1 absent", "unknown word 'rank'" },
        { SIM_SCRIPT_FAULT, "libnccl stub",
          "unknown word 'stub' (known: missing version compiles compiling)" },
        { SIM_SCRIPT_FAULT, "ncclAllReduse call=1 hangs", "unknown word 'ncclAllReduse'" },
        { SIM_SCRIPT_FAULT, "host numa=9", "more than 8 NUMA nodes" },
        { SIM_SCRIPT_FAULT, "host nccl-conf-at=/etc/x", "needs a path from / on, and nccl-conf=" },
        { SIM_SCRIPT_FAULT, "host nccl-conf=A=1 nccl-conf-at=x", "needs a path from / on" },
        { SIM_SCRIPT_FAULT, "link 0>1 nvml-p2p=no", "in both directions or not at all" },
        { SIM_SCRIPT_PROFILE, "link 0-1 nvml-p2p=no", "a fault, and none of a profile" },
        { SIM_SCRIPT_FAULT, "host shm=64", "'shm=64' is not" },
        { SIM_SCRIPT_FAULT, "host node=1",
          "unknown word 'node' (known: numa shm nccl-conf nccl-conf-at bus-hidden no-interface "
          "memlock)" },
        { SIM_SCRIPT_FAULT, "link 0-1 up",
          "unknown word 'up' (known: nvlink rate p2p nvml-p2p down flip drops staged hangs "
          "after)" },
        { SIM_SCRIPT_FAULT, "nvlink 0 down=5", "GPU 0 has 4 NVLinks" },
        { SIM_SCRIPT_FAULT, "nvlink 0 down=0", "GPU 0 has 4 NVLinks" },
        { SIM_SCRIPT_FAULT, "pcie 0 idle-gen=5",
          "'idle-gen=5' is not below generation 5 of GPU 0" },
        { SIM_SCRIPT_FAULT, "pcie 0 idle-gen=0",
          "'idle-gen=0' is not below generation 5 of GPU 0" },
        { SIM_SCRIPT_FAULT, "mem 0 rate=2.5", "'rate=2.5' is not a factor between 0.001 and 2" },
        { SIM_SCRIPT_FAULT, "mem 0 rate=0.5 flip=0x0:1", "'flip' and 'rate' are two faults" },
        { SIM_SCRIPT_FAULT, "mem 0 speed=1", "unknown word 'speed' (known: flip rate)" },
        { SIM_SCRIPT_FAULT, "latency 2 local=2us", "no GPU '2'" },
        { SIM_SCRIPT_FAULT, "latency 0",
          "'latency' needs a word after it (known: local host peer)" },
        { SIM_SCRIPT_FAULT, "latency 0 far=2us", "unknown word 'far' (known: local host peer)" },
        { SIM_SCRIPT_FAULT, "latency 0 local=2", "'local=2' is not a time such as 40ms" },
        { SIM_SCRIPT_FAULT, "link 0-0 rate=0.5", "no link '0-0'" },
        { SIM_SCRIPT_FAULT, "link 0-1 rate=1.5", "'rate=1.5' is not a share" },
        { SIM_SCRIPT_FAULT, "clock 0 reason=thermal", "'clock' needs cap=" },
        { SIM_SCRIPT_FAULT, "clock 0 cap=900MHz reason=dust",
          "unknown word 'dust' (known: thermal power-brake software-thermal power-cap power)" },
        { SIM_SCRIPT_FAULT, "gpu 0 busy=100", "not a percentage from 1 to 99" },
        { SIM_SCRIPT_FAULT, "nvswitch rate=0.5", "the profile has no NVSwitch" },
        { SIM_SCRIPT_FAULT, "link 0~1 rate=0.5", "no link '0~1'" },
        { SIM_SCRIPT_FAULT, "link 0>1 down", "in both directions or not at all" },
        { SIM_SCRIPT_FAULT, "link 0>1 p2p=no", "in both directions or not at all" },
        { SIM_SCRIPT_FAULT, "link 0-1 flip=0x10", "not a byte and a bit" },
        { SIM_SCRIPT_FAULT, "link 0-1 flip=ten:1", "'flip=ten' is not a byte" },
        { SIM_SCRIPT_FAULT, "link 0-1 drops", "'drops=' is not yes or no" },
        { SIM_SCRIPT_FAULT, "link 0-1 rate=0.5 after=1ms", "'after' goes with 'hangs'" },
        { SIM_SCRIPT_FAULT, "pcie 0 width=8 after=1ms", "'after' goes with 'hangs'" },
        { SIM_SCRIPT_PROFILE, "link all hangs", "a fault, and none of a profile" },
        { SIM_SCRIPT_PROFILE, "pcie 0 hangs", "a fault, and none of a profile" },
        { SIM_SCRIPT_PROFILE, "pcie 0 disturbed-until=1ms", "a fault, and none of a profile" },
        { SIM_SCRIPT_FAULT, "pcie 0 width=32", "no width 32 (known: powers of two up to 16)" },
        { SIM_SCRIPT_FAULT, "pcie 0 width=3", "no width 3" },
        { SIM_SCRIPT_FAULT, "clock 0 cap=900", "'cap=900' is not a frequency" },
        { SIM_SCRIPT_FAULT, "mem 0 flip=0x1000:8", "not a byte and a bit" },
        { SIM_SCRIPT_FAULT, "libnvidia-ml stub", "unknown word 'stub' (known: missing)" },
        { SIM_SCRIPT_FAULT, "libcublas stub", "unknown word 'stub' (known: missing version)" },
        { SIM_SCRIPT_FAULT, "libcublasLt version=13.0", "not a version such as 13.1.0" },
        { SIM_SCRIPT_FAULT, "libcudart version=13.0.2", "unknown word 'version'" },
        { SIM_SCRIPT_FAULT, "gemm element=1,2", "'gemm' needs one of: wrong flip nan" },
        { SIM_SCRIPT_FAULT, "gemm wrong nan", "'gemm' needs one of: wrong flip nan" },
        { SIM_SCRIPT_FAULT, "gemm element=1 wrong", "'1' is not a row and a column" },
        { SIM_SCRIPT_FAULT, "gemm element=1,-2 wrong", "'1,-2' is not a row and a column" },
        { SIM_SCRIPT_FAULT, "gemm gpu=2 wrong", "no GPU '2' (the profile has 2)" },
        { SIM_SCRIPT_FAULT, "gemm handle-on=2", "no GPU '2'" },
        { SIM_SCRIPT_FAULT, "gemm nan once", "'once' is of 'handle-on=' alone" },
        { SIM_SCRIPT_FAULT, "gemm tile=1,1 wrong after=4", "'after=4' is not a time" },
        { SIM_SCRIPT_FAULT, "gemm rate=1.5", "'rate=1.5' is not a share" },
        { SIM_SCRIPT_FAULT, "driver version=580.95.05 cuda=12.4",
          "driver 580.95.05 comes with CUDA 13.0, not 12.4" },
        { SIM_SCRIPT_FAULT, "driver version=999.1", "no known branch" },
        { SIM_SCRIPT_PROFILE, "gpu 2 model=x pci=0000:01:00.0 uuid=u",
          "unknown model 'x' (known: m)" },
        { SIM_SCRIPT_PROFILE, "gpu 2 model=m pci=1:0:0 uuid=u", "is not an address" },
        { SIM_SCRIPT_PROFILE, "kernel k hangs", "unknown word 'kernel'" },
        { SIM_SCRIPT_PROFILE, "link all nvlink=5", "GPU 0 has 4 NVLinks" },
        { SIM_SCRIPT_FAULT, "cuInit prints \"a", "a quote that does not end" },
        { SIM_SCRIPT_FAULT, "cuInit \001", "a control character" },
    };

    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        assert_int_equal(setup(state), 0);
        assert_false(parse(ROWS[i].part, ROWS[i].text));
        if (strstr(err, ROWS[i].message) == NULL)
            fail_msg("'%s' does not say '%s'", err, ROWS[i].message);
    }
}

/* Under the sanitizers this is what shows that no text writes past a buffer. */
static void test_script__sizes_are_bounded(void **state)
{
    static const struct {
        const char *unit;
        size_t count;
    } ROWS[] = { { "x", 70000 },    { "x", 1023 },    { "a ", 600 },     { "=", 1023 },
                 { "\"", 1023 },    { "\\\n", 2000 }, { "a \\\n", 500 }, { "cuInit hangs;", 65 },
                 { "a= \\\n", 64 }, { "\377", 900 } };
    char *text = malloc(70001);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        text[0] = '\0';
        for (size_t k = 0, at = 0, n = strlen(ROWS[i].unit); k < ROWS[i].count; k++, at += n)
            memcpy(text + at, ROWS[i].unit, n + 1);
        assert_int_equal(setup(state), 0);
        /* Joined lines alone say nothing, which is no mistake. */
        assert_int_equal(parse(SIM_SCRIPT_FAULT, text), strcmp(ROWS[i].unit, "\\\n") == 0);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_script__profile_becomes_machine, setup),
        cmocka_unit_test_setup(test_script__physical_faults_carry_their_numbers, setup),
        cmocka_unit_test_setup(test_script__ecc_errors_carry_their_number, setup),
        cmocka_unit_test_setup(test_script__ranks_do_what_they_are_told, setup),
        cmocka_unit_test_setup(test_script__driver_brings_its_cuda, setup),
        cmocka_unit_test(test_script__plan),
        cmocka_unit_test(test_script__mistakes_are_named),
        cmocka_unit_test(test_script__sizes_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
