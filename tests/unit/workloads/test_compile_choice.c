/* SPDX-License-Identifier: Apache-2.0 */
/* For which architecture a compiler is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/compile/choice.h"

static void test_compile_choice__reads_plain_architectures(void **state)
{
    static const char text[] = "sm_75\nsm_90\nsm_90a\nsm_100f\nsm_121\ncompute_75\ncompute_90a\n";
    static const int numbers[] = { 75, 90, 121 };
    struct gst_architectures known;

    (void)state;
    gst_architectures_read(&known, text);
    assert_int_equal(known.count, 3);
    assert_memory_equal(known.numbers, numbers, sizeof(numbers));
    gst_architectures_read(&known, "nvcc fatal: unknown option sm_");
    assert_int_equal(known.count, 0);
}

static void test_compile_choice__own_or_next_below(void **state)
{
    /* As nvcc 13.0 prints them: not in order. */
    static const struct gst_architectures known = { { 75, 80, 86, 90, 100, 110, 103 }, 7 };
    static const struct {
        int cc, chosen;
    } cases[] = { { 90, 90 },   { 75, 75 },   { 89, 86 }, { 103, 103 },
                  { 121, 110 }, { 101, 100 }, { 70, 0 },  { 52, 0 } };
    /* As those of 12.9 know them. */
    static const struct gst_architectures older = {
        { 50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 100, 101 }, 14
    };
    /* What Tegra's parts run is for them alone. */
    static const struct {
        int cc, chosen;
    } of_older[] = { { 53, 53 }, { 62, 62 }, { 72, 72 }, { 87, 87 }, { 101, 101 },
                     { 54, 52 }, { 69, 61 }, { 73, 70 }, { 89, 86 }, { 103, 100 } };
    static const struct gst_architectures none = { { 0 }, 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(gst_architectures_choose(&known, cases[i].cc), cases[i].chosen);
    for (size_t i = 0; i < sizeof(of_older) / sizeof(of_older[0]); i++)
        assert_int_equal(gst_architectures_choose(&older, of_older[i].cc), of_older[i].chosen);
    assert_int_equal(gst_architectures_lowest(&known), 75);
    assert_int_equal(gst_architectures_choose(&none, 90), 0);
    assert_int_equal(gst_architectures_lowest(&none), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_choice__reads_plain_architectures),
        cmocka_unit_test(test_compile_choice__own_or_next_below),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
