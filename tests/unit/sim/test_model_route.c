/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways through a machine with round numbers, and what flows get that meet on them: every expected
 * rate is worked out in the comment beside it. GPUs 0 and 1 are below switch 0 at node 0, GPU 2
 * below switch 1 and GPU 3 below none, both at node 1. In GB/s, each way: PCIe 10, uplink of switch
 * 0 12, of switch 1 30, sockets 8; host memory of node 0 50, of node 1 16; NVLink 40 between GPUs 0
 * and 1 and between 2 and 3, all NVSwitches 60. What goes from GPU 3 to GPU 2 hangs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "api/cuda_abi.h"
#include "model/route.h"

#define GB            ((uint64_t)1000000000)
#define UPLINK_FAULT  1
#define SOCKETS_FAULT 2
#define MEMORY_FAULT  3
#define FABRIC_FAULT  4
#define HANG_FAULT    5
#define MOST          12

static int setup(void **state)
{
    static const struct {
        int node, bridge;
    } gpus[] = { { 0, 0 }, { 0, 0 }, { 1, 1 }, { 1, -1 } };
    static struct sim_spec spec;

    (void)state;
    sim_spec_init(&spec);
    spec.driver_cuda = 13000;
    for (unsigned i = 0; i < 4; i++) {
        struct sim_spec_gpu *gpu = sim_spec_add_gpu(&spec);

        snprintf(gpu->uuid, sizeof gpu->uuid, "GPU-00000000-0000-4000-8000-00000000000%u", i);
        gpu->gpu = i;
        gpu->pci_bus = 0x10 + i;
        gpu->total_bytes = (uint64_t)16 << 30;
        gpu->rate[SIM_RESOURCE_UPSTREAM] = gpu->rate[SIM_RESOURCE_DOWNSTREAM] = 10 * GB;
        gpu->rate[SIM_RESOURCE_LINKS_OUT] = gpu->rate[SIM_RESOURCE_LINKS_IN] = 40 * GB;
        spec.pairs[i][i ^ 1].link_rate = 40 * GB;
        gpu->node = gpus[i].node;
        gpu->bridge = gpus[i].bridge;
    }
    spec.host.uplink_rate[0] = 12 * GB;
    spec.host.uplink_rate[1] = 30 * GB;
    spec.host.uplink_faults[0] = UPLINK_FAULT;
    spec.host.socket_rate[0][1] = spec.host.socket_rate[1][0] = 8 * GB;
    spec.host.socket_faults[0][1] = SOCKETS_FAULT;
    spec.host.memory_rate[0] = 50 * GB;
    spec.host.memory_rate[1] = 16 * GB;
    spec.host.memory_fault = MEMORY_FAULT;
    spec.host.fabric_rate = 60 * GB;
    spec.host.fabric_fault = FABRIC_FAULT;
    spec.pairs[3][2].hang_fault = HANG_FAULT;
    sim_world_use(&spec);
    sim_world_load();
    return sim_world_initialise();
}

static struct sim_flow flows[MOST];
static unsigned flow_count;

static struct sim_flow *add(void)
{
    sim_flow_init(&flows[flow_count], GB);
    return &flows[flow_count++];
}

static void add_host(int gpu, bool is_to_host)
{
    sim_route_host(add(), sim_device_at(gpu), is_to_host, SIM_WEIGHT_FULL, 1);
}

static void add_peer(int from, int to)
{
    sim_route_pcie_peers(add(), sim_device_at(from), sim_device_at(to));
}

static void add_direct(int from, int to)
{
    sim_route_direct_peers(add(), sim_device_at(from), sim_device_at(to));
}

static void add_staged(int from, int to)
{
    sim_route_staged_peers(add(), sim_device_at(from), sim_device_at(to));
}

static void share(void)
{
    struct sim_flow *list[MOST];

    for (unsigned i = 0; i < flow_count; i++)
        list[i] = &flows[i];
    sim_flow_share(sim_world.engine.capacity, sim_world.engine.resources, list, flow_count);
}

/* Shares among the flows that were added, and forgets them. The rates are in MB/s; each division
 * rounds down, so a byte per second may be missing. */
static void expect(const unsigned *mb_per_s, unsigned count)
{
    assert_int_equal(flow_count, count);
    share();
    for (unsigned i = 0; i < count; i++) {
        uint64_t expected = (uint64_t)mb_per_s[i] * 1000000;

        if (flows[i].rate > expected || flows[i].rate + 1000000 <= expected)
            fail_msg("flow %u gets %llu, not %llu", i, (unsigned long long)flows[i].rate,
                     (unsigned long long)expected);
    }
    flow_count = 0;
}
#define EXPECT(...)                                                                                \
    expect((const unsigned[]){ __VA_ARGS__ },                                                      \
           sizeof(const unsigned[]){ __VA_ARGS__ } / sizeof(unsigned))

static void test_model_route__one_flow_has_its_own_link(void **state)
{
    (void)state;
    add_host(0, false);
    EXPECT(10000);
    add_host(3, true);
    EXPECT(10000);
}

/* 12 among two below switch 0; directions do not share; GPU 2 shares with nobody. */
static void test_model_route__uplink_is_shared(void **state)
{
    (void)state;
    add_host(0, false);
    add_host(1, false);
    EXPECT(6000, 6000);
    add_host(0, false);
    add_host(1, true);
    EXPECT(10000, 10000);
    add_host(0, false);
    add_host(1, false);
    add_host(2, false);
    EXPECT(6000, 6000, 10000);
}

/* n flows of one GPU get an n-th of its 10 each, whatever comes after that link. */
static void test_model_route__equal_flows_get_equal_shares(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 10; n++) {
        for (unsigned i = 0; i < n; i++)
            add_host(2, true);
        share();
        for (unsigned i = 0; i < n; i++)
            assert_int_equal(flows[i].rate, 10 * GB / n);
        flow_count = 0;
    }
}

/* Node 1 has 16 for both directions of GPUs 2 and 3: of four flows each gets 4. */
static void test_model_route__memory_of_a_node_is_shared(void **state)
{
    (void)state;
    add_host(2, false);
    add_host(3, false);
    EXPECT(8000, 8000);
    for (int gpu = 2; gpu <= 3; gpu++) {
        add_host(gpu, false);
        add_host(gpu, true);
    }
    EXPECT(4000, 4000, 4000, 4000);
}

/* Pageable: 2.2 on the link of 10 gives 4.545; through node 1's memory three times 16 / 3 = 5.333,
 * and 16 / 6 = 2.666 when both GPUs do it. */
static void test_model_route__pageable_memory_is_passed_three_times(void **state)
{
    (void)state;
    sim_route_host(add(), sim_device_at(3), false, 220, 3);
    EXPECT(4546);
    sim_route_host(add(), sim_device_at(3), false, 220, 3);
    sim_route_host(add(), sim_device_at(2), false, 220, 3);
    EXPECT(2667, 2667);
}

/* 0 to 1 stays below the switch: copies between the host and the same switch lose nothing by it. */
static void test_model_route__peers_below_a_switch_spare_its_uplink(void **state)
{
    (void)state;
    add_peer(0, 1);
    add_host(0, false);
    add_host(1, true);
    EXPECT(10000, 10000, 10000);
    assert_int_equal(sim_resource_uplink(0, true) == sim_resource_uplink(0, false), false);
}

/* Alone a pair has its link; all together have 60, whoever sends; two GPUs without a link have PCIe
 * and leave the switches alone. */
static void test_model_route__switches_are_shared(void **state)
{
    (void)state;
    assert_int_equal(atomic_load(&sim_world.state->fired[FABRIC_FAULT]), 0);
    add_direct(0, 2);
    EXPECT(8000);
    assert_int_equal(atomic_load(&sim_world.state->fired[FABRIC_FAULT]), 0);
    add_direct(0, 1);
    EXPECT(40000);
    assert_int_equal(atomic_load(&sim_world.state->fired[FABRIC_FAULT]), 1);
    add_direct(0, 1);
    add_direct(2, 3);
    EXPECT(30000, 30000);
    add_direct(0, 1);
    add_direct(1, 0);
    add_direct(2, 3);
    EXPECT(20000, 20000, 20000);
    /* Four on one link have 10 each of its 40, and the fifth what is left of 60. */
    for (int i = 0; i < 4; i++)
        add_direct(0, 1);
    add_direct(2, 3);
    EXPECT(10000, 10000, 10000, 10000, 20000);
}

/* It has nothing, and takes nothing from those whose ways it shares. */
static void test_model_route__what_hangs_takes_nothing(void **state)
{
    (void)state;
    add_direct(3, 2);
    add_direct(0, 1);
    EXPECT(0, 40000);
    assert_int_equal(atomic_load(&sim_world.state->fired[HANG_FAULT]), 1);
    assert_int_equal(sim_world.engine.capacity[sim_resource_nothing()], 0);
}

/* Across sockets 8: alone, among two of one direction, and with one of the other direction. Peers
 * at one node that no switch joins have their links' 10. */
static void test_model_route__peers_across_sockets(void **state)
{
    (void)state;
    add_peer(0, 2);
    EXPECT(8000);
    add_peer(0, 2);
    add_peer(1, 3);
    EXPECT(4000, 4000);
    add_peer(0, 2);
    add_peer(3, 1);
    EXPECT(8000, 8000);
    add_peer(2, 3);
    EXPECT(10000);
}

/* Through the host with 1.25 on links: 10 / 1.25 = 8 within a node; across sockets 8 / 1.25 = 6.4.
 * Both ways between 0 and 1 meet on the uplink, up and down: 12 / 2.5 = 4.8. From node 1 the buffer
 * takes 16 / 2 = 8, and for two flows 4. */
static void test_model_route__staged_peers(void **state)
{
    (void)state;
    add_staged(0, 1);
    EXPECT(8000);
    add_staged(0, 2);
    EXPECT(6400);
    add_staged(0, 1);
    add_staged(1, 0);
    EXPECT(4800, 4800);
    add_staged(2, 3);
    EXPECT(8000);
    add_staged(2, 3);
    add_staged(3, 2);
    EXPECT(4000, 4000);
}

/* A chain: 0 to 2 shares sockets (8) with 1 to 3, and GPU 2's link (10) with two from the host.
 * Sockets: 4 each; the link: 10 / 3 = 3.333 is less, so 1 to 3 has 8 - 3.333 = 4.667. */
static void test_model_route__asymmetric_chain(void **state)
{
    (void)state;
    add_peer(0, 2);
    add_peer(1, 3);
    add_host(2, false);
    add_host(2, false);
    EXPECT(3334, 4667, 3334, 3334);
}

static bool has_fired(unsigned fault)
{
    return atomic_load(&sim_world.state->fired[fault]) != 0;
}

static void forget_faults(void)
{
    for (unsigned i = 0; i < SIM_STATE_FAULTS; i++)
        atomic_store(&sim_world.state->fired[i], 0);
}

/* All memory from node 1: GPU 0 reads it over the sockets, 8; GPU 3 is there. */
static void test_model_route__far_memory(void **state)
{
    (void)state;
    forget_faults();
    sim_world.spec.host.memory_node = 1;
    add_host(3, false);
    EXPECT(10000);
    assert_false(has_fired(MEMORY_FAULT));
    add_host(0, true);
    EXPECT(8000);
    assert_true(has_fired(MEMORY_FAULT));
    assert_true(has_fired(SOCKETS_FAULT));
    sim_world.spec.host.memory_node = -1;
}

static void test_model_route__faults_fire_where_bytes_go(void **state)
{
    (void)state;
    forget_faults();
    add_host(2, true);
    add_host(3, true);
    add_peer(0, 1);
    assert_false(has_fired(UPLINK_FAULT) || has_fired(SOCKETS_FAULT) || has_fired(MEMORY_FAULT));
    add_host(1, true);
    assert_true(has_fired(UPLINK_FAULT));
    assert_false(has_fired(SOCKETS_FAULT));
    add_peer(0, 3);
    assert_true(has_fired(SOCKETS_FAULT));
    flow_count = 0;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void add_random(uint32_t *seed)
{
    int gpu = (int)(next_random(seed) % 4);
    int other = (gpu + 1 + (int)(next_random(seed) % 3)) % 4;

    switch (next_random(seed) % 4) {
    case 0:
        add_peer(gpu, other);
        return;
    case 1:
        add_staged(gpu, other);
        return;
    default:
        add_host(gpu, next_random(seed) % 2 == 0);
    }
}

/* The order in which flows were started decides nothing. */
static void test_model_route__permutation_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 300; round++) {
        struct sim_flow *list[MOST];
        uint64_t rates[MOST];
        uint32_t seed = round;

        for (unsigned i = 0; i < MOST; i++)
            add_random(&seed);
        share();
        for (unsigned i = 0; i < MOST; i++)
            rates[i] = flows[i].rate;
        for (unsigned i = 0; i < MOST; i++)
            list[i] = &flows[(i * 5 + round) % MOST];
        sim_flow_share(sim_world.engine.capacity, sim_world.engine.resources, list, MOST);
        for (unsigned i = 0; i < MOST; i++)
            assert_int_equal(flows[i].rate, rates[i]);
        flow_count = 0;
    }
}

static int by_size(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return a < b ? -1 : a > b;
}

static void sorted_rates(uint64_t rates[MOST])
{
    share();
    for (unsigned i = 0; i < MOST; i++)
        rates[i] = flows[i].rate;
    qsort(rates, MOST, sizeof rates[0], by_size);
}

/* Slowing one part gives nobody among the slowest more: where the sorted rates first differ, they
 * are lower. (A flow that met the slowed one elsewhere may well gain.) Rounding moves bytes. */
static void test_model_route__a_slower_part_is_never_better(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 300; round++) {
        uint64_t before[MOST], after[MOST];
        uint32_t seed = round;
        uint64_t *part;

        for (unsigned i = 0; i < MOST; i++)
            add_random(&seed);
        sorted_rates(before);
        do {
            part = &sim_world.engine.capacity[next_random(&seed) % sim_world.engine.resources];
        } while (*part == 0);
        uint64_t healthy = *part;
        *part = healthy / 100 * (10 + next_random(&seed) % 90);
        sorted_rates(after);
        *part = healthy;
        for (unsigned i = 0; i < MOST; i++) {
            if (after[i] + 1000 < before[i])
                break;
            assert_true(after[i] <= before[i] + 1000);
        }
        flow_count = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_route__one_flow_has_its_own_link),
        cmocka_unit_test(test_model_route__uplink_is_shared),
        cmocka_unit_test(test_model_route__equal_flows_get_equal_shares),
        cmocka_unit_test(test_model_route__memory_of_a_node_is_shared),
        cmocka_unit_test(test_model_route__pageable_memory_is_passed_three_times),
        cmocka_unit_test(test_model_route__peers_below_a_switch_spare_its_uplink),
        cmocka_unit_test(test_model_route__switches_are_shared),
        cmocka_unit_test(test_model_route__what_hangs_takes_nothing),
        cmocka_unit_test(test_model_route__peers_across_sockets),
        cmocka_unit_test(test_model_route__staged_peers),
        cmocka_unit_test(test_model_route__asymmetric_chain),
        cmocka_unit_test(test_model_route__far_memory),
        cmocka_unit_test(test_model_route__faults_fire_where_bytes_go),
        cmocka_unit_test(test_model_route__permutation_changes_nothing),
        cmocka_unit_test(test_model_route__a_slower_part_is_never_better),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
