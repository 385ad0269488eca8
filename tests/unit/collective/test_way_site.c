/* SPDX-License-Identifier: Apache-2.0 */
/* What the pairs of a machine make together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "collective/way/site.h"

#define COUNT 4

static struct gst_way_pair pairs[COUNT * COUNT];

/* All alike. */
static void fill(struct gst_way_pair pair)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        pairs[i] = pair;
}

static void join(int one, int other, unsigned nvlinks)
{
    pairs[one * COUNT + other].nvlinks = nvlinks;
    pairs[other * COUNT + one].nvlinks = nvlinks;
}

static enum gst_way_kind kind(bool is_switched)
{
    return gst_way_kind_of(pairs, COUNT, is_switched);
}

static void test_way_site__nvlink(void **state)
{
    (void)state;
    fill((struct gst_way_pair){ .can_peer = true, .nvlinks = 18, .link = GST_WAY_LINK_NVL });
    assert_int_equal(kind(true), GST_WAY_KIND_NVLINK);
    assert_int_equal(kind(false), GST_WAY_KIND_NVLINK); /* each to each */
}

static void test_way_site__bridges(void **state)
{
    (void)state;
    fill((struct gst_way_pair){ .can_peer = true, .link = GST_WAY_LINK_SYS });
    join(0, 1, 12);
    assert_int_equal(kind(false), GST_WAY_KIND_PAIRS);
    join(2, 3, 12);
    assert_int_equal(kind(false), GST_WAY_KIND_PAIRS);
    join(1, 2, 12); /* a chain: nobody knows how many rings it holds */
    assert_int_equal(kind(false), GST_WAY_KIND_UNKNOWN);
}

static void test_way_site__pcie(void **state)
{
    (void)state;
    fill((struct gst_way_pair){
        .can_peer = true, .is_switched_pcie = true, .link = GST_WAY_LINK_PIX });
    assert_int_equal(kind(false), GST_WAY_KIND_SWITCH);
    pairs[1].can_peer = false;
    assert_int_equal(kind(false), GST_WAY_KIND_HOST);
    pairs[1].can_peer = true;
    pairs[2].is_switched_pcie = false;
    assert_int_equal(kind(false), GST_WAY_KIND_HOST);
}

static void test_way_site__untold_links(void **state)
{
    (void)state;
    fill((struct gst_way_pair){ .can_peer = true, .is_switched_pcie = true });
    pairs[1].is_untold = true;
    assert_int_equal(kind(false), GST_WAY_KIND_UNKNOWN);
    pairs[0].is_untold = true; /* a GPU with itself says nothing */
    pairs[1].is_untold = false;
    assert_int_equal(kind(false), GST_WAY_KIND_SWITCH);
}

/* A pair that NVLinks join needs nothing of what lies between nodes; one way of many is enough. */
static void test_way_site__nodes(void **state)
{
    (void)state;
    fill((struct gst_way_pair){ .can_peer = true, .link = GST_WAY_LINK_PHB });
    assert_false(gst_way_is_across_nodes(pairs, COUNT));
    pairs[0].link = GST_WAY_LINK_SYS; /* a GPU with itself says nothing */
    assert_false(gst_way_is_across_nodes(pairs, COUNT));
    pairs[1].link = GST_WAY_LINK_SYS;
    assert_true(gst_way_is_across_nodes(pairs, COUNT));
    join(0, 1, 12);
    assert_false(gst_way_is_across_nodes(pairs, COUNT));
}

/* Root port, GPU; and with a switch between them, whose port to the host is narrower. */
static void test_way_site__slots(void **state)
{
    const struct gst_pci_link x16 = { .generation = 4, .width = 16 }, x8 = { 4, 8 }, none = { 0 };
    struct gst_pci_device device = { .depth = 2, .ports = { { .most = x16 }, { .most = x16 } } };

    (void)state;
    assert_true(gst_way_is_wide_above(&device, x16));
    device.ports[0].most = x8;
    assert_false(gst_way_is_wide_above(&device, x16));
    assert_true(gst_way_is_wide_above(&device, x8));
    device.ports[0].most = none;
    assert_false(gst_way_is_wide_above(&device, x8));
    device.depth = 4;
    device.ports[0].most = device.ports[1].most = x8;
    device.ports[2].most = device.ports[3].most = x16;
    assert_false(gst_way_is_wide_above(&device, x16));
    device.ports[0].most = device.ports[1].most = x16;
    assert_true(gst_way_is_wide_above(&device, x16));
    device.depth = 1; /* as in a virtual machine */
    assert_false(gst_way_is_wide_above(&device, x16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_site__nvlink), cmocka_unit_test(test_way_site__bridges),
        cmocka_unit_test(test_way_site__pcie),   cmocka_unit_test(test_way_site__untold_links),
        cmocka_unit_test(test_way_site__nodes),  cmocka_unit_test(test_way_site__slots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
