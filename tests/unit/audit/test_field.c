/* SPDX-License-Identifier: Apache-2.0 */
/* "Name: value" lines as the kernel and the driver write them, and as somebody may have made them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "audit/field.h"

static const char text[] = "Name:\tgpu-selftest\n"
                           "UidLong:\t7\n"
                           "Uid:\t1000\t1001\t1000\t1000\n"
                           "Model: \t\t NVIDIA H100 80GB HBM3  \r\n"
                           "Empty:\n"
                           "Comment about Status: none\n"
                           "Status:   online";

static void test_field_find__lines(void **state)
{
    static const struct {
        const char *name;
        const char *value; /* NULL: not found */
    } rows[] = {
        { "Name", "gpu-selftest" },
        { "Uid", "1000\t1001\t1000\t1000" },
        { "Model", "NVIDIA H100 80GB HBM3" },
        { "Status", "online" },
        { "Empty", NULL },
        { "Mode", NULL },
        { "about Status", NULL },
        { "", NULL },
    };
    char value[64];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        strcpy(value, "left over");
        assert_int_equal(gst_field_find(text, rows[i].name, value, sizeof(value)),
                         rows[i].value != NULL);
        assert_string_equal(value, rows[i].value != NULL ? rows[i].value : "");
    }
}

static void test_field_find__cuts(void **state)
{
    char value[8];

    (void)state;
    assert_true(gst_field_find(text, "Model", value, sizeof(value)));
    assert_string_equal(value, "NVIDIA ");
}

static void test_field_find__nothing(void **state)
{
    char value[8];

    (void)state;
    assert_false(gst_field_find("", "Uid", value, sizeof(value)));
    assert_false(gst_field_find("\n\n", "Uid", value, sizeof(value)));
    assert_false(gst_field_find("Uid", "Uid", value, sizeof(value)));
    assert_false(gst_field_find("Uid:", "Uid", value, sizeof(value)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field_find__lines),
        cmocka_unit_test(test_field_find__cuts),
        cmocka_unit_test(test_field_find__nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
