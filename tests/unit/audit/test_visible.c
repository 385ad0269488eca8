/* SPDX-License-Identifier: Apache-2.0 */
/* CUDA_VISIBLE_DEVICES: lists as the CUDA programming guide describes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit/visible.h"

static const char *const two[] = { "GPU-11111111-2222-3333-4444-555555555555",
                                   "GPU-66666666-7777-8888-9999-aaaaaaaaaaaa" };

static void test_visible__table(void **state)
{
    static const struct {
        const char *value;
        enum gst_visible expected;
        int shown;
        const char *entry;
    } rows[] = {
        { "0,1", GST_VISIBLE_ALL, 2, "1" },
        { "1,0", GST_VISIBLE_ALL, 2, "0" },
        { "1", GST_VISIBLE_SOME, 1, "1" },
        { "GPU-6", GST_VISIBLE_SOME, 1, "GPU-6" },
        { "GPU-11111111,1", GST_VISIBLE_ALL, 2, "1" },
        { "", GST_VISIBLE_NONE, 0, "" },
        { "-1", GST_VISIBLE_NONE, 0, "-1" },
        { "NoDevFiles", GST_VISIBLE_NONE, 0, "NoDevFiles" },
        { "0,-1,1", GST_VISIBLE_SOME, 1, "-1" },
        { "2", GST_VISIBLE_INVALID, 0, "2" },
        { "0,5", GST_VISIBLE_INVALID, 1, "5" },
        { "0,0", GST_VISIBLE_INVALID, 1, "0" },
        { "0,GPU-1", GST_VISIBLE_INVALID, 1, "GPU-1" }, /* the same GPU by another name */
        { "GPU-", GST_VISIBLE_INVALID, 0, "GPU-" },
        { "GPU-7", GST_VISIBLE_INVALID, 0, "GPU-7" },
        { "all", GST_VISIBLE_INVALID, 0, "all" },
        { "0,", GST_VISIBLE_INVALID, 1, "" },
        { "99999999999999999999", GST_VISIBLE_INVALID, 0, "99999999999999999999" },
        { "MIG-11111111-2222-3333-4444-555555555555", GST_VISIBLE_UNKNOWN, 0, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char entry[32];
        int shown = -1;

        assert_int_equal(gst_visible_judge(rows[i].value, two, 2, &shown, entry, sizeof entry),
                         rows[i].expected);
        assert_int_equal(shown, rows[i].shown);
        if (rows[i].entry != NULL)
            assert_string_equal(entry, rows[i].entry);
    }
}

static void test_visible__a_beginning_that_fits_two(void **state)
{
    static const char *const twins[] = { "GPU-11110000", "GPU-11119999" };
    char entry[32];
    int shown;

    (void)state;
    assert_int_equal(gst_visible_judge("GPU-1111", twins, 2, &shown, entry, sizeof entry),
                     GST_VISIBLE_INVALID);
    assert_int_equal(gst_visible_judge("GPU-11119", twins, 2, &shown, entry, sizeof entry),
                     GST_VISIBLE_SOME);
}

static void test_visible__unknown_uuids(void **state)
{
    static const char *const unknown[] = { "", "" };
    char entry[32];
    int shown;

    (void)state;
    assert_int_equal(gst_visible_judge("GPU-1111", unknown, 2, &shown, entry, sizeof entry),
                     GST_VISIBLE_UNKNOWN);
    assert_int_equal(gst_visible_judge("0", unknown, 2, &shown, entry, sizeof entry),
                     GST_VISIBLE_SOME);
}

/* More GPUs and longer entries than there is room for. */
static void test_visible__bounds(void **state)
{
    char value[4096], entry[8];
    int shown;

    (void)state;
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    assert_int_equal(gst_visible_judge(value, two, 2, &shown, entry, sizeof entry),
                     GST_VISIBLE_INVALID);
    assert_string_equal(entry, "xxxxxxx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visible__table),
        cmocka_unit_test(test_visible__a_beginning_that_fits_two),
        cmocka_unit_test(test_visible__unknown_uuids),
        cmocka_unit_test(test_visible__bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
