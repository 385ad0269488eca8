/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers that behave badly, as shell scripts, and the line that is added for each. */
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

#include "audit/ask_libraries.h"

#define LONG_S 30.0

/* A helper of its own folder, as a script. */
struct helper {
    char folder[64], path[96];
};

static int make_helper(void **state)
{
    struct helper *helper = calloc(1, sizeof(*helper));

    assert_non_null(helper);
    snprintf(helper->folder, sizeof(helper->folder), "/tmp/test-helper-XXXXXX");
    assert_non_null(mkdtemp(helper->folder));
    snprintf(helper->path, sizeof(helper->path), "%s/helper", helper->folder);
    *state = helper;
    return 0;
}

static int drop_helper(void **state)
{
    struct helper *helper = *state;

    unlink(helper->path);
    assert_int_equal(rmdir(helper->folder), 0);
    free(helper);
    return 0;
}

static void ask(const struct helper *helper, const char *script, double deadline_s, char *text,
                size_t size)
{
    struct gst_status st = GST_STATUS_INIT;
    FILE *file = fopen(helper->path, "we");

    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s", script);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(helper->path, 0755), 0);
    assert_true(gst_ask_libraries(helper->path, deadline_s, text, size, &st));
}

static void test_ask_libraries__problems(void **state)
{
    static const struct {
        const char *script;
        double deadline_s;
        const char *text;
    } cases[] = {
        { "echo enter cuInit; echo call cuInit 0; echo done", LONG_S,
          "enter cuInit\ncall cuInit 0\ndone\n" },
        { "echo enter libcuda.so.1; echo enter cuInit; exec sleep 600", 0.2,
          "enter libcuda.so.1\nenter cuInit\nproblem hangs in cuInit after 0.2 s\n" },
        { "exec sleep 600", 0.1, "problem hangs in the start after 0.1 s\n" },
        { "echo enter cuInit; echo words >&2; kill -SEGV $$", LONG_S,
          "enter cuInit\nproblem signal 11 in cuInit\n" },
        { "echo no GLIBC_2.17 >&2; exit 1", LONG_S,
          "problem exit 1 in the start: no GLIBC_2.17\n" },
        { "echo enter cuInit; exit 7", LONG_S, "enter cuInit\nproblem exit 7 in cuInit\n" },
        { "echo enter cuInit; exit 0", LONG_S, "enter cuInit\nproblem stopped in cuInit\n" },
        { "echo done; exit 4", LONG_S, "done\nproblem exit 4 in the start\n" },
        { "echo enter cuInit; printf 'call cuIn'; kill -ABRT $$", LONG_S,
          "enter cuInit\ncall cuIn\nproblem signal 6 in cuInit\n" },
    };
    char text[2048];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ask(*state, cases[i].script, cases[i].deadline_s, text, sizeof(text));
        assert_string_equal(text, cases[i].text);
    }
}

/* The problem has its place even where the lines do not all fit. */
static void test_ask_libraries__flood(void **state)
{
    static const char end[] = "\nproblem signal 11 in cuMemAlloc_v2\n";
    char text[1024];

    ask(*state,
        "i=0; while [ $i -lt 99 ]; do echo enter cuMemAlloc_v2; i=$((i + 1)); done\n"
        "kill -SEGV $$\n",
        LONG_S, text, sizeof(text));
    assert_true(strlen(text) > 400);
    assert_string_equal(text + strlen(text) - strlen(end), end);
}

static void test_ask_libraries__not_there(void **state)
{
    const struct helper *helper = *state;
    struct gst_status st = GST_STATUS_INIT;
    char text[1024], expected[256];

    assert_true(gst_ask_libraries(helper->path, LONG_S, text, sizeof(text), &st));
    snprintf(expected, sizeof(expected), "problem not-found %s\n", helper->path);
    assert_string_equal(text, expected);
}

static void test_ask_libraries__cannot_run(void **state)
{
    const struct helper *helper = *state;
    struct gst_status st = GST_STATUS_INIT;
    char text[1024], expected[256];

    assert_int_equal(mkdir(helper->path, 0700), 0);
    assert_true(gst_ask_libraries(helper->path, LONG_S, text, sizeof(text), &st));
    snprintf(expected, sizeof(expected), "problem not-runnable %s: Permission denied\n",
             helper->path);
    assert_string_equal(text, expected);
    assert_int_equal(rmdir(helper->path), 0);
}

/* Unnamed, it is the one beside this test's own file. */
static void test_ask_libraries__beside_the_program(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    char text[1024], own[512], expected[1024];
    ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);

    (void)state;
    assert_true(length > 0);
    own[length] = '\0';
    strrchr(own, '/')[1] = '\0';
    assert_true(gst_ask_libraries(NULL, LONG_S, text, sizeof(text), &st));
    snprintf(expected, sizeof(expected), "problem not-found %sgpu-selftest-audit-probe\n", own);
    assert_string_equal(text, expected);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ask_libraries__problems, make_helper, drop_helper),
        cmocka_unit_test_setup_teardown(test_ask_libraries__flood, make_helper, drop_helper),
        cmocka_unit_test_setup_teardown(test_ask_libraries__not_there, make_helper, drop_helper),
        cmocka_unit_test_setup_teardown(test_ask_libraries__cannot_run, make_helper, drop_helper),
        cmocka_unit_test(test_ask_libraries__beside_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
