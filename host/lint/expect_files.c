/* SPDX-License-Identifier: Apache-2.0 */
/* Files and libraries as whoever runs the image finds them; see expect_judge.h. */
#include <stdio.h>
#include <string.h>

#include "core/version.h"
#include "lint/expect_judge.h"
#include "lint/loader.h"
#include "lint/pattern.h"

static const struct gst_node *node_at(const struct gst_expect_question *question, int node)
{
    return &question->catalog->nodes[node];
}

/* The next one that matches, from `at` on; GST_NO_NODE at the end. */
static int next_match(const struct gst_expect_question *question, int at)
{
    char path[GST_ENTRY_PATH_SIZE];

    for (; (size_t)at < question->catalog->count; at++) {
        if (at > 0 && !node_at(question, at)->is_gone
            && gst_pattern_matches(question->name, gst_catalog_path(question->catalog, at, path)))
            return at;
    }
    return GST_NO_NODE;
}

/* The node that is meant by what stands at `node`. */
static int behind(const struct gst_expect_question *question, int node)
{
    char path[GST_ENTRY_PATH_SIZE];

    return gst_catalog_find(question->catalog, gst_catalog_path(question->catalog, node, path),
                            true);
}

static enum gst_expect_answer judge_link(struct gst_expect_question *question, int node,
                                         const char *path)
{
    const struct gst_node *link = node_at(question, node);
    char wanted[GST_ENTRY_PATH_SIZE], expected[200];
    enum gst_expect_answer answer;

    if (!gst_expect_fill(question, question->row->link, wanted, sizeof wanted, &answer))
        return answer;
    if (link->target != NULL && gst_pattern_matches(wanted, link->target))
        return GST_EXPECT_MET;
    snprintf(expected, sizeof expected, "a link to '%.150s'", wanted);
    return gst_expect_say(question, GST_EXPECT_UNMET, expected, "'%.150s' is %s%.100s%s", path,
                          link->target == NULL ? "no link" : "a link to '",
                          link->target == NULL ? "" : link->target,
                          link->target == NULL ? "" : "'");
}

static enum gst_expect_answer judge_node(struct gst_expect_question *question, int node)
{
    const struct gst_expectation *row = question->row;
    int file = behind(question, node);
    char path[GST_ENTRY_PATH_SIZE], expected[40];
    unsigned mode;

    gst_catalog_path(question->catalog, node, path);
    if (row->link != NULL && judge_link(question, node, path) != GST_EXPECT_MET)
        return judge_link(question, node, path);
    if (file == GST_NO_NODE)
        return gst_expect_say(question, GST_EXPECT_UNMET, "what it leads to",
                              "'%.150s' is a link that leads to nothing", path);
    mode = node_at(question, file)->mode;
    if (row->mode >= 0 && mode != (unsigned)row->mode) {
        snprintf(expected, sizeof expected, "mode %04o", (unsigned)row->mode);
        return gst_expect_say(question, GST_EXPECT_UNMET, expected, "'%.150s' has mode %04o", path,
                              mode);
    }
    if (row->is_executable
        && (node_at(question, file)->kind != GST_ENTRY_FILE || (mode & 0111) != 0111))
        return gst_expect_say(
            question, GST_EXPECT_UNMET, "a file that all may execute",
            "'%.150s' is %s with mode %04o", path,
            node_at(question, file)->kind == GST_ENTRY_FILE ? "a file" : "no file", mode);
    return GST_EXPECT_MET;
}

enum gst_expect_answer gst_expect_file(struct gst_expect_question *question)
{
    enum gst_expect_answer answer = GST_EXPECT_UNMET;
    int node;

    if (!gst_pattern_is_one(question->name)) {
        node = gst_catalog_find(question->catalog, question->name, false);
        return node == GST_NO_NODE ? gst_expect_say(question, GST_EXPECT_UNMET, "it",
                                                    "'%.200s' is not there", question->name)
                                   : judge_node(question, node);
    }
    node = next_match(question, 0);
    if (node == GST_NO_NODE)
        return gst_expect_say(question, GST_EXPECT_UNMET, "one at least",
                              "nothing is there that matches '%.200s'", question->name);
    for (; node != GST_NO_NODE && answer != GST_EXPECT_MET; node = next_match(question, node + 1))
        answer = judge_node(question, node);
    return answer;
}

enum gst_expect_answer gst_expect_no_file(struct gst_expect_question *question)
{
    char path[GST_ENTRY_PATH_SIZE];
    size_t count = 0;
    int node;

    if (!gst_pattern_is_one(question->name)) {
        node = gst_catalog_find(question->catalog, question->name, false);
        return node == GST_NO_NODE ? GST_EXPECT_MET
                                   : gst_expect_say(question, GST_EXPECT_UNMET, "no such file",
                                                    "'%.200s' is there", question->name);
    }
    node = next_match(question, 0);
    if (node == GST_NO_NODE)
        return GST_EXPECT_MET;
    gst_catalog_path(question->catalog, node, path);
    for (; node != GST_NO_NODE; node = next_match(question, node + 1))
        count++;
    if (count == 1)
        return gst_expect_say(question, GST_EXPECT_UNMET, "no such file",
                              "'%.120s' is there and matches '%.60s'", path, question->name);
    return gst_expect_say(question, GST_EXPECT_UNMET, "no such file",
                          "'%.120s' is there, and %zu more that match '%.60s'", path, count - 1,
                          question->name);
}

static int find_library(const struct gst_expect_question *question)
{
    return gst_loader_find(question->catalog,
                           gst_manifest_variable(question->manifest, "LD_LIBRARY_PATH"),
                           question->name);
}

/* "12.4.127" of "libcudart.so.12.4.127", "" if the name ends without one. */
static const char *version_in(const char *name)
{
    const char *at = strstr(name, ".so.");

    return at == NULL ? "" : at + strlen(".so.");
}

/* As many parts of a version as `like` has: 12.4.127 is 12.4, and so not above it. */
static const char *cut_like(const char *version, const char *like, char *text, size_t size)
{
    size_t dots = 0, length = 0;

    for (; *like != '\0'; like++)
        dots += *like == '.';
    for (; version[length] != '\0' && (version[length] != '.' || dots > 0); length++)
        dots -= version[length] == '.';
    snprintf(text, size, "%.*s", (int)length, version);
    return text;
}

static enum gst_expect_answer judge_version(struct gst_expect_question *question, const char *path,
                                            const char *version)
{
    const struct gst_expectation *row = question->row;
    char bound[64], cut[64], expected[100];
    enum gst_expect_answer answer;

    if (row->at_least != NULL) {
        if (!gst_expect_fill(question, row->at_least, bound, sizeof bound, &answer))
            return answer;
        snprintf(expected, sizeof expected, "at least %s", bound);
        if (version[0] == '\0' || gst_version_compare(version, bound) < 0)
            return gst_expect_say(question, GST_EXPECT_UNMET, expected, "%.60s is '%.150s'",
                                  question->name, path);
    }
    if (row->at_most != NULL) {
        if (!gst_expect_fill(question, row->at_most, bound, sizeof bound, &answer))
            return answer;
        snprintf(expected, sizeof expected, "at most %s", bound);
        if (version[0] == '\0'
            || gst_version_compare(cut_like(version, bound, cut, sizeof cut), bound) > 0)
            return gst_expect_say(question, GST_EXPECT_UNMET, expected, "%.60s is '%.150s'",
                                  question->name, path);
    }
    return GST_EXPECT_MET;
}

enum gst_expect_answer gst_expect_library(struct gst_expect_question *question)
{
    int node = find_library(question), file;
    char path[GST_ENTRY_PATH_SIZE];

    if (node == GST_NO_NODE)
        return gst_expect_say(question, GST_EXPECT_UNMET, "it in LD_LIBRARY_PATH or ld.so.conf",
                              "%.100s is not where the loader looks", question->name);
    file = behind(question, node);
    gst_catalog_path(question->catalog, file == GST_NO_NODE ? node : file, path);
    if (file == GST_NO_NODE || node_at(question, file)->kind != GST_ENTRY_FILE
        || node_at(question, file)->size_bytes == 0)
        return gst_expect_say(question, GST_EXPECT_UNMET, "a library", "'%.200s' is %s", path,
                              file == GST_NO_NODE ? "a link that leads to nothing"
                                                  : "no file with something in it");
    return judge_version(question, path, version_in(node_at(question, file)->name));
}

enum gst_expect_answer gst_expect_no_library(struct gst_expect_question *question)
{
    int node = find_library(question);
    char path[GST_ENTRY_PATH_SIZE];

    if (node == GST_NO_NODE)
        return GST_EXPECT_MET;
    return gst_expect_say(question, GST_EXPECT_UNMET, "none where the loader looks",
                          "'%.200s' is there", gst_catalog_path(question->catalog, node, path));
}

static json_t *first_word(const struct gst_expect_question *question)
{
    json_t *config = json_object_get(question->manifest->config, "config");
    json_t *word = json_array_get(json_object_get(config, "Entrypoint"), 0);

    return word != NULL ? word : json_array_get(json_object_get(config, "Cmd"), 0);
}

/* As execvp(3) does. */
static int find_program(const struct gst_expect_question *question, const char *word)
{
    const char *folders = gst_manifest_variable(question->manifest, "PATH");
    char path[GST_ENTRY_PATH_SIZE];
    int node = GST_NO_NODE;

    if (strchr(word, '/') != NULL)
        return gst_catalog_find(question->catalog, word, true);
    while (folders != NULL && *folders != '\0' && node == GST_NO_NODE) {
        size_t length = strcspn(folders, ":");

        if (snprintf(path, sizeof path, "%.*s/%s", (int)length, folders, word) < (int)sizeof path)
            node = gst_catalog_find(question->catalog, path, true);
        folders += length + (folders[length] != '\0');
    }
    return node;
}

static bool is_shell(const char *name)
{
    static const char *const shells[] = { "sh", "bash", "dash", "ash", "zsh", "ksh", "busybox" };

    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(name, shells[i]) == 0)
            return true;
    }
    return false;
}

enum gst_expect_answer gst_expect_shell(struct gst_expect_question *question)
{
    static const char expected[] = "a program that needs no shell";
    const char *word = json_string_value(first_word(question));
    int node = word == NULL ? GST_NO_NODE : find_program(question, word);

    if (word == NULL)
        return gst_expect_say(question, GST_EXPECT_UNMET, expected,
                              "the image has neither an entrypoint nor a command");
    if (is_shell(gst_entry_name(word))
        || (node != GST_NO_NODE && is_shell(node_at(question, node)->name)))
        return gst_expect_say(question, GST_EXPECT_UNMET, expected,
                              "the image starts '%.150s', which is a shell", word);
    if (node == GST_NO_NODE || node_at(question, node)->is_script)
        return gst_expect_say(question, GST_EXPECT_UNMET, expected,
                              "the image starts '%.150s', which is %s", word,
                              node == GST_NO_NODE ? "not there" : "a script");
    return GST_EXPECT_MET;
}
