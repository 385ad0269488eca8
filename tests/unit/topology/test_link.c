/* SPDX-License-Identifier: Apache-2.0 */
/* Links: texts are those of the kernel's pci_speed_string(), rates were worked out by hand (16
 * lanes of 16e9 * 128 / 130 / 8 = 31.507692e9 bytes per second). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "topology/link.h"

static void test_link__parse(void **state)
{
    static const struct {
        const char *speed, *width;
        unsigned generation, lanes;
    } rows[] = {
        { "2.5 GT/s PCIe", "16", 1, 16 },
        { "5.0 GT/s PCIe", "1", 2, 1 },
        { "8.0 GT/s PCIe", "8", 3, 8 },
        { "16.0 GT/s PCIe", "4", 4, 4 },
        { "32.0 GT/s PCIe", "2", 5, 2 },
        { "64.0 GT/s PCIe", "12", 6, 12 },
        /* before Linux 5.6 */
        { "2.5 GT/s", "32", 1, 32 },
        { "8 GT/s", "16", 3, 16 },
        { "16 GT/s", "16", 4, 16 },
        /* a port without a device, and what no kernel says */
        { "Unknown", "0", 0, 0 },
        { "", "", 0, 0 },
        { "2.5 GT/s PCIe", "63", 1, 0 },
        { "16.5 GT/s PCIe", "3", 0, 0 },
        { "80 GT/s", "x16", 0, 0 },
        { "8.0", "16 lanes", 0, 0 },
        { "5 MT/s", "-16", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_pci_link link = gst_pci_link_parse(rows[i].speed, rows[i].width);

        if (link.generation != rows[i].generation || link.width != rows[i].lanes)
            fail_msg("'%s', '%s': generation %u, width %u", rows[i].speed, rows[i].width,
                     link.generation, link.width);
    }
}

static void test_link__rate(void **state)
{
    static const struct {
        unsigned generation, width;
        double bytes_per_s;
    } rows[] = {
        { 1, 16, 4e9 },
        { 2, 8, 4e9 },
        { 3, 16, 15753846153.8 },
        { 4, 16, 31507692307.7 },
        { 5, 16, 63015384615.4 },
        { 6, 1, 7562500000 },
        { 0, 16, 0 },
        { 7, 16, 0 },
        { 4, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_pci_link link = { rows[i].generation, rows[i].width };

        assert_true(fabs(gst_pci_link_rate(link) - rows[i].bytes_per_s) < 1);
        assert_true(gst_pci_link_is_known(link) == (rows[i].bytes_per_s > 0));
    }
}

static void test_link__common_is_what_both_ends_can(void **state)
{
    const struct gst_pci_link gpu = { 5, 8 }, slot = { 4, 16 }, silent = { 0, 0 };
    struct gst_pci_link common = gst_pci_link_common(gpu, slot);

    (void)state;
    assert_int_equal(common.generation, 4);
    assert_int_equal(common.width, 8);
    common = gst_pci_link_common(silent, slot);
    assert_int_equal(common.generation, 4);
    assert_int_equal(common.width, 16);
    common = gst_pci_link_common(slot, silent);
    assert_int_equal(common.generation, 4);
    assert_int_equal(common.width, 16);
    assert_false(gst_pci_link_is_known(gst_pci_link_common(silent, silent)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link__parse),
        cmocka_unit_test(test_link__rate),
        cmocka_unit_test(test_link__common_is_what_both_ends_can),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
