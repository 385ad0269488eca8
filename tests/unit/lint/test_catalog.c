/* SPDX-License-Identifier: Apache-2.0 */
/* Layers over one another as an engine puts them, and links as the kernel follows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "lint/catalog.h"

static void add(struct gst_catalog *catalog, const char *path, enum gst_entry_kind kind,
                const char *target)
{
    const struct gst_entry entry = {
        .path = path, .kind = kind, .target = target, .size_bytes = 10, .mode = 0644
    };

    assert_int_not_equal(gst_catalog_add(catalog, &entry), GST_NO_NODE);
}

static void add_file(struct gst_catalog *catalog, const char *path)
{
    add(catalog, path, GST_ENTRY_FILE, "");
}

/* Where `path` leads in the end; "" for nowhere. */
static const char *end_of(const struct gst_catalog *catalog, const char *path)
{
    static char found[GST_ENTRY_PATH_SIZE];
    int node = gst_catalog_find(catalog, path, true);

    return node == GST_NO_NODE ? "" : gst_catalog_path(catalog, node, found);
}

static void test_catalog__links(void **state)
{
    struct gst_catalog catalog;

    (void)state;
    assert_true(gst_catalog_init(&catalog));
    add_file(&catalog, "usr/lib/x/liba.so.1.2");
    add(&catalog, "usr/lib/x/liba.so.1", GST_ENTRY_LINK, "liba.so.1.2");
    add(&catalog, "lib", GST_ENTRY_LINK, "usr/lib");
    add(&catalog, "usr/local/cuda", GST_ENTRY_LINK, "/etc/alternatives/cuda");
    add(&catalog, "etc/alternatives/cuda", GST_ENTRY_LINK, "/usr/local/cuda-12.4");
    add_file(&catalog, "usr/local/cuda-12.4/version.json");
    add(&catalog, "up", GST_ENTRY_LINK, "../../usr/./lib/..");
    add(&catalog, "loop", GST_ENTRY_LINK, "loop");
    add(&catalog, "a", GST_ENTRY_LINK, "b/c");
    add(&catalog, "b", GST_ENTRY_LINK, "a/c");
    add(&catalog, "nowhere", GST_ENTRY_LINK, "none");

    assert_string_equal(end_of(&catalog, "/lib/x/liba.so.1"), "/usr/lib/x/liba.so.1.2");
    assert_string_equal(end_of(&catalog, "usr/local/cuda/version.json"),
                        "/usr/local/cuda-12.4/version.json");
    assert_string_equal(end_of(&catalog, "/up/lib/x//liba.so.1"), "/usr/lib/x/liba.so.1.2");
    assert_string_equal(end_of(&catalog, "/loop"), "");
    assert_string_equal(end_of(&catalog, "/a"), "");
    assert_string_equal(end_of(&catalog, "/nowhere"), "");
    assert_string_equal(end_of(&catalog, "/usr/lib/x/liba.so.1.2/more"), "");
    assert_int_not_equal(gst_catalog_find(&catalog, "/nowhere", false), GST_NO_NODE);
    assert_int_equal(gst_catalog_find(&catalog, "/", true), 0);
    gst_catalog_release(&catalog);
}

static void test_catalog__layers(void **state)
{
    struct gst_catalog catalog;

    (void)state;
    assert_true(gst_catalog_init(&catalog));
    gst_catalog_begin_layer(&catalog, 0);
    add_file(&catalog, "opt/a/old");
    add_file(&catalog, "opt/a/deep/old");
    add_file(&catalog, "opt/b/old");
    add_file(&catalog, "opt/c/old");
    add_file(&catalog, "opt/d");
    gst_catalog_begin_layer(&catalog, 1);
    /* In any order with what the layer brings itself. */
    add_file(&catalog, "opt/a/new");
    gst_catalog_delete(&catalog, "opt/a", true);
    gst_catalog_delete(&catalog, "opt/b/old", false);
    add_file(&catalog, "opt/c");
    gst_catalog_delete(&catalog, "opt/none", false);
    gst_catalog_delete(&catalog, "opt/d", false);
    add_file(&catalog, "opt/d/now/a-folder");
    gst_catalog_begin_layer(&catalog, 2);
    add(&catalog, "opt/c", GST_ENTRY_FOLDER, "");

    assert_string_equal(end_of(&catalog, "opt/a/old"), "");
    assert_string_equal(end_of(&catalog, "opt/a/deep/old"), "");
    assert_string_equal(end_of(&catalog, "opt/a/new"), "/opt/a/new");
    assert_string_equal(end_of(&catalog, "opt/b/old"), "");
    assert_string_equal(end_of(&catalog, "opt/b"), "/opt/b");
    assert_string_equal(end_of(&catalog, "opt/c"), "/opt/c");
    assert_string_equal(end_of(&catalog, "opt/c/old"), "");
    assert_string_equal(end_of(&catalog, "opt/d/now/a-folder"), "/opt/d/now/a-folder");
    assert_int_equal(catalog.layer_bytes[0], 50);
    assert_int_equal(gst_catalog_last_layer(&catalog), 2);
    gst_catalog_release(&catalog);
}

static void test_catalog__another_name_is_the_file(void **state)
{
    struct gst_catalog catalog;
    int node;

    (void)state;
    assert_true(gst_catalog_init(&catalog));
    add_file(&catalog, "bin/a");
    add(&catalog, "bin/b", GST_ENTRY_HARD_LINK, "bin/a");
    add(&catalog, "bin/c", GST_ENTRY_HARD_LINK, "bin/none");
    node = gst_catalog_find(&catalog, "bin/b", false);
    assert_int_equal(catalog.nodes[node].kind, GST_ENTRY_FILE);
    assert_int_equal(catalog.nodes[node].size_bytes, 10);
    assert_int_equal(catalog.nodes[node].mode, 0644);
    assert_int_equal(catalog.layer_bytes[0], 10);
    gst_catalog_release(&catalog);
}

/* More entries than the first tables hold, and folders as deep as paths can be. */
static void test_catalog__many_and_deep(void **state)
{
    static char deep[GST_ENTRY_PATH_SIZE];
    struct gst_catalog catalog;
    char path[64];

    (void)state;
    assert_true(gst_catalog_init(&catalog));
    for (int i = 0; i < 5000; i++) {
        snprintf(path, sizeof path, "d%d/f%d", i % 10, i);
        add_file(&catalog, path);
    }
    assert_int_equal(catalog.count, 1 + 10 + 5000);
    for (int i = 0; i < 5000; i++) {
        snprintf(path, sizeof path, "/d%d/f%d", i % 10, i);
        assert_string_equal(end_of(&catalog, path), path);
    }
    for (size_t i = 0; i + 2 < sizeof deep; i += 2)
        memcpy(deep + i, "a/", 2);
    add_file(&catalog, deep);
    assert_int_equal(strlen(end_of(&catalog, deep)), strlen(deep));
    gst_catalog_begin_layer(&catalog, 1);
    gst_catalog_delete(&catalog, "a", false);
    assert_string_equal(end_of(&catalog, deep), "");
    assert_false(catalog.is_full);
    gst_catalog_release(&catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalog__links),
        cmocka_unit_test(test_catalog__layers),
        cmocka_unit_test(test_catalog__another_name_is_the_file),
        cmocka_unit_test(test_catalog__many_and_deep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
