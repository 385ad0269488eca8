/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line as a table of rows. Defaults are text in the rows, so that --help shows what is
 * true; a value is parsed the same way whether it came from a row or from a person.
 */
#ifndef GST_CORE_OPTIONS_H
#define GST_CORE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum gst_option_kind {
    GST_OPTION_FLAG,     /* bool */
    GST_OPTION_TEXT,     /* const char *, points into argv */
    GST_OPTION_LIST,     /* struct gst_option_list: may be given again, and separated by commas */
    GST_OPTION_APPEND,   /* struct gst_option_list: may be given again, commas are part of the value
                          */
    GST_OPTION_SIZE,     /* uint64_t, bytes */
    GST_OPTION_DURATION, /* double, seconds */
    GST_OPTION_CHOICE,   /* int: index into `choices` */
};

#define GST_OPTION_LIST_MAX 64

struct gst_option_list {
    size_t count;
    const char *items[GST_OPTION_LIST_MAX];
    size_t lengths[GST_OPTION_LIST_MAX]; /* items are not terminated where a comma follows */
};

struct gst_option {
    const char *name;     /* "device" for --device */
    char letter;          /* 'd' for -d, 0 if none */
    const char *value;    /* "<list>", NULL for a flag */
    const char *fallback; /* default as text; NULL: off, NULL, empty, 0, and -1 for a choice */
    const char *help;     /* one line */
    enum gst_option_kind kind;
    const char *const *choices; /* NULL-terminated, for GST_OPTION_CHOICE */
    size_t offset;              /* of the field in the settings that are filled */
};

/* More rows than this are refused. */
#define GST_OPTION_ROWS_MAX 64

/* Fills `settings` from the rows' defaults, then from argv; words that are no options are left, in
 * order, in `words`. False with one line in `error` ("unknown option '--sise', did you mean
 * '--size'? try --help"); abbreviations are not guessed. "--" ends the options.
 * Bit i of `given` says that options[i] was given; NULL if nobody asks. */
bool gst_options_parse(const struct gst_option *options, size_t count, int argc, char *const argv[],
                       void *settings, struct gst_option_list *words, uint64_t *given, char *error,
                       size_t size);

/* One aligned row per option, with its default, for a terminal of 80 columns. */
void gst_options_help(const struct gst_option *options, size_t count, FILE *out);

/* The nearest of `names` to `word` by edit distance, NULL if none is near enough to suggest. */
const char *gst_nearest(const char *word, const char *const *names, size_t count);

#endif
