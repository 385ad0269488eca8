/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of statements; see words.h. Every length is bounded and nothing recurses. */
#include "script/words.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_end(char c)
{
    return c == '\0' || c == '\n' || c == ';';
}

/* A backslash at the end of a line joins the next one to it. */
static bool is_joint(const char *at)
{
    return at[0] == '\\' && at[1] == '\n';
}

static const char *skip(const char *at, unsigned *line)
{
    while (is_blank(*at) || is_joint(at)) {
        if (is_joint(at)) {
            at++;
            (*line)++;
        }
        at++;
    }
    if (*at == '#') {
        while (*at != '\0' && *at != '\n')
            at++;
    }
    return at;
}

/* Copies one word without its quotes and cuts it at the first '=' outside of them. */
static const char *take_word(const char *at, char **out, struct sim_word *word,
                             const char **problem)
{
    bool is_quoted = false;

    word->key = *out;
    word->value = NULL;
    while (*at != '\0' && *at != '\n' && (is_quoted || (!is_blank(*at) && *at != ';'))) {
        if ((unsigned char)*at < 0x20 || (unsigned char)*at == 0x7f) {
            *problem = "a control character";
            return at;
        }
        if (*at == '"') {
            is_quoted = !is_quoted;
        } else if (*at == '=' && !is_quoted && word->value == NULL) {
            *(*out)++ = '\0';
            word->value = *out;
        } else {
            *(*out)++ = *at;
        }
        at++;
    }
    *(*out)++ = '\0';
    if (is_quoted)
        *problem = "a quote that does not end";
    return at;
}

static void keep_source(struct sim_words *words, const char *begin, const char *end)
{
    size_t length;

    while (end > begin && is_blank(end[-1]))
        end--;
    length = (size_t)(end - begin);
    memcpy(words->source, begin, length);
    words->source[length] = '\0';
}

/* So that take_word cannot run past its buffer whatever the text is. */
static bool is_too_long(const char *at)
{
    size_t length = 0;

    while (at[length] != '\0' && at[length] != '\n' && length < SIM_SCRIPT_LINE_BYTES)
        length++;
    return length == SIM_SCRIPT_LINE_BYTES;
}

static const char *take_statement(const char *at, struct sim_words *words, unsigned *line,
                                  const char **problem)
{
    const char *begin = at, *end = at;
    char *out = words->buffer;

    words->count = 0;
    for (at = skip(at, line); !is_end(*at) && *problem == NULL; at = skip(at, line)) {
        /* What a word can add to the buffer is its own length and two terminators. */
        if (words->count == SIM_SCRIPT_WORDS) {
            *problem = "too many words";
            return at;
        }
        if (is_too_long(at)) {
            *problem = "a line that is too long";
            return at;
        }
        at = take_word(at, &out, &words->words[words->count++], problem);
        if (at - begin >= SIM_SCRIPT_LINE_BYTES) {
            *problem = "a statement that is too long";
            return at;
        }
        end = at;
    }
    keep_source(words, begin, end);
    return at;
}

bool sim_words_next(const char **text, unsigned *line, struct sim_words *words,
                    const char **problem)
{
    *problem = NULL;
    while (**text != '\0') {
        while (is_blank(**text))
            (*text)++;
        words->line = *line;
        *text = take_statement(*text, words, line, problem);
        if (*problem != NULL)
            return false;
        if (**text == '\n')
            (*line)++;
        if (**text != '\0')
            (*text)++;
        if (words->count > 0)
            return true;
    }
    return false;
}
