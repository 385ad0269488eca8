/* SPDX-License-Identifier: Apache-2.0 */
/* A lint of the catalogue: it is prose that people act on, and ids that scripts match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "core/finding.h"

static const char *const layers[] = { "host", "runtime", "image", "user", "hardware", "suite" };

static bool is_kebab(const char *text)
{
    bool was_letter = false;

    for (; *text != '\0'; text++) {
        bool is_letter = (*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9');

        if (!is_letter && !(*text == '-' && was_letter))
            return false;
        was_letter = is_letter;
    }
    return was_letter;
}

static void check_prose(const char *id, const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || text[length - 1] == '.' || text[0] == ' ' || text[length - 1] == ' ')
        fail_msg("%s: '%s' is empty, or begins or ends badly", id, text);
    /* Lower case, unless the first word is a name: one with a second capital, or a digit. */
    if (text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z'))
        fail_msg("%s: '%s' begins with a capital", id, text);
}

static void test_finding__ids_are_unique_and_kebab_case_below_a_layer(void **state)
{
    (void)state;
    for (int id = 1; id < GST_FINDING_COUNT; id++) {
        const char *name = gst_finding((enum gst_finding_id)id)->id, *dot = strchr(name, '.');
        bool has_layer = false;

        assert_non_null(dot);
        assert_true(is_kebab(dot + 1));
        for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
            has_layer |= strlen(layers[i]) == (size_t)(dot - name)
                         && strncmp(layers[i], name, strlen(layers[i])) == 0;
        if (!has_layer)
            fail_msg("%s names no layer", name);
        /* The first row of a name is found: a second one would not be itself. */
        assert_int_equal(gst_finding_by_name(name), id);
    }
}

static void test_finding__prose_is_there(void **state)
{
    (void)state;
    for (int id = 1; id < GST_FINDING_COUNT; id++) {
        const struct gst_finding *row = gst_finding((enum gst_finding_id)id);

        check_prose(row->id, row->expected);
        check_prose(row->id, row->remedy);
        assert_true(strlen(row->source) > 0 && row->source[strlen(row->source) - 1] != '.');
    }
}

static void test_finding__what_counts_asks_for_an_act(void **state)
{
    (void)state;
    for (int id = 1; id < GST_FINDING_COUNT; id++) {
        const struct gst_finding *row = gst_finding((enum gst_finding_id)id);

        assert_true(row->verdict == GST_FAIL || row->verdict == GST_ERROR
                    || row->verdict == GST_NOTE);
        if (row->verdict != GST_NOTE && id != GST_SUITE_INTERRUPTED
            && row->action == GST_ACTION_NONE)
            fail_msg("%s has no action", row->id);
        assert_true(strlen(gst_action_name(row->action)) > 0);
    }
}

static void test_finding__edges_have_no_cycle(void **state)
{
    (void)state;
    for (int id = 1; id < GST_FINDING_COUNT; id++)
        assert_false(gst_finding_blocks((enum gst_finding_id)id, (enum gst_finding_id)id));
}

static void test_finding__edges_chain(void **state)
{
    (void)state;
    assert_true(gst_finding_blocks(GST_HOST_NO_GPU, GST_HOST_MODULE_NOT_LOADED));
    assert_true(gst_finding_blocks(GST_HOST_NO_GPU, GST_RUNTIME_DEVICE_NODES));
    assert_false(gst_finding_blocks(GST_RUNTIME_DEVICE_NODES, GST_HOST_NO_GPU));
    assert_false(gst_finding_blocks(GST_NO_FINDING, GST_HARDWARE_SLOW));
}

static void test_finding__layer_comes_from_the_id(void **state)
{
    (void)state;
    assert_int_equal(gst_finding_layer(GST_HOST_NO_GPU), GST_LAYER_HOST);
    assert_int_equal(gst_finding_layer(GST_HARDWARE_SLOW), GST_LAYER_HARDWARE);
    assert_string_equal(gst_layer_name(GST_LAYER_RUNTIME), "runtime");
    assert_int_equal(gst_finding_by_name("host.no-such"), GST_NO_FINDING);
    assert_int_equal(gst_finding_by_name(""), GST_NO_FINDING);
}

static void test_finding__a_wild_number_is_no_finding(void **state)
{
    (void)state;
    assert_string_equal(gst_finding((enum gst_finding_id)100000)->id, "");
    assert_string_equal(gst_finding((enum gst_finding_id) - 1)->id, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finding__ids_are_unique_and_kebab_case_below_a_layer),
        cmocka_unit_test(test_finding__prose_is_there),
        cmocka_unit_test(test_finding__what_counts_asks_for_an_act),
        cmocka_unit_test(test_finding__edges_have_no_cycle),
        cmocka_unit_test(test_finding__edges_chain),
        cmocka_unit_test(test_finding__layer_comes_from_the_id),
        cmocka_unit_test(test_finding__a_wild_number_is_no_finding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
