/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as bytes: what goes in comes out, and what nobody sent is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "meet/wire.h"

static void test_wire__header(void **state)
{
    const struct gst_wire_header header = { GST_WIRE_DATA, 0x01020304, 0x0a0b0c0d };
    /* By hand: magic, version 1, kind 7, step, bytes; the highest byte first. */
    static const uint8_t expected[GST_WIRE_HEADER_SIZE] = {
        'g', 's', 't', 'm', 0, 1, 0, 7, 1, 2, 3, 4, 0xa, 0xb, 0x0c, 0x0d
    };
    struct gst_wire_header back;
    uint8_t raw[GST_WIRE_HEADER_SIZE];

    (void)state;
    gst_wire_put_header(raw, &header);
    assert_memory_equal(raw, expected, sizeof(raw));
    assert_int_equal(gst_wire_take_header(raw, &back), GST_WIRE_OURS);
    assert_int_equal(back.kind, GST_WIRE_DATA);
    assert_int_equal(back.step, 0x01020304);
    assert_int_equal(back.bytes, 0x0a0b0c0d);
}

static void test_wire__headers_of_others(void **state)
{
    static const struct {
        const char raw[GST_WIRE_HEADER_SIZE + 1];
        enum gst_wire_origin origin;
    } cases[] = {
        { "GET / HTTP/1.1\r\n", GST_WIRE_FOREIGN },
        { "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", GST_WIRE_FOREIGN },
        { "gstm\0\1\0\0\0\0\0\0\0\0\0\0", GST_WIRE_FOREIGN },   /* no kind 0 */
        { "gstm\0\1\0\x09\0\0\0\0\0\0\0\0", GST_WIRE_FOREIGN }, /* and none behind the last */
        { "gstm\0\2\0\1\0\0\0\0\0\0\0\0", GST_WIRE_OTHER_VERSION },
        { "gstm\0\1\0\x08\0\0\0\0\0\0\0\0", GST_WIRE_OURS },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_wire_header header;

        assert_int_equal(gst_wire_take_header((const uint8_t *)cases[i].raw, &header),
                         cases[i].origin);
    }
}

static struct gst_card a_card(void)
{
    return (struct gst_card){ .rank = 3,
                              .size = 8,
                              .job = UINT64_C(0x1122334455667788),
                              .plan = UINT64_MAX,
                              .version = "1.2.3",
                              .nccl = "2.28.9",
                              .gpu = "GPU-6f1c",
                              .host = "node1",
                              .boot_id = "0b5c",
                              .ipc_namespace = 4026531839,
                              .net_namespace = 4026531840,
                              .pid_namespace = 4026531836,
                              .shm_device = 25 };
}

static void test_wire__card(void **state)
{
    const struct gst_card card = a_card();
    struct gst_card back;
    uint8_t raw[GST_WIRE_CARD_SIZE];

    (void)state;
    gst_wire_put_card(raw, &card);
    assert_int_equal(raw[3], 3);
    assert_int_equal(raw[7], 8);
    assert_int_equal(raw[8], 0x11);
    assert_true(gst_wire_take_card(raw, &back));
    assert_int_equal(back.rank, 3);
    assert_int_equal(back.size, 8);
    assert_true(back.job == card.job && back.plan == UINT64_MAX);
    assert_string_equal(back.version, "1.2.3");
    assert_string_equal(back.nccl, "2.28.9");
    assert_string_equal(back.gpu, "GPU-6f1c");
    assert_string_equal(back.host, "node1");
    assert_string_equal(back.boot_id, "0b5c");
    assert_true(back.ipc_namespace == 4026531839 && back.net_namespace == 4026531840);
    assert_true(back.pid_namespace == 4026531836 && back.shm_device == 25);
}

static void test_wire__cards_that_cannot_be(void **state)
{
    /* Where the suite's version begins: two numbers of 4 bytes and six of 8. */
    enum { TEXT = 2 * 4 + 6 * 8 };
    const struct gst_card card = a_card();
    struct gst_card back = { .rank = 77 };
    uint8_t raw[GST_WIRE_CARD_SIZE];

    (void)state;
    gst_wire_put_card(raw, &card);
    raw[TEXT] = '\x1b';
    assert_false(gst_wire_take_card(raw, &back));
    gst_wire_put_card(raw, &card);
    memset(raw + TEXT, 'x', GST_CARD_VERSION_SIZE); /* no end */
    assert_false(gst_wire_take_card(raw, &back));
    gst_wire_put_card(raw, &card);
    memset(raw, 0xff, 4);
    assert_true(gst_wire_take_card(raw, &back)); /* -1: a hub that is no rank */
    assert_int_equal(back.rank, -1);
    raw[3] = 0xfe;
    assert_false(gst_wire_take_card(raw, &back));
    gst_wire_put_card(raw, &card);
    memset(raw + 4, 0, 4); /* no ranks at all */
    assert_false(gst_wire_take_card(raw, &back));
    raw[4] = 0x80; /* less than none */
    assert_false(gst_wire_take_card(raw, &back));
    assert_int_equal(back.rank, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire__header),
        cmocka_unit_test(test_wire__headers_of_others),
        cmocka_unit_test(test_wire__card),
        cmocka_unit_test(test_wire__cards_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
