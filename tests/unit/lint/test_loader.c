/* SPDX-License-Identifier: Apache-2.0 */
/* Where the loader looks, in its order, by the files that say so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "lint/loader.h"

static int add(struct gst_catalog *catalog, const char *path)
{
    const struct gst_entry entry = { .path = path, .kind = GST_ENTRY_FILE, .target = "" };

    return gst_catalog_add(catalog, &entry);
}

static void add_text(struct gst_catalog *catalog, const char *path, const char *text)
{
    catalog->nodes[add(catalog, path)].text = strdup(text);
}

static const char *found(const struct gst_catalog *catalog, const char *variable,
                         const char *soname)
{
    static char path[GST_ENTRY_PATH_SIZE];
    int node = gst_loader_find(catalog, variable, soname);

    return node == GST_NO_NODE ? "" : gst_catalog_path(catalog, node, path);
}

static void test_loader__order(void **state)
{
    static const char *const places[] = { "opt/variable/a.so", "opt/first/a.so", "opt/second/a.so",
                                          "opt/direct/a.so",   "usr/lib64/a.so", "opt/other/a.so" };
    struct gst_catalog catalog;

    (void)state;
    assert_true(gst_catalog_init(&catalog));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        add(&catalog, places[i]);
    add_text(&catalog, "etc/ld.so.conf",
             "# of this image\ninclude ld.so.conf.d/*.conf\n"
             "/opt/direct\n");
    add_text(&catalog, "etc/ld.so.conf.d/2.conf", " /opt/second/ # here\r\n");
    add_text(&catalog, "etc/ld.so.conf.d/1.conf", "/opt/none\n/opt/first");

    assert_string_equal(found(&catalog, "/none:opt/other::/opt/variable;", "a.so"),
                        "/opt/variable/a.so");
    for (size_t i = 1; i < 5; i++) {
        char path[64];

        assert_string_equal(found(&catalog, NULL, "a.so") + 1, places[i]);
        snprintf(path, sizeof path, "%s", places[i]);
        catalog.nodes[gst_catalog_find(&catalog, path, false)].is_gone = true;
    }
    assert_string_equal(found(&catalog, NULL, "a.so"), "");
    assert_string_equal(found(&catalog, NULL, "b.so"), "");
    gst_catalog_release(&catalog);
}

/* Files that include one another come to an end. */
static void test_loader__circles(void **state)
{
    struct gst_catalog catalog;
    char name[64];

    (void)state;
    assert_true(gst_catalog_init(&catalog));
    add_text(&catalog, "etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\ninclude ld.so.conf\n");
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "etc/ld.so.conf.d/%d.conf", i);
        add_text(&catalog, name, "include /etc/ld.so.conf.d/*.conf\ninclude /etc/ld.so.conf\n");
    }
    assert_string_equal(found(&catalog, NULL, "a.so"), "");
    gst_catalog_release(&catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loader__order),
        cmocka_unit_test(test_loader__circles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
