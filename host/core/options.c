/* SPDX-License-Identifier: Apache-2.0 */
/* One parser for defaults and for people; see options.h. */
#include "core/options.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "core/units.h"
#include "core/utf8.h"

struct parser {
    const struct gst_option *options;
    size_t count;
    char *settings;
    uint64_t given; /* by a person: the first value given to a list replaces its default */
    char *error;
    size_t size;
};

static bool complain(const struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool complain(const struct parser *parser, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    gst_utf8_format(parser->error, parser->size, format, arguments);
    va_end(arguments);
    return false;
}

static bool append(struct gst_option_list *list, const char *item, size_t length)
{
    if (list->count == GST_OPTION_LIST_MAX)
        return false;
    list->items[list->count] = item;
    list->lengths[list->count] = length;
    list->count++;
    return true;
}

static bool set_list(struct parser *parser, const struct gst_option *option, const char *value,
                     const char *separators)
{
    void *field = parser->settings + option->offset;

    for (;;) {
        size_t length = strcspn(value, separators);

        if (length == 0)
            return complain(parser, "empty entry in the value of '--%s'", option->name);
        if (!append(field, value, length))
            return complain(parser, "more than %d values for '--%s'", GST_OPTION_LIST_MAX,
                            option->name);
        if (value[length] == '\0')
            return true;
        value += length + 1;
    }
}

static bool set_choice(struct parser *parser, const struct gst_option *option, const char *value)
{
    char valid[200] = "";
    size_t length = 0;

    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], value) == 0) {
            *(int *)(void *)(parser->settings + option->offset) = i;
            return true;
        }
        length += (size_t)snprintf(valid + length, sizeof valid - length, "%s%s",
                                   i == 0 ? "" : ", ", option->choices[i]);
        if (length >= sizeof valid)
            length = sizeof valid - 1;
    }
    return complain(parser, "unknown value '%s' for '--%s', valid: %s", value, option->name, valid);
}

static bool set_value(struct parser *parser, const struct gst_option *option, const char *value)
{
    void *field = parser->settings + option->offset;

    switch (option->kind) {
    case GST_OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case GST_OPTION_TEXT:
        *(const char **)field = value;
        return true;
    case GST_OPTION_LIST:
        return set_list(parser, option, value, ",");
    case GST_OPTION_APPEND:
        return set_list(parser, option, value, "");
    case GST_OPTION_SIZE:
        return gst_parse_size(value, field)
               || complain(parser, "'%s' for '--%s' is no size such as 4096, 64M or 1.5G", value,
                           option->name);
    case GST_OPTION_DURATION:
        return gst_parse_duration(value, field)
               || complain(parser, "'%s' for '--%s' is no time such as 10s, 1.5m or 250ms", value,
                           option->name);
    case GST_OPTION_CHOICE:
        return set_choice(parser, option, value);
    }
    return complain(parser, "option '--%s' has no kind", option->name);
}

/* An option that nobody gives and that has no default. */
static void set_nothing(struct parser *parser, const struct gst_option *option)
{
    void *field = parser->settings + option->offset;

    switch (option->kind) {
    case GST_OPTION_FLAG:
        *(bool *)field = false;
        return;
    case GST_OPTION_TEXT:
        *(const char **)field = NULL;
        return;
    case GST_OPTION_LIST:
    case GST_OPTION_APPEND:
        ((struct gst_option_list *)field)->count = 0;
        return;
    case GST_OPTION_SIZE:
        *(uint64_t *)field = 0;
        return;
    case GST_OPTION_DURATION:
        *(double *)field = 0;
        return;
    case GST_OPTION_CHOICE:
        *(int *)field = -1;
        return;
    }
}

static bool take_value(struct parser *parser, const struct gst_option *option, const char *value)
{
    uint64_t bit = UINT64_C(1) << (option - parser->options);

    if ((parser->given & bit) == 0)
        set_nothing(parser, option);
    parser->given |= bit;
    return set_value(parser, option, value);
}

static const struct gst_option *find_name(const struct parser *parser, const char *name,
                                          size_t length)
{
    for (size_t i = 0; i < parser->count; i++) {
        const char *known = parser->options[i].name;

        if (strlen(known) == length && strncmp(known, name, length) == 0)
            return &parser->options[i];
    }
    return NULL;
}

static bool unknown_option(const struct parser *parser, const char *word, size_t length)
{
    const char *names[GST_OPTION_ROWS_MAX], *near;
    char typed[64] = "";

    for (size_t i = 0; i < parser->count; i++)
        names[i] = parser->options[i].name;
    if (length < sizeof typed)
        memcpy(typed, word, length);
    near = gst_nearest(typed, names, parser->count);
    if (near == NULL)
        return complain(parser, "unknown option '--%.*s', try --help", (int)length, word);
    return complain(parser, "unknown option '--%.*s', did you mean '--%s'? try --help", (int)length,
                    word, near);
}

/* A following word is the value unless it is plainly another option. */
static bool take_next(struct parser *parser, const struct gst_option *option, const char *next,
                      int *used)
{
    if (next == NULL || strncmp(next, "--", 2) == 0)
        return complain(parser, "option '--%s' needs a value: --%s %s", option->name, option->name,
                        option->value);
    *used = 2;
    return take_value(parser, option, next);
}

static bool parse_long(struct parser *parser, const char *word, const char *next, int *used)
{
    size_t length = strcspn(word, "=");
    const struct gst_option *option = find_name(parser, word, length);

    if (option == NULL)
        return unknown_option(parser, word, length);
    if (option->kind == GST_OPTION_FLAG)
        return word[length] == '\0'
                   ? take_value(parser, option, NULL)
                   : complain(parser, "option '--%s' takes no value", option->name);
    if (word[length] == '=')
        return take_value(parser, option, word + length + 1);
    return take_next(parser, option, next, used);
}

static bool parse_letters(struct parser *parser, const char *letters, const char *next, int *used)
{
    for (; *letters != '\0'; letters++) {
        const struct gst_option *option = NULL;

        for (size_t i = 0; i < parser->count && option == NULL; i++) {
            if (parser->options[i].letter == *letters)
                option = &parser->options[i];
        }
        if (option == NULL)
            return complain(parser, "unknown option '-%.1s', try --help", letters);
        if (option->kind != GST_OPTION_FLAG)
            return letters[1] != '\0' ? take_value(parser, option, letters + 1)
                                      : take_next(parser, option, next, used);
        if (!take_value(parser, option, NULL))
            return false;
    }
    return true;
}

static bool set_defaults(struct parser *parser)
{
    for (size_t i = 0; i < parser->count; i++) {
        const struct gst_option *option = &parser->options[i];

        set_nothing(parser, option);
        if (option->fallback != NULL && option->kind != GST_OPTION_FLAG
            && !set_value(parser, option, option->fallback))
            return false;
    }
    return true;
}

bool gst_options_parse(const struct gst_option *options, size_t count, int argc, char *const argv[],
                       void *settings, struct gst_option_list *words, uint64_t *given, char *error,
                       size_t size)
{
    struct parser parser = { options, count, settings, 0, error, size };
    bool has_ended = false;
    int used;

    words->count = 0;
    if (count > GST_OPTION_ROWS_MAX)
        return complain(&parser, "more than %d rows of options", GST_OPTION_ROWS_MAX);
    if (!set_defaults(&parser))
        return false;
    for (int i = 1; i < argc; i += used) {
        const char *word = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;

        used = 1;
        if (!has_ended && strcmp(word, "--") == 0) {
            has_ended = true;
        } else if (has_ended || word[0] != '-' || word[1] == '\0') {
            if (!append(words, word, strlen(word)))
                return complain(&parser, "more than %d words", GST_OPTION_LIST_MAX);
        } else if (word[1] == '-') {
            if (!parse_long(&parser, word + 2, next, &used))
                return false;
        } else if (!parse_letters(&parser, word + 1, next, &used)) {
            return false;
        }
    }
    if (given != NULL)
        *given = parser.given;
    return true;
}
