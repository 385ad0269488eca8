/* SPDX-License-Identifier: Apache-2.0 */
/* The classes, on trees as lspci -tv shows them; that they are nvidia-smi's is for the system
 * tests, which hold whole machines against its output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "topology/distance.h"

static struct gst_pci_device at(const char *address, const char *target, int numa)
{
    struct gst_pci_device device = { .numa = numa };

    gst_pci_parse_path(&device, address, target);
    return device;
}

#define SWITCH "pci0000:00/0000:00:01.0/0000:01:00.0"

static void test_distance__classes(void **state)
{
    const struct gst_pci_device gpu = at("0000:03:00.0", SWITCH "/0000:02:00.0/0000:03:00.0", 0);
    static const struct {
        const char *address, *target;
        int numa;
        enum gst_distance distance;
    } rows[] = {
        { "0000:03:00.0", SWITCH "/0000:02:00.0/0000:03:00.0", 0, GST_DISTANCE_SELF },
        /* another function, another port of the switch, and an endpoint within the switch */
        { "0000:03:00.1", SWITCH "/0000:02:00.0/0000:03:00.1", 0, GST_DISTANCE_PIX },
        { "0000:04:00.0", SWITCH "/0000:02:01.0/0000:04:00.0", 0, GST_DISTANCE_PIX },
        { "0000:02:1f.0", SWITCH "/0000:02:1f.0", 0, GST_DISTANCE_PIX },
        /* behind a second switch that hangs on the first */
        { "0000:08:00.0", SWITCH "/0000:02:02.0/0000:06:00.0/0000:07:00.0/0000:08:00.0", 0,
          GST_DISTANCE_PXB },
        /* another root port; on the host bridge itself; the same, of a node that is not told */
        { "0000:10:00.0", "pci0000:00/0000:00:02.0/0000:10:00.0", 0, GST_DISTANCE_PHB },
        { "0000:00:1f.0", "pci0000:00/0000:00:1f.0", 0, GST_DISTANCE_PHB },
        { "0000:10:00.0", "pci0000:00/0000:00:02.0/0000:10:00.0", GST_PCI_NO_NODE,
          GST_DISTANCE_PHB },
        { "0000:41:00.0", "pci0000:40/0000:40:01.0/0000:41:00.0", 0, GST_DISTANCE_NODE },
        { "0000:81:00.0", "pci0000:80/0000:80:01.0/0000:81:00.0", 1, GST_DISTANCE_SYS },
        { "0000:81:00.0", "pci0000:80/0000:80:01.0/0000:81:00.0", GST_PCI_NO_NODE,
          GST_DISTANCE_SYS },
        /* the tree is not told */
        { "0000:03:00.1", "", 0, GST_DISTANCE_NODE },
        { "0000:03:00.1", "", 1, GST_DISTANCE_SYS },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_pci_device other = at(rows[i].address, rows[i].target, rows[i].numa);

        if (gst_distance_between(&gpu, &other) != rows[i].distance
            || gst_distance_between(&other, &gpu) != rows[i].distance)
            fail_msg("row %zu: %s", i, gst_distance_word(gst_distance_between(&gpu, &other)));
    }
}

/* Two devices of which no node is known are not near: nvidia-smi calls them SYS, too. */
static void test_distance__two_unknown_nodes_are_not_one(void **state)
{
    const struct gst_pci_device one = at("0000:01:00.0", "", GST_PCI_NO_NODE);
    const struct gst_pci_device other = at("0000:02:00.0", "", GST_PCI_NO_NODE);

    (void)state;
    assert_int_equal(gst_distance_between(&one, &other), GST_DISTANCE_SYS);
}

static void test_distance__words(void **state)
{
    (void)state;
    assert_string_equal(gst_distance_word(GST_DISTANCE_SELF), "X");
    assert_string_equal(gst_distance_word(GST_DISTANCE_PIX), "PIX");
    assert_string_equal(gst_distance_word(GST_DISTANCE_SYS), "SYS");
    assert_string_equal(gst_distance_meaning(GST_DISTANCE_SELF), "the device itself");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance__classes),
        cmocka_unit_test(test_distance__two_unknown_nodes_are_not_one),
        cmocka_unit_test(test_distance__words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
