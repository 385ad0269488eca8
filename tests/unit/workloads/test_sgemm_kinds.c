/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of product against the list of types. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "workloads/sgemm/kinds.h"

static void test_kinds__are_named_as_their_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < GST_SGEMM_KIND_COUNT; i++) {
        const struct gst_sgemm_kind *kind = &gst_sgemm_kinds[i];
        const char *type = gst_gemm_type_name(kind->type);
        char name[64], title[64];

        snprintf(name, sizeof(name), "sgemm.%s", kind->name);
        snprintf(title, sizeof(title), "product of %s", gst_gemm_type_text(kind->type));
        assert_string_equal(kind->rate->name, name);
        assert_memory_equal(kind->name, type, strlen(type));
        assert_memory_equal(kind->rate->title, title, strlen(title));
    }
}

/* Every type once as the library likes it; single precision as it is, too. */
static void test_kinds__all_types(void **state)
{
    int count[GST_GEMM_TYPE_COUNT] = { 0 };
    int pedantic = 0;

    (void)state;
    for (size_t i = 0; i < GST_SGEMM_KIND_COUNT; i++) {
        if (gst_sgemm_kinds[i].is_pedantic) {
            assert_int_equal(gst_sgemm_kinds[i].type, GST_GEMM_FP32);
            pedantic++;
        } else {
            count[gst_sgemm_kinds[i].type]++;
        }
    }
    assert_int_equal(pedantic, 1);
    for (int type = 0; type < GST_GEMM_TYPE_COUNT; type++)
        assert_int_equal(count[type], 1);
}

static void test_metrics__those_of_the_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < GST_SGEMM_KIND_COUNT; i++)
        assert_ptr_equal(gst_sgemm_metrics[i], gst_sgemm_kinds[i].rate);
    assert_null(gst_sgemm_metrics[GST_SGEMM_KIND_COUNT]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds__are_named_as_their_types),
        cmocka_unit_test(test_kinds__all_types),
        cmocka_unit_test(test_metrics__those_of_the_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
