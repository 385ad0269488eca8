/* SPDX-License-Identifier: Apache-2.0 */
/* Who on NVML's list is another process, and when it matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gpu/others.h"

static void test_others__all_but_ours(void **state)
{
    static const struct {
        unsigned pids[3];
        size_t listed;
        unsigned count, pid;
    } rows[] = {
        { { 0 }, 0, 0, 0 }, /* in a container the list may be empty */
        { { 100 }, 1, 0, 0 },
        { { 100, 4711 }, 2, 1, 4711 },
        { { 4711, 100 }, 2, 1, 4711 },
        { { 4711, 100, 4712 }, 3, 2, 4712 },
        /* we are there under the host's number, and nobody knows which it is */
        { { 4711 }, 1, 0, 0 },
        { { 4711, 4712 }, 2, 1, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct gst_others others = gst_others_of(rows[i].pids, rows[i].listed, 100);

        assert_int_equal(others.count, rows[i].count);
        assert_int_equal(others.pid, rows[i].pid);
        assert_int_equal(others.is_told, rows[i].listed > 0);
        assert_false(others.has_use);
    }
}

static void test_others__the_busiest_that_is_not_ours(void **state)
{
    static const unsigned pids[] = { 4711, 100, 4712 };
    static const struct {
        unsigned percents[3];
        size_t count;
        bool has_numbers;
        unsigned percent;
    } rows[] = {
        { { 0 }, 0, true, 0 },
        { { 40, 100, 20 }, 3, true, 40 },
        { { 20, 100, 40 }, 3, true, 40 },
        { { 20, 100, 40 }, 2, true, 20 },
        /* somebody of these is us, and we were busy */
        { { 40, 100, 20 }, 3, false, 40 },
        { { 100, 100, 20 }, 3, false, 100 },
        { { 100 }, 1, false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gst_others others = { .is_told = true,
                                     .has_numbers = rows[i].has_numbers,
                                     .count = 2 };

        gst_others_set_use(&others, pids, rows[i].percents, rows[i].count, 100);
        assert_true(others.has_use);
        assert_int_equal(others.percent, rows[i].percent);
    }
}

static void test_others__disturb_unless_they_are_known_to_be_idle(void **state)
{
    static const struct {
        struct gst_others others;
        bool disturb;
    } rows[] = {
        { { true, true, 0, 0, false, 0 }, false },
        { { true, true, 1, 4711, false, 0 }, true }, /* nobody tells how busy it is */
        { { true, true, 1, 4711, true, 0 }, false },
        { { true, true, 1, 4711, true, 9 }, false },
        { { true, true, 1, 4711, true, 10 }, true },
        { { true, true, 0, 0, true, 90 }, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(gst_others_disturb(&rows[i].others), rows[i].disturb);
}

static void test_others__describe(void **state)
{
    static const struct {
        struct gst_others others;
        const char *text;
    } rows[] = {
        { { false, false, 0, 0, false, 0 }, "not told" },
        { { true, true, 0, 0, false, 0 }, "none" },
        { { true, true, 2, 0, false, 0 }, "2" },
        { { true, true, 1, 4711, false, 0 }, "1, pid 4711" },
        { { true, true, 1, 4711, true, 40 }, "1, pid 4711, busy 40 % of the time" },
    };
    char text[64];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(gst_others_describe(&rows[i].others, text, sizeof(text)), rows[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_others__all_but_ours),
        cmocka_unit_test(test_others__the_busiest_that_is_not_ours),
        cmocka_unit_test(test_others__disturb_unless_they_are_known_to_be_idle),
        cmocka_unit_test(test_others__describe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
