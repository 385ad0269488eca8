/* SPDX-License-Identifier: Apache-2.0 */
/* Why two GPUs that could copy to each other do not: each cause by itself, and silence where NCCL
 * does as its rules say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "collective/way/causes.h"
#include "nccl_files.h"

#define RANKS 2

static struct gst_way_pair pairs[RANKS * RANKS];
static struct gst_card cards[RANKS];
static struct gst_way_settings settings;
static struct gst_way_log log_;
static struct gst_way_topology topology;
static struct gst_way_graphs graphs;
static struct gst_way_evidence evidence;
static struct gst_way_loss losses[GST_WAY_LOSSES];
static size_t seen, peers;

/* Of all pairs. */
static bool is_bus_untold;
static const char *bus = "";

/* Two GPUs so far apart, in one container, that can copy or not, and what both ways go over. */
static int healthy(void **state)
{
    (void)state;
    memset(&settings, 0, sizeof(settings));
    memset(cards, 0, sizeof(cards));
    for (int i = 0; i < RANKS; i++) {
        cards[i].rank = i;
        snprintf(cards[i].host, sizeof(cards[i].host), "node");
        snprintf(cards[i].boot_id, sizeof(cards[i].boot_id), "11111111");
        cards[i].ipc_namespace = cards[i].net_namespace = cards[i].pid_namespace = 7;
        cards[i].shm_device = 9;
    }
    evidence = (struct gst_way_evidence){ .ranks = RANKS, .pairs = pairs, .settings = &settings };
    return 0;
}

static size_t look(enum gst_way_link link, bool can_peer, const char *via)
{
    char text[256];

    for (int i = 0; i < RANKS * RANKS; i++) {
        pairs[i] = (struct gst_way_pair){ .can_peer = can_peer,
                                          .link = link,
                                          .is_bus_untold = is_bus_untold };
        snprintf(pairs[i].bus, sizeof(pairs[i].bus), "%s", bus);
    }
    snprintf(text, sizeof(text),
             "n:1:1 [0] NCCL INFO Channel 00/0 : 0[0] -> 1[1] via %s\n"
             "n:1:1 [1] NCCL INFO Channel 00/0 : 1[1] -> 0[0] via %s\n",
             via, via);
    gst_way_log_start(&log_);
    gst_way_log_add(&log_, text, strlen(text));
    evidence.log = &log_;
    return gst_way_losses(&evidence, losses, &seen, &peers);
}

static void assert_loss(size_t count, enum gst_finding_id finding, const char *words)
{
    assert_int_equal(count, 1);
    assert_int_equal(losses[0].finding, finding);
    assert_int_equal(losses[0].count, 2);
    assert_int_equal(losses[0].from, 0);
    assert_int_equal(losses[0].to, 1);
    if (strstr(losses[0].why, words) == NULL)
        fail_msg("'%s' does not hold '%s'", losses[0].why, words);
}

static void set(const char *line)
{
    gst_way_settings_add_file(&settings, line, "/etc/nccl.conf");
}

static void test_way_causes__healthy_is_silent(void **state)
{
    (void)state;
    evidence.cards = cards;
    assert_int_equal(look(GST_WAY_LINK_NVL, true, "P2P/CUMEM"), 0);
    assert_true(seen == 2 && peers == 2);
    assert_int_equal(look(GST_WAY_LINK_PIX, true, "P2P/IPC"), 0);
    assert_int_equal(look(GST_WAY_LINK_SYS, false, "SHM/direct/direct"), 0); /* GeForce */
    assert_true(seen == 2 && peers == 0);
}

/* By NCCL's own rules: not through a CPU, but for two GPUs at one of AMD's. */
static void test_way_causes__shared_memory_by_design(void **state)
{
    (void)state;
    assert_int_equal(look(GST_WAY_LINK_PHB, true, "SHM"), 0);
    assert_int_equal(look(GST_WAY_LINK_SYS, true, "SHM"), 0);
    evidence.is_small_amd = true;
    assert_loss(look(GST_WAY_LINK_PHB, true, "SHM"), GST_HOST_NCCL_PEERS_UNUSED, "CPU");
    /* Who widens the level wants it. */
    evidence.is_small_amd = false;
    set("NCCL_P2P_LEVEL=SYS\n");
    assert_loss(look(GST_WAY_LINK_PHB, true, "SHM"), GST_HOST_NCCL_PEERS_UNUSED, "CUDA gives");
}

static void test_way_causes__variables(void **state)
{
    (void)state;
    set("NCCL_P2P_DISABLE=1\n");
    assert_loss(look(GST_WAY_LINK_NVL, true, "SHM"), GST_USER_NCCL_PEERS_OFF,
                "NCCL_P2P_DISABLE=1 in /etc/nccl.conf");
    healthy(NULL);
    set("NCCL_P2P_LEVEL=NVL\n");
    assert_loss(look(GST_WAY_LINK_PIX, true, "SHM"), GST_USER_NCCL_PEERS_OFF, "NCCL_P2P_LEVEL");
    assert_int_equal(look(GST_WAY_LINK_NVL, true, "P2P/CUMEM"), 0);
    healthy(NULL);
    set("NCCL_SHM_DISABLE=1\n");
    assert_loss(look(GST_WAY_LINK_PHB, false, "NET/Socket/0"), GST_USER_NCCL_SHM_OFF,
                "NCCL_SHM_DISABLE=1");
    healthy(NULL);
    set("NCCL_HOSTID=a\n");
    assert_loss(look(GST_WAY_LINK_NVL, true, "NET/Socket/0"), GST_USER_NCCL_RANKS_APART,
                "NCCL_HOSTID=a");
}

static void test_way_causes__containers_apart(void **state)
{
    (void)state;
    evidence.cards = cards;
    snprintf(cards[1].host, sizeof(cards[1].host), "other");
    assert_loss(look(GST_WAY_LINK_NVL, true, "NET/IB/0"), GST_USER_NCCL_RANKS_APART, "'other'");
    assert_loss(look(GST_WAY_LINK_SYS, false, "NET/Socket/0"), GST_USER_NCCL_RANKS_APART,
                "'other'");
    healthy(NULL);
    evidence.cards = cards;
    cards[1].shm_device = 10;
    assert_loss(look(GST_WAY_LINK_NVL, true, "NET/IB/0"), GST_USER_NCCL_RANKS_APART, "/dev/shm");
    assert_null(strstr(losses[0].why, "IPC"));
    cards[1].ipc_namespace = 8;
    assert_loss(look(GST_WAY_LINK_NVL, true, "NET/IB/0"), GST_USER_NCCL_RANKS_APART,
                "'/dev/shm' each, and an IPC namespace");
}

/* NCCL does not look at them, so that something else keeps GPUs from copying. */
static void test_way_causes__namespaces_keep_nobody_apart(void **state)
{
    (void)state;
    evidence.cards = cards;
    cards[1].ipc_namespace = cards[1].pid_namespace = cards[1].net_namespace = 8;
    assert_loss(look(GST_WAY_LINK_PIX, true, "SHM"), GST_HOST_NCCL_PEERS_UNUSED, "CUDA gives");
    assert_int_equal(look(GST_WAY_LINK_PIX, true, "P2P/CUMEM"), 0);
}

/* Between machines the network is right. */
static void test_way_causes__two_machines(void **state)
{
    (void)state;
    evidence.cards = cards;
    snprintf(cards[1].boot_id, sizeof(cards[1].boot_id), "22222222");
    snprintf(cards[1].host, sizeof(cards[1].host), "other");
    assert_int_equal(look(GST_WAY_LINK_NVL, true, "NET/IB/0"), 0);
    assert_int_equal(seen, 2);
    /* Neither can read its boot id, which makes them no one machine. */
    cards[0].boot_id[0] = cards[1].boot_id[0] = '\0';
    assert_int_equal(look(GST_WAY_LINK_NVL, true, "NET/IB/0"), 0);
    assert_int_equal(seen, 2);
}

static void test_way_causes__topology(void **state)
{
    const char *problem, *text = nccl_file("topology-v100-no-sysfs.xml");

    (void)state;
    assert_true(gst_way_topology_parse(&topology, text, strlen(text), &problem));
    evidence.topology = &topology;
    assert_loss(look(GST_WAY_LINK_PIX, true, "SHM"), GST_USER_NCCL_TOPOLOGY, "2 of 2 GPUs");
    evidence.topology = NULL;
    set("NCCL_TOPO_FILE=/opt/other.xml\n");
    assert_loss(look(GST_WAY_LINK_PIX, true, "SHM"), GST_USER_NCCL_TOPOLOGY, "/opt/other.xml");
}

/* What the container hides from NCCL it hides from everybody: how far apart GPUs are is not known
 * then, and no distance is to blame. */
static void test_way_causes__hidden_bus(void **state)
{
    const char *problem, *text = nccl_file("topology-v100-no-sysfs.xml");

    (void)state;
    is_bus_untold = true;
    assert_int_equal(look(GST_WAY_LINK_SYS, true, "SHM"), 0);
    /* In a virtual machine a file of the cloud's may say it, and NCCL knows best. */
    set("NCCL_TOPO_FILE=/opt/cloud.xml\n");
    assert_int_equal(look(GST_WAY_LINK_SYS, true, "SHM"), 0);
    healthy(NULL);
    assert_true(gst_way_topology_parse(&topology, text, strlen(text), &problem));
    evidence.topology = &topology;
    assert_loss(look(GST_WAY_LINK_SYS, true, "SHM"), GST_USER_NCCL_TOPOLOGY, "2 of 2 GPUs");
    assert_int_equal(look(GST_WAY_LINK_SYS, false, "SHM"), 0); /* GeForce */
    /* That keeps GPUs apart which may be near, and the other may not. */
    set("NCCL_P2P_LEVEL=PXB\n");
    assert_loss(look(GST_WAY_LINK_SYS, true, "SHM"), GST_USER_NCCL_TOPOLOGY, "2 of 2 GPUs");
    healthy(NULL);
    evidence.topology = &topology;
    set("NCCL_P2P_DISABLE=1\n");
    assert_loss(look(GST_WAY_LINK_SYS, true, "SHM"), GST_USER_NCCL_PEERS_OFF, "NCCL_P2P_DISABLE");
    is_bus_untold = false;
}

static void test_way_causes__what_the_bus_does_is_told(void **state)
{
    static const char refused[] = " NCCL INFO P2P is disabled between connected GPUs 0 and 1.\n";

    (void)state;
    bus = "PIX: ACS of a port sends it up to the CPU (0000:16:00.0); IOMMU translating";
    assert_loss(look(GST_WAY_LINK_PIX, true, "SHM"), GST_HOST_NCCL_PEERS_UNUSED, bus);
    assert_null(strstr(losses[0].why, "NVML"));
    gst_way_log_add(&log_, refused, sizeof(refused) - 1);
    assert_loss(gst_way_losses(&evidence, losses, &seen, &peers), GST_HOST_NCCL_PEERS_UNUSED,
                "CUDA gives access and NVML does not");
    bus = "";
}

/* The least of several transports counts, each pair once. */
static void test_way_causes__two_transports_are_one_connection(void **state)
{
    static const char text[] = " NCCL INFO Channel 00/0 : 0[0] -> 1[1] via P2P/CUMEM\n"
                               " NCCL INFO Channel 01/0 : 0[0] -> 1[1] via SHM\n"
                               " NCCL INFO Channel 00/0 : 5[0] -> 6[1] via SHM\n"; /* no rank */

    (void)state;
    look(GST_WAY_LINK_NVL, true, "P2P/CUMEM");
    gst_way_log_start(&log_);
    gst_way_log_add(&log_, text, sizeof(text) - 1);
    assert_int_equal(gst_way_losses(&evidence, losses, &seen, &peers), 1);
    assert_true(seen == 1 && peers == 0 && losses[0].count == 1);
}

static void test_way_causes__without_a_log_nothing_is_lost(void **state)
{
    (void)state;
    assert_int_equal(gst_way_losses(&evidence, losses, &seen, &peers), 0);
    assert_int_equal(seen, 0);
}

static void read_graphs(const char *nvls_channels)
{
    char text[512];
    const char *problem;

    snprintf(text, sizeof(text),
             "<graphs><graph id='0' nchannels='12' speedintra='30' speedinter='30' typeintra='NVL' "
             "typeinter='PIX'><channel><gpu dev='0'/><gpu dev='1'/></channel></graph>"
             "<graph id='3' nchannels='%s' speedintra='20' speedinter='20' typeintra='NVL' "
             "typeinter='PIX'/></graphs>",
             nvls_channels);
    assert_true(gst_way_graphs_parse(&graphs, text, strlen(text), &problem));
    evidence.graphs = &graphs;
}

static void test_way_causes__nvls(void **state)
{
    static const char failed[] = " NCCL WARN Failed to bind NVLink SHARP (NVLS) Multicast memory. "
                                 "Proceeding without NVLS support.\n";
    struct gst_way_site site = { .ranks = 8,
                                 .machines = 1,
                                 .kind = GST_WAY_KIND_NVLINK,
                                 .cc_major = 9,
                                 .nvlinks = 18,
                                 .is_switched = true };

    (void)state;
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_NOT_TOLD);
    read_graphs("16");
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_USED);
    read_graphs("0");
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_MISSING);
    /* A graph is a plan; the log says what became of it. */
    read_graphs("16");
    look(GST_WAY_LINK_NVL, true, "P2P/CUMEM");
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_USED);
    gst_way_log_add(&log_, failed, sizeof(failed) - 1);
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_MISSING);
    assert_true(gst_way_should_have_nvls(&site));
    site.cc_major = 8;
    assert_false(gst_way_should_have_nvls(&site));
    site.cc_major = 9;
    site.ranks = 2;
    assert_false(gst_way_should_have_nvls(&site));
    site.ranks = 8;
    site.is_switched = false;
    assert_false(gst_way_should_have_nvls(&site));
}

/* 2.16 has none of it; 2.17 dumps no graph for it, and its log says that it is there; the log of
 * another one with an old driver says that it is not. */
static void test_way_causes__nvls_of_old_releases(void **state)
{
    static const char is_there[] = " NCCL INFO NVLS multicast support is available on dev 0\n";
    static const char is_not[] = " NCCL INFO NVLS multicast support is not available on dev 0\n";

    (void)state;
    read_graphs("0");
    look(GST_WAY_LINK_NVL, true, "P2P/IPC");
    evidence.nccl_version = 21605;
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_NOT_TOLD);
    evidence.nccl_version = 21701;
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_NOT_TOLD);
    gst_way_log_add(&log_, is_there, sizeof(is_there) - 1);
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_USED);
    evidence.nccl_version = 21801;
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_MISSING);
    evidence.nccl_version = 21701;
    gst_way_log_add(&log_, is_not, sizeof(is_not) - 1);
    assert_int_equal(gst_way_nvls_of(&evidence), GST_WAY_NVLS_MISSING);
}

static void test_way_causes__sources_that_differ(void **state)
{
    char text[200];

    (void)state;
    assert_true(gst_way_sources_agree(&evidence, text, sizeof(text)));
    read_graphs("0");
    look(GST_WAY_LINK_NVL, true, "P2P/CUMEM");
    assert_true(gst_way_sources_agree(&evidence, text, sizeof(text)));
    assert_string_equal(text, "");
    look(GST_WAY_LINK_NVL, true, "SHM");
    assert_false(gst_way_sources_agree(&evidence, text, sizeof(text)));
    assert_non_null(strstr(text, "rings over NVL, the log rank 0 -> 1 over SHM"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_way_causes__healthy_is_silent, healthy),
        cmocka_unit_test_setup(test_way_causes__shared_memory_by_design, healthy),
        cmocka_unit_test_setup(test_way_causes__variables, healthy),
        cmocka_unit_test_setup(test_way_causes__containers_apart, healthy),
        cmocka_unit_test_setup(test_way_causes__namespaces_keep_nobody_apart, healthy),
        cmocka_unit_test_setup(test_way_causes__two_machines, healthy),
        cmocka_unit_test_setup(test_way_causes__topology, healthy),
        cmocka_unit_test_setup(test_way_causes__hidden_bus, healthy),
        cmocka_unit_test_setup(test_way_causes__what_the_bus_does_is_told, healthy),
        cmocka_unit_test_setup(test_way_causes__two_transports_are_one_connection, healthy),
        cmocka_unit_test_setup(test_way_causes__without_a_log_nothing_is_lost, healthy),
        cmocka_unit_test_setup(test_way_causes__nvls, healthy),
        cmocka_unit_test_setup(test_way_causes__nvls_of_old_releases, healthy),
        cmocka_unit_test_setup(test_way_causes__sources_that_differ, healthy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
