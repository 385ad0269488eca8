/* SPDX-License-Identifier: Apache-2.0 */
/* NCCL's graphs, from dumps of real machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "collective/way/graph.h"
#include "nccl_files.h"

static struct gst_way_graphs graphs;
static const char *problem;

static bool parse(const char *text)
{
    return gst_way_graphs_parse(&graphs, text, strlen(text), &problem);
}

static void test_way_graph__rings_over_nvlink(void **state)
{
    const struct gst_way_graph *ring;
    char text[96];

    (void)state;
    assert_true(parse(nccl_file("graph-v100x4.xml")));
    ring = gst_way_graph_of(&graphs, GST_WAY_RING);
    assert_non_null(ring);
    /* Six NVLinks of 22 GB/s by NCCL's count of that day. */
    assert_true(gst_way_graph_bytes_per_s(ring) == 132e9);
    assert_int_equal(ring->intra, GST_WAY_LINK_NVL);
    assert_int_equal(ring->channels_listed, 2); /* the file is cut */
    assert_int_equal(ring->gpu_count, 4);
    assert_int_equal(ring->gpus[3], 3);
    assert_string_equal(gst_way_graph_describe(ring, text, sizeof(text)),
                        "ring: 6 channels of 22 GB/s over NVL");
    assert_null(gst_way_graph_of(&graphs, GST_WAY_NVLS));
}

static void test_way_graph__older_dump_over_the_cpus(void **state)
{
    const struct gst_way_graph *ring, *tree;

    (void)state;
    assert_true(parse(nccl_file("graph-pcie.xml")));
    assert_int_equal(graphs.count, 3);
    ring = gst_way_graph_of(&graphs, GST_WAY_RING);
    tree = gst_way_graph_of(&graphs, GST_WAY_TREE);
    assert_non_null(ring);
    assert_non_null(tree);
    assert_int_equal(ring->intra, GST_WAY_LINK_SYS);
    assert_true(gst_way_graph_bytes_per_s(ring) == 24e9);
    assert_true(gst_way_graph_bytes_per_s(tree) == 12e9);
    assert_int_equal(ring->gpu_count, 4);
    assert_null(gst_way_graph_of(&graphs, 2)); /* has no channel */
}

static void test_way_graph__no_channel_is_no_graph(void **state)
{
    (void)state;
    assert_true(parse(nccl_file("graph-one-gpu.xml")));
    assert_int_equal(graphs.count, 4);
    assert_null(gst_way_graph_of(&graphs, GST_WAY_NVLS));
    assert_int_equal(gst_way_graph_of(&graphs, GST_WAY_RING)->intra, GST_WAY_LINK_LOC);
}

/* 2.24 and later write numbers in hex, and the rank beside them (src/graph/xml.h, search.cc). */
static void test_way_graph__newer_numbers(void **state)
{
    (void)state;
    assert_true(parse("<graphs version=\"1\"><graph id=\"3\" pattern=\"5\" crossnic=\"0\" "
                      "nchannels=\"16\" speedintra=\"20\" speedinter=\"20\" latencyinter=\"0\" "
                      "typeintra=\"NVL\" typeinter=\"PIX\" samechannels=\"0\"><channel>"
                      "<gpu dev=\"0xb\" rank=\"11\"/></channel></graph></graphs>"));
    assert_int_equal(gst_way_graph_of(&graphs, GST_WAY_NVLS)->gpus[0], 11);
    assert_string_equal(gst_way_graph_name(GST_WAY_NVLS), "NVLS");
}

static void test_way_graph__unknown_class_is_told(void **state)
{
    (void)state;
    assert_true(parse("<graphs><graph id='0' nchannels='1' speedintra='9' speedinter='9' "
                      "typeintra='QQQ'/></graphs>"));
    assert_int_equal(graphs.of[0].intra, GST_WAY_LINK_COUNT);
    assert_string_equal(gst_way_link_word(GST_WAY_LINK_COUNT), "unknown");
}

static void test_way_graph__senseless_graphs_are_left_out(void **state)
{
    static const char *const senseless[] = {
        "<graphs><graph id='-1' nchannels='1' speedintra='9' speedinter='9'/></graphs>",
        "<graphs><graph id='0' nchannels='65' speedintra='9' speedinter='9'/></graphs>",
        "<graphs><graph id='0' nchannels='-1' speedintra='9' speedinter='9'/></graphs>",
        "<graphs><graph id='0' nchannels='1' speedintra='-9' speedinter='9'/></graphs>",
        "<graphs><graph id='0' nchannels='1' speedintra='inf' speedinter='9'/></graphs>",
        "<graphs><graph id='0' nchannels='1' speedintra='9e9' speedinter='9'/></graphs>",
        "<graphs><graph nchannels='1' speedintra='9' speedinter='9'/></graphs>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(senseless) / sizeof(senseless[0]); i++) {
        assert_false(parse(senseless[i]));
        assert_string_equal(problem, "it has no graph");
    }
    assert_false(parse("<system/>"));
    assert_string_equal(problem, "its outermost element is not 'graphs'");
    assert_false(parse("<graphs>"));
    assert_non_null(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_graph__rings_over_nvlink),
        cmocka_unit_test(test_way_graph__older_dump_over_the_cpus),
        cmocka_unit_test(test_way_graph__no_channel_is_no_graph),
        cmocka_unit_test(test_way_graph__newer_numbers),
        cmocka_unit_test(test_way_graph__unknown_class_is_told),
        cmocka_unit_test(test_way_graph__senseless_graphs_are_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
