/* SPDX-License-Identifier: Apache-2.0 */
/* Tags, attributes and nesting; see xml.h. */
#include "collective/way/xml.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gst_way_xml_start(struct gst_way_xml *xml, const char *text, size_t size)
{
    memset(xml, 0, sizeof(*xml));
    xml->at = text;
    xml->end = text + size;
}

static enum gst_way_mark wrong(struct gst_way_xml *xml, const char *problem)
{
    if (xml->problem == NULL)
        xml->problem = problem;
    return GST_WAY_WRONG;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static void skip_space(struct gst_way_xml *xml)
{
    while (xml->at < xml->end && is_space(*xml->at))
        xml->at++;
}

static bool takes(struct gst_way_xml *xml, const char *word)
{
    const size_t size = strlen(word);

    if ((size_t)(xml->end - xml->at) < size || memcmp(xml->at, word, size) != 0)
        return false;
    xml->at += size;
    return true;
}

static bool is_of_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.';
}

static struct gst_way_text take_name(struct gst_way_xml *xml)
{
    struct gst_way_text name = { xml->at, 0 };

    while (xml->at < xml->end && is_of_name(*xml->at))
        xml->at++;
    name.size = (size_t)(xml->at - name.text);
    return name;
}

/* Comments and space. False if a comment does not end. */
static bool skip_comments(struct gst_way_xml *xml)
{
    for (;;) {
        skip_space(xml);
        if (!takes(xml, "<!--"))
            return true;
        while (!takes(xml, "-->")) {
            if (xml->at == xml->end)
                return false;
            xml->at++;
        }
    }
}

/* "name='value'", of which the value holds what needs no entity. */
static bool take_attribute(struct gst_way_xml *xml)
{
    const struct gst_way_text name = take_name(xml);
    struct gst_way_text value;
    char quote;

    if (name.size == 0 || xml->attribute_count == GST_WAY_XML_ATTRIBUTES || !takes(xml, "=")
        || xml->at == xml->end || (*xml->at != '"' && *xml->at != '\''))
        return false;
    quote = *xml->at++;
    value.text = xml->at;
    while (xml->at < xml->end && *xml->at != quote) {
        if (*xml->at == '<' || *xml->at == '&' || *xml->at == '\0')
            return false;
        xml->at++;
    }
    if (xml->at == xml->end)
        return false;
    value.size = (size_t)(xml->at++ - value.text);
    xml->attributes[xml->attribute_count].name = name;
    xml->attributes[xml->attribute_count++].value = value;
    return true;
}

static enum gst_way_mark open_element(struct gst_way_xml *xml)
{
    xml->attribute_count = 0;
    xml->name = take_name(xml);
    if (xml->name.size == 0)
        return wrong(xml, "a '<' begins no element");
    if (xml->depth == GST_WAY_XML_DEPTH)
        return wrong(xml, "elements are nested too deep");
    if (xml->depth == 0 && xml->has_root)
        return wrong(xml, "there is a second outermost element");
    for (;;) {
        skip_space(xml);
        xml->is_empty = takes(xml, "/>");
        if (xml->is_empty || takes(xml, ">"))
            break;
        if (!take_attribute(xml))
            return wrong(xml, "an element has no proper attributes or no end");
    }
    xml->has_root = true;
    xml->open[xml->depth++] = xml->name;
    return GST_WAY_OPEN;
}

static enum gst_way_mark close_element(struct gst_way_xml *xml)
{
    xml->attribute_count = 0;
    xml->name = xml->open[--xml->depth];
    return GST_WAY_CLOSE;
}

static enum gst_way_mark take_end_tag(struct gst_way_xml *xml)
{
    const struct gst_way_text name = take_name(xml);

    skip_space(xml);
    if (!takes(xml, ">"))
        return wrong(xml, "a closing tag has no end");
    if (xml->depth == 0 || xml->open[xml->depth - 1].size != name.size
        || memcmp(xml->open[xml->depth - 1].text, name.text, name.size) != 0)
        return wrong(xml, "a closing tag closes another element");
    return close_element(xml);
}

enum gst_way_mark gst_way_xml_next(struct gst_way_xml *xml)
{
    if (xml->problem != NULL)
        return GST_WAY_WRONG;
    if (xml->is_empty) {
        xml->is_empty = false;
        return close_element(xml);
    }
    if (!skip_comments(xml))
        return wrong(xml, "a comment does not end");
    if (xml->at == xml->end) {
        if (xml->depth > 0)
            return wrong(xml, "it ends within an element");
        return xml->has_root ? GST_WAY_END : wrong(xml, "it is empty");
    }
    if (takes(xml, "</"))
        return take_end_tag(xml);
    if (takes(xml, "<"))
        return open_element(xml);
    return wrong(xml, "there is text between elements");
}

bool gst_way_text_is(const struct gst_way_text *piece, const char *word)
{
    return piece->size == strlen(word) && memcmp(piece->text, word, piece->size) == 0;
}

const struct gst_way_text *gst_way_xml_attribute(const struct gst_way_xml *xml, const char *name)
{
    for (size_t i = 0; i < xml->attribute_count; i++) {
        if (gst_way_text_is(&xml->attributes[i].name, name))
            return &xml->attributes[i].value;
    }
    return NULL;
}

const char *gst_way_xml_copy(const struct gst_way_xml *xml, const char *name, char *text,
                             size_t size)
{
    const struct gst_way_text *value = gst_way_xml_attribute(xml, name);

    snprintf(text, size, "%.*s", value == NULL ? 0 : (int)value->size,
             value == NULL ? "" : value->text);
    return text;
}

/* The value where it can be a number at all. */
static const char *copy_number(const struct gst_way_xml *xml, const char *name, char text[32])
{
    const struct gst_way_text *value = gst_way_xml_attribute(xml, name);

    if (value == NULL || value->size == 0 || value->size > 31 || is_space(value->text[0]))
        return NULL;
    return gst_way_xml_copy(xml, name, text, 32);
}

bool gst_way_xml_integer(const struct gst_way_xml *xml, const char *name, long *number)
{
    char text[32], *end;
    const char *digits = copy_number(xml, name, text);
    long value;

    if (digits == NULL)
        return false;
    errno = 0;
    /* Not octal, whatever the zeros in front. */
    value = strtol(digits, &end, strncmp(digits, "0x", 2) == 0 ? 16 : 10);
    if (errno != 0 || end == digits || *end != '\0')
        return false;
    *number = value;
    return true;
}

bool gst_way_xml_real(const struct gst_way_xml *xml, const char *name, double *number)
{
    char text[32], *end;
    const char *digits = copy_number(xml, name, text);
    double value;

    if (digits == NULL)
        return false;
    value = strtod(digits, &end);
    if (end == digits || *end != '\0' || !isfinite(value))
        return false;
    *number = value;
    return true;
}
