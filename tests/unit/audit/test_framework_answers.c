/* SPDX-License-Identifier: Apache-2.0 */
/* The framework's lines, and who is asked for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/framework_answers.h"

#define LONG_S 30.0

static void test_framework_answers__all_lines(void **state)
{
    static const char text[] = "enter cuInit\n"
                               "call cuInit 0\n"
                               "done\n"
                               "framework torch enter import\n"
                               "framework torch version=2.5.1+cu124 built_for=12.4\n"
                               "framework torch enter is_available\n"
                               "framework torch available=yes count=3\n"
                               "framework torch arch sm_80 sm_90 compute_90\n"
                               "framework torch gpu 0 cc=9.0\n"
                               "framework torch gpu 2 cc=12.1\n"
                               "framework torch product gpu=0 ok max_error=0\n"
                               "framework torch product gpu=1 differs max_error=64\n"
                               "framework torch product gpu=2 failed CUDA error: no luck\n"
                               "framework torch done\n";
    struct gst_framework framework;

    (void)state;
    gst_framework_parse(&framework, text);
    assert_true(framework.is_asked);
    assert_true(framework.is_done);
    assert_true(framework.is_told);
    assert_true(framework.is_available);
    assert_int_equal(framework.count, 3);
    assert_string_equal(framework.version, "2.5.1+cu124");
    assert_string_equal(framework.built_for, "12.4");
    assert_string_equal(framework.architectures, "sm_80 sm_90 compute_90");
    assert_int_equal(framework.gpus[0].major, 9);
    assert_int_equal(framework.gpus[1].major, 0);
    assert_int_equal(framework.gpus[2].major, 12);
    assert_int_equal(framework.gpus[2].minor, 1);
    assert_int_equal(framework.gpus[0].product, GST_PRODUCT_OK);
    assert_int_equal(framework.gpus[1].product, GST_PRODUCT_DIFFERS);
    assert_string_equal(framework.gpus[1].words, "max_error=64");
    assert_int_equal(framework.gpus[2].product, GST_PRODUCT_FAILED);
    assert_string_equal(framework.gpus[2].words, "CUDA error: no luck");
    assert_string_equal(framework.problem, "");
}

static void test_framework_answers__no_gpu(void **state)
{
    struct gst_framework framework;

    (void)state;
    gst_framework_parse(&framework, "framework torch version=2 built_for=12.4\n"
                                    "framework torch available=no count=0 error=No CUDA count=9\n"
                                    "framework torch problem hangs in init after 60 s\n");
    assert_true(framework.is_told);
    assert_false(framework.is_available);
    assert_int_equal(framework.count, 0);
    assert_string_equal(framework.error, "No CUDA count=9");
    assert_string_equal(framework.problem, "hangs in init after 60 s");
    assert_false(framework.is_done);
}

static void test_framework_answers__not_asked(void **state)
{
    struct gst_framework framework;

    (void)state;
    gst_framework_parse(&framework, "enter cuInit\nproblem signal 11 in cuInit\n");
    assert_false(framework.is_asked);
    gst_framework_parse(&framework, "");
    assert_false(framework.is_asked);
}

/* What follows no rule leaves no trace, and half a line is none. */
static void test_framework_answers__damaged(void **state)
{
    static const char text[] = "framework torch gpu -1 cc=9.0\n"
                               "framework torch gpu 64 cc=9.0\n"
                               "framework torch gpu 0 cc=nine\n"
                               "framework torch product gpu=99999999999999999999 ok max_error=0\n"
                               "framework torch product\n"
                               "framework torch product ok\n"
                               "framework torch \n"
                               "framework torch missing half of a li";
    struct gst_framework framework;

    (void)state;
    gst_framework_parse(&framework, text);
    assert_true(framework.is_asked);
    assert_int_equal(framework.gpus[0].major, 0);
    assert_int_equal(framework.gpus[0].product, GST_PRODUCT_NOT_TRIED);
    assert_string_equal(framework.missing, "");
}

static void test_framework_answers__long_line(void **state)
{
    static char text[5000];
    struct gst_framework framework;

    (void)state;
    snprintf(text, sizeof(text), "framework torch missing %04000d\nframework torch done\n", 7);
    gst_framework_parse(&framework, text);
    assert_int_equal(strlen(framework.missing), sizeof(framework.missing) - 1);
    assert_true(framework.is_done);
}

/* CUDA programming guide, "Application Compatibility": code runs on later minor revisions of its
 * major one, PTX on anything newer, architecture-specific code on its own alone. */
static void test_framework_answers__runs_on(void **state)
{
    static const struct {
        const char *architectures;
        int major, minor;
        bool runs;
    } cases[] = {
        { "sm_80 sm_86", 8, 0, true },
        { "sm_80 sm_86", 8, 9, true },
        { "sm_86", 8, 0, false },
        { "sm_80 sm_86", 9, 0, false },
        { "sm_90", 10, 0, false },
        { "sm_90 compute_90", 10, 0, true },
        { "compute_90", 8, 9, false },
        { "sm_90a", 9, 0, true },
        { "sm_90a compute_90a", 10, 0, false },
        { "sm_100", 10, 3, true },
        { "sm_120", 12, 1, true },
        { "sm_120", 10, 0, false },
        { "", 8, 0, false },
        { "gfx90a", 9, 0, false },
        { "sm_", 0, 0, false },
        { "sm_ 80", 8, 0, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (gst_framework_runs_on(cases[i].architectures, cases[i].major, cases[i].minor)
            != cases[i].runs)
            fail_msg("'%s' on %d.%d", cases[i].architectures, cases[i].major, cases[i].minor);
    }
}

/* A folder that is all of PATH, with one script in it. */
static void ask_with(const char *name, const char *script, double deadline_s, char *text,
                     size_t size)
{
    char folder[] = "/tmp/test-framework-XXXXXX", path[96];
    char *kept = strdup(getenv("PATH"));
    struct gst_status st = GST_STATUS_INIT;

    assert_non_null(kept);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (script != NULL) {
        FILE *file = fopen(path, "we");

        assert_non_null(file);
        fprintf(file, "#!/bin/sh\n%s\n", script);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(chmod(path, 0755), 0);
    }
    setenv("PATH", folder, 1);
    assert_true(gst_framework_ask("torch", deadline_s, text, size, &st));
    setenv("PATH", kept, 1);
    free(kept);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

static void test_framework_answers__ask_adds_lines(void **state)
{
    static const char script[] = "[ \"$1\" = -c ] && echo framework torch version=1 built_for=cpu\n"
                                 "echo framework torch done";
    char text[4096] = "done\n";

    (void)state;
    ask_with("python3", script, LONG_S, text, sizeof(text));
    assert_string_equal(text, "done\n"
                              "framework torch version=1 built_for=cpu\n"
                              "framework torch done\n");
    text[0] = '\0';
    ask_with("python", script, LONG_S, text, sizeof(text));
    assert_string_equal(text, "framework torch version=1 built_for=cpu\n"
                              "framework torch done\n");
}

static void test_framework_answers__ask_problems(void **state)
{
    char text[4096] = "";

    (void)state;
    ask_with("other", NULL, LONG_S, text, sizeof(text));
    assert_string_equal(text, "framework torch problem not-found python\n");
    text[0] = '\0';
    ask_with("python3", "echo framework torch enter import; kill -SEGV $$", LONG_S, text,
             sizeof(text));
    assert_string_equal(text, "framework torch enter import\n"
                              "framework torch problem signal 11 in import\n");
    text[0] = '\0';
    ask_with("python3", "echo framework torch enter init; while :; do :; done", 0.2, text,
             sizeof(text));
    assert_string_equal(text, "framework torch enter init\n"
                              "framework torch problem hangs in init after 0.2 s\n");
    text[0] = '\0';
    ask_with("python3", "echo framework torch problem raised KeyError: x", LONG_S, text,
             sizeof(text));
    assert_string_equal(text, "framework torch problem raised KeyError: x\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_framework_answers__all_lines),
        cmocka_unit_test(test_framework_answers__no_gpu),
        cmocka_unit_test(test_framework_answers__not_asked),
        cmocka_unit_test(test_framework_answers__damaged),
        cmocka_unit_test(test_framework_answers__long_line),
        cmocka_unit_test(test_framework_answers__runs_on),
        cmocka_unit_test(test_framework_answers__ask_adds_lines),
        cmocka_unit_test(test_framework_answers__ask_problems),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
