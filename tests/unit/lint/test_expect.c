/* SPDX-License-Identifier: Apache-2.0 */
/* Files of expectations: what they come to, and what is wrong in those that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lint/expect.h"

static void test_expect__rows(void **state)
{
    static const char text[] = "files:\n"
                               "  /bin/a: {executable: true, mode: \"0750\", link: ../b}\n"
                               "  /bin/c: absent\n"
                               "libraries:\n"
                               "  liba.so.{cuda_major}: {at-least: 1.2, at-most: \"{cuda}\"}\n"
                               "environment:\n"
                               "  A: ''\n"
                               "  B: {contains: b}\n"
                               "cmd: []\n"
                               "layers:\n"
                               "  last: 4MiB\n"
                               "  all: {only: [/a, /b/**]}\n";
    struct gst_expectations all;
    char error[400] = "";

    (void)state;
    assert_true(gst_expect_parse(&all, "a.yaml", text, strlen(text), error, sizeof error));
    assert_int_equal(all.count, 8);
    assert_int_equal(all.rows[0].kind, GST_EXPECT_FILE);
    assert_string_equal(all.rows[0].name, "/bin/a");
    assert_true(all.rows[0].is_executable);
    assert_int_equal(all.rows[0].mode, 0750);
    assert_string_equal(all.rows[0].link, "../b");
    assert_int_equal(all.rows[0].line, 2);
    assert_string_equal(all.rows[0].file, "a.yaml");
    assert_int_equal(all.rows[1].kind, GST_EXPECT_NO_FILE);
    assert_string_equal(all.rows[2].at_least, "1.2");
    assert_string_equal(all.rows[2].at_most, "{cuda}");
    assert_string_equal(all.rows[3].value, "");
    assert_int_equal(all.rows[4].how, GST_HOW_CONTAINS);
    assert_int_equal(all.rows[5].kind, GST_EXPECT_CMD);
    assert_int_equal(all.rows[5].word_count, 0);
    assert_int_equal(all.rows[6].size_bytes, 4 << 20);
    assert_int_equal(all.rows[6].scope, GST_SCOPE_LAST);
    assert_int_equal(all.rows[7].word_count, 2);
    assert_string_equal(all.rows[7].words[1], "/b/**");
    gst_expect_release(&all);
    assert_null(all.rows);
}

static void test_expect__refused(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        { "", "a.yaml, line 1: it is no map of expectations" },
        { "- a", "a.yaml, line 1: it is no map of expectations" },
        { "{}", "a.yaml, line 1: 'a.yaml' expects nothing" },
        { "user: a\nfile: {}",
          "a.yaml, line 2: unknown 'file' in 'a.yaml'; it knows cmd, entrypoint, "
          "environment, extends, files, labels, layers, libraries, shell and user" },
        { "files: {}", "a.yaml, line 1: 'files' expects nothing" },
        { "files:", "a.yaml, line 1: 'files' is no map" },
        { "files:\n  a: present", "a.yaml, line 2: 'a' begins neither with / nor with **" },
        { "files:\n  /a: here",
          "a.yaml, line 2: it is none of present, absent, and a map of executable, link and mode" },
        { "files:\n  /a:\n    mod: 1",
          "a.yaml, line 3: unknown 'mod' in '/a'; it knows executable, link and mode" },
        { "files:\n  /a: {mode: 0888}", "a.yaml, line 2: 'mode' is no octal number such as 0755" },
        { "files:\n  /a: {mode: 10000}", "a.yaml, line 2: 'mode' is no octal number such as 0755" },
        { "files:\n  /a: {executable: false}", "a.yaml, line 2: 'executable' may only be true" },
        { "files:\n  /a: present\n  /a: absent", "a.yaml, line 3: '/a' is there twice" },
        { "libraries:\n  lib*.so: present",
          "a.yaml, line 2: 'lib*.so' is no name of a library such as libcudart.so.12" },
        { "libraries:\n  a.so: {at-least: new}",
          "a.yaml, line 2: 'new' is no version such as 12.4" },
        { "libraries:\n  a.so: {at-least: ''}", "a.yaml, line 2: '' is no version such as 12.4" },
        { "libraries:\n  a.so.{cuda-major}: present",
          "a.yaml, line 2: 'a.so.{cuda-major}' holds braces that are none of {arch}, {cuda}, "
          "{cuda_major}, {cuda_version}, {cudart} and {nvrtc}" },
        { "environment:\n  A=B: c", "a.yaml, line 2: 'A=B' is no name of a variable or label" },
        { "environment:\n  A: {absent: true, contains: b}",
          "a.yaml, line 2: 'A' is to be one thing alone" },
        { "environment:\n  A: {contains: b, absent: true}",
          "a.yaml, line 2: 'A' is to be one thing alone" },
        { "environment:\n  A: [b]", "a.yaml, line 2: 'A' is no text of at most 4095 bytes" },
        { "user: [a]", "a.yaml, line 1: 'user' is no text of at most 4095 bytes" },
        { "cmd: a", "a.yaml, line 1: 'cmd' is no list of at most 64 texts" },
        { "cmd: [[a]]", "a.yaml, line 1: 'cmd' is no text of at most 4095 bytes" },
        { "shell: needed", "a.yaml, line 1: 'shell' may only be unneeded" },
        { "layers:\n  first: 1",
          "a.yaml, line 2: unknown 'first' in 'layers'; it knows all and last" },
        { "layers: {last: big}", "a.yaml, line 1: 'big' is no size such as 4MiB" },
        { "layers: {last: {setuid-files: some}}",
          "a.yaml, line 1: 'setuid-files' may only be none" },
        { "user: &a b\ncmd: [*a]",
          "a.yaml, line 1: it has more anchors than a file of expectations" },
        { "user: \"a\\0b\"", "a.yaml, line 1: 'user' is no text of at most 4095 bytes" },
        { "user: \"\\e[2J\"\nusers: \"\\e\"",
          "a.yaml, line 2: unknown 'users' in 'a.yaml'; it knows "
          "cmd, entrypoint, environment, extends, files, labels, "
          "layers, libraries, shell and user" },
        { "\"\\e[2J\": a",
          "a.yaml, line 1: unknown '?[2J' in 'a.yaml'; it knows cmd, entrypoint, "
          "environment, extends, files, labels, layers, libraries, shell and user" },
        { "extends: b.yaml", "'a.yaml' extends 'b.yaml', which is no name of a file beside it" },
    };
    struct gst_expectations all;
    char error[400];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_false(gst_expect_parse(&all, "a.yaml", rows[i].text, strlen(rows[i].text), error,
                                      sizeof error));
        assert_string_equal(error, rows[i].error);
        gst_expect_release(&all);
    }
}

/* The reason is libyaml's. */
static void test_expect__no_yaml(void **state)
{
    static const char text[] = "user: a\n]", beginning[] = "a.yaml, line 2: ";
    struct gst_expectations all;
    char error[400];

    (void)state;
    assert_false(gst_expect_parse(&all, "a.yaml", text, strlen(text), error, sizeof error));
    assert_int_equal(strncmp(error, beginning, strlen(beginning)), 0);
    assert_true(strlen(error) > strlen(beginning));
    gst_expect_release(&all);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void enter_folder(void)
{
    char folder[] = "/tmp/expect-XXXXXX";

    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
}

static void leave_folder(void)
{
    char folder[256];

    assert_non_null(getcwd(folder, sizeof folder));
    unlink("base.yaml");
    unlink("more.yaml");
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void test_expect__extends(void **state)
{
    struct gst_expectations all;
    char error[400] = "";

    (void)state;
    enter_folder();
    write_file("base.yaml",
               "user: a\nfiles: {/a: present, /b: present}\nlayers: {last: 1, all: 2}");
    write_file("more.yaml", "extends: base.yaml\nfiles: {/c: present, /b: absent}\n"
                            "layers: {last: 3}\n");
    assert_true(gst_expect_read(&all, "./more.yaml", error, sizeof error));
    assert_int_equal(all.count, 6);
    for (size_t i = 0; i < all.count; i++) {
        const struct gst_expectation *row = &all.rows[i];
        bool is_own = strcmp(row->name, "/c") == 0 || strcmp(row->name, "/b") == 0
                      || (row->kind == GST_EXPECT_SIZE && row->scope == GST_SCOPE_LAST);

        assert_string_equal(row->file, is_own ? "more.yaml" : "base.yaml");
        if (strcmp(row->name, "/b") == 0)
            assert_int_equal(row->kind, GST_EXPECT_NO_FILE);
    }
    gst_expect_release(&all);
    leave_folder();
}

static void test_expect__chains_that_end_badly(void **state)
{
    static const struct {
        const char *base, *error;
    } rows[] = {
        /* more, base, more, base, more, base, more, base: the ninth is more. */
        { "extends: more.yaml", "'more.yaml' is one of more than 8 files that extend one another" },
        { "extends: ../base.yaml",
          "'base.yaml' extends '../base.yaml', which is no name of a file beside it" },
        { "extends: none.yaml",
          "cannot read the expectations of './none.yaml': No such file or directory" },
        { "files: 1", "base.yaml, line 1: 'files' is no map" },
    };
    struct gst_expectations all;
    char error[400];

    (void)state;
    enter_folder();
    write_file("more.yaml", "extends: base.yaml\nuser: a\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file("base.yaml", rows[i].base);
        assert_false(gst_expect_read(&all, "./more.yaml", error, sizeof error));
        assert_string_equal(error, rows[i].error);
        gst_expect_release(&all);
    }
    leave_folder();
}

static void test_expect__too_large(void **state)
{
    struct gst_expectations all;
    char error[400];

    (void)state;
    assert_false(gst_expect_read(&all, "/dev/zero", error, sizeof error));
    assert_string_equal(error,
                        "cannot read the expectations of '/dev/zero': it is larger than 256 KiB");
    gst_expect_release(&all);
}

static void test_expect__too_many(void **state)
{
    static char text[64 << 10];
    struct gst_expectations all;
    size_t used = (size_t)snprintf(text, sizeof text, "files:\n");
    char error[400];

    (void)state;
    for (int i = 0; i <= GST_EXPECT_ROWS_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "  /f%d: present\n", i);
    assert_false(gst_expect_parse(&all, "a.yaml", text, used, error, sizeof error));
    assert_string_equal(error, "a.yaml, line 2: 'files' has more than 1024 entries");
    gst_expect_release(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expect__rows),
        cmocka_unit_test(test_expect__refused),
        cmocka_unit_test(test_expect__no_yaml),
        cmocka_unit_test(test_expect__extends),
        cmocka_unit_test(test_expect__chains_that_end_badly),
        cmocka_unit_test(test_expect__too_large),
        cmocka_unit_test(test_expect__too_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
