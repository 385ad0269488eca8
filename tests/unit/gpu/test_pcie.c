/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a PCIe link, from what was read of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gpu/pcie.h"

static struct gst_pcie_link link_of(unsigned generation, unsigned width)
{
    return (struct gst_pcie_link){ generation, width, 5, 16, 0 };
}

static void test_explain__names_what_is_missing(void **state)
{
    static const struct {
        unsigned generation, width;
        enum gst_finding_id finding;
    } rows[] = {
        { 5, 16, GST_HARDWARE_SLOW },
        { 5, 8, GST_HARDWARE_PCIE_LINK_NARROW },
        { 5, 1, GST_HARDWARE_PCIE_LINK_NARROW },
        { 3, 16, GST_HARDWARE_PCIE_LINK_SLOW },
        { 4, 16, GST_HARDWARE_PCIE_LINK_SLOW },
        { 3, 8, GST_HARDWARE_PCIE_LINK_NARROW },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_pcie_link link = link_of(rows[i].generation, rows[i].width);

        assert_int_equal(gst_pcie_link_explain(&link), rows[i].finding);
    }
}

static void test_explain__a_link_that_was_not_read_explains_nothing(void **state)
{
    const struct gst_pcie_link link = { 0 };

    (void)state;
    assert_int_equal(gst_pcie_link_explain(&link), GST_HARDWARE_SLOW);
}

/* An idle GPU lets its link fall to generation 1; one reading under load is enough. */
static void test_raise__keeps_the_best_reading(void **state)
{
    struct gst_pcie_link link = { 0 };
    const struct gst_pcie_link idle = { 1, 16, 5, 16, 8 };
    const struct gst_pcie_link busy = { 5, 16, 5, 16, 0 };

    (void)state;
    gst_pcie_link_raise(&link, &idle);
    assert_int_equal(link.generation, 1);
    assert_int_equal(gst_pcie_link_explain(&link), GST_HARDWARE_PCIE_LINK_SLOW);
    gst_pcie_link_raise(&link, &busy);
    gst_pcie_link_raise(&link, &idle);
    assert_int_equal(link.generation, 5);
    assert_int_equal(link.pstate, 0);
    assert_int_equal(gst_pcie_link_explain(&link), GST_HARDWARE_SLOW);
}

static void test_raise__a_state_that_is_not_known_is_no_better(void **state)
{
    struct gst_pcie_link link = { 4, 16, 4, 16, 2 };
    const struct gst_pcie_link silent = { 4, 16, 4, 16, -1 };

    (void)state;
    gst_pcie_link_raise(&link, &silent);
    assert_int_equal(link.pstate, 2);
}

static void test_describe__says_now_and_at_most(void **state)
{
    const struct gst_pcie_link narrow = link_of(5, 8);
    const struct gst_pcie_link silent = { 4, 16, 4, 16, -1 };
    const struct gst_pcie_link none = { 0 };
    char text[96];

    (void)state;
    assert_string_equal(gst_pcie_link_describe(&narrow, text, sizeof(text)),
                        "PCIe 5.0 x8, GPU and slot can do 5.0 x16, P0");
    assert_string_equal(gst_pcie_link_describe(&silent, text, sizeof(text)),
                        "PCIe 4.0 x16, GPU and slot can do 4.0 x16");
    assert_string_equal(gst_pcie_link_describe(&none, text, sizeof(text)), "link not read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain__names_what_is_missing),
        cmocka_unit_test(test_explain__a_link_that_was_not_read_explains_nothing),
        cmocka_unit_test(test_raise__keeps_the_best_reading),
        cmocka_unit_test(test_raise__a_state_that_is_not_known_is_no_better),
        cmocka_unit_test(test_describe__says_now_and_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
