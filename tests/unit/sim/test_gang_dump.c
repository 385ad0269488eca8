/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that NCCL writes about a machine, of profiles: which elements are there, how often, and
 * with which values; all of which follow from the profile and the model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/gang_dump.h"
#include "model/live.h"

static struct sim_spec spec;
static struct sim_gang_env env;
static struct sim_gang_rank ranks[SIM_GANG_RANKS];
static char *text;

static void load(const char *profile, const char *faults)
{
    char err[256] = "";

    setenv("GPU_SELFTEST_SIM_DIR", SIM_TEST_DIR, 1);
    setenv("GPU_SELFTEST_SIM_PROFILE", profile, 1);
    setenv("GPU_SELFTEST_SIM_FAULTS", faults, 1);
    if (!sim_spec_load(&spec, err, sizeof err))
        fail_msg("%s", err);
    memset(&env, 0, sizeof env);
    for (unsigned i = 0; i < spec.gpu_count; i++)
        ranks[i] = (struct sim_gang_rank){ .gpu = i, .host = 0xabc, .process = (int32_t)i };
}

static void write_topology(unsigned count, unsigned self)
{
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    sim_gang_dump_topology(file, &spec, sim_live_machine(), ranks, count, self);
    fclose(file);
}

static void write_graphs(unsigned count, unsigned self)
{
    struct sim_gang_way way;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    assert_non_null(file);
    sim_gang_way(&way, &spec, &env, ranks, count);
    sim_gang_dump_graphs(file, &spec, &way, ranks, self);
    fclose(file);
}

static unsigned times(const char *what)
{
    unsigned count = 0;

    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        count++;
    return count;
}

/* Each is there so often; then the text is given back. */
struct expected {
    const char *what;
    unsigned count;
};

static void expect(const struct expected *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (times(rows[i].what) != rows[i].count)
            fail_msg("%u times '%s', not %u, in\n%s", times(rows[i].what), rows[i].what,
                     rows[i].count, text);
    }
    free(text);
}
#define EXPECT(...)                                                                                \
    expect((const struct expected[]){ __VA_ARGS__ },                                               \
           sizeof(const struct expected[]){ __VA_ARGS__ } / sizeof(struct expected))

static void test_gang_dump__topology_of_switched_gpus(void **state)
{
    (void)state;
    load("h100x8", "");
    write_topology(8, 0);
    EXPECT({ "<system version=\"1\">\n", 1 }, { "</system>\n", 1 }, { "<cpu ", 2 },
           { "numaid=\"0\"", 1 }, { "numaid=\"1\"", 1 }, { "host_hash=\"0xabc\"", 2 },
           { "<gpu ", 8 }, { "</gpu>", 8 },
           { "<pci busid=\"0000:d1:00.0\" class=\"0x030200\" vendor=\"0x10de\" device=\"0x2330\" "
             "subsystem_vendor=\"0x10de\" subsystem_device=\"0x16c1\" link_speed=\"32.0 GT/s "
             "PCIe\" link_width=\"16\">",
             1 },
           { "<gpu dev=\"6\" sm=\"90\" rank=\"6\" gdr=\"1\">", 1 },
           { "count=\"18\" tclass=\"0x068000\"/>", 8 });
}

/* Links that are down are not counted; ranks of other hosts are not there. */
static void test_gang_dump__topology_of_what_works_here(void **state)
{
    (void)state;
    load("h100x8", "nvlink 3 down=1");
    ranks[6].host = ranks[7].host = 0xdef;
    write_topology(8, 0);
    EXPECT({ "count=\"18\"", 5 }, { "count=\"17\"", 1 }, { "<gpu ", 6 });
    write_topology(8, 7);
    EXPECT({ "count=\"18\"", 2 }, { "<gpu ", 2 }, { "host_hash=\"0xdef\"", 1 });
}

static void test_gang_dump__topology_below_pcie_switches(void **state)
{
    (void)state;
    load("a100-pcie-switch-x4", "");
    write_topology(4, 0);
    EXPECT({ "<pci ", 6 }, { "</pci>", 6 },
           { "    <pci busid=\"0000:15:00.0\" class=\"0x060400\"", 1 },
           { "    <pci busid=\"0000:c8:00.0\" class=\"0x060400\"", 1 },
           { "      <pci busid=\"0000:18:00.0\" class=\"0x030200\"", 1 }, { "<nvlink", 0 },
           { "gdr=\"1\"/>", 4 }, { "link_speed=\"16.0 GT/s PCIe\" link_width=\"16\"", 6 });
}

/* 18 links of 20.6 GB/s: 12 rings of 30; by switches 360 in 16 channels. */
/* All at one CPU that nobody knows, without switches and speeds; as
 * tests/fixtures/nccl/topology-v100-no-sysfs.xml. */
static void test_gang_dump__topology_without_sysfs(void **state)
{
    (void)state;
    load("a100-pcie-switch-x4", "host bus-hidden");
    write_topology(4, 0);
    EXPECT({ "<cpu ", 1 }, { "numaid=\"-1\"", 1 }, { "<pci ", 4 }, { "<gpu ", 4 },
           { "class=\"0x03\" link_speed=\"\" link_width=\"\">", 4 });
}

/* What is found wanting after the graphs were made is in them. */
static void test_gang_dump__graphs_are_plans(void **state)
{
    (void)state;
    load("h100x8", "nvswitch no-multicast");
    write_graphs(8, 0);
    EXPECT({ "<graph id=\"3\" pattern=\"5\" crossnic=\"0\" nchannels=\"16\"", 1 });
}

static void test_gang_dump__graphs_of_switched_gpus(void **state)
{
    (void)state;
    load("h100x8", "");
    write_graphs(8, 0);
    EXPECT(
        { "<graphs version=\"1\">\n", 1 }, { "</graphs>\n", 1 },
        { "<graph id=\"0\" pattern=\"4\" crossnic=\"0\" nchannels=\"12\" speedintra=\"30\" "
          "speedinter=\"30\" latencyinter=\"0\" typeintra=\"NVL\" typeinter=\"PIX\" "
          "samechannels=\"1\">",
          1 },
        { "<graph id=\"1\" pattern=\"1\" crossnic=\"0\" nchannels=\"12\"", 1 },
        { "<graph id=\"3\" pattern=\"5\" crossnic=\"0\" nchannels=\"16\" speedintra=\"22.5\"", 1 },
        { "<channel>", 12 + 12 + 16 }, { "</channel>", 12 + 12 + 16 },
        { "<gpu dev=\"5\"/>", 12 + 12 + 2 });
}

/* PCIe 4 x16 is 24 GB/s to NCCL: two channels, each half of it. Across the sockets. */
static void test_gang_dump__graphs_over_pcie(void **state)
{
    (void)state;
    load("a100-pcie-x4", "");
    write_graphs(4, 0);
    EXPECT({ "<graph id=\"0\" pattern=\"4\" crossnic=\"0\" nchannels=\"2\" speedintra=\"12\" "
             "speedinter=\"12\" latencyinter=\"0\" typeintra=\"SYS\"",
             1 },
           { "<graph id=\"3\" pattern=\"5\" crossnic=\"0\" nchannels=\"0\"", 1 },
           { "<channel>", 4 });
}

/* With P2P off nothing is NVL any more. */
static void test_gang_dump__graphs_without_p2p(void **state)
{
    (void)state;
    load("h100x8", "");
    env.is_p2p_off = true;
    write_graphs(4, 0);
    EXPECT({ "nchannels=\"2\" speedintra=\"24\" speedinter=\"24\" latencyinter=\"0\" "
             "typeintra=\"PHB\"",
             2 },
           { "typeintra=\"NVL\"", 0 });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gang_dump__topology_of_switched_gpus),
        cmocka_unit_test(test_gang_dump__topology_of_what_works_here),
        cmocka_unit_test(test_gang_dump__topology_below_pcie_switches),
        cmocka_unit_test(test_gang_dump__topology_without_sysfs),
        cmocka_unit_test(test_gang_dump__graphs_are_plans),
        cmocka_unit_test(test_gang_dump__graphs_of_switched_gpus),
        cmocka_unit_test(test_gang_dump__graphs_over_pcie),
        cmocka_unit_test(test_gang_dump__graphs_without_p2p),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
