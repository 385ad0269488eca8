/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which way collectives take on machines with round numbers, and how long: each number is worked
 * out beside it. In GB/s each way: PCIe 10, so rings of collectives 9 (90 %); NVLink 40 between any
 * two behind the switches, of which rings carry 0.9 and reducing switches 0.5.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/gang_rate.h"
#include "model/gang_ring.h"
#include "model/gang_shm.h"
#include "model/gang_time.h"

#define GB ((uint64_t)1000000000)
#define US ((sim_time)1000000)

static struct sim_spec spec;
static struct sim_gang_env env;
static struct sim_gang_rank ranks[SIM_GANG_RANKS];

static void make(unsigned count)
{
    memset(&env, 0, sizeof env);
    sim_spec_init(&spec);
    for (unsigned i = 0; i < count; i++) {
        struct sim_spec_gpu *gpu = sim_spec_add_gpu(&spec);

        gpu->gpu = i;
        gpu->capability = 90;
        gpu->node = 0;
        gpu->bridge = -1;
        gpu->pcie_mb_per_s = 12000;
        gpu->rate[SIM_RESOURCE_MEMORY] = 1000 * GB;
        gpu->rate[SIM_RESOURCE_UPSTREAM] = gpu->rate[SIM_RESOURCE_DOWNSTREAM] = 10 * GB;
        ranks[i] = (struct sim_gang_rank){ .gpu = i, .host = 1, .process = (int32_t)i };
        for (unsigned k = 0; k < count; k++)
            spec.pairs[i][k].can_access = i != k;
    }
}

static void make_switched(unsigned count)
{
    make(count);
    spec.host.has_fabric = true;
    for (unsigned i = 0; i < count; i++) {
        struct sim_spec_gpu *gpu = &spec.gpus[i];

        gpu->nvlinks = 18;
        gpu->collective_permille = 900;
        gpu->nvls_permille = 500;
        gpu->rate[SIM_RESOURCE_LINKS_OUT] = gpu->rate[SIM_RESOURCE_LINKS_IN] = 40 * GB;
        for (unsigned k = 0; k < count; k++) {
            spec.pairs[i][k].nvlinks = i == k ? 0 : 18;
            spec.pairs[i][k].link_rate = i == k ? 0 : 40 * GB;
        }
    }
}

static struct sim_gang_way way_of(unsigned count)
{
    struct sim_gang_way way;

    sim_gang_way(&way, &spec, &env, ranks, count);
    return way;
}

static sim_time time_of(unsigned count, enum sim_gang_kind kind, uint64_t bytes)
{
    return sim_gang_duration(&spec, &env, ranks, count, kind, bytes);
}

static void expect_ring(const struct sim_gang_way *way, const unsigned *ring)
{
    for (unsigned i = 0; i < way->count; i++)
        assert_int_equal(way->ring[i], ring[i]);
}
#define EXPECT_RING(way, ...) expect_ring(way, (const unsigned[]){ __VA_ARGS__ })

/* 0.9 of 40. NCCL takes 18 links for 20.6 each, 370.8 in all: 12 channels of 30. */
static void test_gang_way__switched_gpus_use_their_links(void **state)
{
    struct sim_gang_way way;

    (void)state;
    make_switched(4);
    way = way_of(4);
    EXPECT_RING(&way, 0, 1, 2, 3);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(way.path[i], SIM_PATH_NVL);
        assert_int_equal(way.via[i], SIM_VIA_P2P);
    }
    assert_int_equal(way.ring_rate, 36 * GB);
    assert_int_equal(way.channels, 12);
    assert_int_equal(way.channel_mb_per_s, 30000);
    assert_true(way.has_nvls);
    assert_int_equal(way.nvls_rate, 20 * GB);
    assert_int_equal(way.fault_count, 0);
    ranks[1].process = 0;
    way = way_of(4);
    assert_int_equal(way.via[0], SIM_VIA_DIRECT);
    assert_int_equal(way.via[1], SIM_VIA_P2P);
}

static void test_gang_way__switches_reduce_for_three_on_one_host(void **state)
{
    (void)state;
    make_switched(4);
    assert_false(way_of(2).has_nvls);
    assert_true(way_of(3).has_nvls);
    env.is_nvls_off = true;
    assert_false(way_of(3).has_nvls);
    env.is_nvls_off = false;
    spec.gpus[2].capability = 80;
    assert_false(way_of(3).has_nvls);
    spec.gpus[2].capability = 90;
    ranks[3].host = 2;
    assert_false(way_of(4).has_nvls);
}

/* Without NVLink, PCIe below one switch is used directly: 9. Beyond it, memory of the host is, at
 * half of that: 4.5. */
static void test_gang_way__pcie_is_direct_below_a_switch(void **state)
{
    struct sim_gang_way way;

    (void)state;
    make(2);
    way = way_of(2);
    assert_int_equal(way.path[0], SIM_PATH_PHB);
    assert_int_equal(way.via[0], SIM_VIA_SHM);
    assert_int_equal(way.ring_rate, 45 * GB / 10);
    spec.gpus[0].bridge = spec.gpus[1].bridge = 3;
    way = way_of(2);
    assert_int_equal(way.path[0], SIM_PATH_PIX);
    assert_int_equal(way.via[0], SIM_VIA_P2P);
    assert_int_equal(way.ring_rate, 9 * GB);
    assert_int_equal(way.channels, 2);
    assert_int_equal(way.channel_mb_per_s, 6000);
    spec.pairs[0][1].can_access = false;
    assert_int_equal(way_of(2).via[0], SIM_VIA_SHM);
}

/* Four ranks, all through the memory of one node that gives 12: each byte goes through it twice per
 * hop, and there are four hops: 12 / 8 of 90 %. */
static void test_gang_way__host_memory_is_shared(void **state)
{
    (void)state;
    make(4);
    spec.host.memory_rate[0] = 12 * GB;
    assert_int_equal(way_of(4).ring_rate, 135 * GB / 100);
}

static void test_gang_way__variables_close_ways(void **state)
{
    static const struct {
        struct sim_gang_env env;
        enum sim_gang_transport via;
    } rows[] = {
        { { .is_p2p_off = true }, SIM_VIA_SHM },
        { { .is_p2p_off = true, .is_shm_off = true }, SIM_VIA_NET },
        { { .has_p2p_level = true, .p2p_level = SIM_PATH_LOC }, SIM_VIA_SHM },
        { { .has_p2p_level = true, .p2p_level = SIM_PATH_NVL }, SIM_VIA_P2P },
        { { .is_shm_off = true }, SIM_VIA_P2P },
    };

    (void)state;
    make_switched(3);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sim_gang_way way;

        env = rows[i].env;
        way = way_of(3);
        for (unsigned k = 0; k < 3; k++)
            assert_int_equal(way.via[k], rows[i].via);
        assert_int_equal(way.has_nvls, rows[i].via == SIM_VIA_P2P);
    }
    make(2);
    env.has_p2p_level = true;
    env.p2p_level = SIM_PATH_SYS;
    spec.gpus[1].node = 1;
    assert_int_equal(way_of(2).path[0], SIM_PATH_SYS);
    assert_int_equal(way_of(2).via[0], SIM_VIA_P2P);
}

/* One interface for each host: what leaves it shares 1.25. */
static void test_gang_way__hosts_are_joined_by_sockets(void **state)
{
    struct sim_gang_way way;

    (void)state;
    make_switched(4);
    ranks[1].host = ranks[3].host = 2;
    way = way_of(4);
    EXPECT_RING(&way, 0, 2, 1, 3);
    assert_int_equal(way.hosts, 2);
    assert_int_equal(way.via[0], SIM_VIA_P2P);
    assert_int_equal(way.via[1], SIM_VIA_NET);
    assert_int_equal(way.via[3], SIM_VIA_NET);
    assert_int_equal(way.ring_rate, SIM_GANG_NET_RATE);
    assert_int_equal(way.farthest, SIM_PATH_NVL);
}

/* A pair without links is left out of the ring; what is behind switches that reduce goes by rings
 * then, since not every GPU reaches every other. */
static void test_gang_way__ring_avoids_a_link_that_is_not_there(void **state)
{
    struct sim_gang_way way;

    (void)state;
    make_switched(4);
    spec.pairs[0][1].nvlinks = spec.pairs[1][0].nvlinks = 0;
    spec.pairs[0][1].link_rate = spec.pairs[1][0].link_rate = 0;
    spec.pairs[0][1].fault = spec.pairs[1][0].fault = 7;
    way = way_of(4);
    EXPECT_RING(&way, 0, 2, 1, 3);
    assert_int_equal(way.ring_rate, 36 * GB);
    assert_false(way.has_nvls);
    assert_int_equal(way.fault_count, 1);
    assert_int_equal(way.faults[0], 7);
}

/* Slow is not gone: rings and switches wait for it. One that the ring does not use slows switches.
 */
static void test_gang_way__a_slow_link_slows_all(void **state)
{
    struct sim_gang_way way;

    (void)state;
    make_switched(4);
    spec.pairs[2][3].link_rate = 20 * GB;
    spec.pairs[2][3].fault = 5;
    way = way_of(4);
    assert_int_equal(way.ring_rate, 18 * GB);
    assert_int_equal(way.nvls_rate, 10 * GB);
    assert_int_equal(way.ring_plan, 36 * GB);
    assert_int_equal(way.nvls_plan, 20 * GB);
    assert_int_equal(way.fault_count, 1);
    make_switched(4);
    spec.pairs[0][2].link_rate = 20 * GB;
    spec.pairs[0][2].fault = 5;
    env.is_nvls_off = true;
    way = way_of(4);
    assert_int_equal(way.ring_rate, 36 * GB);
    assert_int_equal(way.fault_count, 0);
}

/* NCCL takes the switches for quicker, 320 MB in 16 ms and not 4 ranks' 26.7 by rings of 18, and
 * stays with them where a link that rings do not use makes them take 32. */
static void test_gang_way__what_is_slow_is_not_avoided(void **state)
{
    (void)state;
    make_switched(4);
    for (unsigned i = 0; i < 4; i++)
        spec.gpus[i].collective_permille = 450;
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 320000000), 16000 * US + 25 * US);
    spec.pairs[0][2].link_rate = 20 * GB;
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 320000000), 32000 * US + 25 * US);
}

/* Four hops through switches with 80: 20 each, 0.9 of it. Reducing ones: 80 / 4 at 0.5. */
static void test_gang_way__narrow_switches_are_shared(void **state)
{
    struct sim_gang_way way;

    (void)state;
    make_switched(4);
    spec.host.fabric_rate = 80 * GB;
    spec.host.fabric_fault = 3;
    way = way_of(4);
    assert_int_equal(way.ring_rate, 18 * GB);
    assert_int_equal(way.nvls_rate, 10 * GB);
    assert_int_equal(way.faults[0], 3);
}

/* CUDA says that peers reach each other, NCCL believes it, and the bytes go through the host: 1.25
 * times over PCIe, 10 / 1.25 of 90 %. */
static void test_gang_way__staged_peers_are_believed(void **state)
{
    struct sim_gang_way way;

    (void)state;
    make_switched(2);
    spec.pairs[0][1].stage_fault = 4;
    way = way_of(2);
    assert_int_equal(way.via[0], SIM_VIA_P2P);
    assert_int_equal(way.ring_rate, 72 * GB / 10);
    assert_int_equal(way.fault_count, 1);
    assert_int_equal(way.faults[0], 4);
    spec.gpus[0].node = spec.gpus[1].node = -1; /* not known */
    assert_int_equal(way_of(2).faults[0], 4);
}

static void test_gang_way__faults_of_the_slot_are_met_over_pcie_only(void **state)
{
    (void)state;
    make_switched(3);
    spec.gpus[1].faults.pcie = 9;
    assert_int_equal(way_of(3).fault_count, 0);
    env.is_p2p_off = true;
    assert_int_equal(way_of(3).fault_count, 1);
    assert_int_equal(way_of(3).faults[0], 9);
}

/* 36 GB/s: 288 MB of four ranks are 2 * 3 / 4 * 8 ms = 12 ms, and 8.4 + 6 * 3.4 us to start with.
 */
static void test_gang_way__ring_takes_two_rounds(void **state)
{
    (void)state;
    make_switched(4);
    env.is_nvls_off = true;
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 288000000), 12000 * US + 28800000);
    assert_int_equal(time_of(4, SIM_GANG_ALL_GATHER, 288000000), 6000 * US + 18600000);
    assert_int_equal(time_of(4, SIM_GANG_REDUCE_SCATTER, 288000000), 6000 * US + 18600000);
    assert_int_equal(time_of(4, SIM_GANG_BROADCAST, 288000000), 8000 * US + 18600000);
    assert_int_equal(time_of(4, SIM_GANG_REDUCE, 288000000), 8000 * US + 18600000);
}

/* By switches, 288 MB at 20 GB/s, and 25 us. Rings are quicker with 12 ms, and not where they carry
 * half as much. */
static void test_gang_way__switches_read_each_byte_once(void **state)
{
    (void)state;
    make_switched(4);
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 288000000), 12000 * US + 28800000);
    env.no_algorithms = 1u << SIM_GANG_RING | 1u << SIM_GANG_TREE;
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 288000000), 14400 * US + 25 * US);
    make_switched(4);
    for (unsigned i = 0; i < 4; i++)
        spec.gpus[i].collective_permille = 450;
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 288000000), 14400 * US + 25 * US);
}

/* LL: 6.6 us and 0.6 for each of 14 steps; 8 bytes are 14 of a ring at a quarter of 36 GB/s: 1.6
 * ns. Over PCIe steps take 1 us, and two ranks have two. */
static void test_gang_way__small_messages_cost_steps(void **state)
{
    (void)state;
    make_switched(8);
    assert_int_equal(time_of(8, SIM_GANG_ALL_REDUCE, 8), 15 * US + 1555);
    make(2);
    assert_int_equal(time_of(2, SIM_GANG_ALL_REDUCE, 0), 8600000);
}

/* Two hosts with two ranks each: 6 steps, of which 2 go over the network. A tree: 2 within the
 * hosts and 2 between them. With a protocol chosen, 8.4 + 4 * 3.4 + 2 * 14; 8.4 + 2 * 4 + 2 * 14.
 */
static void test_gang_way__variables_choose_how(void **state)
{
    (void)state;
    make_switched(4);
    ranks[2].host = ranks[3].host = 2;
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 0), 14400000);
    env.no_protocols = 1u << SIM_GANG_LL;
    env.no_algorithms = 1u << SIM_GANG_TREE;
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 0), 50 * US);
    env.no_algorithms = 1u << SIM_GANG_RING;
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 0), 44400000);
    env.no_protocols = 1u << SIM_GANG_SIMPLE;
    assert_int_equal(time_of(4, SIM_GANG_ALL_REDUCE, 0), 18000000);
}

/* One rank alone: 1000 GB/s, twice 1 GB. A message: the links of the pair, one step. */
static void test_gang_way__one_rank_copies_and_two_send(void **state)
{
    (void)state;
    make_switched(2);
    assert_int_equal(time_of(1, SIM_GANG_ALL_REDUCE, GB), 2000 * US + 8400000);
    assert_int_equal(time_of(2, SIM_GANG_SEND, 36000000), 1000 * US + 11800000);
}

static void test_gang_way__slower_links_are_never_faster(void **state)
{
    sim_time last = 0;

    (void)state;
    make_switched(8);
    for (unsigned rate = 40; rate > 0; rate--) {
        sim_time time;

        spec.pairs[3][4].link_rate = rate * GB;
        time = time_of(8, SIM_GANG_ALL_REDUCE, GB);
        assert_true(time >= last);
        last = time;
    }
}

static void test_gang_way__channels_leave_least(void **state)
{
    static const struct {
        unsigned capability;
        bool is_nvlink;
        unsigned mb_per_s, channels, channel_mb_per_s;
    } rows[] = {
        { 90, true, 370800, 12, 30000 }, { 80, true, 240000, 12, 20000 },
        { 70, true, 120000, 12, 10000 }, { 100, true, 721800, 12, 60000 },
        { 90, true, 350200, 7, 50000 },  { 80, false, 24000, 2, 12000 },
        { 90, false, 48000, 2, 24000 },  { 89, false, 24000, 2, 12000 },
        { 80, false, 2000, 1, 2000 },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned channels, channel;

        sim_gang_channels(rows[i].capability, rows[i].is_nvlink, rows[i].mb_per_s, &channels,
                          &channel);
        assert_int_equal(channels, rows[i].channels);
        assert_int_equal(channel, rows[i].channel_mb_per_s);
    }
}

/* Four ranks, two neighbours each, two channels: 4 * 9637892 B. Two ranks have one. */
static void test_gang_way__shm_holds_connections(void **state)
{
    struct sim_gang_way way;
    char text[256] = "";

    (void)state;
    make(4);
    way = way_of(4);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(sim_gang_shm_bytes(&way, i), 38551568);
    assert_true(sim_gang_shm_fits(&spec, &way, ranks, 3, text, sizeof text));
    spec.host.shm_bytes = 64 << 20;
    assert_true(sim_gang_shm_fits(&spec, &way, ranks, 0, text, sizeof text));
    assert_string_equal(text, "");
    assert_false(sim_gang_shm_fits(&spec, &way, ranks, 1, text, sizeof text));
    assert_non_null(strstr(text, " to 9637892 bytes, error: No space left on device (28)"));
    spec.host.shm_bytes = 2 * 38551568;
    assert_true(sim_gang_shm_fits(&spec, &way, ranks, 1, text, sizeof text));
    assert_false(sim_gang_shm_fits(&spec, &way, ranks, 2, text, sizeof text));
    ranks[0].host = 2;
    assert_true(sim_gang_shm_fits(&spec, &way, ranks, 2, text, sizeof text));
    make(2);
    way = way_of(2);
    assert_int_equal(sim_gang_shm_bytes(&way, 1), 2 * 9637892);
}

static void test_gang_way__shm_is_spared_by_links(void **state)
{
    struct sim_gang_way way;

    (void)state;
    make_switched(4);
    way = way_of(4);
    assert_int_equal(sim_gang_shm_bytes(&way, 2), 0);
    ranks[2].host = ranks[3].host = 2;
    way = way_of(4);
    assert_int_equal(sim_gang_shm_bytes(&way, 1), 34210176);
    way = way_of(1);
    assert_int_equal(sim_gang_shm_bytes(&way, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gang_way__switched_gpus_use_their_links),
        cmocka_unit_test(test_gang_way__switches_reduce_for_three_on_one_host),
        cmocka_unit_test(test_gang_way__pcie_is_direct_below_a_switch),
        cmocka_unit_test(test_gang_way__host_memory_is_shared),
        cmocka_unit_test(test_gang_way__variables_close_ways),
        cmocka_unit_test(test_gang_way__hosts_are_joined_by_sockets),
        cmocka_unit_test(test_gang_way__ring_avoids_a_link_that_is_not_there),
        cmocka_unit_test(test_gang_way__a_slow_link_slows_all),
        cmocka_unit_test(test_gang_way__what_is_slow_is_not_avoided),
        cmocka_unit_test(test_gang_way__narrow_switches_are_shared),
        cmocka_unit_test(test_gang_way__staged_peers_are_believed),
        cmocka_unit_test(test_gang_way__faults_of_the_slot_are_met_over_pcie_only),
        cmocka_unit_test(test_gang_way__ring_takes_two_rounds),
        cmocka_unit_test(test_gang_way__switches_read_each_byte_once),
        cmocka_unit_test(test_gang_way__small_messages_cost_steps),
        cmocka_unit_test(test_gang_way__variables_choose_how),
        cmocka_unit_test(test_gang_way__one_rank_copies_and_two_send),
        cmocka_unit_test(test_gang_way__slower_links_are_never_faster),
        cmocka_unit_test(test_gang_way__channels_leave_least),
        cmocka_unit_test(test_gang_way__shm_holds_connections),
        cmocka_unit_test(test_gang_way__shm_is_spared_by_links),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
