/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What GPUs share on their way to the host, from trees of sysfs made by hand. Rates in GB/s: one
 * lane of PCIe 3.0 is 8 / 8 x 128 / 130 = 0.98462, of 4.0 twice, of 5.0 four times as much.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/class_bars.h"
#include "workloads/fan/uplinks.h"

struct machine {
    char folder[32];
    struct gst_root root;
    struct gst_env env;
    struct gst_uplinks uplinks;
};

static void plant(const struct machine *machine, const char *path, const char *text)
{
    char whole[512];
    FILE *file;

    snprintf(whole, sizeof(whole), "%s/%s", machine->folder, path);
    file = fopen(whole, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void run(const char *format, const char *first, const char *second)
{
    char command[512];

    snprintf(command, sizeof(command), format, first, second);
    assert_int_equal(system(command), 0);
}

/* A port, or the GPU at the end, as the last name of `path`: "pci0000:10/0000:10:00.0". */
static void plant_port(const struct machine *machine, const char *path, const char *gts, int lanes,
                       const char *most_gts, int most_lanes)
{
    const char *words[] = { gts, "", most_gts, "" };
    static const char *const files[] = { "current_link_speed", "current_link_width",
                                         "max_link_speed", "max_link_width" };
    const char *address = strrchr(path, '/') + 1;
    char counts[2][16], folder[256], file[300], link[300];

    snprintf(counts[0], sizeof(counts[0]), "%d", lanes);
    snprintf(counts[1], sizeof(counts[1]), "%d", most_lanes);
    words[1] = counts[0];
    words[3] = counts[1];
    snprintf(folder, sizeof(folder), "%s/sys/devices/%s", machine->folder, path);
    run("mkdir -p '%s' '%s/sys/bus/pci/devices'", folder, machine->folder);
    snprintf(link, sizeof(link), "%s/sys/bus/pci/devices/%s", machine->folder, address);
    snprintf(folder, sizeof(folder), "../../../devices/%s", path);
    assert_int_equal(symlink(folder, link), 0);
    for (size_t i = 0; i < 4; i++) {
        snprintf(file, sizeof(file), "sys/devices/%s/%s", path, files[i]);
        plant(machine, file, words[i]);
    }
}

static void plant_healthy(const struct machine *machine, const char *path)
{
    plant_port(machine, path, "16.0 GT/s PCIe", 16, "16.0 GT/s PCIe", 16);
}

static void add_gpu(struct machine *machine, const char *path)
{
    struct gst_gpu *gpu = &machine->env.gpus[machine->env.gpu_count];

    gpu->index = machine->env.gpu_count++;
    snprintf(gpu->pci_id, sizeof(gpu->pci_id), "%s", strrchr(path, '/') + 1);
    plant_healthy(machine, path);
}

#define ROOT_PORT "pci0000:10/0000:10:00.0"
#define UPSTREAM  ROOT_PORT "/0000:11:00.0"
#define OTHER     "pci0000:80/0000:80:00.0"

static int setup(void **state)
{
    struct machine *machine = calloc(1, sizeof(*machine));
    struct gst_status st = GST_STATUS_INIT;

    assert_non_null(machine);
    snprintf(machine->folder, sizeof(machine->folder), "/tmp/test-uplinks.XXXXXX");
    assert_non_null(mkdtemp(machine->folder));
    run("mkdir -p '%s/proc' '%s/sys'", machine->folder, machine->folder);
    assert_true(gst_root_open(&machine->root, machine->folder, &st));
    machine->env.root = &machine->root;
    *state = machine;
    return 0;
}

static int teardown(void **state)
{
    struct machine *machine = *state;

    gst_root_close(&machine->root);
    run("rm -r '%s'%s", machine->folder, "");
    free(machine);
    return 0;
}

/* GPUs 0 and 1 below one switch, GPU 2 at a root port of its own. */
static void two_below_a_switch(struct machine *machine, const char *gts, int lanes)
{
    plant_port(machine, ROOT_PORT, gts, lanes, "16.0 GT/s PCIe", 16);
    plant_port(machine, UPSTREAM, gts, lanes, "16.0 GT/s PCIe", 16);
    plant_healthy(machine, UPSTREAM "/0000:12:00.0");
    plant_healthy(machine, UPSTREAM "/0000:12:01.0");
    plant_healthy(machine, OTHER);
    add_gpu(machine, UPSTREAM "/0000:12:00.0/0000:13:00.0");
    add_gpu(machine, UPSTREAM "/0000:12:01.0/0000:14:00.0");
    add_gpu(machine, OTHER "/0000:81:00.0");
    gst_uplinks_read(&machine->uplinks, &machine->env);
}

static bool is_about(double value, double expected)
{
    return fabs(value - expected) <= 1e-4 * expected;
}

static void test_uplinks__two_share_the_link_of_their_switch(void **state)
{
    struct machine *machine = *state;
    struct gst_uplinks *uplinks = &machine->uplinks;
    const struct gst_uplink *link;
    struct gst_bar bar;
    char text[192];

    two_below_a_switch(machine, "16.0 GT/s PCIe", 16);
    assert_true(uplinks->is_told);
    link = gst_uplinks_shared(uplinks, 0);
    assert_non_null(link);
    assert_ptr_equal(link, gst_uplinks_shared(uplinks, 1));
    assert_int_equal(link->below, 3);
    assert_int_equal(gst_uplink_gpus(link), 2);
    assert_null(gst_uplinks_shared(uplinks, 2));
    gst_uplink_describe(link, &machine->env, text, sizeof(text));
    assert_string_equal(text, "PCIe 4.0 x16 of 4.0 x16 between 0000:10:00.0 and 0000:11:00.0, "
                              "above gpu 0, 1");

    /* Half of 31.508, of which at once 63 % and not the 66 % of the class. */
    bar = gst_uplinks_bar(uplinks, 0, gst_bar_of_pcie(4, 16));
    assert_true(is_about(bar.floor, 0.63 * 31.508e9 / 2));
    assert_true(is_about(bar.ceiling, 31.508e9));
    assert_string_equal(bar.floor_from, "PCIe 4.0 x16, shared by 2");
    /* The third has a link of its own all the way. */
    bar = gst_uplinks_bar(uplinks, 2, gst_bar_of_pcie(4, 16));
    assert_true(isnan(bar.floor));
    assert_true(is_about(bar.ceiling, 31.508e9));
}

/* A x4 board below a x16 switch that two share: 4 lanes are less than half of 16, and 66 % of them
 * 5.1988; a x8 board has just its half: 63 % of 15.754. */
static void test_uplinks__a_narrow_gpu_is_held_to_its_own_link(void **state)
{
    struct machine *machine = *state;

    two_below_a_switch(machine, "16.0 GT/s PCIe", 16);
    assert_true(is_about(gst_uplinks_bar(&machine->uplinks, 0, gst_bar_of_pcie(4, 4)).floor,
                         0.66 * 4 * 1.96923e9));
    assert_true(is_about(gst_uplinks_bar(&machine->uplinks, 0, gst_bar_of_pcie(4, 8)).floor,
                         0.63 * 8 * 1.96923e9));
}

static void test_uplinks__what_runs_below_what_it_could(void **state)
{
    static const struct {
        const char *gts;
        int lanes;
        enum gst_finding_id finding;
        double alone; /* of it, both GPUs have half each */
    } rows[] = {
        { "16.0 GT/s PCIe", 8, GST_HARDWARE_PCIE_UPLINK_NARROW, 15.754e9 },
        { "8.0 GT/s PCIe", 16, GST_HARDWARE_PCIE_UPLINK_SLOW, 15.754e9 },
        { "8.0 GT/s PCIe", 4, GST_HARDWARE_PCIE_UPLINK_NARROW, 3.9385e9 },
    };
    struct machine *machine = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_uplink *link;
        double left = 0;

        run("rm -rf '%s/sys'%s", machine->folder, "");
        machine->env.gpu_count = 0;
        two_below_a_switch(machine, rows[i].gts, rows[i].lanes);
        link = gst_uplinks_degraded(&machine->uplinks, 1, true, &left);
        assert_non_null(link);
        assert_true(is_about(left, rows[i].alone));
        assert_int_equal(gst_uplink_finding(link), rows[i].finding);
        assert_ptr_equal(link, gst_uplinks_degraded(&machine->uplinks, 1, false, &left));
        assert_true(is_about(left, rows[i].alone / 2));
        assert_null(gst_uplinks_degraded(&machine->uplinks, 2, false, &left));
        /* What it should be has not changed. */
        assert_true(is_about(gst_uplinks_bar(&machine->uplinks, 0, gst_bar_of_pcie(4, 16)).floor,
                             0.63 * 31.508e9 / 2));
    }
}

/* The ports say generation 1 until data move. */
static void test_uplinks__an_idle_link_is_raised_under_load(void **state)
{
    struct machine *machine = *state;
    double left = 0;

    two_below_a_switch(machine, "2.5 GT/s PCIe", 16);
    assert_non_null(gst_uplinks_degraded(&machine->uplinks, 0, false, &left));
    plant(machine, "sys/devices/" ROOT_PORT "/current_link_speed", "16.0 GT/s PCIe\n");
    gst_uplinks_raise(&machine->uplinks, &machine->env, 0);
    assert_null(gst_uplinks_degraded(&machine->uplinks, 0, false, &left));
    plant(machine, "sys/devices/" ROOT_PORT "/current_link_speed", "2.5 GT/s PCIe\n");
    gst_uplinks_raise(&machine->uplinks, &machine->env, 1);
    assert_null(gst_uplinks_degraded(&machine->uplinks, 1, false, &left));
}

/* A slot of eight lanes above a switch of sixteen: what one end cannot do is not missed. */
static void test_uplinks__a_link_can_do_what_both_ends_can(void **state)
{
    struct machine *machine = *state;
    double left = 0;

    plant_port(machine, ROOT_PORT, "16.0 GT/s PCIe", 8, "16.0 GT/s PCIe", 8);
    plant_port(machine, UPSTREAM, "16.0 GT/s PCIe", 8, "16.0 GT/s PCIe", 16);
    plant_healthy(machine, UPSTREAM "/0000:12:00.0");
    add_gpu(machine, UPSTREAM "/0000:12:00.0/0000:13:00.0");
    gst_uplinks_read(&machine->uplinks, &machine->env);
    assert_null(gst_uplinks_degraded(&machine->uplinks, 0, true, &left));
    assert_true(is_about(
        gst_uplinks_bar_alone(&machine->uplinks, 0, gst_bar_of_pcie(4, 16)).ceiling, 15.754e9));
    assert_true(is_about(gst_uplinks_bar_alone(&machine->uplinks, 0, gst_bar_of_pcie(3, 4)).ceiling,
                         3.9385e9));
    /* Alone below a switch it shares nothing. */
    assert_null(gst_uplinks_shared(&machine->uplinks, 0));
}

/* Below the first switch hang a GPU and a second switch with two more. Ports are served in turn:
 * the GPU may get a half, but a third is enough; the two others get a quarter each. */
static void test_uplinks__shares_below_a_chain_of_switches(void **state)
{
    struct machine *machine = *state;
    const struct gst_uplinks_way *way;

    plant_healthy(machine, ROOT_PORT);
    plant_healthy(machine, UPSTREAM);
    plant_healthy(machine, UPSTREAM "/0000:12:00.0");
    plant_healthy(machine, UPSTREAM "/0000:12:01.0");
    plant_healthy(machine, UPSTREAM "/0000:12:01.0/0000:14:00.0");
    plant_healthy(machine, UPSTREAM "/0000:12:01.0/0000:14:00.0/0000:15:00.0");
    plant_healthy(machine, UPSTREAM "/0000:12:01.0/0000:14:00.0/0000:15:01.0");
    add_gpu(machine, UPSTREAM "/0000:12:00.0/0000:13:00.0");
    add_gpu(machine, UPSTREAM "/0000:12:01.0/0000:14:00.0/0000:15:00.0/0000:16:00.0");
    add_gpu(machine, UPSTREAM "/0000:12:01.0/0000:14:00.0/0000:15:01.0/0000:17:00.0");
    gst_uplinks_read(&machine->uplinks, &machine->env);
    way = &machine->uplinks.ways[0];
    assert_int_equal(way->count, 1);
    assert_true(is_about(way->shares[0], 1.0 / 3));
    for (size_t n = 1; n < 3; n++) {
        way = &machine->uplinks.ways[n];
        assert_int_equal(way->count, 2);
        assert_true(is_about(way->shares[0], 0.25));
        assert_true(is_about(way->shares[1], 0.5));
        assert_string_equal(gst_uplinks_shared(&machine->uplinks, n)->lower, "0000:11:00.0");
    }
}

/* Linux on x86 writes the flags of each processor; a guest's have one more. */
static void test_uplinks__bridges_of_a_hypervisor_tell_nothing(void **state)
{
    struct machine *machine = *state;

    plant(machine, "proc/cpuinfo",
          "processor\t: 0\nvmx flags\t: hypervisor\nflags\t\t: fpu sse2 avx2\nbugs\t\t: none\n");
    two_below_a_switch(machine, "16.0 GT/s PCIe", 8);
    assert_true(machine->uplinks.is_told);
    plant(machine, "proc/cpuinfo",
          "processor\t: 0\nflags\t\t: fpu sse2 hypervisor avx2\nbugs\t\t: none\n");
    gst_uplinks_read(&machine->uplinks, &machine->env);
    assert_false(machine->uplinks.is_told);
    assert_int_equal(machine->uplinks.count, 0);
    assert_null(gst_uplinks_shared(&machine->uplinks, 0));
}

static void test_uplinks__a_gpu_without_bridges_above_it(void **state)
{
    static const char *const paths[] = { "pci0001:00/0001:00:00.0", "vmbus/0000:15:00.0" };
    struct machine *machine = *state;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        run("rm -rf '%s/sys'%s", machine->folder, "");
        machine->env.gpu_count = 0;
        two_below_a_switch(machine, "16.0 GT/s PCIe", 8);
        assert_true(machine->uplinks.is_told);
        add_gpu(machine, paths[i]);
        gst_uplinks_read(&machine->uplinks, &machine->env);
        assert_false(machine->uplinks.is_told);
    }
    assert_true(isnan(gst_uplinks_bar(&machine->uplinks, 0, gst_bar_of_pcie(4, 16)).floor));
}

static void test_uplinks__links_that_tell_nothing_are_no_fault(void **state)
{
    struct machine *machine = *state;
    double left = 0;

    plant_port(machine, ROOT_PORT, "Unknown", 0, "Unknown", 0);
    plant_port(machine, UPSTREAM, "Unknown", 63, "Unknown", 63);
    plant_healthy(machine, UPSTREAM "/0000:12:00.0");
    plant_healthy(machine, UPSTREAM "/0000:12:01.0");
    add_gpu(machine, UPSTREAM "/0000:12:00.0/0000:13:00.0");
    add_gpu(machine, UPSTREAM "/0000:12:01.0/0000:14:00.0");
    gst_uplinks_read(&machine->uplinks, &machine->env);
    assert_true(machine->uplinks.is_told);
    assert_null(gst_uplinks_degraded(&machine->uplinks, 0, false, &left));
    assert_true(isnan(gst_uplinks_bar(&machine->uplinks, 0, gst_bar_of_pcie(4, 16)).floor));
    assert_true(is_about(
        gst_uplinks_bar_alone(&machine->uplinks, 0, gst_bar_of_pcie(4, 16)).ceiling, 31.508e9));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_uplinks__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_share_the_link_of_their_switch),   TEST(a_narrow_gpu_is_held_to_its_own_link),
        TEST(what_runs_below_what_it_could),        TEST(an_idle_link_is_raised_under_load),
        TEST(a_link_can_do_what_both_ends_can),     TEST(shares_below_a_chain_of_switches),
        TEST(bridges_of_a_hypervisor_tell_nothing), TEST(a_gpu_without_bridges_above_it),
        TEST(links_that_tell_nothing_are_no_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
