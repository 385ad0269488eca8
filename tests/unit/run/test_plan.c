/* SPDX-License-Identifier: Apache-2.0 */
/* Which workloads a command line chooses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "run/plan.h"

static const struct gst_workload query = { .name = "query", .group = "basic", .is_quick = true };
static const struct gst_workload add = {
    .name = "add", .group = "basic", .takes_samples = true, .is_quick = true
};
static const struct gst_workload copy = { .name = "copy",
                                          .group = "bandwidth",
                                          .takes_samples = true,
                                          .takes_pairs = true,
                                          .takes_collectives = true,
                                          .is_quick = true };
static const struct gst_workload burn = { .name = "burn", .group = "bandwidth" };
static const struct gst_workload heat = { .name = "heat",
                                          .group = "bandwidth",
                                          .takes_minutes = true };
static const struct gst_workload look = { .name = "look", .group = "files", .is_early = true };
static const struct gst_workload *const rows[] = { &query, &add, &copy, &burn, &heat, &look };
static const struct gst_workload_list list = { rows, 6 };

static bool make(struct gst_plan *plan, const char *const *words, char *error, size_t size)
{
    char *argv[10] = { (char *)(uintptr_t) "gpu-selftest" };
    struct gst_settings settings;
    int argc = 1;

    while (words[argc - 1] != NULL) {
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
        argc++;
    }
    assert_true(gst_settings_parse(&settings, argc, argv, error, size));
    return gst_plan_make(plan, list, &settings, error, size);
}

static void test_plan__chosen(void **state)
{
    static const struct {
        const char *words[6];
        const char *chosen;
    } cases[] = {
        { { NULL }, "query add copy " },
        { { "--level", "full" }, "look query add copy burn " },
        { { "--only", "basic" }, "query add " },
        { { "--only", "copy,query" }, "query copy " },
        /* A name is meant; a group still asks for the level. */
        { { "--only", "burn" }, "burn " },
        { { "--only", "bandwidth" }, "copy " },
        { { "--only", "bandwidth", "--level", "full" }, "copy burn " },
        { { "heat", "add" }, "heat add " },
        { { "--only", "heat,add" }, "add heat " },
        { { "--skip", "add" }, "query copy " },
        { { "--skip", "basic" }, "copy " },
        { { "--only", "basic", "--skip", "query" }, "add " },
        { { "burn", "query", "burn" }, "burn query " },
        { { "bandwidth" }, "copy " },
        { { "bandwidth", "--level", "full" }, "copy burn " },
        { { "bandwidth", "basic" }, "copy query add " },
        { { "query", "add", "--samples", "5" }, "query add " },
        { { "bandwidth", "--pairs", "0-1" }, "copy " },
        { { "copy", "--collective", "broadcast" }, "copy " },
        { { "burn", "bandwidth", "add" }, "burn copy add " },
        { { "basic", "files", "--level", "full" }, "look query add " },
        /* What runs before the GPUs are opened comes first, wherever it was named. */
        { { "burn", "query", "look" }, "look burn query " },
        { { "--level", "full", "--only", "add,files" }, "look add " },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_plan plan;
        char error[512], names[80] = "";

        assert_true(make(&plan, cases[i].words, error, sizeof(error)));
        for (size_t k = 0; k < plan.count; k++) {
            strcat(names, plan.rows[k]->name);
            strcat(names, " ");
        }
        assert_string_equal(names, cases[i].chosen);
    }
}

static void test_plan__refused(void **state)
{
    static const struct {
        const char *words[5];
        const char *parts[2];
    } cases[] = {
        { { "quer" }, { "'quer'", "query, add, copy, burn, heat, look" } },
        { { "topologie" }, { "'topologie'", "list, explain, compare, topology" } },
        { { "quer" }, { "unknown verb, workload or group", "groups: basic, bandwidth, files" } },
        { { "files" }, { "'files'", "--level full, or by name: look" } },
        { { "add", "basics" }, { "'basics'", "groups: basic, bandwidth, files; verbs: audit" } },
        { { "--only", "quer" }, { "'quer'", "groups: basic, bandwidth, files" } },
        { { "--skip", "add,x" }, { "'x'", "query, add, copy, burn, heat, look" } },
        { { "--skip", "basic,bandwidth" }, { "leave no workload", "" } },
        { { "query", "--only", "add" }, { "not both", "" } },
        { { "query", "--samples", "5" }, { "'--samples'", "it goes with: add, copy" } },
        { { "basic", "--pairs", "0-1" }, { "'--pairs'", "it goes with: copy" } },
        { { "copy", "--minutes", "2" }, { "'--minutes'", "it goes with: heat" } },
        { { "basic", "--max-bytes", "8" }, { "'--max-bytes'", "it goes with: copy" } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_plan plan;
        char error[512] = "";

        assert_false(make(&plan, cases[i].words, error, sizeof(error)));
        for (int k = 0; k < 2; k++) {
            if (strstr(error, cases[i].parts[k]) == NULL)
                fail_msg("'%s' does not name '%s'", error, cases[i].parts[k]);
        }
    }
}

/* Where the image promises no compiler, only who names the workload gets it. */
static void test_plan__for_compilers(void **state)
{
    static const struct gst_workload build = {
        .name = "build", .group = "build", .is_quick = true, .is_for_compilers = true
    };
    static const struct gst_workload *const both_rows[] = { &query, &build };
    static const struct gst_workload_list both = { both_rows, 2 };
    static const struct {
        enum gst_variant variant;
        size_t count;
    } cases[] = {
        { GST_VARIANT_NONE, 1 },
        { GST_VARIANT_BASE, 1 },
        { GST_VARIANT_RUNTIME, 1 },
        { GST_VARIANT_DEVEL, 2 },
    };
    struct gst_settings named = { .words = { .count = 1, .items = { "build" }, .lengths = { 5 } } };
    struct gst_plan plan;
    char error[512];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct gst_settings settings = { .variant = cases[i].variant };

        assert_true(gst_plan_make(&plan, both, &settings, error, sizeof(error)));
        assert_int_equal(plan.count, cases[i].count);
    }
    assert_true(gst_plan_make(&plan, both, &named, error, sizeof(error)));
    assert_int_equal(plan.count, 1);
    assert_ptr_equal(plan.rows[0], &build);
}

static void test_plan__find(void **state)
{
    (void)state;
    assert_ptr_equal(gst_workload_find(list, "copy"), &copy);
    assert_null(gst_workload_find(list, "cop"));
    assert_null(gst_workload_find(list, "basic"));
}

/* By name, as a word or for --only; a group that holds it does not name it. */
static void test_plan__named(void **state)
{
    static const struct {
        const char *words[5];
        bool is_named;
    } cases[] = {
        { { "copy" }, true },
        { { "query", "copy" }, true },
        { { "--only", "add,copy" }, true },
        { { "bandwidth" }, false },
        { { "--level", "full" }, false },
        { { "--skip", "copy" }, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_settings settings;
        char error[512];
        char *argv[6] = { (char *)"gpu-selftest" };
        int argc = 1;

        for (; cases[i].words[argc - 1] != NULL; argc++)
            argv[argc] = (char *)cases[i].words[argc - 1];
        assert_true(gst_settings_parse(&settings, argc, argv, error, sizeof(error)));
        assert_int_equal(gst_plan_is_named(&settings, "copy"), cases[i].is_named);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan__chosen),        cmocka_unit_test(test_plan__refused),
        cmocka_unit_test(test_plan__for_compilers), cmocka_unit_test(test_plan__find),
        cmocka_unit_test(test_plan__named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
