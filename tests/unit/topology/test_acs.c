/* SPDX-License-Identifier: Apache-2.0 */
/* ACS in configuration space, made byte by byte. Offsets and bits: PCI Express base specification
 * 6.0, 7.6.3 and 7.7.11; a PLX 9797 has ACS at 0xf24. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "topology/acs.h"

#define WHOLE 4096

/* An extended capability: id in the low 16 bits, version 1, the next one in the high 12. */
static void put(unsigned char *config, size_t at, unsigned id, unsigned next)
{
    const unsigned header = id | 1u << 16 | next << 20;

    for (size_t i = 0; i < 4; i++)
        config[at + i] = (unsigned char)(header >> 8 * i);
}

static void test_acs__capability_and_control(void **state)
{
    static const struct {
        unsigned control;
        enum gst_acs acs;
    } rows[] = {
        { 0x0000, GST_ACS_DIRECT },    /* SrcValid- ... DirectTrans-, as lspci shows it */
        { 0x001d, GST_ACS_REDIRECTS }, /* SrcValid+ ReqRedir+ CmpltRedir+ UpstreamFwd+: Linux */
        { 0x0004, GST_ACS_REDIRECTS }, { 0x0001, GST_ACS_DIRECT },
        { 0x0008, GST_ACS_DIRECT },    { 0x0400, GST_ACS_DIRECT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char config[WHOLE] = { 0 };

        put(config, 0x100, 0x0003, 0xfb4); /* device serial number */
        put(config, 0xfb4, 0x0001, 0xf24); /* advanced error reporting */
        put(config, 0xf24, 0x000d, 0);
        config[0xf24 + 4] = 0x7f; /* what it could do is not what it does */
        config[0xf24 + 6] = (unsigned char)rows[i].control;
        config[0xf24 + 7] = (unsigned char)(rows[i].control >> 8);
        assert_int_equal(gst_acs_parse(config, WHOLE), rows[i].acs);
        /* Without CAP_SYS_ADMIN, and a bus without extended configuration. */
        assert_int_equal(gst_acs_parse(config, 64), GST_ACS_NOT_TOLD);
        assert_int_equal(gst_acs_parse(config, 256), GST_ACS_NOT_TOLD);
        assert_int_equal(gst_acs_parse(config, 0xf24 + 7), GST_ACS_NOT_TOLD);
        assert_int_equal(gst_acs_parse(config, 0), GST_ACS_NOT_TOLD);
    }
}

static void test_acs__ports_without_it(void **state)
{
    unsigned char config[WHOLE] = { 0 };

    (void)state;
    assert_int_equal(gst_acs_parse(config, WHOLE), GST_ACS_NONE);
    put(config, 0x100, 0x0001, 0x140);
    put(config, 0x140, 0x0002, 0);
    assert_int_equal(gst_acs_parse(config, WHOLE), GST_ACS_NONE);
    memset(config, 0xff, sizeof(config)); /* nothing answers: asleep, or gone */
    assert_int_equal(gst_acs_parse(config, WHOLE), GST_ACS_NOT_TOLD);
}

static void test_acs__lists_that_go_in_circles_or_outside_end(void **state)
{
    unsigned char config[WHOLE] = { 0 };

    (void)state;
    put(config, 0x100, 0x0001, 0x140);
    put(config, 0x140, 0x0002, 0x100);
    assert_int_equal(gst_acs_parse(config, WHOLE), GST_ACS_NONE);
    put(config, 0x140, 0x0002, 0x040);
    assert_int_equal(gst_acs_parse(config, WHOLE), GST_ACS_NONE);
    put(config, 0x140, 0x0002, 0xffc);
    put(config, 0xffc, 0x000d, 0);
    assert_int_equal(gst_acs_parse(config, WHOLE), GST_ACS_NOT_TOLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_acs__capability_and_control),
        cmocka_unit_test(test_acs__ports_without_it),
        cmocka_unit_test(test_acs__lists_that_go_in_circles_or_outside_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
