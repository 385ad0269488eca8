/* SPDX-License-Identifier: Apache-2.0 */
/* Draining a pipe, and the note that comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include <cmocka.h>

#include "run/output.h"

struct fixture {
    struct gst_report *report;
    struct gst_output output;
    int pipe[2];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->report = gst_report_map();
    gst_report_item(f->report, "vector-add");
    snprintf(f->report->progress.phase, sizeof(f->report->progress.phase), "load");
    if (pipe2(f->pipe, O_NONBLOCK) != 0)
        return 1;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    close(f->pipe[0]);
    gst_report_unmap(f->report);
    free(f);
    return 0;
}

static void print(struct fixture *f, const char *text)
{
    assert_int_equal(write(f->pipe[1], text, strlen(text)), (ssize_t)strlen(text));
}

static bool drain(struct fixture *f)
{
    return gst_output_drain(&f->output, f->pipe[0], &f->report->progress);
}

static void test_output__nothing_printed_makes_no_note(void **state)
{
    struct fixture *f = *state;

    assert_true(drain(f));
    gst_output_note(&f->output, f->report);
    assert_int_equal(f->report->check_count, 0);
    close(f->pipe[1]);
    assert_false(drain(f));
}

static void test_output__phase_of_the_first_byte(void **state)
{
    struct fixture *f = *state;

    f->report->progress.item = 0;
    print(f, "\n  \nfirst\n");
    assert_true(drain(f));
    snprintf(f->report->progress.phase, sizeof(f->report->progress.phase), "compute");
    print(f, "second\n");
    assert_true(drain(f));
    gst_output_note(&f->output, f->report);
    assert_int_equal(f->report->check_count, 1);
    assert_int_equal(f->report->checks[0].verdict, GST_NOTE);
    assert_int_equal(f->report->checks[0].item, 0);
    assert_string_equal(f->report->checks[0].observed,
                        "vector-add, phase 'load': 17 bytes printed, the first line is 'first'");
    /* Told once. */
    gst_output_note(&f->output, f->report);
    assert_int_equal(f->report->check_count, 1);
    close(f->pipe[1]);
}

static void test_output__keeps_the_beginning_and_counts_the_rest(void **state)
{
    struct fixture *f = *state;
    char block[1000];

    memset(block, 'a', sizeof(block));
    for (int i = 0; i < 50; i++) {
        assert_int_equal(write(f->pipe[1], block, sizeof(block)), (ssize_t)sizeof(block));
        assert_true(drain(f));
    }
    assert_int_equal(f->output.kept_bytes, 4096);
    assert_int_equal(f->output.total_bytes, 50000);
    gst_output_note(&f->output, f->report);
    assert_non_null(strstr(f->report->checks[0].observed, "before any workload, phase 'load'"));
    assert_non_null(strstr(f->report->checks[0].observed, "50000 bytes"));
    close(f->pipe[1]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_output__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_printed_makes_no_note),
        CASE(phase_of_the_first_byte),
        CASE(keeps_the_beginning_and_counts_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
