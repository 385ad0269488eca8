/* SPDX-License-Identifier: Apache-2.0 */
/* The search for messages, and a lint of the list: each row has a sample in which it is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "core/message_pattern.h"

#define MEGABYTE (1 << 20)

static const struct gst_message rows[] = {
    { GST_HOST_NO_GPU, "the \"engine\" says /dev/nvidia0: no", "", "" },
    { GST_HOST_DRIVER_TOO_OLD, "begins thus * ends so", "", "" },
    { GST_HARDWARE_SLOW, "error begins thus*ends so, and on", "", "" },
    { GST_RUNTIME_NVML_MISSING, "device *: unknown", "it never worked", "" },
    { GST_RUNTIME_DEVICE_NODES, "device *: unknown", "it worked", "" },
    { GST_USER_GPU_BUSY, "code 802", "", "" },
    { GST_USER_ALL_GPUS_HIDDEN, "open end*", "", "" },
    { GST_HARDWARE_ECC, "Xid (PCI:~): 48", "", "" },
    { GST_HOST_MODULE_NOT_LOADED, "module is missing", "", "" },
    { GST_HOST_FABRIC_NOT_READY, "=host.fabric-not-ready", "", "" },
};

static bool search_bytes(const char *text, size_t length, struct gst_message_hits *hits)
{
    FILE *in = length == 0 ? fopen("/dev/null", "r") : fmemopen((char *)text, length, "r");
    bool ok;

    assert_non_null(in);
    ok = gst_message_search(rows, sizeof(rows) / sizeof(rows[0]), in, hits);
    fclose(in);
    return ok;
}

static enum gst_finding_id first_in(const char *text)
{
    struct gst_message_hits hits;

    assert_true(search_bytes(text, strlen(text), &hits));
    return hits.count == 0 ? GST_NO_FINDING : hits.items[0].row->finding;
}

static void test_message__finds_what_a_log_made_of_it(void **state)
{
    static const struct {
        const char *text;
        enum gst_finding_id finding;
    } cases[] = {
        { "the \"engine\" says /dev/nvidia0: no", GST_HOST_NO_GPU },
        { "The engine says /dev/nvidia0: NO", GST_HOST_NO_GPU },
        { "2026-01-01 E the 'engine' says /dev/nvidia0: no more", GST_HOST_NO_GPU },
        { "the \xe2\x80\x9c"
          "engine\xe2\x80\x9d says /dev/nvidia0:\xc2\xa0no",
          GST_HOST_NO_GPU },
        { "{\"log\":\"the \\\"engine\\\" says /dev/nvidia0: no\\n\"}", GST_HOST_NO_GPU },
        { "msg=\"the \\\\\\\"engine\\\\\\\" says\\\\n/dev/nvidia0: no\"", GST_HOST_NO_GPU },
        { "the engine\\u0020says\\t/dev/nvidia0:\\u003cno", GST_HOST_NO_GPU },
        { "the \x1b[1;31mengine\x1b[0m says /dev/nvi\x1b[Kdia0: no", GST_HOST_NO_GPU },
        { "the \\x1b[31mengine\\u001b[0m says \\033[1m/dev/nvidia0: no", GST_HOST_NO_GPU },
        { "\x1b]8;;http://x\x07the engine\x1b]8;;\x07 says /dev/nvidia0: no", GST_HOST_NO_GPU },
        { "the engine sa\nys /dev/nvi\r\n    dia0: no", GST_HOST_NO_GPU },
        { "begins thus ends so", GST_HOST_DRIVER_TOO_OLD },
        { "gpu-1  | begins thus\ngpu-1  | and ends so", GST_HOST_DRIVER_TOO_OLD },
        { "code: 802.", GST_USER_GPU_BUSY },
        { "open ending", GST_USER_ALL_GPUS_HIDDEN },
        { "Xid (PCI:0000:3b:00): 48, pid=1", GST_HARDWARE_ECC },
        { "Xid (PCI:0008:48:00.0): 48", GST_HARDWARE_ECC },
        { "see host.fabric-not-ready.", GST_HOST_FABRIC_NOT_READY },
        { "id=host.fabric-not-ready\n", GST_HOST_FABRIC_NOT_READY },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (first_in(cases[i].text) != cases[i].finding)
            fail_msg("'%s' is not '%s'", cases[i].text, gst_finding(cases[i].finding)->id);
    }
}

static void test_message__near_misses_are_none(void **state)
{
    static const char *const texts[] = {
        "",
        "\n\n",
        "the engine says /dev/nvidia1: no",
        "the engine says /dev/nvidia0: nothing",
        "breathe engine says /dev/nvidia0: no",
        "code 8021",
        "code 1802",
        "barcode 802",
        "begins thus",
        "ends so begins thus",
        "Xid (PCI:0000:3b:00): 148, pid=1",
        "Xid (PCI:0000:3b:00): 480, pid=1",
        "Xid (PCI:0000:3b:00): 8, pid=48",
        "Xid (PCI:0000:48:00): 13, pid=1",
        "Xid (PCI:0048:3b:00): 13, pid=1",
        "Xid (PCI): 48",
        "host.fabric-not-readyish",
        "localhost.fabric-not-ready",
        "the host fabric not ready",
        "HOST.FABRIC-NOT-READY",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (first_in(texts[i]) != GST_NO_FINDING)
            fail_msg("'%s' is taken for '%s'", texts[i], gst_finding(first_in(texts[i]))->id);
    }
}

static void test_message__a_gap_has_an_end(void **state)
{
    char text[GST_MESSAGE_GAP + 64];

    (void)state;
    for (int more = 0; more < 2; more++) {
        snprintf(text, sizeof(text), "begins thus %0*d ends so", GST_MESSAGE_GAP + more, 0);
        assert_int_equal(first_in(text), more ? GST_NO_FINDING : GST_HOST_DRIVER_TOO_OLD);
    }
}

static void test_message__the_longer_pattern_is_meant(void **state)
{
    static const char text[] = "error begins thus, ends so, and on. the module is missing";
    struct gst_message_hits hits;

    (void)state;
    assert_true(search_bytes(text, strlen(text), &hits));
    assert_int_equal(hits.count, 2);
    assert_int_equal(hits.items[0].row->finding, GST_HARDWARE_SLOW);
    assert_int_equal(hits.items[1].row->finding, GST_HOST_MODULE_NOT_LOADED);
    assert_int_equal(hits.items[0].begin, 0);
    assert_int_equal(hits.items[0].end, strlen("error begins thus, ends so, and on"));
    assert_string_equal(hits.items[1].text, "module is missing");
}

/* A missing module explains missing nodes, however much more is said about these. */
static void test_message__causes_come_first(void **state)
{
    static const struct gst_message both[] = {
        { GST_RUNTIME_DEVICE_NODES, "a long message about nodes that are not there", "", "" },
        { GST_HOST_MODULE_NOT_LOADED, "module is missing", "", "" },
    };
    static char text[] = "a long message about nodes that are not there; module is missing";
    struct gst_message_hits hits;
    FILE *in = fmemopen(text, strlen(text), "r");

    (void)state;
    assert_true(gst_message_search(both, 2, in, &hits));
    fclose(in);
    assert_int_equal(hits.count, 2);
    assert_int_equal(hits.items[0].row->finding, GST_HOST_MODULE_NOT_LOADED);
}

static void test_message__several_causes_of_one_message(void **state)
{
    static const char text[] = "device 7: unknown";
    struct gst_message_hits hits;

    (void)state;
    assert_true(search_bytes(text, strlen(text), &hits));
    assert_int_equal(hits.count, 1);
    assert_int_equal(hits.items[0].causes, 2);
    assert_ptr_equal(hits.items[0].row, &rows[3]);
    assert_int_equal(hits.items[0].row[1].finding, GST_RUNTIME_DEVICE_NODES);
}

static void test_message__an_engine_makes_127_of_it(void **state)
{
    static const struct {
        const char *text;
        bool is_127;
    } cases[] = {
        { "OCI runtime create failed: module is missing: no such file or directory", true },
        { "Error response from daemon: module is missing: no such file or directory", true },
        { "crun: module is missing: No such file or directory: OCI runtime attempted", true },
        { "OCI runtime create failed: module is missing", false },
        { "module is missing: no such file or directory", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_message_hits hits;

        assert_true(search_bytes(cases[i].text, strlen(cases[i].text), &hits));
        assert_int_equal(hits.count, 1);
        assert_int_equal(hits.items[0].ends_with_127, cases[i].is_127);
    }
}

/* What is read at once must not decide what is found. */
static void test_message__anywhere_in_a_long_text(void **state)
{
    static const char message[] = " error begins thus, ends so, and on ";
    const size_t size = 3 * MEGABYTE;
    char *text = malloc(size);

    (void)state;
    assert_non_null(text);
    for (size_t place = MEGABYTE - 64; place < MEGABYTE + 64; place++) {
        for (size_t chunk = 0; chunk < 2; chunk++) {
            /* The first part that is read is longer than the others by what is read twice. */
            const size_t at = place + chunk * (1 << 14);
            struct gst_message_hits hits;

            if (place % 16 != 0)
                continue;
            memset(text, '.', size);
            memcpy(text + at, message, strlen(message));
            assert_true(search_bytes(text, size, &hits));
            assert_int_equal(hits.count, 1);
            assert_int_equal(hits.items[0].begin, at + 1);
        }
    }
    free(text);
}

static void test_message__bytes_of_any_kind(void **state)
{
    char text[4096];
    struct gst_message_hits hits;
    unsigned int seed = 1;

    (void)state;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = (char)(rand_r(&seed) >> 8);
        memcpy(text + 1000, "\0module is missing\0\xff", 20);
        /* Everything that an escape could swallow, right before the end. */
        memcpy(text + sizeof(text) - 4, round % 2 ? "\\\\x1" : "\x1b[\\u", 4);
        assert_true(search_bytes(text, sizeof(text), &hits));
        for (size_t i = 0; i < hits.count; i++)
            assert_true(strlen(hits.items[i].text) < GST_MESSAGE_TEXT);
    }
}

static void test_message__what_was_read_is_printable(void **state)
{
    static const char text[] = "module is missing\t\x1b[31mred \xff\n next line";
    struct gst_message_hits hits;

    (void)state;
    assert_true(search_bytes(text, strlen(text), &hits));
    assert_int_equal(hits.count, 1);
    assert_null(strchr(hits.items[0].text, '\x1b'));
    assert_null(strchr(hits.items[0].text, '\t'));
    assert_null(strstr(hits.items[0].text, "next line"));
    assert_memory_equal(hits.items[0].text, "module is missing ", 18);
}

static void test_message__more_messages_than_room(void **state)
{
    static struct gst_message many[2 * GST_MESSAGE_HITS];
    static char patterns[2 * GST_MESSAGE_HITS][80];
    char text[2 * GST_MESSAGE_HITS * 80] = "";
    struct gst_message_hits hits;
    FILE *in;

    (void)state;
    for (int i = 0; i < 2 * GST_MESSAGE_HITS; i++) {
        snprintf(patterns[i], sizeof(patterns[i]), "message %c%.*s", 'a' + i % 26, i + 1,
                 "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
        many[i] = (struct gst_message){ GST_HARDWARE_SLOW, patterns[i], "", "" };
        strcat(strcat(text, patterns[i]), " ");
    }
    in = fmemopen(text, strlen(text), "r");
    assert_true(gst_message_search(many, 2 * GST_MESSAGE_HITS, in, &hits));
    fclose(in);
    assert_int_equal(hits.count, GST_MESSAGE_HITS);
    for (size_t i = 0; i < hits.count; i++)
        assert_ptr_equal(hits.items[i].row, &many[2 * GST_MESSAGE_HITS - 1 - i]);
}

static void test_message__patterns_that_cannot_be(void **state)
{
    static char longest[1024], gaps[64] = "message";
    static const struct gst_message bad[] = {
        { GST_HARDWARE_SLOW, "", "", "" },   { GST_HARDWARE_SLOW, "*", "", "" },
        { GST_HARDWARE_SLOW, " .", "", "" }, { GST_HARDWARE_SLOW, longest, "", "" },
        { GST_HARDWARE_SLOW, gaps, "", "" }, { GST_HOST_NO_GPU, "a good one", "", "" },
    };
    char text[] = "message a b c d e f g h i j k. xxxxxxxxxxxxxxxx. A good one. ";
    struct gst_message_hits hits;
    FILE *in = fmemopen(text, strlen(text), "r");

    (void)state;
    memset(longest, 'x', sizeof(longest) - 1);
    for (int i = 0; i < 10; i++)
        snprintf(gaps + strlen(gaps), 4, "*%c", 'a' + i);
    assert_true(gst_message_search(bad, sizeof(bad) / sizeof(bad[0]), in, &hits));
    fclose(in);
    assert_int_equal(hits.count, 1);
    assert_int_equal(hits.items[0].row->finding, GST_HOST_NO_GPU);
}

static void test_message__a_folder_cannot_be_read(void **state)
{
    struct gst_message_hits hits;
    FILE *in = fopen("/", "r");

    (void)state;
    assert_non_null(in);
    assert_false(gst_message_search(rows, 1, in, &hits));
    fclose(in);
}

/* The list itself. */

static size_t letters_to_first_gap(const char *pattern)
{
    size_t letters = 0;

    for (; *pattern != '\0' && *pattern != '*' && *pattern != '~'; pattern++)
        letters += strchr(" \"'`:/.,()[]<>=$-_|{}!?#@&\\;", *pattern) == NULL;
    return letters;
}

static void test_message_list__rows_are_whole(void **state)
{
    size_t count;
    const struct gst_message *list = gst_message_list(&count);
    struct gst_pattern pattern;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const struct gst_message *row = &list[i];
        const bool is_same_as_before = i > 0 && strcmp(row->pattern, list[i - 1].pattern) == 0;
        const bool is_same_as_next =
            i + 1 < count && strcmp(row->pattern, list[i + 1].pattern) == 0;

        assert_true(row->finding > GST_NO_FINDING && row->finding < GST_FINDING_COUNT);
        assert_true(strlen(row->source) > 0);
        assert_true(gst_pattern_parse(&pattern, row->pattern));
        if (letters_to_first_gap(row->pattern) < 4)
            fail_msg("'%s' begins with too little to go by", row->pattern);
        if ((is_same_as_before || is_same_as_next) && row->sign[0] == '\0')
            fail_msg("'%s': what speaks for %s?", row->pattern, gst_finding(row->finding)->id);
        if (!is_same_as_before && !is_same_as_next && row->sign[0] != '\0')
            fail_msg("'%s' has one cause alone, and a sign for it", row->pattern);
        for (size_t other = 0; other < i; other++) {
            if (!gst_message_same_pattern(row->pattern, list[other].pattern))
                continue;
            if (!is_same_as_before || list[other].finding == row->finding)
                fail_msg("'%s' stands twice", row->pattern);
        }
    }
}

/* Marks the rows that are meant in the samples of the fixture; how many samples there were. */
static size_t mark(const struct gst_message *list, size_t count, bool *is_found)
{
    char line[4096];
    size_t samples = 0;
    FILE *file = fopen(GST_KNOWN_MESSAGES, "r");

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        struct gst_message_hits hits;
        char *message = strrchr(line, '\t');
        FILE *in;

        if (line[0] == '#')
            continue;
        assert_non_null(message);
        samples++;
        in = fmemopen(message, strlen(message), "r");
        assert_true(gst_message_search(list, count, in, &hits));
        fclose(in);
        if (hits.count > 0)
            is_found[hits.items[0].row - list] = true;
    }
    fclose(file);
    return samples;
}

static void test_message_list__each_row_is_found_in_a_sample(void **state)
{
    size_t count;
    const struct gst_message *list = gst_message_list(&count);
    bool *is_found = calloc(count, sizeof(*is_found));

    (void)state;
    assert_non_null(is_found);
    assert_true(mark(list, count, is_found) > 100);
    for (size_t i = 0; i < count; i++) {
        const bool is_cause_of_before = i > 0 && strcmp(list[i].pattern, list[i - 1].pattern) == 0;

        if (list[i].pattern[0] != '=' && !is_cause_of_before && !is_found[i])
            fail_msg("'%s' has no sample in which it is meant", list[i].pattern);
    }
    free(is_found);
}

static void test_message_list__has_all_ids(void **state)
{
    size_t count, ids = 0;
    const struct gst_message *list = gst_message_list(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (list[i].pattern[0] != '=')
            continue;
        assert_string_equal(list[i].pattern + 1, gst_finding(list[i].finding)->id);
        ids++;
    }
    assert_int_equal(ids, GST_FINDING_COUNT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message__finds_what_a_log_made_of_it),
        cmocka_unit_test(test_message__near_misses_are_none),
        cmocka_unit_test(test_message__a_gap_has_an_end),
        cmocka_unit_test(test_message__the_longer_pattern_is_meant),
        cmocka_unit_test(test_message__causes_come_first),
        cmocka_unit_test(test_message__several_causes_of_one_message),
        cmocka_unit_test(test_message__an_engine_makes_127_of_it),
        cmocka_unit_test(test_message__anywhere_in_a_long_text),
        cmocka_unit_test(test_message__bytes_of_any_kind),
        cmocka_unit_test(test_message__what_was_read_is_printable),
        cmocka_unit_test(test_message__more_messages_than_room),
        cmocka_unit_test(test_message__patterns_that_cannot_be),
        cmocka_unit_test(test_message__a_folder_cannot_be_read),
        cmocka_unit_test(test_message_list__rows_are_whole),
        cmocka_unit_test(test_message_list__each_row_is_found_in_a_sample),
        cmocka_unit_test(test_message_list__has_all_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
