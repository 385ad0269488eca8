/* SPDX-License-Identifier: Apache-2.0 */
/* What a launcher's variables say, and every way in which they do not go together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "meet/launch.h"

#define VARIABLES_MAX 10

/* "NAME=value" of a list that ends with NULL. */
static const char *get(const char *name, void *data)
{
    for (const char *const *at = data; *at != NULL; at++) {
        size_t length = strlen(name);

        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
            return *at + length + 1;
    }
    return NULL;
}

static bool read_launch(struct gst_launch *launch, const char *const *variables,
                        const struct gst_rendezvous *given, char *error, size_t size)
{
    return gst_launch_read(launch, given, get, (void *)(uintptr_t)variables, error, size);
}

static const struct gst_rendezvous none = { .kind = GST_RENDEZVOUS_NONE };

static void test_launch__by_nobody(void **state)
{
    static const struct {
        const char *variables[VARIABLES_MAX];
    } cases[] = {
        { { NULL } },
        /* Another program's leftovers, and what is set and empty. */
        { { "LOCAL_RANK=3", "TORCHELASTIC_RUN_ID=none", NULL } },
        { { "RANK=", "WORLD_SIZE=", "MASTER_ADDR=", "MASTER_PORT=", NULL } },
        /* An address makes nobody a rank; this port is Kubernetes', of a service called master. */
        { { "MASTER_ADDR=node0", NULL } },
        { { "MASTER_PORT=tcp://10.0.0.1:80", NULL } },
        { { "MASTER_ADDR=node0", "MASTER_PORT=29500", NULL } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_launch launch;
        char error[256] = "";

        assert_true(read_launch(&launch, cases[i].variables, &none, error, sizeof(error)));
        assert_null(launch.launcher);
        assert_int_equal(launch.local_rank, -1);
        assert_int_equal(launch.size, 0);
        assert_null(gst_launch_is_set(get, (void *)(uintptr_t)cases[i].variables));
    }
}

static void test_launch__by_torchrun(void **state)
{
    static const char *const variables[] = { "RANK=5",
                                             "WORLD_SIZE=8",
                                             "LOCAL_RANK=1",
                                             "LOCAL_WORLD_SIZE=4",
                                             "MASTER_ADDR=fd00::1",
                                             "MASTER_PORT=29500",
                                             "TORCHELASTIC_RUN_ID=a",
                                             NULL };
    struct gst_launch launch;
    char error[256] = "";

    (void)state;
    assert_true(read_launch(&launch, variables, &none, error, sizeof(error)));
    assert_string_equal(launch.launcher, "torchrun");
    assert_int_equal(launch.rank, 5);
    assert_int_equal(launch.size, 8);
    assert_int_equal(launch.local_rank, 1);
    assert_int_equal(launch.local_size, 4);
    assert_int_equal(launch.where.kind, GST_RENDEZVOUS_TCP);
    assert_string_equal(launch.where.host, "fd00::1");
    assert_int_equal(launch.where.port, 29500);
    assert_true(launch.job == gst_card_digest("a"));
    assert_string_equal(gst_launch_is_set(get, (void *)(uintptr_t)variables), "RANK");
}

/* torchrun's own store listens at the port that it hands on. */
static void test_launch__port_that_torchrun_has(void **state)
{
    const char *variables[] = { "RANK=0",
                                "WORLD_SIZE=2",
                                "MASTER_ADDR=node0",
                                "MASTER_PORT=29500",
                                "TORCHELASTIC_USE_AGENT_STORE=True",
                                NULL };
    struct gst_launch launch;
    char error[256] = "";

    (void)state;
    assert_true(read_launch(&launch, variables, &none, error, sizeof(error)));
    assert_int_equal(launch.where.port, 29501);
    assert_int_equal(launch.local_rank, -1);
    assert_int_equal(launch.local_size, 0);
    variables[3] = "MASTER_PORT=65535";
    assert_true(read_launch(&launch, variables, &none, error, sizeof(error)));
    assert_int_equal(launch.where.port, 65534);
    variables[4] = "TORCHELASTIC_USE_AGENT_STORE=False";
    assert_true(read_launch(&launch, variables, &none, error, sizeof(error)));
    assert_int_equal(launch.where.port, 65535);
}

static void test_launch__address_that_was_given(void **state)
{
    static const char *const variables[] = { "RANK=1", "WORLD_SIZE=2", "MASTER_ADDR=elsewhere",
                                             NULL };
    const struct gst_rendezvous given = { .kind = GST_RENDEZVOUS_FILE, .path = "/shared/meet" };
    struct gst_launch launch;
    char error[256] = "";

    (void)state;
    assert_true(read_launch(&launch, variables, &given, error, sizeof(error)));
    assert_int_equal(launch.where.kind, GST_RENDEZVOUS_FILE);
    assert_string_equal(launch.where.path, "/shared/meet");
    assert_int_equal(launch.rank, 1);
}

/* As a runtime sets them in every container of an image with PyTorch. */
static void test_launch__alone_is_no_launch(void **state)
{
    static const char *const whole[] = { "RANK=0",
                                         "WORLD_SIZE=1",
                                         "LOCAL_RANK=0",
                                         "MASTER_PORT=29500",
                                         "MASTER_ADDR=node0",
                                         NULL },
                             *const half[] = { "WORLD_SIZE=1", NULL },
                             *const wrong[] = { "RANK=3", "WORLD_SIZE=1", NULL },
                             *const two[] = { "RANK=0", "WORLD_SIZE=2", NULL };
    const struct gst_rendezvous given = { .kind = GST_RENDEZVOUS_FILE, .path = "/shared/meet" };
    struct gst_launch launch;
    char error[256] = "";

    (void)state;
    assert_true(read_launch(&launch, whole, &none, error, sizeof(error)));
    assert_null(launch.launcher);
    assert_int_equal(launch.size, 0);
    assert_int_equal(launch.local_rank, -1);
    assert_true(gst_launch_is_alone(get, (void *)(uintptr_t)whole));
    assert_true(read_launch(&launch, half, &none, error, sizeof(error)));
    assert_null(launch.launcher);
    assert_false(read_launch(&launch, wrong, &none, error, sizeof(error)));
    assert_string_equal(error, "'3' in RANK is no whole number from 0 to 0");
    assert_false(gst_launch_is_alone(get, (void *)(uintptr_t)two));
    /* Who gives an address means it. */
    assert_true(read_launch(&launch, whole, &given, error, sizeof(error)));
    assert_string_equal(launch.launcher, "torchrun");
    assert_int_equal(launch.size, 1);
}

static void test_launch__refused(void **state)
{
#define WHERE "MASTER_ADDR=node0", "MASTER_PORT=29500"
    static const struct {
        const char *variables[VARIABLES_MAX];
        const char *error;
    } cases[] = {
        { { "RANK=x", "WORLD_SIZE=8", WHERE }, "'x' in RANK is no whole number from 0 to 7" },
        { { "RANK=8", "WORLD_SIZE=8", WHERE }, "'8' in RANK is no whole number from 0 to 7" },
        { { "RANK=-1", "WORLD_SIZE=8", WHERE }, "'-1' in RANK is no whole number from 0 to 7" },
        { { "RANK=0", "WORLD_SIZE=0", WHERE },
          "'0' in WORLD_SIZE is no whole number from 1 to 1024" },
        { { "RANK=0", "WORLD_SIZE=1025", WHERE },
          "'1025' in WORLD_SIZE is no whole number from 1 to 1024" },
        { { "RANK=0", "WORLD_SIZE=2", "LOCAL_WORLD_SIZE=3", WHERE },
          "'3' in LOCAL_WORLD_SIZE is no whole number from 1 to 2" },
        { { "RANK=0", "WORLD_SIZE=8", "LOCAL_WORLD_SIZE=4", "LOCAL_RANK=4", WHERE },
          "'4' in LOCAL_RANK is no whole number from 0 to 3" },
        { { "RANK=0", "WORLD_SIZE=8", "LOCAL_RANK=8", WHERE },
          "'8' in LOCAL_RANK is no whole number from 0 to 7" },
        { { "RANK=0", WHERE }, "RANK is set and WORLD_SIZE is not: ranks need all of them" },
        { { "WORLD_SIZE=8", WHERE }, "WORLD_SIZE is set and RANK is not: ranks need all of them" },
        { { "RANK=0", "WORLD_SIZE=8", "MASTER_PORT=1" },
          "RANK is set and MASTER_ADDR is not: ranks need all of them" },
        { { "RANK=0", "WORLD_SIZE=8", "MASTER_ADDR=node0", "MASTER_PORT=" },
          "RANK is set and MASTER_PORT is not: ranks need all of them" },
        { { "RANK=0", "WORLD_SIZE=8", "MASTER_ADDR=no de", "MASTER_PORT=1" },
          "MASTER_ADDR and MASTER_PORT: 'no de' is no host name or address" },
        { { "RANK=0", "WORLD_SIZE=8", "MASTER_ADDR=node0", "MASTER_PORT=65536" },
          "MASTER_ADDR and MASTER_PORT: '65536' is no port from 1 to 65535" },
    };
#undef WHERE

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gst_launch launch;
        char error[256] = "";

        assert_false(read_launch(&launch, cases[i].variables, &none, error, sizeof(error)));
        assert_string_equal(error, cases[i].error);
        assert_null(launch.launcher);
    }
}

/* Rank 0's own machine is localhost for some operators; ranks elsewhere come by its name. */
static void test_launch__loopback_of_several_machines(void **state)
{
    static const struct {
        const char *local_size, *address;
        bool is_for_all;
    } cases[] = {
        { "LOCAL_WORLD_SIZE=4", "MASTER_ADDR=localhost", true },
        { "LOCAL_WORLD_SIZE=4", "MASTER_ADDR=127.0.0.1", true },
        { "LOCAL_WORLD_SIZE=4", "MASTER_ADDR=::1", true },
        { "LOCAL_WORLD_SIZE=", "MASTER_ADDR=localhost", true },
        { "LOCAL_WORLD_SIZE=8", "MASTER_ADDR=localhost", false },
        { "LOCAL_WORLD_SIZE=4", "MASTER_ADDR=10.0.0.1", false },
    };
    const struct gst_rendezvous given = { .kind = GST_RENDEZVOUS_TCP,
                                          .host = "127.0.0.1",
                                          .port = 29500 };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const variables[] = {
            "RANK=0",         "WORLD_SIZE=8",      cases[i].local_size,
            cases[i].address, "MASTER_PORT=29500", NULL
        };
        struct gst_launch launch;
        char error[256] = "";

        assert_true(read_launch(&launch, variables, &none, error, sizeof(error)));
        assert_int_equal(launch.where.is_for_all, cases[i].is_for_all);
        /* What was given is meant as it is. */
        assert_true(read_launch(&launch, variables, &given, error, sizeof(error)));
        assert_false(launch.where.is_for_all);
    }
}

static void test_launch__address_without_a_rank(void **state)
{
    static const char *const nothing[] = { NULL }, *const half[] = { "RANK=0", NULL },
                             *const other[] = { "MASTER_ADDR=node0", NULL };
    const struct gst_rendezvous given = { .kind = GST_RENDEZVOUS_FILE, .path = "/shared/meet" };
    struct gst_launch launch;
    char error[256] = "";

    (void)state;
    assert_false(read_launch(&launch, nothing, &given, error, sizeof(error)));
    assert_string_equal(error, "'--rendezvous' needs RANK and WORLD_SIZE in the environment: "
                               "which rank of how many this is");
    assert_false(read_launch(&launch, other, &given, error, sizeof(error)));
    assert_non_null(strstr(error, "'--rendezvous' needs RANK and WORLD_SIZE"));
    assert_false(read_launch(&launch, half, &given, error, sizeof(error)));
    assert_string_equal(error, "RANK is set and WORLD_SIZE is not: ranks need both");
}

static void test_launch__the_environment(void **state)
{
    (void)state;
    setenv("GST_TEST_LAUNCH", "7", 1);
    assert_string_equal(gst_launch_getenv("GST_TEST_LAUNCH", NULL), "7");
    unsetenv("GST_TEST_LAUNCH");
    assert_null(gst_launch_getenv("GST_TEST_LAUNCH", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_launch__by_nobody),
        cmocka_unit_test(test_launch__by_torchrun),
        cmocka_unit_test(test_launch__port_that_torchrun_has),
        cmocka_unit_test(test_launch__address_that_was_given),
        cmocka_unit_test(test_launch__alone_is_no_launch),
        cmocka_unit_test(test_launch__refused),
        cmocka_unit_test(test_launch__loopback_of_several_machines),
        cmocka_unit_test(test_launch__address_without_a_rank),
        cmocka_unit_test(test_launch__the_environment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
