/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XML in which NCCL dumps its topology and its graphs, read one element at a time: elements and
 * attributes in either kind of quotes, and comments. Nothing else of XML, since NCCL writes nothing
 * else (src/graph/xml.cc): no text, declaration, entity, CDATA or namespace. A file that has any is
 * refused with the reason, not guessed at.
 *
 * Nothing is copied or allocated: names and values are pieces of the text, which must stay.
 */
#ifndef GST_COLLECTIVE_WAY_XML_H
#define GST_COLLECTIVE_WAY_XML_H

#include <stdbool.h>
#include <stddef.h>

/* A dump nests system, cpu, PCI bridges, device, gpu, nvlink: PCI allows no 32 bridges in a row on
 * any board, and NCCL writes at most 16 attributes an element (src/graph/xml.h). */
#define GST_WAY_XML_DEPTH      32
#define GST_WAY_XML_ATTRIBUTES 16

/* A piece of the text that is read; not ended by a zero. */
struct gst_way_text {
    const char *text;
    size_t size;
};

enum gst_way_mark {
    GST_WAY_OPEN,  /* an element begins; an empty one is closed right after */
    GST_WAY_CLOSE, /* the innermost open element ends */
    GST_WAY_END,   /* of the text, with every element closed */
    GST_WAY_WRONG, /* see `problem`; stays so */
};

struct gst_way_xml {
    struct gst_way_text name; /* of the element that begins or ends */
    size_t attribute_count;   /* of one that begins */
    struct {
        struct gst_way_text name, value;
    } attributes[GST_WAY_XML_ATTRIBUTES];
    size_t depth;        /* elements that are open, one that begins included */
    const char *problem; /* constant text, NULL if there is none */

    const char *at, *end;
    bool is_empty; /* the element that began ends with its tag */
    bool has_root;
    struct gst_way_text open[GST_WAY_XML_DEPTH];
};

void gst_way_xml_start(struct gst_way_xml *xml, const char *text, size_t size);

/* Goes on to the next mark. Ends after at most one step per byte. */
enum gst_way_mark gst_way_xml_next(struct gst_way_xml *xml);

bool gst_way_text_is(const struct gst_way_text *piece, const char *word);

/* Of the element that began: the value, or NULL. */
const struct gst_way_text *gst_way_xml_attribute(const struct gst_way_xml *xml, const char *name);

/* A copy of the value with an end, cut to `size`; empty if there is none. Returns `text`. */
const char *gst_way_xml_copy(const struct gst_way_xml *xml, const char *name, char *text,
                             size_t size);

/* The value as a whole number, decimal or 0x..., or as a finite one with a point. False, and
 * *number as it was, if there is none or anything follows it. */
bool gst_way_xml_integer(const struct gst_way_xml *xml, const char *name, long *number);
bool gst_way_xml_real(const struct gst_way_xml *xml, const char *name, double *number);

#endif
