/* SPDX-License-Identifier: Apache-2.0 */
/* NCCL's RAS asked: against servers that follow a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/clock.h"
#include "meet/address.h"
#include "meet/ras.h"

#define ANSWERS_MAX 4

/* One connection: each line that comes is kept and answered by the next answer; behind the last it
 * closes, or stays silent until the client has gone. */
struct server {
    const char *answers[ANSWERS_MAX];
    bool stays;
    size_t flood; /* of the last answer's bytes, once more, up to so many */
    int listener;
    char heard[256];
    pthread_t thread;
};

static bool wait_for(int fd)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };

    return poll(&ready, 1, 30000) == 1;
}

/* A line, or false at the end. */
static bool hear_line(struct server *server, int fd)
{
    size_t used = strlen(server->heard);

    while (used + 1 < sizeof(server->heard)) {
        if (!wait_for(fd) || recv(fd, server->heard + used, 1, 0) != 1)
            return false;
        server->heard[++used] = '\0';
        if (server->heard[used - 1] == '\n')
            return true;
    }
    return false;
}

static bool is_last(const struct server *server, int i)
{
    return i + 1 == ANSWERS_MAX || server->answers[i + 1] == NULL;
}

/* The answer, again and again until `least` bytes have gone. */
static bool tell(int fd, const char *answer, size_t least)
{
    size_t sent = 0;

    do {
        if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
            return false;
        sent += strlen(answer);
    } while (sent < least);
    return true;
}

static void *serve(void *argument)
{
    struct server *server = argument;
    int fd = wait_for(server->listener) ? accept(server->listener, NULL, NULL) : -1;
    char rest[16];

    for (int i = 0; i < ANSWERS_MAX && server->answers[i] != NULL; i++) {
        const char *answer = server->answers[i];

        if (!hear_line(server, fd))
            break;
        if (!tell(fd, answer, is_last(server, i) ? server->flood : 0))
            break;
    }
    while (server->stays && wait_for(fd) && recv(fd, rest, sizeof(rest), 0) > 0)
        continue;
    close(fd);
    return NULL;
}

static bool ask(struct server *server, double timeout_s, char *text, size_t size,
                struct gst_status *st)
{
    bool is_taken, ok;
    char why[200];

    server->listener = gst_address_listen("127.0.0.1", 0, &is_taken, why, sizeof(why));
    assert_true(server->listener >= 0);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
    ok = gst_ras_ask("127.0.0.1", gst_address_port(server->listener), timeout_s, text, size, st);
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    close(server->listener);
    return ok;
}

#define STATUS "NCCL version 2.28.9\n\nJob summary\n===========\n  Ranks 8 of 8\n"

static void test_ras__is_asked(void **state)
{
    struct server server = { .answers = { "SERVER PROTOCOL 3\n", "OK\n", STATUS } };
    struct gst_status st = GST_STATUS_INIT;
    char text[1000];

    (void)state;
    assert_true(ask(&server, 5, text, sizeof(text), &st));
    assert_string_equal(text, STATUS);
    assert_string_equal(server.heard, "CLIENT PROTOCOL 2\nTIMEOUT 4\nVERBOSE STATUS\n");
}

static void test_ras__what_does_not_fit_is_cut(void **state)
{
    struct server server = { .answers = { "SERVER PROTOCOL 2\n", "OK\n", "0123456789\n" },
                             .flood = 100000 };
    struct gst_status st = GST_STATUS_INIT;
    char text[16];

    (void)state;
    assert_true(ask(&server, 30, text, sizeof(text), &st));
    assert_ptr_equal(strstr(text, "0123456789\n"), text);
    assert_true(strlen(text) < sizeof(text));
}

static void test_ras__text_is_made_printable(void **state)
{
    struct server server = { .answers = { "SERVER PROTOCOL 2\n", "OK\n", "a\x1b[31mb\n\xff" } };
    struct gst_status st = GST_STATUS_INIT;
    char text[100];

    (void)state;
    assert_true(ask(&server, 5, text, sizeof(text), &st));
    assert_string_equal(text, "a?[31mb\n\xef\xbf\xbd");
}

/* What came before the time was over is better than nothing. */
static void test_ras__a_status_without_an_end(void **state)
{
    struct server server = { .answers = { "SERVER PROTOCOL 2\n", "OK\n", "Ranks 7 of 8\n" },
                             .stays = true };
    struct gst_status st = GST_STATUS_INIT;
    char text[100];

    (void)state;
    assert_true(ask(&server, 0.2, text, sizeof(text), &st));
    assert_string_equal(text, "Ranks 7 of 8\n");
    assert_string_equal(server.heard, "CLIENT PROTOCOL 2\nTIMEOUT 1\nVERBOSE STATUS\n");
}

static void test_ras__others(void **state)
{
    static const struct {
        struct server server;
        double timeout_s;
        const char *cause;
    } cases[] = {
        { { .answers = { "HTTP/1.1 400 Bad \x1bRequest\r\n" } },
          5,
          "what listens at NCCL's RAS port says 'HTTP/1.1 400 Bad ?Request " },
        { { .answers = { NULL } }, 5, "NCCL's RAS says nothing" },
        { { .answers = { NULL }, .stays = true }, 0.2, "NCCL's RAS says nothing" },
        { { .answers = { "SERVER PROTOCOL 2" } }, 5, "NCCL's RAS says nothing" },
        { { .answers = { "SERVER PROTOCOL 2\n", "ERROR: no\n" } },
          5,
          "NCCL's RAS refuses a time-out" },
        { { .answers = { "SERVER PROTOCOL 2\n", "OK\n", "" } }, 5, "NCCL's RAS tells no status" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct server server = cases[i].server;
        struct gst_status st = GST_STATUS_INIT;
        const uint64_t begin_ns = gst_clock_ns();
        char text[100] = "untouched";

        assert_false(ask(&server, cases[i].timeout_s, text, sizeof(text), &st));
        if (strstr(st.cause, cases[i].cause) != st.cause)
            fail_msg("'%s' does not begin with '%s'", st.cause, cases[i].cause);
        assert_string_equal(text, "untouched");
        assert_true((double)(gst_clock_ns() - begin_ns) < 10e9);
    }
}

static void test_ras__complaints(void **state)
{
    static const struct {
        const char *status;
        const char *line;
    } cases[] = {
        { "", "" },
        { "NCCL version 2.28.9\n", "" },
        { "Job summary\n===========\n\n  1 8\n\nErrors\n======\n\nWarnings\n========\n\n", "" },
        { "Communicators\n=============\n 0 8\n\nErrors\n======\n\n#0-0 (12) INCOMPLETE\n"
          "  Missing data from 1 rank\n  The missing rank: 3 \n\nWarnings\n========\n\n",
          "INCOMPLETE; Missing data from 1 rank; The missing rank: 3" },
        { "Errors\n======\na\nWarnings\n========\nb\nOther\n=====\nc\n", "a; b" },
        { "Errors\n======\nno end", "no end" },
        { "Errors\n======\n#1 (12)", "" },
        { "Errors\n======\n#1 12", "#1 12" },
        { "Errors\nof others\n", "" },
    };
    char small[8];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[200];

        assert_string_equal(gst_ras_complaints(cases[i].status, line, sizeof(line)), cases[i].line);
    }
    assert_string_equal(gst_ras_complaints("Errors\n======\n12345\n67890\n", small, sizeof(small)),
                        "12345; ");
}

static void test_ras__nobody_listens(void **state)
{
    struct gst_status st = GST_STATUS_INIT;
    bool is_taken;
    char text[100], why[200];
    int listener = gst_address_listen("127.0.0.1", 0, &is_taken, why, sizeof(why));
    int port = gst_address_port(listener);

    (void)state;
    close(listener);
    assert_false(gst_ras_ask("127.0.0.1", port, 5, text, sizeof(text), &st));
    assert_non_null(strstr(st.cause, "NCCL's RAS: cannot connect to '127.0.0.1'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ras__is_asked),
        cmocka_unit_test(test_ras__what_does_not_fit_is_cut),
        cmocka_unit_test(test_ras__text_is_made_printable),
        cmocka_unit_test(test_ras__a_status_without_an_end),
        cmocka_unit_test(test_ras__others),
        cmocka_unit_test(test_ras__complaints),
        cmocka_unit_test(test_ras__nobody_listens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
