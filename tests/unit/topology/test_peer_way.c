/* SPDX-License-Identifier: Apache-2.0 */
/* Where a request between two devices goes: two switches in a row, four GPUs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "topology/peer_way.h"

#define UPPER "pci0000:00/0000:00:01.0/0000:01:00.0"
#define LOWER UPPER "/0000:02:02.0/0000:06:00.0"

/* 0, 1: below the upper switch; 2, 3: below the lower one, which hangs on it; 4: another root port
 */
static const struct {
    const char *address, *target;
} gpus[] = {
    { "0000:03:00.0", UPPER "/0000:02:00.0/0000:03:00.0" },
    { "0000:04:00.0", UPPER "/0000:02:01.0/0000:04:00.0" },
    { "0000:08:00.0", LOWER "/0000:07:00.0/0000:08:00.0" },
    { "0000:09:00.0", LOWER "/0000:07:01.0/0000:09:00.0" },
    { "0000:10:00.0", "pci0000:00/0000:00:02.0/0000:10:00.0" },
};

#define GPUS (sizeof(gpus) / sizeof(gpus[0]))

/* With ACS that redirects at the port `redirecting`; the others let pass. */
static void make(struct gst_pci_device *devices, const char *redirecting, enum gst_acs others)
{
    for (size_t i = 0; i < GPUS; i++) {
        gst_pci_parse_path(&devices[i], gpus[i].address, gpus[i].target);
        devices[i].numa = 0;
        devices[i].iommu = (struct gst_iommu_place){ GST_IOMMU_OFF, GST_IOMMU_NO_GROUP };
        for (size_t k = 0; k < devices[i].depth; k++)
            devices[i].ports[k].acs =
                strcmp(devices[i].ports[k].address, redirecting) == 0 ? GST_ACS_REDIRECTS : others;
    }
}

static enum gst_redirect redirect(const struct gst_pci_device *devices, size_t from, size_t to)
{
    return gst_peer_way_between(&devices[from], &devices[to]).redirect;
}

static void test_peer_way__the_port_where_ways_part_decides(void **state)
{
    static const struct {
        const char *port;
        size_t from, to;
        enum gst_redirect redirect;
    } rows[] = {
        { "0000:02:00.0", 0, 1, GST_REDIRECT_ACS },
        { "0000:02:00.0", 1, 0, GST_REDIRECT_NONE }, /* it is that of the other side */
        { "0000:02:00.0", 0, 2, GST_REDIRECT_ACS },
        { "0000:02:00.0", 2, 0, GST_REDIRECT_NONE },
        /* What goes up anyway is not sent up. */
        { "0000:07:00.0", 2, 0, GST_REDIRECT_NONE },
        { "0000:07:00.0", 2, 3, GST_REDIRECT_ACS },
        { "0000:02:02.0", 2, 0, GST_REDIRECT_ACS },
        { "0000:02:02.0", 2, 3, GST_REDIRECT_NONE },
        /* no lower port of a switch */
        { "0000:00:01.0", 0, 1, GST_REDIRECT_NONE },
        { "0000:01:00.0", 0, 1, GST_REDIRECT_NONE },
        { "0000:03:00.0", 0, 1, GST_REDIRECT_NONE },
        { "0000:02:00.0", 0, 4, GST_REDIRECT_NO_SWITCH },
        { "", 0, 4, GST_REDIRECT_NO_SWITCH },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_pci_device devices[GPUS] = { 0 };

        make(devices, rows[i].port, i % 2 == 0 ? GST_ACS_DIRECT : GST_ACS_NONE);
        assert_int_equal(redirect(devices, rows[i].from, rows[i].to), rows[i].redirect);
    }
}

static void test_peer_way__groups_tell_where_ports_do_not(void **state)
{
    struct gst_pci_device devices[GPUS] = { 0 };

    (void)state;
    make(devices, "", GST_ACS_NOT_TOLD);
    assert_int_equal(redirect(devices, 0, 1), GST_REDIRECT_NOT_TOLD);
    devices[0].iommu.group = 7;
    assert_int_equal(redirect(devices, 0, 1), GST_REDIRECT_NOT_TOLD);
    devices[1].iommu.group = 8;
    assert_int_equal(redirect(devices, 0, 1), GST_REDIRECT_AT_START);
    devices[1].iommu.group = 7;
    assert_int_equal(redirect(devices, 0, 1), GST_REDIRECT_NONE);
    /* What the port itself says now weighs more. */
    devices[0].ports[2].acs = GST_ACS_REDIRECTS;
    assert_int_equal(redirect(devices, 0, 1), GST_REDIRECT_ACS);
}

static void test_peer_way__what_is_translated(void **state)
{
    static const struct {
        enum gst_iommu iommu;
        enum gst_redirect redirect;
        bool is_translated;
    } rows[] = {
        { GST_IOMMU_TRANSLATING, GST_REDIRECT_ACS, true },
        { GST_IOMMU_TRANSLATING, GST_REDIRECT_NO_SWITCH, true },
        { GST_IOMMU_TRANSLATING, GST_REDIRECT_NONE, false },
        { GST_IOMMU_TRANSLATING, GST_REDIRECT_NOT_TOLD, false },
        { GST_IOMMU_TRANSLATING, GST_REDIRECT_AT_START, false }, /* it may have been turned off */
        { GST_IOMMU_PASSTHROUGH, GST_REDIRECT_ACS, false },
        { GST_IOMMU_OFF, GST_REDIRECT_NO_SWITCH, false },
        { GST_IOMMU_NOT_TOLD, GST_REDIRECT_NO_SWITCH, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_peer_way way = { .iommu = rows[i].iommu, .redirect = rows[i].redirect };

        assert_int_equal(gst_peer_way_is_translated(&way), rows[i].is_translated);
    }
}

static void test_peer_way__in_words(void **state)
{
    struct gst_pci_device devices[GPUS] = { 0 };
    struct gst_peer_way way;
    char text[160];

    (void)state;
    make(devices, "0000:02:00.0", GST_ACS_DIRECT);
    way = gst_peer_way_between(&devices[0], &devices[1]);
    assert_string_equal(gst_peer_way_describe(&way, text, sizeof(text)),
                        "PIX: ACS of a port sends it up to the CPU (0000:02:00.0); IOMMU off");
    way = gst_peer_way_between(&devices[1], &devices[4]);
    assert_string_equal(gst_peer_way_describe(&way, text, sizeof(text)),
                        "PHB: it passes the CPU; IOMMU off");
}

/* Of a device that sysfs does not show nothing is known but its address. */
static void test_peer_way__hidden_devices(void **state)
{
    struct gst_pci_device devices[GPUS];

    (void)state;
    make(devices, "", GST_ACS_NONE);
    assert_true(gst_peer_way_between(&devices[0], &devices[1]).is_told);
    devices[1] = (struct gst_pci_device){ 0 };
    gst_pci_parse_path(&devices[1], gpus[1].address, "");
    devices[1].numa = GST_PCI_NO_NODE;
    assert_false(gst_peer_way_between(&devices[0], &devices[1]).is_told);
    assert_false(gst_peer_way_between(&devices[1], &devices[0]).is_told);
    /* In a virtual machine: no tree and no node, but a link. */
    devices[1].ports[0].most = (struct gst_pci_link){ .generation = 4, .width = 16 };
    assert_true(gst_peer_way_between(&devices[0], &devices[1]).is_told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peer_way__the_port_where_ways_part_decides),
        cmocka_unit_test(test_peer_way__groups_tell_where_ports_do_not),
        cmocka_unit_test(test_peer_way__what_is_translated),
        cmocka_unit_test(test_peer_way__in_words),
        cmocka_unit_test(test_peer_way__hidden_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
