/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody expects of an image, as a file of YAML says it: constant rows, each with the line
 * that it is from. images/expect/README.md is the description for those who write such files.
 */
#ifndef GST_LINT_EXPECT_H
#define GST_LINT_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GST_EXPECT_FILE_MAX  ((size_t)256 << 10)
#define GST_EXPECT_ROWS_MAX  1024
#define GST_EXPECT_WORDS_MAX 64
#define GST_EXPECT_CHAIN_MAX 8 /* files that extend one another */

enum gst_expect_kind {
    GST_EXPECT_FILE,        /* at a path, or one at least of a pattern */
    GST_EXPECT_NO_FILE,     /* none at a path or of a pattern */
    GST_EXPECT_LIBRARY,     /* of this name, where the loader looks */
    GST_EXPECT_NO_LIBRARY,  /* none of this name there */
    GST_EXPECT_ENVIRONMENT, /* a variable of the image */
    GST_EXPECT_LABEL,       /* the same for labels */
    GST_EXPECT_USER,
    GST_EXPECT_ENTRYPOINT,
    GST_EXPECT_CMD,
    GST_EXPECT_SHELL,     /* none is needed to start it */
    GST_EXPECT_SIZE,      /* at most, of `scope` */
    GST_EXPECT_ONLY,      /* no files but those of `words`, in `scope` */
    GST_EXPECT_NO_SETUID, /* no file with setuid or setgid, in `scope` */
    GST_EXPECT_NOT_WORLD, /* nothing that all may write, in `scope` */
};

enum gst_expect_how { GST_HOW_EXACT, GST_HOW_CONTAINS, GST_HOW_PRESENT, GST_HOW_ABSENT };

enum gst_expect_scope { GST_SCOPE_ALL, GST_SCOPE_LAST };

struct gst_expectation {
    enum gst_expect_kind kind;
    const char *name;  /* path, pattern, SONAME, variable, label; "" where there is one alone */
    const char *value; /* of a variable, a label, the user; NULL where there is none */
    enum gst_expect_how how;
    const char *link;               /* pattern of where a link leads, NULL: not asked */
    const char *at_least, *at_most; /* versions of a library, NULL: not asked */
    int mode;                       /* of a file; -1: not asked */
    bool is_executable;             /* it has to be */
    enum gst_expect_scope scope;
    uint64_t size_bytes;
    const char *const *words; /* of an entrypoint, a command, a list of patterns */
    size_t word_count;
    const char *file; /* the name of its file, without folders */
    size_t line;
};

struct gst_expectations {
    struct gst_expectation *rows; /* a later one has taken the place of an earlier of its name */
    size_t count;
    void *documents[GST_EXPECT_CHAIN_MAX]; /* hold the texts */
    char *names[GST_EXPECT_CHAIN_MAX];
    const char **words[2 * GST_EXPECT_ROWS_MAX];
    size_t document_count, word_list_count;
};

/* Reads a file and those that it extends, which are looked for beside it. False, with "base.yaml,
 * line 3: why" in `error`; an expectation that nobody knows is refused, and so is a file without
 * any. Release it in either case. */
bool gst_expect_read(struct gst_expectations *expectations, const char *path, char *error,
                     size_t size);

/* The same for a text, which may extend none. `name` is for messages. */
bool gst_expect_parse(struct gst_expectations *expectations, const char *name, const char *text,
                      size_t length, char *error, size_t size);

void gst_expect_release(struct gst_expectations *expectations);

#endif
