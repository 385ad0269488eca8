/* SPDX-License-Identifier: Apache-2.0 */
/* The options of collectives: what is chosen, and what cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "run/settings.h"
#include "run/settings_rows.h"

static bool parse(struct gst_settings *settings, const char *const *words, char *error, size_t size)
{
    char *argv[10] = { (char *)(uintptr_t) "gpu-selftest" };
    int argc = 1;

    while (words[argc - 1] != NULL) {
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
        argc++;
    }
    return gst_settings_parse(settings, argc, argv, error, size);
}

static void test_choice__made(void **state)
{
    static const struct {
        const char *words[8];
        const char *option;
        const char *text;
    } cases[] = {
        { { NULL }, NULL, "all-reduce of float by sum, 0 to 0 B, both" },
        { { "--collective", "broadcast,all-gather", "--data-type=int32" },
          "collective",
          "all-gather,broadcast of int32 by sum, 0 to 0 B, both" },
        /* In whatever order and however often: what is compared between machines is one text. */
        { { "--collective=all-gather", "--collective=broadcast,all-gather", "--data-type=int32" },
          "collective",
          "all-gather,broadcast of int32 by sum, 0 to 0 B, both" },
        { { "--op", "max,premulsum", "--data-type", "half,bfloat16" },
          "data-type",
          "all-reduce of half,bfloat16 by max,premulsum, 0 to 0 B, both" },
        { { "--op", "avg", "--collective", "reduce,broadcast" },
          "collective",
          "broadcast,reduce of float by avg, 0 to 0 B, both" },
        { { "--min-bytes", "8", "--max-bytes", "1K", "--process-model", "per-gpu" },
          "min-bytes",
          "all-reduce of float by sum, 8 to 1024 B, per-gpu" },
        { { "--min-bytes=2", "--max-bytes=2", "--data-type=half", "--process-model=one-process" },
          "data-type",
          "all-reduce of half by sum, 2 to 2 B, one-process" },
        { { "--rendezvous", "tcp://a:1" },
          "rendezvous",
          "all-reduce of float by sum, 0 to 0 B, both" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_settings settings;
        char error[256] = "", text[256];

        if (!parse(&settings, cases[i].words, error, sizeof(error)))
            fail_msg("case %zu: %s", i, error);
        assert_string_equal(gst_collective_describe(&settings.collectives, text, sizeof(text)),
                            cases[i].text);
        if (cases[i].option == NULL)
            assert_null(settings.collective_option);
        else
            assert_string_equal(settings.collective_option, cases[i].option);
    }
}

static void test_choice__rendezvous(void **state)
{
    static const char *const words[] = { "--rendezvous", "file:///shared/meet", NULL };
    struct gst_settings settings;
    char error[256];

    (void)state;
    assert_true(parse(&settings, words, error, sizeof(error)));
    assert_int_equal(settings.collectives.rendezvous.kind, GST_RENDEZVOUS_FILE);
    assert_string_equal(settings.collectives.rendezvous.path, "/shared/meet");
}

static void test_choice__refused(void **state)
{
    static const struct {
        const char *words[8];
        const char *parts[2];
    } cases[] = {
        { { "--collective", "allreduce" },
          { "'allreduce' for '--collective'",
            "all-reduce, all-gather, reduce-scatter, broadcast, reduce, send-recv, all-to-all" } },
        { { "--collective", "all-reduce,all" }, { "'all'", "all-reduce" } },
        { { "--data-type", "fp16" }, { "'fp16'", "float, half, bfloat16, int32" } },
        { { "--op", "sum,prod" }, { "'prod'", "sum, max, avg, premulsum" } },
        { { "--op", "sum,,max" }, { "empty entry", "--op" } },
        { { "--process-model", "mpi" }, { "'mpi'", "both, per-gpu, one-process" } },
        { { "--min-bytes", "0" }, { "'0' for '--min-bytes'", "above 0" } },
        { { "--max-bytes", "0" }, { "'0' for '--max-bytes'", "above 0" } },
        { { "--max-bytes", "-8" }, { "'-8'", "--max-bytes" } },
        { { "--max-bytes", "big" }, { "'big'", "64M" } },
        { { "--max-bytes", "1e99" }, { "'1e99'", "--max-bytes" } },
        { { "--min-bytes", "6" }, { "'6' for '--min-bytes'", "a float of 4 bytes" } },
        { { "--max-bytes", "7", "--data-type", "half" }, { "'7'", "a half of 2 bytes" } },
        { { "--max-bytes", "6", "--data-type", "half,int32" }, { "'6'", "an int32 of 4 bytes" } },
        { { "--min-bytes", "2K", "--max-bytes", "1K" },
          { "'--min-bytes 2K'", "above '--max-bytes 1K'" } },
        { { "--op", "sum", "--collective", "broadcast,all-to-all" },
          { "'--op' means nothing", "it goes with: all-reduce, reduce-scatter, reduce" } },
        { { "--op", "avg", "--data-type", "float,int32" }, { "--op avg", "--data-type int32" } },
        { { "--rendezvous", "node0:1" }, { "'--rendezvous'", "tcp://<host>:<port>" } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_settings settings;
        char error[256] = "";

        assert_false(parse(&settings, cases[i].words, error, sizeof(error)));
        for (int k = 0; k < 2; k++) {
            if (strstr(error, cases[i].parts[k]) == NULL)
                fail_msg("'%s' does not name '%s'", error, cases[i].parts[k]);
        }
    }
}

/* The help is the only place where somebody sees what can be chosen. */
static void test_choice__help_names_all(void **state)
{
    static const struct {
        const char *option;
        const char *const *names;
    } cases[] = {
        { "collective", gst_collective_names },
        { "data-type", gst_element_names },
        { "op", gst_reduction_names },
    };
    size_t count, named = 0;
    const struct gst_option *rows = gst_settings_rows(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
            if (strcmp(rows[i].name, cases[k].option) != 0)
                continue;
            for (int n = 0; cases[k].names[n] != NULL; n++, named++) {
                if (strstr(rows[i].help, cases[k].names[n]) == NULL)
                    fail_msg("--%s does not tell of %s", rows[i].name, cases[k].names[n]);
            }
        }
    }
    assert_int_equal(named, GST_COLLECTIVE_COUNT + GST_ELEMENT_COUNT + GST_REDUCTION_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice__made),
        cmocka_unit_test(test_choice__rendezvous),
        cmocka_unit_test(test_choice__refused),
        cmocka_unit_test(test_choice__help_names_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
