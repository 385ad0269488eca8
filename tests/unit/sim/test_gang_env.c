/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL is told, by variables and by files below a root of the test's own. Files are read once
 * for a process, so they are written before the first question.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "model/gang_env.h"
#include "model/gang_interface.h"
#include "model/gang_way.h"

static char root[] = "/tmp/gang_env.XXXXXX";

static void write_file(const char *path, const char *text)
{
    char full[128];
    FILE *file;

    snprintf(full, sizeof full, "%s%s", root, path);
    file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    char folder[64];

    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(folder, sizeof folder, "%s/etc", root);
    assert_int_equal(mkdir(folder, 0700), 0);
    write_file("/etc/nccl.conf",
               "# of the host\nNCCL_A=1\nNCCL_B=2\nNCCL_SOCKET_IFNAME==eth0\nno sign\n");
    write_file("/mine", "NCCL_B=3\nNCCL_C=\n");
    setenv("GPU_SELFTEST_ROOT", root, 1);
    setenv("NCCL_CONF_FILE", "/mine", 1);
    return 0;
}

static int teardown(void **state)
{
    static const char *const paths[] = { "/etc/nccl.conf", "/mine", "/etc", "" };
    char full[64];

    (void)state;
    for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        snprintf(full, sizeof full, "%s%s", root, paths[i]);
        assert_int_equal(remove(full), 0);
    }
    return 0;
}

static void test_gang_env__environment_then_own_file_then_the_hosts(void **state)
{
    (void)state;
    assert_string_equal(sim_gang_variable("NCCL_A"), "1");
    assert_string_equal(sim_gang_variable("NCCL_B"), "3");
    assert_string_equal(sim_gang_variable("NCCL_C"), "");
    assert_string_equal(sim_gang_variable("NCCL_SOCKET_IFNAME"), "=eth0");
    assert_null(sim_gang_variable("NCCL_D"));
    setenv("NCCL_A", "9", 1);
    assert_string_equal(sim_gang_variable("NCCL_A"), "9");
    unsetenv("NCCL_A");
}

static struct sim_gang_env env_with(const char *name, const char *value)
{
    struct sim_gang_env env;

    setenv(name, value, 1);
    sim_gang_env_read(&env);
    unsetenv(name);
    return env;
}

static void test_gang_env__nothing_is_off_untold(void **state)
{
    struct sim_gang_env env = env_with("NCCL_DEBUG", "WARN");

    (void)state;
    assert_false(env.is_p2p_off || env.is_shm_off || env.is_nvls_off || env.has_p2p_level);
    assert_int_equal(env.no_algorithms | env.no_protocols, 0);
}

static void test_gang_env__one_switches_off(void **state)
{
    (void)state;
    assert_true(env_with("NCCL_P2P_DISABLE", "1").is_p2p_off);
    assert_false(env_with("NCCL_P2P_DISABLE", "0").is_p2p_off);
    assert_true(env_with("NCCL_SHM_DISABLE", "1").is_shm_off);
    assert_true(env_with("NCCL_NVLS_ENABLE", "0").is_nvls_off);
    assert_false(env_with("NCCL_NVLS_ENABLE", "1").is_nvls_off);
    assert_false(env_with("NCCL_NVLS_ENABLE", "").is_nvls_off);
}

static void test_gang_env__levels_have_names_and_old_numbers(void **state)
{
    static const struct {
        const char *text;
        unsigned level;
    } rows[] = {
        { "LOC", SIM_PATH_LOC }, { "nvl", SIM_PATH_NVL }, { "PXB", SIM_PATH_PXB },
        { "SYS", SIM_PATH_SYS }, { "1", SIM_PATH_PIX },   { "3", SIM_PATH_PHB },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sim_gang_env env = env_with("NCCL_P2P_LEVEL", rows[i].text);

        assert_true(env.has_p2p_level);
        assert_int_equal(env.p2p_level, rows[i].level);
    }
    assert_false(env_with("NCCL_P2P_LEVEL", "far").has_p2p_level);
}

static void test_gang_env__lists_name_what_is_allowed_or_not(void **state)
{
    (void)state;
    assert_int_equal(env_with("NCCL_ALGO", "Ring").no_algorithms,
                     1u << SIM_GANG_TREE | 1u << SIM_GANG_NVLS);
    assert_int_equal(env_with("NCCL_ALGO", "tree,RING").no_algorithms, 1u << SIM_GANG_NVLS);
    assert_int_equal(env_with("NCCL_ALGO", "^nvls").no_algorithms, 1u << SIM_GANG_NVLS);
    assert_int_equal(env_with("NCCL_PROTO", "Simple").no_protocols, 1u << SIM_GANG_LL);
}

static void test_gang_env__hosts_have_names(void **state)
{
    const uint64_t here = env_with("NCCL_DEBUG", "").host;

    (void)state;
    assert_int_equal(env_with("NCCL_HOSTID", "").host, here);
    assert_int_not_equal(env_with("NCCL_HOSTID", "a").host, here);
    assert_int_equal(env_with("NCCL_HOSTID", "a").host, env_with("NCCL_HOSTID", "a").host);
    assert_int_not_equal(env_with("NCCL_HOSTID", "a").host, env_with("NCCL_HOSTID", "b").host);
}

/* How interfaces begin, or after '=' all of the name; '^' turns it round. */
static void test_gang_env__interfaces_are_named_or_left_out(void **state)
{
    static const struct {
        const char *name, *wanted;
        bool fits;
    } rows[] = {
        { "eth0", "eth", true },     { "eth0", "eth1", false },      { "eth0", "ib,eth", true },
        { "eth0", "=eth", false },   { "eth0", "=eth0", true },      { "eth0", "=ib0,eth0", true },
        { "eth0", "^eth", false },   { "eth0", "^docker,lo", true }, { "eth0", "^=eth", true },
        { "eth0", "^=eth0", false }, { "eth0", ",", false },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (sim_gang_interface_fits(rows[i].name, rows[i].wanted) != rows[i].fits)
            fail_msg("%s, %s", rows[i].name, rows[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gang_env__environment_then_own_file_then_the_hosts),
        cmocka_unit_test(test_gang_env__nothing_is_off_untold),
        cmocka_unit_test(test_gang_env__one_switches_off),
        cmocka_unit_test(test_gang_env__levels_have_names_and_old_numbers),
        cmocka_unit_test(test_gang_env__lists_name_what_is_allowed_or_not),
        cmocka_unit_test(test_gang_env__hosts_have_names),
        cmocka_unit_test(test_gang_env__interfaces_are_named_or_left_out),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
