/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as people and launchers write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/rendezvous.h"

static void test_rendezvous__read_and_written(void **state)
{
    static const struct {
        const char *text;
        enum gst_rendezvous_kind kind;
        const char *host;
        int port;
        const char *path;
    } cases[] = {
        { "tcp://node0:29500", GST_RENDEZVOUS_TCP, "node0", 29500, "" },
        { "tcp://node-0.cluster.local:1", GST_RENDEZVOUS_TCP, "node-0.cluster.local", 1, "" },
        { "tcp://10.0.0.1:65535", GST_RENDEZVOUS_TCP, "10.0.0.1", 65535, "" },
        { "tcp://[::1]:29500", GST_RENDEZVOUS_TCP, "::1", 29500, "" },
        { "tcp://[fe80::1%eth0]:2", GST_RENDEZVOUS_TCP, "fe80::1%eth0", 2, "" },
        { "file:///shared/meet", GST_RENDEZVOUS_FILE, "", 0, "/shared/meet" },
        { "file:///a b/c:d", GST_RENDEZVOUS_FILE, "", 0, "/a b/c:d" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_rendezvous meet;
        char error[200] = "", text[300];

        if (!gst_rendezvous_parse(&meet, cases[i].text, error, sizeof(error)))
            fail_msg("'%s': %s", cases[i].text, error);
        assert_int_equal(meet.kind, cases[i].kind);
        assert_string_equal(meet.host, cases[i].host);
        assert_int_equal(meet.port, cases[i].port);
        assert_string_equal(meet.path, cases[i].path);
        assert_string_equal(gst_rendezvous_describe(&meet, text, sizeof(text)), cases[i].text);
    }
}

static void test_rendezvous__refused(void **state)
{
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        { "", "tcp://<host>:<port> nor file:///<path>" },
        { "node0:29500", "'node0:29500' is neither" },
        { "http://node0:80", "neither" },
        { "tcp://", "no host and port" },
        { "tcp://node0", "such as node0:29500" },
        { "tcp://:29500", "no host name" },
        { "tcp://node0:", "'' is no port from 1 to 65535" },
        { "tcp://node0:0", "'0' is no port" },
        { "tcp://node0:65536", "'65536' is no port" },
        { "tcp://node0:-1", "'-1' is no port" },
        { "tcp://node0:29500/x", "'29500/x' is no port" },
        { "tcp://no de:1", "no host name" },
        { "tcp://fd00::1:29500", "stands in brackets" },
        { "tcp://[fd00::1:29500", "no host and port" },
        { "tcp://[fd00::1]29500", "no host and port" },
        { "tcp://[]:29500", "no host name" },
        { "file://", "no absolute path" },
        { "file://shared/meet", "no absolute path" },
        { "file:///", "no absolute path" },
        { "file:///shared/", "no absolute path" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_rendezvous meet = { .port = 7 };
        char error[200] = "";

        assert_false(gst_rendezvous_parse(&meet, cases[i].text, error, sizeof(error)));
        if (strstr(error, cases[i].part) == NULL)
            fail_msg("'%s': '%s' does not name '%s'", cases[i].text, error, cases[i].part);
        assert_int_equal(meet.port, 7);
    }
}

static void test_rendezvous__long_parts_are_refused(void **state)
{
    char text[2000], error[200];
    struct gst_rendezvous meet;

    (void)state;
    memset(text, 'x', sizeof(text));
    memcpy(text, "tcp://", 6);
    memcpy(text + 6 + GST_RENDEZVOUS_HOST_SIZE, ":80", 4);
    assert_false(gst_rendezvous_parse(&meet, text, error, sizeof(error)));
    assert_non_null(strstr(error, "no host name"));
    memset(text, 'x', sizeof(text));
    memcpy(text, "file:///", 8);
    text[7 + GST_RENDEZVOUS_PATH_SIZE] = '\0';
    assert_false(gst_rendezvous_parse(&meet, text, error, sizeof(error)));
    assert_non_null(strstr(error, "no absolute path"));
}

/* As variables of launchers hold them: IPv6 without brackets, and in some scripts with them. */
static void test_rendezvous__of_a_host(void **state)
{
    static const char *const hosts[][2] = {
        { "node0", "node0" },
        { "::1", "::1" },
        { "[::1]", "::1" },
        { "[fd00::2%eth0]", "fd00::2%eth0" },
    };
    static const char *const refused[] = { "", "[]", "[", "]", "[::1", "::1]", "[[::1]]", "no de" };
    struct gst_rendezvous meet;
    char error[200];

    (void)state;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        assert_true(gst_rendezvous_of_host(&meet, hosts[i][0], "29500", error, sizeof(error)));
        assert_string_equal(meet.host, hosts[i][1]);
        assert_int_equal(meet.port, 29500);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_false(gst_rendezvous_of_host(&meet, refused[i], "29500", error, sizeof(error)));
        assert_non_null(strstr(error, "no host name"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rendezvous__read_and_written),
        cmocka_unit_test(test_rendezvous__refused),
        cmocka_unit_test(test_rendezvous__long_parts_are_refused),
        cmocka_unit_test(test_rendezvous__of_a_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
