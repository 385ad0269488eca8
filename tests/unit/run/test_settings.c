/* SPDX-License-Identifier: Apache-2.0 */
/* The option rows: defaults, values, and every kind of bad input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "run/settings.h"

#define WORDS_MAX 16

static bool parse(struct gst_settings *settings, const char *const *words, char *error, size_t size)
{
    char *argv[WORDS_MAX + 2] = { (char *)(uintptr_t) "gpu-selftest" };
    int argc = 1;

    while (words[argc - 1] != NULL) {
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
        argc++;
    }
    return gst_settings_parse(settings, argc, argv, error, size);
}

static void test_settings__defaults(void **state)
{
    static const char *const words[] = { NULL };
    struct gst_settings settings;
    char error[256], text[160];

    (void)state;
    unsetenv("GPU_SELFTEST_ROOT");
    assert_true(parse(&settings, words, error, sizeof(error)));
    assert_int_equal(settings.level, GST_LEVEL_QUICK);
    assert_string_equal(settings.root, "/");
    assert_false(settings.has_seed);
    assert_true(settings.timeout_s >= 0 && settings.timeout_s <= 0);
    assert_int_equal(settings.size_bytes, 0);
    assert_int_equal(settings.samples, 0);
    assert_int_equal(settings.pairs.count, 0);
    assert_int_equal(settings.exit_map, GST_EXIT_MAP_PLAIN);
    assert_null(settings.profile);
    assert_string_equal(gst_settings_describe(&settings, text, sizeof(text)), "--level quick");
}

static void test_settings__all_given(void **state)
{
    static const char *const words[] = { "--level=full",
                                         "--only",
                                         "vector-add,bandwidth",
                                         "-d0",
                                         "-d",
                                         "GPU-1,0000:1b:00.0",
                                         "--seed=18446744073709551615",
                                         "--timeout",
                                         "1.5m",
                                         "--exit-map=nagios",
                                         "--size=64M",
                                         "--samples=1000",
                                         "--minutes=0.5",
                                         "--pairs=0-1,2-3",
                                         NULL };
    struct gst_settings settings;
    char error[256], text[200];

    (void)state;
    assert_true(parse(&settings, words, error, sizeof(error)));
    assert_int_equal(settings.level, GST_LEVEL_FULL);
    assert_int_equal(settings.only.count, 2);
    assert_int_equal(settings.devices.count, 3);
    assert_true(settings.seed == UINT64_MAX);
    assert_true(settings.timeout_s > 89.99 && settings.timeout_s < 90.01);
    assert_int_equal(settings.exit_map, GST_EXIT_MAP_NAGIOS);
    assert_int_equal(settings.size_bytes, 67108864);
    assert_string_equal(gst_settings_describe(&settings, text, sizeof(text)),
                        "--level full --only vector-add,bandwidth --device "
                        "0,GPU-1,0000:1b:00.0 --pairs 0-1,2-3 --minutes 0.5 --samples 1000");
    assert_true(settings.minutes > 0.49 && settings.minutes < 0.51);
    assert_int_equal(settings.samples, 1000);
    assert_int_equal(settings.pairs.count, 2);
    assert_int_equal(settings.pairs.rows[1].first, 2);
    assert_int_equal(settings.pairs.rows[1].second, 3);
}

static void test_settings__root_from_the_environment(void **state)
{
    static const char *const none[] = { NULL }, *const given[] = { "--root", "/b", NULL };
    struct gst_settings settings;
    char error[256];

    (void)state;
    setenv("GPU_SELFTEST_ROOT", "/a", 1);
    assert_true(parse(&settings, none, error, sizeof(error)));
    assert_string_equal(settings.root, "/a");
    assert_true(parse(&settings, given, error, sizeof(error)));
    assert_string_equal(settings.root, "/b");
    /* Set and empty is how shells and compose files say "not set". */
    setenv("GPU_SELFTEST_ROOT", "", 1);
    setenv("GPU_SELFTEST_SIZE", "", 1);
    assert_true(parse(&settings, none, error, sizeof(error)));
    assert_string_equal(settings.root, "/");
    assert_int_equal(settings.size_bytes, 0);
    unsetenv("GPU_SELFTEST_SIZE");
    unsetenv("GPU_SELFTEST_ROOT");
}

static void test_settings__size_of_the_environment_yields_to_the_option(void **state)
{
    static const char *const none[] = { NULL }, *const given[] = { "--size", "1M", NULL };
    struct gst_settings settings;
    char error[256];

    (void)state;
    setenv("GPU_SELFTEST_SIZE", "4M", 1);
    assert_true(parse(&settings, none, error, sizeof(error)));
    assert_int_equal(settings.size_bytes, 4194304);
    assert_true(parse(&settings, given, error, sizeof(error)));
    assert_int_equal(settings.size_bytes, 1048576);
    setenv("GPU_SELFTEST_SIZE", "4Q", 1);
    assert_false(parse(&settings, none, error, sizeof(error)));
    assert_non_null(strstr(error, "'4Q' in GPU_SELFTEST_SIZE"));
    unsetenv("GPU_SELFTEST_SIZE");
}

static void test_settings__variant_of_the_environment(void **state)
{
    static const char *const none[] = { NULL };
    struct gst_settings settings;
    char error[256];

    (void)state;
    setenv("GPU_SELFTEST_VARIANT", "runtime", 1);
    assert_true(parse(&settings, none, error, sizeof(error)));
    assert_int_equal(settings.variant, GST_VARIANT_RUNTIME);
    setenv("GPU_SELFTEST_VARIANT", "slim", 1);
    assert_false(parse(&settings, none, error, sizeof(error)));
    assert_non_null(strstr(error, "'slim' in GPU_SELFTEST_VARIANT"));
    unsetenv("GPU_SELFTEST_VARIANT");
    assert_true(parse(&settings, none, error, sizeof(error)));
    assert_int_equal(settings.variant, GST_VARIANT_NONE);
}

static void test_settings__refused(void **state)
{
    static const struct {
        const char *words[4];
        const char *part;
    } cases[] = {
        { { "--levl", "full" }, "--level" },
        { { "--level", "medium" }, "quick, full" },
        { { "--exit-map", "x" }, "plain, nagios" },
        { { "--timeout", "0" }, "--timeout" },
        { { "--timeout", "-1" }, "--timeout" },
        { { "--timeout", "soon" }, "250ms" },
        { { "--seed", "-1" }, "--seed" },
        { { "--seed", "0x10" }, "--seed" },
        { { "--seed", "18446744073709551616" }, "2^64 - 1" },
        { { "--size", "64Q" }, "--size" },
        { { "--fault", "gpu 0 lost" }, "--simulate" },
        { { "--junit", "-" }, "--json" },
        { { "--bars", "-" }, "--json" },
        { { "--samples", "0" }, "from 1 to 1000" },
        { { "--samples", "1001" }, "from 1 to 1000" },
        { { "--samples", "-1" }, "'-1'" },
        { { "--samples", "many" }, "'many'" },
        { { "--minutes", "0" }, "'0' for '--minutes' is no number above 0 and up to 1440" },
        { { "--minutes", "-1" }, "'-1'" },
        { { "--minutes", "1441" }, "'1441'" },
        { { "--minutes", "5m" }, "'5m'" },
        { { "--minutes", "1e3" }, "'1e3'" },
        { { "--minutes", "1.2.3" }, "'1.2.3'" },
        { { "--minutes", "." }, "'.'" },
        { { "--minutes", "" }, "''" },
        { { "--pairs", "0-0" }, "twice" },
        { { "--pairs", "01" }, "such as 0-1" },
        { { "--json=x", "--junit=x" }, "'--json' and '--junit' name one file, 'x'" },
        { { "--junit=x", "--bars=x" }, "'--junit' and '--bars'" },
        { { "--json" }, "--json" },
        { { "-x" }, "-x" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_settings settings;
        char error[256] = "";

        assert_false(parse(&settings, cases[i].words, error, sizeof(error)));
        if (strstr(error, cases[i].part) == NULL)
            fail_msg("'%s' does not name '%s'", error, cases[i].part);
        assert_null(strchr(error, '\n'));
    }
}

static void test_settings__help_shows_every_option(void **state)
{
    static const char *const options[] = {
        "--level",     "--only",          "--skip",       "-d, --device", "--size",
        "--samples",   "--pairs",         "--seed",       "--timeout",    "--bars",
        "--strict",    "--isolate",       "--json",       "--junit",      "--root",
        "--fault",     "--prometheus",    "--simulate",   "-h, --help",   "--version",
        "--exit-map",  "--collective",    "--data-type",  "--op",         "--min-bytes",
        "--max-bytes", "--process-model", "--rendezvous", "--minutes"
    };
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    gst_settings_help(out);
    fclose(out);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        assert_non_null(strstr(text, options[i]));
    assert_non_null(strstr(text, "(default: quick)"));
    assert_non_null(strstr(text, "77 nothing tested"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settings__defaults),
        cmocka_unit_test(test_settings__all_given),
        cmocka_unit_test(test_settings__root_from_the_environment),
        cmocka_unit_test(test_settings__size_of_the_environment_yields_to_the_option),
        cmocka_unit_test(test_settings__variant_of_the_environment),
        cmocka_unit_test(test_settings__refused),
        cmocka_unit_test(test_settings__help_shows_every_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
