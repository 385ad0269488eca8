/* SPDX-License-Identifier: Apache-2.0 */
/* What the configuration of an image says, and a check per expectation; see expect_judge.h. */
#include "lint/expect_judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"
#include "lint/expect_values.h"

#define NAME_SIZE 4096

enum gst_expect_answer gst_expect_say(struct gst_expect_question *question,
                                      enum gst_expect_answer answer, const char *expected,
                                      const char *seen, ...)
{
    va_list arguments;

    va_start(arguments, seen);
    gst_utf8_format(question->seen, sizeof question->seen, seen, arguments);
    va_end(arguments);
    gst_utf8_copy(question->expected, sizeof question->expected, expected);
    return answer;
}

bool gst_expect_fill(struct gst_expect_question *question, const char *text, char *filled,
                     size_t size, enum gst_expect_answer *answer)
{
    const char *missing;

    if (gst_expect_values_fill(text, question->manifest, filled, size, &missing))
        return true;
    *answer = gst_expect_say(
        question, question->manifest == NULL ? GST_EXPECT_UNKNOWN : GST_EXPECT_UNMET, text,
        "the %s no %s", question->manifest == NULL ? "folder or archive says" : "image sets",
        missing);
    return false;
}

static json_t *setting(const struct gst_expect_question *question, const char *name)
{
    return json_object_get(json_object_get(question->manifest->config, "config"), name);
}

/* A text that has to be the value, a part of it, there, or not. */
static enum gst_expect_answer judge_text(struct gst_expect_question *question, const char *what,
                                         const char *text)
{
    const struct gst_expectation *row = question->row;
    char value[NAME_SIZE], expected[200];
    enum gst_expect_answer answer;
    bool is_met;

    if (row->how == GST_HOW_ABSENT || row->how == GST_HOW_PRESENT) {
        if ((text != NULL) == (row->how == GST_HOW_PRESENT))
            return GST_EXPECT_MET;
        return gst_expect_say(question, GST_EXPECT_UNMET, text == NULL ? "any value" : "none",
                              "%s%.80s is %s%.160s%s", what, question->name,
                              text == NULL ? "not set" : "'", text == NULL ? "" : text,
                              text == NULL ? "" : "'");
    }
    if (!gst_expect_fill(question, row->value, value, sizeof value, &answer))
        return answer;
    is_met =
        text != NULL
        && (row->how == GST_HOW_CONTAINS ? strstr(text, value) != NULL : strcmp(text, value) == 0);
    if (is_met)
        return GST_EXPECT_MET;
    snprintf(expected, sizeof expected, "%s'%.150s'",
             row->how == GST_HOW_CONTAINS ? "something with " : "", value);
    return gst_expect_say(question, GST_EXPECT_UNMET, expected, "%s%.80s is %s%.160s%s", what,
                          question->name, text == NULL ? "not set" : "'", text == NULL ? "" : text,
                          text == NULL ? "" : "'");
}

static enum gst_expect_answer judge_variable(struct gst_expect_question *question)
{
    return judge_text(question, "variable ",
                      gst_manifest_variable(question->manifest, question->name));
}

static enum gst_expect_answer judge_label(struct gst_expect_question *question)
{
    return judge_text(
        question, "label ",
        json_string_value(json_object_get(setting(question, "Labels"), question->name)));
}

static enum gst_expect_answer judge_user(struct gst_expect_question *question)
{
    const char *user = json_string_value(setting(question, "User"));

    return judge_text(question, "the user", user == NULL ? "" : user);
}

/* '["a", "b"]' */
static void list_words(json_t *list, char *text, size_t size)
{
    size_t index, used = (size_t)snprintf(text, size, "[");
    json_t *word;

    json_array_foreach(list, index, word)
    {
        const char *value = json_string_value(word);

        used += (size_t)snprintf(text + used, size - used, "%s\"%.100s\"", index == 0 ? "" : ", ",
                                 value == NULL ? "?" : value);
        if (used >= size - 2)
            return;
    }
    snprintf(text + used, size - used, "]");
}

static enum gst_expect_answer judge_words(struct gst_expect_question *question, const char *what,
                                          json_t *list)
{
    const struct gst_expectation *row = question->row;
    char seen[300], expected[200], filled[NAME_SIZE];
    bool is_same = json_array_size(list) == row->word_count;
    json_t *wanted = json_array();
    enum gst_expect_answer answer = GST_EXPECT_MET;

    for (size_t i = 0; i < row->word_count && answer == GST_EXPECT_MET; i++) {
        const char *word = json_string_value(json_array_get(list, i));

        if (!gst_expect_fill(question, row->words[i], filled, sizeof filled, &answer))
            break;
        json_array_append_new(wanted, json_string(filled));
        is_same = is_same && word != NULL && strcmp(word, filled) == 0;
    }
    list_words(wanted, expected, sizeof expected);
    json_decref(wanted);
    if (answer != GST_EXPECT_MET || is_same)
        return answer;
    list_words(list, seen, sizeof seen);
    return gst_expect_say(question, GST_EXPECT_UNMET, expected, "the %s is %s", what, seen);
}

static enum gst_expect_answer judge_entrypoint(struct gst_expect_question *question)
{
    return judge_words(question, "entrypoint", setting(question, "Entrypoint"));
}

static enum gst_expect_answer judge_cmd(struct gst_expect_question *question)
{
    return judge_words(question, "command", setting(question, "Cmd"));
}

/* Who answers, and what of the image has to be known for it. */
static const struct judge {
    enum gst_expect_answer (*judge)(struct gst_expect_question *question);
    bool needs_configuration, needs_files;
} judges[] = {
    [GST_EXPECT_FILE] = { gst_expect_file, false, true },
    [GST_EXPECT_NO_FILE] = { gst_expect_no_file, false, true },
    /* LD_LIBRARY_PATH decides, too. */
    [GST_EXPECT_LIBRARY] = { gst_expect_library, true, true },
    [GST_EXPECT_NO_LIBRARY] = { gst_expect_no_library, true, true },
    [GST_EXPECT_ENVIRONMENT] = { judge_variable, true, false },
    [GST_EXPECT_LABEL] = { judge_label, true, false },
    [GST_EXPECT_USER] = { judge_user, true, false },
    [GST_EXPECT_ENTRYPOINT] = { judge_entrypoint, true, false },
    [GST_EXPECT_CMD] = { judge_cmd, true, false },
    [GST_EXPECT_SHELL] = { gst_expect_shell, true, true },
    [GST_EXPECT_SIZE] = { gst_expect_layer, false, true },
    [GST_EXPECT_ONLY] = { gst_expect_layer, false, true },
    [GST_EXPECT_NO_SETUID] = { gst_expect_layer, false, true },
    [GST_EXPECT_NOT_WORLD] = { gst_expect_layer, false, true },
};

static enum gst_expect_answer ask(struct gst_expect_question *question)
{
    const struct judge *judge = &judges[question->row->kind];
    char name[NAME_SIZE];
    enum gst_expect_answer answer;

    if (question->manifest == NULL
        && (judge->needs_configuration || question->row->scope == GST_SCOPE_LAST))
        return gst_expect_say(question, GST_EXPECT_UNKNOWN, "an image",
                              "%.100s cannot be told: a folder or an archive of a root has no "
                              "configuration and no layers",
                              question->name);
    if (judge->needs_files && question->catalog->is_full)
        return gst_expect_say(question, GST_EXPECT_UNKNOWN, "fewer files",
                              "the image has more files than can be kept in mind");
    if (!gst_expect_fill(question, question->name, name, sizeof name, &answer))
        return answer;
    question->name = name;
    answer = judge->judge(question);
    question->name = question->row->name;
    return answer;
}

struct gst_expect_tally gst_expect_judge(struct gst_report *report,
                                         const struct gst_expectations *expectations,
                                         const struct gst_catalog *catalog,
                                         const struct gst_manifest *manifest)
{
    struct gst_expect_tally tally = { 0, 0, 0 };

    for (size_t i = 0; i < expectations->count; i++) {
        const struct gst_expectation *row = &expectations->rows[i];
        struct gst_expect_question question = {
            .row = row, .name = row->name, .catalog = catalog, .manifest = manifest
        };
        enum gst_expect_answer answer = ask(&question);
        char seen[200], expected[80]; /* with the line, an observation has room for both */

        tally.met += answer == GST_EXPECT_MET;
        tally.unmet += answer == GST_EXPECT_UNMET;
        tally.unknown += answer == GST_EXPECT_UNKNOWN;
        if (answer == GST_EXPECT_MET)
            continue;
        gst_utf8_printable(seen, sizeof seen, question.seen);
        gst_utf8_printable(expected, sizeof expected, question.expected);
        gst_report_check(report,
                         answer == GST_EXPECT_UNMET ? GST_IMAGE_EXPECTATION_UNMET
                                                    : GST_SUITE_EXPECTATION_UNKNOWN,
                         GST_NO_GPU, false, "%s; '%.24s', line %zu, expects %s", seen, row->file,
                         row->line, expected);
    }
    return tally;
}
