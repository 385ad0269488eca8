/* SPDX-License-Identifier: Apache-2.0 */
/* Elements and attributes, and everything that is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "collective/way/xml.h"

static struct gst_way_xml start(const char *text)
{
    struct gst_way_xml xml;

    gst_way_xml_start(&xml, text, strlen(text));
    return xml;
}

static void test_way_xml__marks_come_in_order(void **state)
{
    struct gst_way_xml xml =
        start("<!-- - -- > --> <a x='1' y=\"two words\">\n <b/>\n</a> <!---->\n");

    (void)state;
    assert_int_equal(gst_way_xml_next(&xml), GST_WAY_OPEN);
    assert_true(gst_way_text_is(&xml.name, "a"));
    assert_true(gst_way_text_is(gst_way_xml_attribute(&xml, "y"), "two words"));
    assert_null(gst_way_xml_attribute(&xml, "z"));
    assert_int_equal(gst_way_xml_next(&xml), GST_WAY_OPEN);
    assert_true(gst_way_text_is(&xml.name, "b"));
    assert_int_equal(xml.depth, 2);
    assert_null(gst_way_xml_attribute(&xml, "x"));
    assert_int_equal(gst_way_xml_next(&xml), GST_WAY_CLOSE);
    assert_true(gst_way_text_is(&xml.name, "b"));
    assert_int_equal(gst_way_xml_next(&xml), GST_WAY_CLOSE);
    assert_true(gst_way_text_is(&xml.name, "a"));
    assert_int_equal(gst_way_xml_next(&xml), GST_WAY_END);
    assert_int_equal(gst_way_xml_next(&xml), GST_WAY_END);
}

static void test_way_xml__numbers_are_whole_values(void **state)
{
    struct gst_way_xml xml = start("<a d='18' h='0x10' z='010' n='-1' f='20.6' e='' t='16 x' "
                                   "s=' 1' big='99999999999999999999' nan='nan'/>");
    double real = 0;
    long number = 0;

    (void)state;
    assert_int_equal(gst_way_xml_next(&xml), GST_WAY_OPEN);
    assert_true(gst_way_xml_integer(&xml, "d", &number) && number == 18);
    assert_true(gst_way_xml_integer(&xml, "h", &number) && number == 16);
    assert_true(gst_way_xml_integer(&xml, "z", &number) && number == 10);
    assert_true(gst_way_xml_integer(&xml, "n", &number) && number == -1);
    assert_true(gst_way_xml_real(&xml, "f", &real) && real == 20.6);
    number = 7;
    assert_false(gst_way_xml_integer(&xml, "f", &number));
    assert_false(gst_way_xml_integer(&xml, "e", &number));
    assert_false(gst_way_xml_integer(&xml, "t", &number));
    assert_false(gst_way_xml_integer(&xml, "s", &number));
    assert_false(gst_way_xml_integer(&xml, "big", &number));
    assert_false(gst_way_xml_integer(&xml, "none", &number));
    assert_false(gst_way_xml_real(&xml, "nan", &real));
    assert_int_equal(number, 7);
}

/* Everything that NCCL does not write. */
static const char *const refused[] = {
    "",
    "  \n",
    "text",
    "<a>text</a>",
    "<a/><b/>",
    "<a></b>",
    "<a><b></a></b>",
    "</a>",
    "<a",
    "<a>",
    "< a/>",
    "<a x/>",
    "<a x=1/>",
    "<a x='1/>",
    "<a x='&lt;'/>",
    "<a x='<'/>",
    "<a/",
    "<a></a",
    "<!-- <a/>",
    "<?xml version='1.0'?><a/>",
    "<!DOCTYPE a><a/>",
    "<a><![CDATA[x]]></a>",
};

static void test_way_xml__all_else_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct gst_way_xml xml = start(refused[i]);
        enum gst_way_mark mark;

        while ((mark = gst_way_xml_next(&xml)) == GST_WAY_OPEN || mark == GST_WAY_CLOSE)
            continue;
        if (mark != GST_WAY_WRONG)
            print_error("taken: %s\n", refused[i]);
        assert_int_equal(mark, GST_WAY_WRONG);
        assert_non_null(xml.problem);
        assert_int_equal(gst_way_xml_next(&xml), GST_WAY_WRONG);
    }
}

/* `count` times. */
static void repeat(char *text, size_t size, const char *piece, int count)
{
    for (int i = 0; i < count; i++)
        snprintf(text + strlen(text), size - strlen(text), "%s", piece);
}

static enum gst_way_mark nest(int depth)
{
    char text[1024] = "";
    struct gst_way_xml xml;
    enum gst_way_mark mark;

    repeat(text, sizeof(text), "<a>", depth);
    repeat(text, sizeof(text), "</a>", depth);
    xml = start(text);
    while ((mark = gst_way_xml_next(&xml)) == GST_WAY_OPEN || mark == GST_WAY_CLOSE)
        continue;
    return mark;
}

static void test_way_xml__depth_and_attributes_have_bounds(void **state)
{
    char text[256] = "<a";
    struct gst_way_xml xml;

    (void)state;
    assert_int_equal(nest(GST_WAY_XML_DEPTH), GST_WAY_END);
    assert_int_equal(nest(GST_WAY_XML_DEPTH + 1), GST_WAY_WRONG);
    repeat(text, sizeof(text), " b=''", GST_WAY_XML_ATTRIBUTES + 1);
    repeat(text, sizeof(text), "/>", 1);
    xml = start(text);
    assert_int_equal(gst_way_xml_next(&xml), GST_WAY_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_xml__marks_come_in_order),
        cmocka_unit_test(test_way_xml__numbers_are_whole_values),
        cmocka_unit_test(test_way_xml__all_else_is_refused),
        cmocka_unit_test(test_way_xml__depth_and_attributes_have_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
