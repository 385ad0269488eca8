/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of a GPU's own link and of the links above it. Rates: PCI Express base
 * specification, 4.0 x16 is 16e9 * 128 / 130 / 8 * 16 = 31.5e9 bytes per second, x8 half of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "core/class_bars.h"
#include "workloads/pcie_way.h"

#define X8  15.75e9
#define X16 31.5e9

/* A GPU with 4.0 x16 of its own, behind a switch whose way up runs at `now` and could at `most`. */
static struct gst_pcie_way behind_switch(struct gst_pci_link now, struct gst_pci_link most)
{
    struct gst_pcie_way way = {
        .is_behind_pcie = true,
        .link = { .generation = 4, .width = 16, .generation_max = 4, .width_max = 16, .pstate = 0 },
    };

    gst_pci_parse_path(&way.path, "0000:17:00.0",
                       "pci0000:14/0000:14:00.0/0000:15:00.0/0000:16:00.0/0000:17:00.0");
    for (size_t i = 0; i < way.path.depth; i++) {
        way.path.ports[i].now = i < 2 ? now : (struct gst_pci_link){ 1, 16 };
        way.path.ports[i].most = i < 2 ? most : (struct gst_pci_link){ 4, 16 };
    }
    return way;
}

static void test_pcie_way__what_explains_slow_copies(void **state)
{
    static const struct {
        struct gst_pci_link now, most;
        double fastest;
        enum gst_finding_id finding;
    } rows[] = {
        { { 4, 16 }, { 4, 16 }, 13e9, GST_HARDWARE_SLOW },
        { { 4, 8 }, { 4, 16 }, 13e9, GST_HARDWARE_PCIE_UPSTREAM_SLOW },
        { { 3, 16 }, { 4, 16 }, 13e9, GST_HARDWARE_PCIE_UPSTREAM_SLOW },
        /* It is all that the board was built for. */
        { { 4, 8 }, { 4, 8 }, 13e9, GST_HARDWARE_SLOW },
        /* It fell, and is still as wide as the GPU's own. */
        { { 4, 16 }, { 5, 16 }, 13e9, GST_HARDWARE_SLOW },
        /* Data went faster than that. */
        { { 1, 1 }, { 4, 16 }, 13e9, GST_HARDWARE_SLOW },
        { { 0, 0 }, { 0, 0 }, 13e9, GST_HARDWARE_SLOW },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_pcie_way way = behind_switch(rows[i].now, rows[i].most);

        assert_int_equal(gst_pcie_way_explain(&way, rows[i].fastest), rows[i].finding);
        /* What is wrong with the GPU's own link comes first. */
        way.link.width = 8;
        assert_int_equal(gst_pcie_way_explain(&way, rows[i].fastest),
                         GST_HARDWARE_PCIE_LINK_NARROW);
    }
}

static void test_pcie_way__the_floor_is_of_the_narrowest_hop(void **state)
{
    static const struct {
        struct gst_pci_link most;
        double fastest;
        unsigned generation, width; /* of the class that has the floor */
    } rows[] = {
        { { 4, 16 }, 13e9, 4, 16 }, { { 5, 16 }, 13e9, 4, 16 }, { { 4, 8 }, 13e9, 4, 8 },
        { { 3, 16 }, 13e9, 3, 16 }, { { 1, 1 }, 13e9, 4, 16 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_pcie_way way = behind_switch(rows[i].most, rows[i].most);
        const struct gst_bar bar = gst_pcie_way_bar(&way, rows[i].fastest);
        const struct gst_bar floor = gst_bar_of_pcie(rows[i].generation, rows[i].width);
        const struct gst_bar own = gst_bar_of_pcie(4, 16);

        assert_true(bar.floor == floor.floor);
        assert_string_equal(bar.floor_from, floor.floor_from);
        assert_true(bar.ceiling == own.ceiling);
        way.link.generation = 0; /* NVML did not tell */
        assert_true(isnan(gst_pcie_way_bar(&way, rows[i].fastest).ceiling));
    }
}

/* A port is not believed from 2 % above its rate on, as a number is not. */
static void test_pcie_way__how_fast_is_too_fast(void **state)
{
    const struct gst_pcie_way way =
        behind_switch((struct gst_pci_link){ 4, 8 }, (struct gst_pci_link){ 4, 16 });

    (void)state;
    assert_int_equal(gst_pcie_way_explain(&way, 1.01 * X8), GST_HARDWARE_PCIE_UPSTREAM_SLOW);
    assert_int_equal(gst_pcie_way_explain(&way, 1.03 * X8), GST_HARDWARE_SLOW);
}

static void test_pcie_way__in_words(void **state)
{
    struct gst_pcie_way way =
        behind_switch((struct gst_pci_link){ 4, 8 }, (struct gst_pci_link){ 4, 16 });
    char text[192];

    (void)state;
    assert_string_equal(gst_pcie_way_describe(&way, X8, text, sizeof(text)),
                        "PCIe 4.0 x16, GPU and slot can do 4.0 x16, P0; above it 0000:14:00.0 - "
                        "0000:15:00.0 at 4.0 x8, can do 4.0 x16");
    assert_string_equal(gst_pcie_way_describe(&way, X16, text, sizeof(text)),
                        "PCIe 4.0 x16, GPU and slot can do 4.0 x16, P0");
    way.is_behind_pcie = false;
    way.link.generation = 0;
    assert_string_equal(gst_pcie_way_describe(&way, X8, text, sizeof(text)), "link not read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pcie_way__what_explains_slow_copies),
        cmocka_unit_test(test_pcie_way__the_floor_is_of_the_narrowest_hop),
        cmocka_unit_test(test_pcie_way__how_fast_is_too_fast),
        cmocka_unit_test(test_pcie_way__in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
