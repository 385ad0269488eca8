/* SPDX-License-Identifier: Apache-2.0 */
/* A site's file: what is taken, and the line that says why it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/bars.h"

static const struct gst_metric_def bandwidth = { "vector-add.bandwidth", "x", GST_UNIT_BYTES_PER_S,
                                                 false };
static const struct gst_metric_def latency = { "launch.latency", "x", GST_UNIT_SECONDS, false };
static const struct gst_metric_def *const known[] = { &bandwidth, &latency };

static struct gst_bars bars;
static char error[512];

static bool read_text(const char *text)
{
    char path[] = "/tmp/gst-bars-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    bool ok;

    fputs(text, file);
    fclose(file);
    error[0] = '\0';
    ok = gst_bars_read(&bars, path, known, 2, error, sizeof error);
    unlink(path);
    return ok;
}

static void test_bars__moves_a_floor(void **state)
{
    struct gst_bar bar = gst_bar_none();

    (void)state;
    assert_true(read_text("{ \"vector-add.bandwidth\": { \"floor\": \"1500 GB/s\" } }"));
    assert_int_equal(bars.count, 1);
    assert_true(gst_bars_apply(&bars, "vector-add.bandwidth", &bar, error, sizeof error));
    assert_true(bar.floor == 1.5e12);
    assert_non_null(strstr(bar.floor_from, "site file gst-bars-"));
    bar = gst_bar_none();
    assert_true(gst_bars_apply(&bars, "launch.latency", &bar, error, sizeof error));
    assert_true(isnan(bar.floor));
}

static void test_bars__physics_wins(void **state)
{
    struct gst_bar bar = { .floor = 1e12, .ceiling = 1.4e12, .ceiling_from = "memory clock" };

    (void)state;
    assert_true(read_text("{ \"vector-add.bandwidth\": { \"floor\": \"1500 GB/s\" } }"));
    assert_false(gst_bars_apply(&bars, "vector-add.bandwidth", &bar, error, sizeof error));
    assert_non_null(strstr(error, "floor 1.5 TB/s of 'vector-add.bandwidth' lies past the ceiling "
                                  "1.4 TB/s (memory clock)"));
    assert_true(bar.floor == 1e12);
}

static void test_bars__a_slip_of_a_unit_is_refused(void **state)
{
    struct gst_bar bar = {
        .floor = 2e12, .ceiling = 3.35e12, .floor_from = "HBM class", .ceiling_from = "memory clock"
    };
    struct gst_bar late = { .floor = 1e-6, .ceiling = 1e-7, .lower_is_better = true };

    (void)state;
    assert_true(read_text("{ \"vector-add.bandwidth\": { \"floor\": \"1.5 GB/s\" } }"));
    assert_false(gst_bars_apply(&bars, "vector-add.bandwidth", &bar, error, sizeof error));
    assert_non_null(strstr(error,
                           ": floor of 'vector-add.bandwidth': 1.5 GB/s is less than a tenth "
                           "of 2 TB/s, 1000 times too little: a unit too small? (HBM "
                           "class)"));
    assert_true(bar.floor == 2e12);
    assert_true(read_text("{ \"vector-add.bandwidth\": { \"floor\": \"201 GB/s\" } }"));
    assert_true(gst_bars_apply(&bars, "vector-add.bandwidth", &bar, error, sizeof error));
    assert_true(bar.floor == 201e9);
    /* No class says what is usual. */
    bar.floor = NAN;
    assert_true(read_text("{ \"vector-add.bandwidth\": { \"floor\": \"1.5 GB/s\" } }"));
    assert_true(gst_bars_apply(&bars, "vector-add.bandwidth", &bar, error, sizeof error));
    assert_true(bar.floor == 1.5e9);
    assert_true(read_text("{ \"launch.latency\": { \"floor\": \"20 us\" } }"));
    assert_true(gst_bars_apply(&bars, "launch.latency", &late, error, sizeof error));
    assert_true(fabs(late.floor / 20e-6 - 1) < 1e-9);
}

static void test_bars__refuses(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        { "", "line 1" },
        { "{", "line 1" },
        { "[]", "must be an object" },
        { "{\n \"vector-add.bandwith\": { \"floor\": \"1 GB/s\" } }",
          "unknown metric 'vector-add.bandwith', valid: vector-add.bandwidth, launch.latency" },
        { "{ \"launch.latency\": { \"ceiling\": \"1 us\" } }", "the one key \"floor\"" },
        { "{ \"launch.latency\": { \"floor\": \"1 us\", \"x\": 1 } }", "the one key \"floor\"" },
        { "{ \"launch.latency\": 5 }", "the one key \"floor\"" },
        { "{ \"launch.latency\": { \"floor\": 5 } }", "must be a text such as" },
        { "{ \"launch.latency\": { \"floor\": \"5 GB/s\" } }", "the floor of 'launch.latency'" },
        { "{ \"launch.latency\": { \"floor\": \"-5 us\" } }", "must be a text such as" },
        { "{ \"launch.latency\": { \"floor\": \"0 us\" } }", "must be a text such as" },
        { "{ \"launch.latency\": { \"floor\": \"5 us\" }, \"launch.latency\": 1 }", "line 1" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_false(read_text(rows[i].text));
        assert_int_equal(bars.count, 0);
        if (strstr(error, rows[i].error) == NULL)
            fail_msg("'%s' lacks '%s'", error, rows[i].error);
        assert_null(strchr(error, '\n'));
    }
    assert_false(gst_bars_read(&bars, "/no/such", known, 2, error, sizeof error));
    assert_non_null(strstr(error, "/no/such: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bars__moves_a_floor),
        cmocka_unit_test(test_bars__physics_wins),
        cmocka_unit_test(test_bars__a_slip_of_a_unit_is_refused),
        cmocka_unit_test(test_bars__refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
