/* SPDX-License-Identifier: Apache-2.0 */
/* From the files that ranks leave to findings and facts, on a machine of three H100 with a switch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collective/way/report.h"
#include "nccl_files.h"

#define RANKS 3
#define LINKS 18

/* Rings over NVLink; the third graph is of NVLS, with so many channels. */
#define GRAPHS(nvls)                                                                               \
    "<graphs version='1'><graph id='0' pattern='4' nchannels='12' speedintra='30' "                \
    "speedinter='30' typeintra='NVL' typeinter='PIX'><channel><gpu dev='0'/><gpu dev='1'/>"        \
    "<gpu dev='2'/></channel></graph><graph id='3' pattern='5' nchannels='" nvls "' "              \
    "speedintra='20' speedinter='20' typeintra='NVL' typeinter='PIX'/></graphs>"

#define VIA(words)                                                                                 \
    "n:1:1 [0] NCCL INFO Channel 00/0 : 0[0] -> 1[1] via " words "\n"                              \
    "n:1:1 [1] NCCL INFO Channel 00/0 : 1[1] -> 2[2] via " words "\n"                              \
    "n:1:1 [2] NCCL INFO Channel 00/0 : 2[2] -> 0[0] via " words "\n"

static const char *const environment[] = { "PATH=/bin", NULL };
static const struct gst_workload workload = { .name = "all-reduce" };
static const int gpus[RANKS] = { 0, 1, 2 };

struct fixture {
    struct gst_run run;
    struct gst_env env;
    struct gst_peers peers;
    struct gst_way_settings settings;
    struct gst_root root;
    char folder[64];
    bool is_placing_refused;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct gst_status st = GST_STATUS_INIT;

    assert_non_null(f);
    snprintf(f->folder, sizeof(f->folder), "/tmp/way-report-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_true(gst_root_open(&f->root, f->folder, &st));
    f->env.root = &f->root;
    f->env.gpu_count = f->peers.count = f->peers.links.count = RANKS;
    f->peers.links.gpus = f->env.gpus;
    for (int i = 0; i < RANKS; i++) {
        f->env.gpus[i].index = i;
        f->env.gpus[i].cc_major = 9;
        snprintf(f->env.gpus[i].pci_id, sizeof(f->env.gpus[i].pci_id), "0000:%d0:00.0", i + 1);
        f->peers.links.of[i] =
            (struct gst_nvlinks){ .there = LINKS, .up = (1u << LINKS) - 1, .switched = LINKS };
        for (int k = 0; k < RANKS; k++)
            f->peers.of[i][k].is_enabled = f->peers.of[i][k].can_access = i != k;
    }
    f->run.workload = &workload;
    f->run.env = &f->env;
    f->run.report = gst_report_map();
    f->run.report->progress.item = gst_report_item(f->run.report, "all-reduce");
    gst_way_settings_read(&f->settings, environment, &f->root);
    *state = f;
    return 0;
}

static void remove_file(const struct fixture *f, const char *name)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", f->folder, name);
    unlink(path);
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    gst_root_close(&f->root);
    remove_file(f, "graph.xml");
    remove_file(f, "log.n.1");
    assert_int_equal(rmdir(f->folder), 0);
    gst_report_unmap(f->run.report);
    free(f);
    return 0;
}

static void report(struct fixture *f, const char *graphs, const char *log)
{
    static struct gst_way_seen seen;
    const struct gst_way_input input = { .seen = &seen,
                                         .model = "per-gpu",
                                         .ranks = RANKS,
                                         .gpus = gpus,
                                         .peers = &f->peers,
                                         .settings = &f->settings,
                                         .is_placing_refused = f->is_placing_refused };

    put_file(f->folder, "graph.xml", graphs);
    put_file(f->folder, "log.n.1", log);
    gst_way_read(&seen, f->folder);
    gst_way_report_settings(&f->run, &f->settings);
    gst_way_report(&f->run, &input);
}

/* One check that is not a PASS, of this finding, and its evidence holds these words. */
static void assert_found(const struct fixture *f, enum gst_finding_id finding, const char *words)
{
    const struct gst_check *found = NULL;

    for (size_t i = 0; i < f->run.report->check_count; i++) {
        const struct gst_check *check = &f->run.report->checks[i];

        if (check->verdict == GST_PASS)
            continue;
        if (found != NULL)
            fail_msg("beside it: %s", gst_finding(check->finding)->id);
        found = check;
    }
    assert_non_null(found);
    assert_string_equal(gst_finding(found->finding)->id, gst_finding(finding)->id);
    if (strstr(found->observed, words) == NULL)
        fail_msg("'%s' does not hold '%s'", found->observed, words);
}

static const char *fact(const struct fixture *f, const char *key)
{
    const struct gst_fact *found = gst_report_find_fact(f->run.report, GST_NO_GPU, NULL, key);

    return found == NULL ? NULL : found->text;
}

static void test_way_report__healthy(void **state)
{
    struct fixture *f = *state;
    const struct gst_fact *reckoned;

    report(f, GRAPHS("16"),
           VIA("P2P/CUMEM") "n:1:1 [0] NCCL INFO AllReduce: 1073741824 Bytes -> Algo NVLS proto "
                            "SIMPLE channel{Lo..Hi}={0..15}\n");
    assert_int_equal(f->run.report->check_count, 1);
    assert_int_equal(f->run.report->checks[0].verdict, GST_PASS);
    assert_non_null(strstr(f->run.report->checks[0].observed, "3 of 3 connections (per-gpu)"));
    assert_string_equal(fact(f, "transports"), "3 over P2P/CUMEM");
    assert_string_equal(fact(f, "algorithm"), "NVLS, SIMPLE, of 1073741824 B");
    assert_string_equal(fact(f, "graph_ring"), "ring: 12 channels of 30 GB/s over NVL");
    assert_string_equal(fact(f, "graph_nvls"), "NVLS: 16 channels of 20 GB/s over NVL");
    assert_string_equal(fact(f, "topology_not_read"), "it is not there");
    assert_null(fact(f, "sources_differ"));
    reckoned = gst_report_find_fact(f->run.report, GST_NO_GPU, "nccl-per-gpu", "ring_reckoned");
    assert_non_null(reckoned);
    assert_true(reckoned->number == 360e9);
}

static void test_way_report__peers_off(void **state)
{
    struct fixture *f = *state;

    gst_way_settings_add_file(&f->settings, "NCCL_P2P_DISABLE=1\n", "/etc/nccl.conf");
    report(f, GRAPHS("0"), VIA("SHM/direct/direct"));
    assert_found(f, GST_USER_NCCL_PEERS_OFF,
                 "3 of 3 connections (per-gpu) are worse than they could be, the first from rank 0 "
                 "to rank 1 over SHM: NCCL_P2P_DISABLE=1 in /etc/nccl.conf");
    assert_string_equal(fact(f, "nccl_p2p_disable"), "1 in /etc/nccl.conf");
    assert_non_null(fact(f, "sources_differ"));
}

static void test_way_report__peers_unused(void **state)
{
    struct fixture *f = *state;

    report(f, GRAPHS("0"), VIA("SHM/direct/direct"));
    assert_found(f, GST_HOST_NCCL_PEERS_UNUSED, "NVLink is between them");
}

static void test_way_report__nvls_off(void **state)
{
    struct fixture *f = *state;

    gst_way_settings_add_file(&f->settings, "NCCL_NVLS_ENABLE=0\n", "/etc/nccl.conf");
    report(f, GRAPHS("0"), VIA("P2P/CUMEM"));
    assert_found(f, GST_USER_NCCL_NVLS_OFF, "NCCL_NVLS_ENABLE=0");
}

static void test_way_report__nvls_missing(void **state)
{
    struct fixture *f = *state;

    report(f, GRAPHS("0"), VIA("P2P/CUMEM"));
    assert_found(f, GST_HOST_NCCL_WITHOUT_NVLS, "it has no graph for it");
}

static void test_way_report__nvls_failed(void **state)
{
    struct fixture *f = *state;

    report(f, GRAPHS("16"),
           VIA("P2P/CUMEM") "n:1:1 [0] transport/nvls.cc:1 NCCL WARN Failed to bind NVLink SHARP "
                            "(NVLS) Multicast memory. Proceeding without NVLS support.\n");
    assert_found(f, GST_HOST_NCCL_WITHOUT_NVLS, "it failed to bind memory");
    assert_non_null(strstr(fact(f, "warning"), "Failed to bind"));
}

/* Of A100 nobody expects it. */
static void test_way_report__no_nvls_on_older_gpus(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < RANKS; i++)
        f->env.gpus[i].cc_major = 8;
    report(f, GRAPHS("0"), VIA("P2P/CUMEM"));
    assert_int_equal(f->run.report->check_count, 1);
    assert_int_equal(f->run.report->checks[0].verdict, GST_PASS);
}

static void test_way_report__kernels_are_compiled(void **state)
{
    struct fixture *f = *state;

    report(f, GRAPHS("16"),
           VIA("P2P/CUMEM") "n:1:1 [0] NCCL INFO Init timings - x: rank 0 nranks 3 total 55.01 "
                            "(kernels 52.45, alloc 0.41)\n");
    assert_found(f, GST_IMAGE_NCCL_COMPILES, "52.5 s for its kernels, of 55.0 s");
}

static void test_way_report__tuned(void **state)
{
    struct fixture *f = *state;

    gst_way_settings_add_file(&f->settings, "NCCL_ALGO=Tree\nNCCL_MAX_NCHANNELS=1\n", "/x.conf");
    report(f, GRAPHS("16"), VIA("P2P/CUMEM"));
    assert_found(f, GST_USER_NCCL_TUNED,
                 "2 variables of NCCL are set, the first: NCCL_ALGO=Tree in /x.conf chooses");
}

#define FALLS_BACK                                                                                 \
    VIA("P2P/CUMEM")                                                                               \
    "n:1:1 [0] NCCL INFO cuMem host allocations do not appear to be working; falling back to a "   \
    "/dev/shm/ based implementation.\n"

static void test_way_report__memory_may_not_be_placed(void **state)
{
    struct fixture *f = *state;

    f->is_placing_refused = true;
    report(f, GRAPHS("16"), FALLS_BACK);
    assert_found(f, GST_USER_SECCOMP,
                 "get_mempolicy says EPERM, and NCCL falls back to '/dev/shm'");
}

/* Whatever it is, no seccomp profile: that is not proven. */
static void test_way_report__memory_that_is_not_shared_for_another_reason(void **state)
{
    struct fixture *f = *state;

    report(f, GRAPHS("16"), FALLS_BACK);
    for (size_t i = 0; i < f->run.report->check_count; i++)
        assert_int_equal(f->run.report->checks[i].verdict, GST_PASS);
    assert_non_null(strstr(fact(f, "host_memory"), "get_mempolicy is not refused"));
}

/* A collective that failed has a cause of its own. */
static void test_way_report__nothing_told_is_nothing_found(void **state)
{
    struct fixture *f = *state;

    report(f, "", "");
    assert_int_equal(f->run.report->check_count, 0);
    assert_string_equal(fact(f, "graphs_not_read"), "it is empty");
}

#define CASE(name) cmocka_unit_test_setup_teardown(test_way_report__##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(healthy),
        CASE(peers_off),
        CASE(peers_unused),
        CASE(nvls_off),
        CASE(nvls_missing),
        CASE(nvls_failed),
        CASE(no_nvls_on_older_gpus),
        CASE(kernels_are_compiled),
        CASE(tuned),
        CASE(memory_may_not_be_placed),
        CASE(memory_that_is_not_shared_for_another_reason),
        CASE(nothing_told_is_nothing_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
