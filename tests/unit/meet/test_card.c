/* SPDX-License-Identifier: Apache-2.0 */
/* Who can take part, and what is said to who cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "meet/card.h"

static const struct gst_card ours = {
    .rank = 0, .size = 8, .job = 1, .plan = 2, .version = "1.0", .nccl = "2.28.9", .host = "node0"
};

static void test_card__fits(void **state)
{
    struct gst_card theirs = ours;
    bool is_of_our_job = false;
    char why[240];

    (void)state;
    theirs.rank = 7;
    assert_true(gst_card_matches(&ours, &theirs, &is_of_our_job, why, sizeof(why)));
    assert_true(is_of_our_job);
    /* A process that has no GPU yet does not know its NCCL. */
    theirs.nccl[0] = '\0';
    assert_true(gst_card_matches(&ours, &theirs, &is_of_our_job, why, sizeof(why)));
}

static void test_card__differs(void **state)
{
    static const struct {
        struct gst_card theirs;
        bool is_of_our_job;
        const char *why;
    } cases[] = {
        { { 3, 8, 9, 2, "1.0", .host = "node1" },
          false,
          "rank 3 on 'node1' is of another job than rank 0 on 'node0'" },
        { { 3, 8, 1, 2, "1.1", .host = "node1" },
          true,
          "rank 3 on 'node1' is gpu-selftest 1.1, and rank 0 on 'node0' is 1.0" },
        { { 3, 4, 1, 2, "1.0", .host = "node1" },
          true,
          "rank 3 on 'node1' is told of 4 ranks, and rank 0 on 'node0' of 8" },
        { { 8, 8, 1, 2, "1.0", .host = "node1" }, true, "rank 8 on 'node1' is none of 0 to 7" },
        { { -1, 8, 1, 2, "1.0", .host = "node1" }, true, "rank -1 on 'node1' is none of 0 to 7" },
        { { 3, 8, 1, 3, "1.0", .host = "node1" },
          true,
          "rank 3 on 'node1' was started with other options than rank 0 on 'node0'" },
        { { 3, 8, 1, 2, "1.0", "2.19.3", .host = "node1" },
          true,
          "rank 3 on 'node1' has NCCL 2.19.3, and rank 0 on 'node0' has 2.28.9" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool is_of_our_job = !cases[i].is_of_our_job;
        char why[240] = "";

        assert_false(gst_card_matches(&ours, &cases[i].theirs, &is_of_our_job, why, sizeof(why)));
        assert_int_equal(is_of_our_job, cases[i].is_of_our_job);
        assert_string_equal(why, cases[i].why);
    }
}

static void test_card__digest(void **state)
{
    (void)state;
    /* Published test vectors of FNV-1a, 64 bits. */
    assert_true(gst_card_digest("") == UINT64_C(0xcbf29ce484222325));
    assert_true(gst_card_digest("a") == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(gst_card_digest("foobar") == UINT64_C(0x85944171f73967e8));
}

static void test_card__of_this_process(void **state)
{
    const struct gst_card card = gst_card_of_this_process(2, 4, "1.0");
    char host[GST_CARD_HOST_SIZE] = "";
    struct stat found;

    (void)state;
    assert_int_equal(card.rank, 2);
    assert_int_equal(card.size, 4);
    assert_string_equal(card.version, "1.0");
    assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
    assert_string_equal(card.host, host);
    assert_int_equal(stat("/proc/self/ns/net", &found), 0);
    assert_true(card.net_namespace == found.st_ino);
    assert_int_equal(stat("/proc/self/ns/ipc", &found), 0);
    assert_true(card.ipc_namespace == found.st_ino);
    if (stat("/dev/shm", &found) == 0)
        assert_true(card.shm_device == found.st_dev);
    assert_int_equal(card.gpu[0], '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_card__fits),
        cmocka_unit_test(test_card__differs),
        cmocka_unit_test(test_card__digest),
        cmocka_unit_test(test_card__of_this_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
