/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL writes about itself. Variables are read and the file is opened once for a process, so
 * each case is a child; its standard output and its file come back as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "model/gang_log.h"

#define GB ((uint64_t)1000000000)

static struct sim_spec spec;
static struct sim_gang_env env;
static struct sim_gang_rank ranks[4];
static char folder[] = "/tmp/gang_log.XXXXXX";
static char out[65536], log_text[65536];

static int setup(void **state)
{
    (void)state;
    sim_spec_init(&spec);
    spec.runtime_cuda = 13000;
    spec.host.has_fabric = true;
    for (unsigned i = 0; i < 4; i++) {
        struct sim_spec_gpu *gpu = sim_spec_add_gpu(&spec);

        *gpu = (struct sim_spec_gpu){ .gpu = i,
                                      .capability = 90,
                                      .bridge = -1,
                                      .pci_bus = 0x1b + i,
                                      .nvlinks = 18,
                                      .nvls_permille = 700,
                                      .collective_permille = 900,
                                      .pcie_mb_per_s = 48000 };
        gpu->rate[SIM_RESOURCE_LINKS_OUT] = gpu->rate[SIM_RESOURCE_LINKS_IN] = 40 * GB;
        gpu->rate[SIM_RESOURCE_UPSTREAM] = gpu->rate[SIM_RESOURCE_DOWNSTREAM] = 10 * GB;
        ranks[i] = (struct sim_gang_rank){ .gpu = i, .host = 1, .process = (int32_t)i };
        for (unsigned k = 0; k < 4; k++) {
            spec.pairs[i][k].can_access = i != k;
            spec.pairs[i][k].nvlinks = i != k ? 18 : 0;
            spec.pairs[i][k].link_rate = i != k ? 40 * GB : 0;
        }
    }
    assert_non_null(mkdtemp(folder));
    setenv("GPU_SELFTEST_ROOT", folder, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

static void read_all(FILE *file, char *text, size_t size)
{
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void write_as(unsigned rank, bool has_nvls)
{
    const struct sim_gang_self self = { rank, (int)rank };
    struct sim_gang_choice choice;
    struct sim_gang_way way;

    env.is_nvls_off = !has_nvls;
    sim_gang_way(&way, &spec, &env, ranks, 4);
    sim_gang_log_begin(&spec, &self);
    sim_gang_log_start(&spec, &ranks[rank], 4, &self);
    sim_gang_log_way(&spec, &env, &way, ranks, &self);
    choice = sim_gang_choose(&way, SIM_GANG_ALL_REDUCE, 1024);
    sim_gang_log_choice(&way, &choice, SIM_GANG_ALL_REDUCE, 1024, &self);
    sim_gang_log_warning("something is wrong", &self);
}

/* A child with these variables, ending in NULL, writes as this rank. */
static void run(unsigned rank, bool has_nvls, const char *const *variables)
{
    char path[64], pattern[64];
    FILE *output = tmpfile(), *file;
    pid_t child;
    int status;

    assert_non_null(output);
    snprintf(pattern, sizeof pattern, "%s/log.%%p", folder);
    child = fork();
    if (child == 0) {
        dup2(fileno(output), STDOUT_FILENO);
        for (unsigned i = 0; variables[i] != NULL; i += 2)
            setenv(variables[i], variables[i + 1][0] == '@' ? pattern : variables[i + 1], 1);
        write_as(rank, has_nvls);
        fflush(stdout);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    rewind(output);
    read_all(output, out, sizeof out);
    snprintf(path, sizeof path, "%s/log.%d", folder, (int)child);
    file = fopen(path, "r");
    log_text[0] = '\0';
    if (file != NULL) {
        read_all(file, log_text, sizeof log_text);
        assert_int_equal(unlink(path), 0);
    }
}
#define RUN(rank, has_nvls, ...) run(rank, has_nvls, (const char *const[]){ __VA_ARGS__, NULL })

static void expect(const char *text, const char *what)
{
    if (strstr(text, what) == NULL)
        fail_msg("no '%s' in\n%s", what, text);
}

static void test_gang_log__nothing_unasked(void **state)
{
    (void)state;
    RUN(0, true, "NCCL_DEBUG_FILE", "@");
    assert_string_equal(out, "");
    assert_string_equal(log_text, "");
}

/* The trap for who prints JSON: a version on standard output, from rank 0. */
static void test_gang_log__levels_below_info(void **state)
{
    (void)state;
    RUN(0, true, "NCCL_DEBUG", "version");
    assert_string_equal(out, "NCCL version 2.28.9+cuda13.0\n");
    RUN(1, true, "NCCL_DEBUG", "VERSION");
    assert_string_equal(out, "");
    RUN(0, true, "NCCL_DEBUG", "WARN");
    assert_memory_equal(out, "NCCL version 2.28.9+cuda13.0\n\n[", 31);
    expect(out, " NCCL WARN something is wrong\n");
    assert_null(strstr(out, "INFO"));
}

static void test_gang_log__file_instead_of_output(void **state)
{
    (void)state;
    RUN(0, true, "NCCL_DEBUG", "INFO", "NCCL_DEBUG_FILE", "@");
    assert_string_equal(out, "");
    expect(log_text, " [0] NCCL INFO NCCL version 2.28.9+cuda13.0\n");
    RUN(0, true, "NCCL_DEBUG", "INFO", "NCCL_DEBUG_FILE", "/nowhere/at/all");
    expect(out, " [0] NCCL INFO NCCL version 2.28.9+cuda13.0\n");
}

static void test_gang_log__lines_of_a_rank(void **state)
{
    static const char *const lines[] = {
        "rank 2 nranks 4 cudaDev 2 nvmlDev 2 busId 1d000 commId 0x1 - Init START\n",
        "rank 2 nranks 4 cudaDev 2 nvmlDev 2 busId 1d000 commId 0x1 - Init COMPLETE\n",
        " [2] NCCL INFO NVLS multicast support is available on dev 2 (NVLS_NCHANNELS 16)\n",
        " [2] NCCL INFO 12 coll channels, 0 collnet channels, 16 nvls channels, ",
        " [2] NCCL INFO Init timings - ncclCommInitRankConfig: rank 2 nranks 4 total ",
        " [2] NCCL INFO Channel 00/0 : 2[2] -> 3[3] via P2P/CUMEM\n",
        " [2] NCCL INFO Channel 11/0 : 2[2] -> 3[3] via P2P/CUMEM\n",
        " [2] NCCL INFO Connected all rings, use ring PXN 0 GDR 1\n",
        " [2] NCCL INFO NCCL_P2P_LEVEL set by environment to NVL.\n",
    };

    (void)state;
    RUN(2, true, "NCCL_DEBUG", "INFO", "NCCL_DEBUG_FILE", "@", "NCCL_P2P_LEVEL", "NVL");
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect(log_text, lines[i]);
    assert_null(strstr(log_text, "Channel 00/12"));
    assert_null(strstr(log_text, "TUNING"));
    assert_null(strstr(log_text, "-> Algo"));
}

static void test_gang_log__rank_0_lists_rings_and_choices(void **state)
{
    (void)state;
    RUN(0, false, "NCCL_DEBUG", "INFO", "NCCL_DEBUG_FILE", "@", "NCCL_DEBUG_SUBSYS", "INIT,TUNING");
    expect(log_text, " [0] NCCL INFO Channel 00/12 : 0 1 2 3\n");
    expect(log_text, " [0] NCCL INFO AllReduce: 1024 Bytes -> Algo RING proto LL channel");
    assert_null(strstr(log_text, "NVLS multicast"));
}

static void test_gang_log__both_ends_of_the_network(void **state)
{
    (void)state;
    ranks[2].host = ranks[3].host = 2;
    RUN(2, false, "NCCL_DEBUG", "INFO", "NCCL_DEBUG_FILE", "@");
    ranks[2].host = ranks[3].host = 1;
    expect(log_text, " : 1[1] -> 2[2] [receive] via NET/Socket/0\n");
    expect(log_text, " : 2[2] -> 3[3] via P2P/CUMEM\n");
    assert_null(strstr(log_text, "[send]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gang_log__nothing_unasked),
        cmocka_unit_test(test_gang_log__levels_below_info),
        cmocka_unit_test(test_gang_log__file_instead_of_output),
        cmocka_unit_test(test_gang_log__lines_of_a_rank),
        cmocka_unit_test(test_gang_log__rank_0_lists_rings_and_choices),
        cmocka_unit_test(test_gang_log__both_ends_of_the_network),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
