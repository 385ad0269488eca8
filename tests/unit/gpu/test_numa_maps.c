/* SPDX-License-Identifier: Apache-2.0 */
/* Policies and pages from lines of numa_maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "gpu/numa_maps.h"

static void test_numa_line__binding(void **state)
{
    static const struct {
        const char *line, *nodes; /* NULL: no binding */
    } rows[] = {
        { "559000 bind:0 file=/bin/x mapped=3 N0=3", "0" },
        { "559000 bind:0-1,3 anon=1", "0-1,3" },
        { "559000 bind=static:1 anon=1", "1" },
        { "559000 prefer:1\n", "1" },
        { "559000 default file=/a:b", NULL },
        { "559000 interleave:0-1 anon=1", NULL },
        { "559000 local", NULL },
        { "559000", NULL },
        { "", NULL },
    };
    char nodes[32];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(gst_numa_line_binding(rows[i].line, nodes, sizeof(nodes)),
                         rows[i].nodes != NULL);
        if (rows[i].nodes != NULL)
            assert_string_equal(nodes, rows[i].nodes);
    }
}

static void test_numa_line__pages(void **state)
{
    static const struct {
        const char *line, *pages; /* NULL: none are counted */
    } rows[] = {
        { "7f00 default anon=515 dirty=515 N0=512 N1=3 kernelpagesize_kB=4\n", "N0=512 N1=3" },
        { "7f00 default anon=9 N12=9", "N12=9" },
        { "7f00 default file=/dev/nvidiactl", NULL },
        { "7f00 default file=/N0=5 Nx=5 N=5 NN0=5", NULL },
        { "7f00", NULL },
        { "", NULL },
    };
    char pages[32];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(gst_numa_line_pages(rows[i].line, pages, sizeof(pages)),
                         rows[i].pages != NULL);
        if (rows[i].pages != NULL)
            assert_string_equal(pages, rows[i].pages);
    }
}

static void test_numa_line__what_does_not_fit_is_left_out(void **state)
{
    char pages[9];

    (void)state;
    assert_true(gst_numa_line_pages("7f00 default N0=512 N1=3", pages, sizeof(pages)));
    assert_string_equal(pages, "N0=512");
}

static void test_numa_maps__the_mapping_that_holds_the_address(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    struct gst_root root;
    char path[] = "/tmp/test-numa.XXXXXX", name[96], pages[64];
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(path));
    assert_true(gst_root_open(&root, path, &st));
    assert_false(gst_numa_maps_pages(&root, (void *)0x2000, pages, sizeof(pages)));
    snprintf(name, sizeof(name), "%s/proc", path);
    mkdir(name, 0755);
    snprintf(name, sizeof(name), "%s/proc/self", path);
    mkdir(name, 0755);
    snprintf(name, sizeof(name), "%s/proc/self/numa_maps", path);
    file = fopen(name, "w");
    assert_non_null(file);
    fputs("00001000 bind:1 N0=1\n00002000 default anon=7 N1=7\n00009000 default stack\n", file);
    fclose(file);
    assert_true(gst_numa_maps_pages(&root, (void *)0x1fff, pages, sizeof(pages)));
    assert_string_equal(pages, "N0=1");
    assert_true(gst_numa_maps_pages(&root, (void *)0x8000, pages, sizeof(pages)));
    assert_string_equal(pages, "N1=7");
    assert_false(gst_numa_maps_pages(&root, (void *)0xa000, pages, sizeof(pages)));
    assert_false(gst_numa_maps_pages(&root, (void *)0x0fff, pages, sizeof(pages)));
    assert_true(gst_numa_maps_binding(&root, pages, sizeof(pages)));
    assert_string_equal(pages, "1");
    gst_root_close(&root);
    unlink(name);
    snprintf(name, sizeof(name), "%s/proc/self", path);
    rmdir(name);
    snprintf(name, sizeof(name), "%s/proc", path);
    rmdir(name);
    rmdir(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numa_line__binding),
        cmocka_unit_test(test_numa_line__pages),
        cmocka_unit_test(test_numa_line__what_does_not_fit_is_left_out),
        cmocka_unit_test(test_numa_maps__the_mapping_that_holds_the_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
