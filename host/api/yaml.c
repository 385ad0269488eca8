/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml with bounds; see yaml.h. */
#include "api/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* The time that libyaml takes grows with the square of the depth and of the number of anchors, so
 * both are bounded before it builds anything. */
static bool check_event(const yaml_event_t *event, const struct gst_yaml_limits *limits, int *depth,
                        int *anchors, char *error, size_t size)
{
    const yaml_char_t *anchor = NULL;

    switch (event->type) {
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        ++*depth;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        ++*depth;
        break;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        --*depth;
        break;
    default:
        break;
    }
    *anchors += anchor != NULL;
    if (*depth <= limits->depth && *anchors <= limits->anchors)
        return true;
    snprintf(error, size, "line %zu: it %s than %s", event->start_mark.line + 1,
             *depth > limits->depth ? "is nested deeper" : "has more anchors", limits->what);
    return false;
}

static bool start(yaml_parser_t *parser, const char *text, size_t length, char *error, size_t size)
{
    if (!yaml_parser_initialize(parser)) {
        snprintf(error, size, "line 1: no memory");
        return false;
    }
    yaml_parser_set_input_string(parser, (const unsigned char *)text, length);
    return true;
}

/* What libyaml says of it; false for the caller to hand up. */
static bool refuse_yaml(const yaml_parser_t *parser, char *error, size_t size)
{
    snprintf(error, size, "line %zu: %s", parser->problem_mark.line + 1,
             parser->problem != NULL ? parser->problem : "no memory");
    return false;
}

static bool check_shape(const char *text, size_t length, const struct gst_yaml_limits *limits,
                        char *error, size_t size)
{
    bool is_ok = true, is_at_end = false;
    int depth = 0, anchors = 0;
    yaml_parser_t parser;

    if (!start(&parser, text, length, error, size))
        return false;
    while (is_ok && !is_at_end) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event)) {
            is_ok = refuse_yaml(&parser, error, size);
            break;
        }
        is_at_end = event.type == YAML_STREAM_END_EVENT;
        is_ok = check_event(&event, limits, &depth, &anchors, error, size);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return is_ok;
}

static bool load(const char *text, size_t length, yaml_document_t *document, char *error,
                 size_t size)
{
    yaml_parser_t parser;
    bool is_ok;

    if (!start(&parser, text, length, error, size))
        return false;
    is_ok = yaml_parser_load(&parser, document) != 0 || refuse_yaml(&parser, error, size);
    yaml_parser_delete(&parser);
    return is_ok;
}

yaml_document_t *gst_yaml_load(const char *text, size_t length,
                               const struct gst_yaml_limits *limits, char *error, size_t size)
{
    yaml_document_t *document;

    if (length > limits->bytes) {
        snprintf(error, size, "line 1: it has %zu bytes, more than %zu", length, limits->bytes);
        return NULL;
    }
    document = malloc(sizeof(*document));
    if (document == NULL) {
        snprintf(error, size, "line 1: no memory");
        return NULL;
    }
    if (check_shape(text, length, limits, error, size) && load(text, length, document, error, size))
        return document;
    free(document);
    return NULL;
}

void gst_yaml_release(yaml_document_t *document)
{
    if (document != NULL)
        yaml_document_delete(document);
    free(document);
}

const char *gst_yaml_text(const yaml_node_t *node, size_t most)
{
    const char *text;

    if (node == NULL || node->type != YAML_SCALAR_NODE || node->data.scalar.length > most)
        return NULL;
    text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

bool gst_yaml_is_null(const yaml_node_t *node)
{
    const char *text = gst_yaml_text(node, strlen("null"));

    return text != NULL && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE
           && (text[0] == '\0' || strcmp(text, "null") == 0 || strcmp(text, "~") == 0);
}

size_t gst_yaml_line(const yaml_node_t *node)
{
    return node->start_mark.line + 1;
}
