/* SPDX-License-Identifier: Apache-2.0 */
/* What our images promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "run/variant.h"

static void test_variant__promises_what_its_image_carries(void **state)
{
    static const struct {
        const char *text;
        enum gst_variant variant;
        bool has_libraries;
        bool has_compilers;
    } rows[] = {
        { NULL, GST_VARIANT_NONE, false, false },   { "", GST_VARIANT_NONE, false, false },
        { "base", GST_VARIANT_BASE, false, false }, { "runtime", GST_VARIANT_RUNTIME, true, false },
        { "devel", GST_VARIANT_DEVEL, true, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum gst_variant variant = GST_VARIANT_DEVEL;
        char error[128] = "";

        assert_true(gst_variant_read(&variant, rows[i].text, error, sizeof(error)));
        assert_int_equal(variant, rows[i].variant);
        assert_int_equal(gst_variant_has_libraries(variant), rows[i].has_libraries);
        assert_int_equal(gst_variant_has_compilers(variant), rows[i].has_compilers);
    }
}

static void test_variant__other_words_are_refused(void **state)
{
    enum gst_variant variant = GST_VARIANT_BASE;
    char error[128] = "";

    (void)state;
    assert_false(gst_variant_read(&variant, "Runtime", error, sizeof(error)));
    assert_string_equal(error, "'Runtime' in GPU_SELFTEST_VARIANT is none of base, runtime, devel");
    assert_int_equal(variant, GST_VARIANT_BASE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variant__promises_what_its_image_carries),
        cmocka_unit_test(test_variant__other_words_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
