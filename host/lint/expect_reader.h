/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps through the YAML of one file of expectations, for the sections that make rows of it. All
 * functions that return false have said why, with file and line.
 */
#ifndef GST_LINT_EXPECT_READER_H
#define GST_LINT_EXPECT_READER_H

#include <yaml.h>

#include "lint/expect.h"

enum { GST_EXPECT_TEXT_MAX = 4095 };

struct gst_expect_reader {
    struct gst_expectations *all;
    yaml_document_t *document;
    const char *file;
    char *error;
    size_t error_size;
};

/* Takes one pair of a map. */
typedef bool (*gst_expect_taker)(struct gst_expect_reader *reader, const char *key,
                                 const yaml_node_t *key_node, const yaml_node_t *value, void *data);

/* Says what is wrong, and returns false; names from the file are cut and made printable. */
bool gst_expect_refuse(const struct gst_expect_reader *reader, const yaml_node_t *node,
                       const char *why, ...) __attribute__((format(printf, 3, 4)));

const yaml_node_t *gst_expect_node(const struct gst_expect_reader *reader, int index);

/* A text whose names in braces are known; `what` is for messages. */
bool gst_expect_text(const struct gst_expect_reader *reader, const yaml_node_t *node,
                     const char *what, const char **text);

/* The word "true". */
bool gst_expect_true(struct gst_expect_reader *reader, const yaml_node_t *node, const char *what);

/* Hands all pairs of a map to `take`. `names` NULL: any key will do. */
bool gst_expect_pairs(struct gst_expect_reader *reader, const yaml_node_t *map, const char *what,
                      const char *const *names, gst_expect_taker take, void *data);

/* A list of texts becomes the words of the row. */
bool gst_expect_words(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name,
                      struct gst_expectation *row);

/* Adds the row, or puts it in the place of one about the same that was inherited. */
bool gst_expect_add(struct gst_expect_reader *reader, const yaml_node_t *node,
                    struct gst_expectation row);

/* Sections that are maps of names, in expect_maps.c. */
bool gst_expect_files(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name);
bool gst_expect_libraries(struct gst_expect_reader *reader, const yaml_node_t *node,
                          const char *name);
bool gst_expect_environment(struct gst_expect_reader *reader, const yaml_node_t *node,
                            const char *name);
bool gst_expect_labels(struct gst_expect_reader *reader, const yaml_node_t *node, const char *name);

#endif
