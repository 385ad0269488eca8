/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: every kind of row, and every way to get it wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/options.h"

struct settings {
    bool is_strict, is_verbose;
    const char *json;
    struct gst_option_list devices, faults;
    uint64_t size_bytes;
    double timeout_s;
    int level, colour;
};

static const char *const levels[] = { "quick", "full", NULL };

static const struct gst_option rows[] = {
    { "device", 'd', "<list>", "all", "GPUs to test", GST_OPTION_LIST, NULL,
      offsetof(struct settings, devices) },
    { "fault", 0, "<text>", NULL, "a fault to plant", GST_OPTION_APPEND, NULL,
      offsetof(struct settings, faults) },
    { "size", 0, "<bytes>", "256M", "bytes per copy", GST_OPTION_SIZE, NULL,
      offsetof(struct settings, size_bytes) },
    { "timeout", 't', "<time>", NULL, "per workload", GST_OPTION_DURATION, NULL,
      offsetof(struct settings, timeout_s) },
    { "level", 0, "<level>", "quick", "how thorough", GST_OPTION_CHOICE, levels,
      offsetof(struct settings, level) },
    { "colour", 0, "<level>", NULL, "no default", GST_OPTION_CHOICE, levels,
      offsetof(struct settings, colour) },
    { "json", 0, "<file>", NULL, "write JSON", GST_OPTION_TEXT, NULL,
      offsetof(struct settings, json) },
    { "strict", 's', NULL, NULL, "all or nothing", GST_OPTION_FLAG, NULL,
      offsetof(struct settings, is_strict) },
    { "verbose", 'v', NULL, NULL, "say more", GST_OPTION_FLAG, NULL,
      offsetof(struct settings, is_verbose) },
};
#define ROWS (sizeof rows / sizeof *rows)

static struct settings got;
static struct gst_option_list words;
static uint64_t given;
static char error[256];

/* Splits `line` at spaces; the words stay valid until the next call. */
static bool parse(const char *line)
{
    static char copy[4096];
    char *argv[256] = { copy }, *rest = copy;
    int argc = 0;

    snprintf(copy, sizeof copy, "%s", line);
    argv[argc++] = (char *)(uintptr_t) "gpu-selftest";
    while (rest != NULL && *rest != '\0')
        argv[argc++] = strsep(&rest, " ");
    memset(&got, 0xA5, sizeof got);
    error[0] = '\0';
    return gst_options_parse(rows, ROWS, argc, argv, &got, &words, &given, error, sizeof error);
}

static void assert_item(const struct gst_option_list *list, size_t index, const char *text)
{
    assert_true(index < list->count);
    assert_int_equal(list->lengths[index], strlen(text));
    assert_memory_equal(list->items[index], text, strlen(text));
}

static void test_options__defaults(void **state)
{
    (void)state;
    assert_true(parse(""));
    assert_false(got.is_strict);
    assert_null(got.json);
    assert_int_equal(got.devices.count, 1);
    assert_item(&got.devices, 0, "all");
    assert_int_equal(got.faults.count, 0);
    assert_int_equal(got.size_bytes, 268435456); /* 256 * 2^20 */
    assert_true(got.timeout_s == 0);
    assert_int_equal(got.level, 0);
    assert_int_equal(got.colour, -1);
    assert_int_equal(words.count, 0);
}

static void test_options__each_kind_both_ways(void **state)
{
    (void)state;
    assert_true(parse("--size=1K --timeout 2m --level full --json=- --strict run"));
    assert_int_equal(got.size_bytes, 1024);
    assert_true(got.timeout_s == 120);
    assert_int_equal(got.level, 1);
    assert_string_equal(got.json, "-");
    assert_true(got.is_strict);
    assert_item(&words, 0, "run");
    assert_true(parse("--size 2K --timeout=1s --json - --level=quick"));
    assert_int_equal(got.size_bytes, 2048);
    assert_string_equal(got.json, "-");
}

static void test_options__lists_split_and_replace_the_default(void **state)
{
    (void)state;
    assert_true(parse("--device 0,2 -d 5"));
    assert_int_equal(got.devices.count, 3);
    assert_item(&got.devices, 0, "0");
    assert_item(&got.devices, 1, "2");
    assert_item(&got.devices, 2, "5");
    assert_true(parse("--fault a,b --fault c"));
    assert_int_equal(got.faults.count, 2);
    assert_item(&got.faults, 0, "a,b");
    assert_false(parse("--device 0,,1"));
    assert_string_equal(error, "empty entry in the value of '--device'");
    assert_false(parse("--device="));
}

static void test_options__letters(void **state)
{
    (void)state;
    assert_true(parse("-d0 -sv"));
    assert_item(&got.devices, 0, "0");
    assert_true(got.is_strict && got.is_verbose);
    assert_true(parse("-sd 3 -t1.5m"));
    assert_item(&got.devices, 0, "3");
    assert_true(got.timeout_s == 90);
    assert_false(parse("-x"));
    assert_string_equal(error, "unknown option '-x', try --help");
    assert_false(parse("-sx"));
}

static void test_options__double_dash_ends_them(void **state)
{
    (void)state;
    assert_true(parse("launch -- --strict -d"));
    assert_int_equal(words.count, 3);
    assert_item(&words, 1, "--strict");
    assert_item(&words, 2, "-d");
    assert_false(got.is_strict);
    assert_true(parse("-"));
    assert_item(&words, 0, "-");
}

static void test_options__errors_say_what_is_valid(void **state)
{
    static const struct {
        const char *line, *error;
    } cases[] = {
        { "--sise 1", "unknown option '--sise', did you mean '--size'? try --help" },
        { "--sise=1", "unknown option '--sise', did you mean '--size'? try --help" },
        { "--qqqqqqqq", "unknown option '--qqqqqqqq', try --help" },
        { "--dev 0", "unknown option '--dev', try --help" },
        { "--json", "option '--json' needs a value: --json <file>" },
        { "--json --strict", "option '--json' needs a value: --json <file>" },
        { "-d", "option '--device' needs a value: --device <list>" },
        { "--strict=yes", "option '--strict' takes no value" },
        { "--level fast", "unknown value 'fast' for '--level', valid: quick, full" },
        { "--size 64Q", "'64Q' for '--size' is no size such as 4096, 64M or 1.5G" },
        { "--size -1", "'-1' for '--size' is no size such as 4096, 64M or 1.5G" },
        { "--timeout 5x", "'5x' for '--timeout' is no time such as 10s, 1.5m or 250ms" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(parse(cases[i].line));
        assert_string_equal(error, cases[i].error);
    }
}

static void test_options__too_many(void **state)
{
    char line[1024] = "";

    (void)state;
    for (int i = 0; i < GST_OPTION_LIST_MAX + 1; i++)
        strcat(line, "w ");
    line[strlen(line) - 1] = '\0';
    assert_false(parse(line));
    assert_string_equal(error, "more than 64 words");
}

static void test_options__help_is_aligned_and_shows_defaults(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    gst_options_help(rows, ROWS, out);
    fclose(out);
    assert_non_null(strstr(text, "  -d, --device <list>   GPUs to test (default: all)\n"));
    assert_non_null(strstr(text, "      --size <bytes>    bytes per copy (default: 256M)\n"));
    assert_non_null(strstr(text, "  -s, --strict          all or nothing\n"));
    free(text);
}

/* A word too long for its column, and a help too long for one line of 80. */
static void test_options__help_is_for_80_columns(void **state)
{
    static const struct gst_option wide[] = {
        { .name = "size", .value = "<bytes>", .fallback = "0", .help = "short" },
        { .name = "process-model", .value = "both|per-gpu", .help = "which processes run it" },
        { .name = "op",
          .value = "<list>",
          .fallback = "sum",
          .help = "of collectives that reduce: sum, max, avg, premulsum, and some others" },
    };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    gst_options_help(wide, sizeof wide / sizeof *wide, out);
    fclose(out);
    /* 20 columns and two, so 58 for what each is for. */
    assert_string_equal(
        text, "      --size <bytes>  short (default: 0)\n"
              "      --process-model both|per-gpu\n"
              "                      which processes run it\n"
              "      --op <list>     of collectives that reduce: sum, max, avg, premulsum, and\n"
              "                      some others (default: sum)\n");
    free(text);
}

static void test_options__says_which_were_given(void **state)
{
    (void)state;
    assert_true(parse("--level quick -v --json=x"));
    /* Row 4, 8 and 6; a default that is repeated is given, too. */
    assert_int_equal(given, 1 << 4 | 1 << 8 | 1 << 6);
    assert_true(parse(""));
    assert_int_equal(given, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options__defaults),
        cmocka_unit_test(test_options__each_kind_both_ways),
        cmocka_unit_test(test_options__lists_split_and_replace_the_default),
        cmocka_unit_test(test_options__letters),
        cmocka_unit_test(test_options__double_dash_ends_them),
        cmocka_unit_test(test_options__errors_say_what_is_valid),
        cmocka_unit_test(test_options__too_many),
        cmocka_unit_test(test_options__says_which_were_given),
        cmocka_unit_test(test_options__help_is_aligned_and_shows_defaults),
        cmocka_unit_test(test_options__help_is_for_80_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
