/* SPDX-License-Identifier: Apache-2.0 */
/* What a link of sysfs tells of the tree, and which hop of a way is the narrowest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "topology/pci.h"

static void test_pci__addresses(void **state)
{
    static const char *const good[] = { "0000:1b:00.0", "000e:00:00.0", "10000:e1:00.7",
                                        "7ae3a1b2:00:1f.6" };
    static const char *const bad[] = { "",
                                       "pci0000:00",
                                       "0000:00:01.1:pcie001",
                                       "1b:00.0",
                                       "0000:1b:00",
                                       "0000:1b:00.10",
                                       "0000:1b-00.0",
                                       "123456789:00:00.0",
                                       "0000:1b:00.g" };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(gst_pci_is_address(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(gst_pci_is_address(bad[i]));
}

static void test_pci__path(void **state)
{
    static const struct {
        const char *address, *target, *host_bridge, *first;
        size_t depth;
    } rows[] = {
        { "0000:40:00.0",
          "../../../devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0/0000:3c:10.0/0000:40:00.0",
          "pci0000:3a", "0000:3a:00.0", 4 },
        { "0001:00:00.0",
          "../../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/"
          "47505500-0001-0000-3130-444531303142/pci0001:00/0001:00:00.0",
          "pci0001:00", "0001:00:00.0", 1 },
        { "0000:01:00.0",
          "../../../devices/platform/soc/40000000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0",
          "pci0000:00", "0000:00:00.0", 2 },
        /* Intel's VMD: a domain of its own behind a device */
        { "10000:01:00.0",
          "../../../devices/pci0000:80/0000:80:05.5/pci10000:00/10000:00:02.0/10000:01:00.0",
          "pci10000:00", "10000:00:02.0", 2 },
    };
    struct gst_pci_device device;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(gst_pci_parse_path(&device, rows[i].address, rows[i].target));
        assert_string_equal(device.host_bridge, rows[i].host_bridge);
        assert_int_equal(device.depth, rows[i].depth);
        assert_string_equal(device.ports[0].address, rows[i].first);
        assert_string_equal(device.ports[device.depth - 1].address, rows[i].address);
    }
}

/* One port more than fit; what ends in another device; what has no host bridge; a name that is no
 * address. */
static void test_pci__a_path_that_cannot_be_leaves_the_device_alone(void **state)
{
    char deep[512] = "../../../devices/pci0000:00";
    const char *const targets[] = { deep,
                                    "",
                                    "../../../devices/pci0000:00",
                                    "../../../devices/pci0000:00/0000:00:01.0/0000:02:00.0",
                                    "../../../devices/0000:00:01.0/0000:01:00.0",
                                    "../../../devices/pci0000:00/slot/0000:01:00.0" };
    struct gst_pci_device device;

    (void)state;
    for (int i = 0; i < GST_PCI_DEPTH; i++)
        snprintf(deep + strlen(deep), sizeof(deep) - strlen(deep), "/0000:%02x:00.0", i + 16);
    strcat(deep, "/0000:01:00.0");
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        assert_false(gst_pci_parse_path(&device, "0000:01:00.0", targets[i]));
        assert_string_equal(device.host_bridge, "");
        assert_int_equal(device.depth, 1);
        assert_string_equal(device.ports[0].address, "0000:01:00.0");
    }
}

/* Root port, a switch's two ports, GPU. */
static struct gst_pci_device behind_a_switch(void)
{
    const struct gst_pci_link full = { 5, 16 };
    struct gst_pci_device device = { 0 };

    gst_pci_parse_path(&device, "0000:04:00.0",
                       "pci0000:00/0000:00:01.1/0000:01:00.0/0000:02:00.0/0000:04:00.0");
    for (size_t i = 0; i < device.depth; i++)
        device.ports[i].now = device.ports[i].most = full;
    return device;
}

static void assert_hop(struct gst_pci_hop hop, unsigned generation, unsigned width,
                       const char *upper, const char *lower)
{
    assert_int_equal(hop.link.generation, generation);
    assert_int_equal(hop.link.width, width);
    assert_string_equal(hop.upper, upper);
    assert_string_equal(hop.lower, lower);
}

static void test_pci__narrowest_hop(void **state)
{
    struct gst_pci_device device = behind_a_switch();
    struct gst_pci_hop hop;

    (void)state;
    /* Of equals the first on the way down. */
    assert_true(gst_pci_narrowest_now(&device, &hop));
    assert_hop(hop, 5, 16, "0000:00:01.1", "0000:01:00.0");

    /* The GPU trained with half its lanes; it could have had them all. */
    device.ports[2].now.width = device.ports[3].now.width = 8;
    assert_true(gst_pci_narrowest_now(&device, &hop));
    assert_hop(hop, 5, 8, "0000:02:00.0", "0000:04:00.0");
    assert_true(gst_pci_narrowest_at_most(&device, &hop));
    assert_hop(hop, 5, 16, "0000:00:01.1", "0000:01:00.0");

    /* The slot limits: its own port says so, the switch above could do more. */
    device.ports[0].most = (struct gst_pci_link){ 3, 16 };
    assert_true(gst_pci_narrowest_at_most(&device, &hop));
    assert_hop(hop, 3, 16, "0000:00:01.1", "0000:01:00.0");
}

/* Between the two ports of one switch is no link, whatever their own links do. */
static void test_pci__inside_a_switch_is_no_hop(void **state)
{
    struct gst_pci_device device = behind_a_switch();
    struct gst_pci_hop hop;

    (void)state;
    for (size_t i = 0; i < device.depth; i++) {
        if (i != 1)
            device.ports[i].now = (struct gst_pci_link){ 0 };
    }
    device.ports[0].now = (struct gst_pci_link){ 4, 16 };
    assert_true(gst_pci_narrowest_now(&device, &hop));
    assert_hop(hop, 4, 16, "0000:00:01.1", "0000:01:00.0");
}

static void test_pci__without_a_bridge_the_device_tells(void **state)
{
    struct gst_pci_device device = { 0 };
    struct gst_pci_hop hop;

    (void)state;
    gst_pci_parse_path(&device, "0001:00:00.0", "");
    assert_false(gst_pci_narrowest_now(&device, &hop));
    device.ports[0].now = (struct gst_pci_link){ 3, 16 };
    assert_true(gst_pci_narrowest_now(&device, &hop));
    assert_int_equal(hop.link.generation, 3);
    assert_null(hop.upper);
    assert_string_equal(hop.lower, "0001:00:00.0");
    assert_false(gst_pci_narrowest_at_most(&device, &hop));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pci__addresses),
        cmocka_unit_test(test_pci__path),
        cmocka_unit_test(test_pci__a_path_that_cannot_be_leaves_the_device_alone),
        cmocka_unit_test(test_pci__narrowest_hop),
        cmocka_unit_test(test_pci__inside_a_switch_is_no_hop),
        cmocka_unit_test(test_pci__without_a_bridge_the_device_tells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
