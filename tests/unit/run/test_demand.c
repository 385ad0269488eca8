/* SPDX-License-Identifier: Apache-2.0 */
/* What GPUs can hold, and which of them there are, against what was asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "run/demand.h"

#define GIB (UINT64_C(1) << 30)

static const struct gst_workload one = { .name = "one", .size_buffers = 1 };
static const struct gst_workload three = { .name = "three", .size_buffers = 3 };
static const struct gst_workload none = { .name = "none" };

/* GPUs 0 and 2 were selected; the second is the smaller one. */
static const struct gst_env *two_gpus(void)
{
    static struct gst_env env;

    env.gpu_count = 2;
    env.gpus[0] = (struct gst_gpu){ .index = 0, .memory_total_bytes = 24 * GIB };
    env.gpus[1] = (struct gst_gpu){ .index = 2, .memory_total_bytes = 12 * GIB };
    return &env;
}

static void test_demand__sizes(void **state)
{
    static const struct {
        const struct gst_workload *rows[2];
        uint64_t size_bytes;
        const char *told; /* NULL: it fits */
    } cases[] = {
        { { &none, &one }, 0, NULL },
        { { &none, &one }, 12 * GIB, NULL },
        { { &none, &one }, 12 * GIB + 1, "1 buffer of 12 GiB (one) in the 12 GiB of gpu 2" },
        { { &one, &three }, 4 * GIB, NULL },
        { { &one, &three }, 5 * GIB, "3 buffers of 5 GiB (three) in the 12 GiB of gpu 2" },
        { { &three, &one }, 9 * GIB, "3 buffers of 9 GiB (three) in the 24 GiB of gpu 0" },
        { { &three, &none }, UINT64_MAX, "no room for 3 buffers" },
        { { &none, &none }, UINT64_MAX, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct gst_plan plan = { 2, { cases[i].rows[0], cases[i].rows[1] } };
        const struct gst_settings settings = { .size_bytes = cases[i].size_bytes };
        char error[160] = "";
        const bool ok = gst_demand_can_be_met(&settings, &plan, two_gpus(), error, sizeof(error));

        assert_int_equal(ok, cases[i].told == NULL);
        if (cases[i].told != NULL && strstr(error, cases[i].told) == NULL)
            fail_msg("'%s' does not say '%s'", error, cases[i].told);
    }
}

static void test_demand__pairs_are_of_selected_gpus(void **state)
{
    const struct gst_plan plan = { 1, { &one } };
    const struct gst_settings there = { .pairs = { 1, { { 2, 0 } } } };
    const struct gst_settings left_out = { .pairs = { 2, { { 0, 2 }, { 0, 1 } } } };
    char error[160] = "";

    (void)state;
    assert_true(gst_demand_can_be_met(&there, &plan, two_gpus(), error, sizeof(error)));
    assert_false(gst_demand_can_be_met(&left_out, &plan, two_gpus(), error, sizeof(error)));
    assert_non_null(strstr(error, "no GPU 1 for 0-1 among those to be tested: 0, 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demand__sizes),
        cmocka_unit_test(test_demand__pairs_are_of_selected_gpus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
