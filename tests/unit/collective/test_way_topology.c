/* SPDX-License-Identifier: Apache-2.0 */
/* NCCL's topology: GPUs by address, their NVLinks, and what was not told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "collective/way/topology.h"
#include "nccl_files.h"

static struct gst_way_topology topology;
static const char *problem;

static bool parse(const char *text)
{
    return gst_way_topology_parse(&topology, text, strlen(text), &problem);
}

static void test_way_topology__without_sysfs(void **state)
{
    (void)state;
    assert_true(parse(nccl_file("topology-v100-no-sysfs.xml")));
    assert_int_equal(topology.gpu_count, 2);
    assert_string_equal(topology.gpus[1].address, "0000:1c:00.0");
    assert_int_equal(topology.gpus[1].sm, 70);
    assert_int_equal(topology.gpus[1].rank, 1);
    assert_int_equal(gst_way_topology_untold(&topology), 2);
    assert_int_equal(topology.net_count, 1);
    assert_int_equal(topology.left_out_count, 0);
}

/* A GPU takes the address and the link of the nearest device around it. */
static void test_way_topology__gpus_below_a_bridge(void **state)
{
    (void)state;
    assert_true(
        parse("<system version='1'><cpu numaid='0'>"
              "<pci busid='0000:16:00.0' class='0x060400' link_speed='' link_width='0'>"
              "<pci busid='0000:1b:00.0' link_speed='32.0 GT/s PCIe' link_width='16'>"
              "<gpu dev='0' sm='90' rank='3' gdr='1'>"
              "<nvlink target='0000:05:00.0' count='5' tclass='0x068000'/>"
              "<nvlink target='0000:06:00.0' count='13' tclass='0x068000'/>"
              "</gpu></pci></pci>"
              "<pci busid='0000:2b:00.0' link_speed='32.0 GT/s PCIe' link_width='8'>"
              "<gpu dev='1' sm='80'><nvlink target='0000:1b:00.0' count='12' tclass='0x030200'/>"
              "<nvlink target='0000:1b:00.0' count='99' tclass='0x030200'/></gpu></pci>"
              "</cpu></system>"));
    assert_int_equal(topology.gpu_count, 2);
    assert_string_equal(topology.gpus[0].address, "0000:1b:00.0");
    assert_true(topology.gpus[0].is_pcie_told);
    assert_int_equal(topology.gpus[0].switched_nvlinks, 18);
    assert_int_equal(topology.gpus[0].other_nvlinks, 0);
    assert_int_equal(topology.gpus[1].other_nvlinks, 12);
    assert_int_equal(topology.gpus[1].rank, -1);
    assert_int_equal(gst_way_topology_untold(&topology), 0);
    assert_ptr_equal(gst_way_topology_rank(&topology, 3), &topology.gpus[0]);
    assert_ptr_equal(gst_way_topology_dev(&topology, 1), &topology.gpus[1]);
    assert_null(gst_way_topology_dev(&topology, 2));
    assert_null(gst_way_topology_rank(&topology, 0));
}

/* Links count for a GPU alone, and for one that was understood. */
static void test_way_topology__strays_are_left_out(void **state)
{
    (void)state;
    assert_true(parse("<system><cpu><gpu dev='0'><nvlink count='3'/></gpu>"
                      "<pci busid='0000:1b:00.0' link_speed='x' link_width='1'><gpu dev='1'/>"
                      "<nvlink count='2'/><gpu><nvlink count='4'/></gpu></pci></cpu></system>"));
    assert_int_equal(topology.gpu_count, 1);
    assert_int_equal(topology.left_out_count, 2);
    assert_int_equal(topology.gpus[0].other_nvlinks, 0);
}

static void test_way_topology__what_is_none(void **state)
{
    (void)state;
    assert_false(parse("<graphs/>"));
    assert_string_equal(problem, "its outermost element is not 'system'");
    assert_false(parse("<system/>"));
    assert_string_equal(problem, "it has no GPU");
    assert_false(parse("<system>"));
    assert_non_null(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_topology__without_sysfs),
        cmocka_unit_test(test_way_topology__gpus_below_a_bridge),
        cmocka_unit_test(test_way_topology__strays_are_left_out),
        cmocka_unit_test(test_way_topology__what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
