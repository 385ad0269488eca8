/* SPDX-License-Identifier: Apache-2.0 */
/* What later layers do to what earlier ones brought. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "lint/ledger.h"

static const struct gst_lint_rule rule = { "*", GST_IMAGE_DRIVER_FILES, "a rule", "a test" };

static void add(struct gst_ledger *ledger, const char *path)
{
    const struct gst_entry entry = { path, GST_ENTRY_FILE, "", 10, 0644 };

    gst_ledger_cover(ledger, path, false);
    gst_ledger_add(ledger, &rule, &entry, 0, "");
}

static void add_in(struct gst_ledger *ledger, const char *path, const char *folder)
{
    const struct gst_entry entry = { path, GST_ENTRY_FILE, "", 10, 0644 };

    gst_ledger_cover(ledger, path, false);
    gst_ledger_add(ledger, &rule, &entry, strlen(folder), "");
}

static void add_package(struct gst_ledger *ledger, const char *detail)
{
    const struct gst_entry entry = { "status", GST_ENTRY_FILE, "", 0, 0644 };

    gst_ledger_add_package(ledger, &rule, &entry, detail);
}

static void assert_row(const struct gst_ledger *ledger, size_t index, const char *path, int layer,
                       int gone_in)
{
    assert_true(index < ledger->count);
    assert_string_equal(ledger->rows[index].path, path);
    assert_int_equal(ledger->rows[index].layer, layer);
    assert_int_equal(ledger->rows[index].gone_in, gone_in);
}

static void test_ledger__a_whiteout_deletes_what_is_below_it(void **state)
{
    struct gst_ledger ledger = { 0 };

    (void)state;
    gst_ledger_begin_layer(&ledger, 0);
    add(&ledger, "a/b");
    add(&ledger, "a-x");
    add(&ledger, "a/c/d");
    add(&ledger, "ab");
    gst_ledger_begin_layer(&ledger, 1);
    gst_ledger_delete(&ledger, "a");
    gst_ledger_finish(&ledger);
    assert_row(&ledger, 0, "a-x", 0, GST_NO_LAYER);
    assert_row(&ledger, 1, "a/b", 0, 1);
    assert_row(&ledger, 2, "a/c/d", 0, 1);
    assert_row(&ledger, 3, "ab", 0, GST_NO_LAYER);
    assert_false(ledger.rows[1].is_covered);
    gst_ledger_release(&ledger);
}

static void test_ledger__a_whiteout_spares_its_own_layer(void **state)
{
    struct gst_ledger ledger = { 0 };

    (void)state;
    gst_ledger_begin_layer(&ledger, 0);
    add(&ledger, "a/old");
    gst_ledger_begin_layer(&ledger, 1);
    add(&ledger, "a/new");
    gst_ledger_delete_below(&ledger, "a");
    gst_ledger_finish(&ledger);
    assert_row(&ledger, 0, "a/new", 1, GST_NO_LAYER);
    assert_row(&ledger, 1, "a/old", 0, 1);
    assert_null(gst_ledger_at(&ledger, "a/old"));
    assert_ptr_equal(gst_ledger_at(&ledger, "a/new"), &ledger.rows[0]);
    gst_ledger_release(&ledger);
}

static void test_ledger__a_file_covers_a_file_and_a_folder(void **state)
{
    struct gst_ledger ledger = { 0 };

    (void)state;
    gst_ledger_begin_layer(&ledger, 0);
    add(&ledger, "a");
    add(&ledger, "b/c");
    add(&ledger, "d/e");
    gst_ledger_begin_layer(&ledger, 1);
    gst_ledger_cover(&ledger, "a", false);
    gst_ledger_cover(&ledger, "b", false);
    gst_ledger_cover(&ledger, "d", true);
    gst_ledger_finish(&ledger);
    assert_row(&ledger, 0, "a", 0, 1);
    assert_true(ledger.rows[0].is_covered);
    assert_row(&ledger, 1, "b/c", 0, 1);
    assert_row(&ledger, 2, "d/e", 0, GST_NO_LAYER);
    gst_ledger_release(&ledger);
}

static void test_ledger__a_folder_counts_its_files(void **state)
{
    struct gst_ledger ledger = { 0 };

    (void)state;
    gst_ledger_begin_layer(&ledger, 0);
    add_in(&ledger, "src/x/1", "src/x");
    add_in(&ledger, "src/y/1", "src/y");
    add_in(&ledger, "src/x/2", "src/x");
    gst_ledger_begin_layer(&ledger, 1);
    gst_ledger_cover(&ledger, "src/x", true);
    gst_ledger_delete(&ledger, "src/x/1");
    gst_ledger_delete(&ledger, "src/y/1");
    gst_ledger_finish(&ledger);
    assert_int_equal(ledger.count, 2);
    assert_row(&ledger, 0, "src/x", 0, GST_NO_LAYER);
    assert_int_equal(ledger.rows[0].file_count, 1);
    assert_int_equal(ledger.rows[0].size_bytes, 20);
    assert_row(&ledger, 1, "src/y", 0, 1);
    gst_ledger_release(&ledger);
}

static void test_ledger__a_package_stays_that_of_its_layer(void **state)
{
    struct gst_ledger ledger = { 0 };

    (void)state;
    for (int layer = 0; layer < 3; layer++) {
        gst_ledger_begin_layer(&ledger, layer);
        gst_ledger_cover(&ledger, "status", false);
        add_package(&ledger, "one 1");
        if (layer == 1)
            add_package(&ledger, "two 1");
    }
    gst_ledger_finish(&ledger);
    assert_int_equal(ledger.count, 2);
    assert_row(&ledger, 0, "status", 0, GST_NO_LAYER);
    assert_string_equal(ledger.rows[0].detail, "one 1");
    assert_row(&ledger, 1, "status", 1, 2);
    gst_ledger_release(&ledger);
}

static void test_ledger__what_does_not_fit_is_counted(void **state)
{
    struct gst_ledger ledger = { 0 };
    char path[32];

    (void)state;
    gst_ledger_begin_layer(&ledger, 0);
    for (int i = 0; i < 5000; i++) {
        snprintf(path, sizeof path, "lib%d", i);
        add(&ledger, path);
    }
    assert_int_equal(ledger.count + ledger.overflow, 5000);
    assert_true(ledger.count > 2048 && ledger.overflow > 0);
    gst_ledger_release(&ledger);
    assert_int_equal(ledger.count, 0);
}

static void test_ledger__order_is_by_layer(void **state)
{
    struct gst_ledger ledger = { 0 };

    (void)state;
    gst_ledger_begin_layer(&ledger, 0);
    add(&ledger, "z");
    add(&ledger, "y");
    gst_ledger_begin_layer(&ledger, 1);
    add(&ledger, "a");
    gst_ledger_finish(&ledger);
    gst_ledger_order(&ledger);
    assert_row(&ledger, 0, "y", 0, GST_NO_LAYER);
    assert_row(&ledger, 1, "z", 0, GST_NO_LAYER);
    assert_row(&ledger, 2, "a", 1, GST_NO_LAYER);
    gst_ledger_release(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger__a_whiteout_deletes_what_is_below_it),
        cmocka_unit_test(test_ledger__a_whiteout_spares_its_own_layer),
        cmocka_unit_test(test_ledger__a_file_covers_a_file_and_a_folder),
        cmocka_unit_test(test_ledger__a_folder_counts_its_files),
        cmocka_unit_test(test_ledger__a_package_stays_that_of_its_layer),
        cmocka_unit_test(test_ledger__what_does_not_fit_is_counted),
        cmocka_unit_test(test_ledger__order_is_by_layer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
