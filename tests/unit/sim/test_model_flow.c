/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Max-min fairness against shares worked out by hand, and two laws that hold for any input: no
 * resource gives more than it has, and a slower resource never makes a flow that uses it faster.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/flow.h"

#define GB ((uint64_t)1000000000)

static void test_model_flow__one_flow_gets_everything(void **state)
{
    const uint64_t capacity[] = { 50 * GB };
    struct sim_flow flow;
    struct sim_flow *flows[] = { &flow };

    (void)state;
    sim_flow_init(&flow, 100 * GB);
    sim_flow_use(&flow, 0, SIM_WEIGHT_FULL);
    sim_flow_share(capacity, 1, flows, 1);
    assert_int_equal(flow.rate, 50 * GB);
    assert_int_equal(sim_flow_time_left(&flow), 2 * SIM_S);
}

static void test_model_flow__asymmetric_max_min(void **state)
{
    /* a uses x only, b uses x and y, c uses y only; x = 10, y = 4. b and c get 2 each on y, which
     * leaves 8 of x to a. */
    const uint64_t capacity[] = { 10 * GB, 4 * GB };
    struct sim_flow a, b, c;
    struct sim_flow *flows[] = { &a, &b, &c };

    (void)state;
    sim_flow_init(&a, GB);
    sim_flow_init(&b, GB);
    sim_flow_init(&c, GB);
    sim_flow_use(&a, 0, SIM_WEIGHT_FULL);
    sim_flow_use(&b, 0, SIM_WEIGHT_FULL);
    sim_flow_use(&b, 1, SIM_WEIGHT_FULL);
    sim_flow_use(&c, 1, SIM_WEIGHT_FULL);
    sim_flow_share(capacity, 2, flows, 3);
    assert_int_equal(a.rate, 8 * GB);
    assert_int_equal(b.rate, 2 * GB);
    assert_int_equal(c.rate, 2 * GB);
}

static void test_model_flow__weights(void **state)
{
    /* A copy within a memory takes it twice: of 30, the copy gets 10 (20 of the memory) and the
     * plain flow beside it 10. Alone, the copy would get 15. */
    const uint64_t capacity[] = { 30 * GB };
    struct sim_flow copy, plain;
    struct sim_flow *flows[] = { &copy, &plain };

    (void)state;
    sim_flow_init(&copy, GB);
    sim_flow_init(&plain, GB);
    sim_flow_use(&copy, 0, SIM_WEIGHT_FULL);
    sim_flow_use(&copy, 0, SIM_WEIGHT_FULL);
    sim_flow_use(&plain, 0, SIM_WEIGHT_FULL);
    assert_int_equal(copy.use_count, 1);
    sim_flow_share(capacity, 1, flows, 2);
    assert_int_equal(copy.rate, 10 * GB);
    assert_int_equal(plain.rate, 10 * GB);
    sim_flow_share(capacity, 1, flows, 1);
    assert_int_equal(copy.rate, 15 * GB);
}

static void test_model_flow__no_capacity_stands_still(void **state)
{
    const uint64_t capacity[] = { 0 };
    struct sim_flow flow;
    struct sim_flow *flows[] = { &flow };

    (void)state;
    sim_flow_init(&flow, 1);
    sim_flow_use(&flow, 0, SIM_WEIGHT_FULL);
    sim_flow_share(capacity, 1, flows, 1);
    assert_int_equal(flow.rate, 0);
    assert_true(sim_flow_time_left(&flow) == SIM_FOREVER);
}

static void test_model_flow__eighty_gigabytes_do_not_overflow(void **state)
{
    /* 80e9 bytes at 3e12 per second: 26.67 ms, rounded up to the picosecond. */
    const uint64_t capacity[] = { 3000 * GB };
    struct sim_flow flow;
    struct sim_flow *flows[] = { &flow };

    (void)state;
    sim_flow_init(&flow, 80 * GB);
    sim_flow_use(&flow, 0, SIM_WEIGHT_FULL);
    sim_flow_share(capacity, 1, flows, 1);
    assert_int_equal(sim_flow_time_left(&flow), 26666666667);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void make_flows(struct sim_flow *flows, unsigned count, unsigned resources, uint32_t seed)
{
    for (unsigned f = 0; f < count; f++) {
        sim_flow_init(&flows[f], GB);
        for (unsigned u = 0; u <= next_random(&seed) % 3; u++)
            sim_flow_use(&flows[f], next_random(&seed) % resources, 100 + next_random(&seed) % 100);
    }
}

static void test_model_flow__conservation(void **state)
{
    enum { FLOWS = 12, RESOURCES = 5 };
    struct sim_flow flows[FLOWS], *list[FLOWS];
    uint64_t capacity[RESOURCES];

    (void)state;
    for (uint32_t round = 0; round < 500; round++) {
        uint32_t seed = round;
        uint64_t used[RESOURCES] = { 0 };

        for (unsigned r = 0; r < RESOURCES; r++)
            capacity[r] = 1 + next_random(&seed);
        make_flows(flows, FLOWS, RESOURCES, round);
        for (unsigned f = 0; f < FLOWS; f++)
            list[f] = &flows[f];
        sim_flow_share(capacity, RESOURCES, list, FLOWS);
        for (unsigned f = 0; f < FLOWS; f++) {
            for (unsigned u = 0; u < flows[f].use_count; u++)
                used[flows[f].uses[u].resource] += flows[f].rate * flows[f].uses[u].weight;
        }
        for (unsigned r = 0; r < RESOURCES; r++)
            assert_true(used[r] <= capacity[r] * SIM_WEIGHT_FULL + FLOWS * SIM_WEIGHT_FULL);
    }
}

static bool is_bottleneck_of(const struct sim_flow *flow, unsigned resource, uint64_t capacity,
                             struct sim_flow *const *list, unsigned count)
{
    uint64_t used = 0;

    for (unsigned f = 0; f < count; f++) {
        for (unsigned u = 0; u < list[f]->use_count; u++) {
            if (list[f]->uses[u].resource != resource)
                continue;
            used += list[f]->rate * list[f]->uses[u].weight;
            if (list[f]->rate > flow->rate + 2)
                return false;
        }
    }
    return used + count * 2 * SIM_WEIGHT_FULL * 2 >= capacity * SIM_WEIGHT_FULL;
}

/* What max-min fair means: each flow is held back by a resource that is full and on which nobody
 * has more. Two units of slack are the rounding of each division. */
static void test_model_flow__every_flow_has_a_bottleneck(void **state)
{
    enum { FLOWS = 12, RESOURCES = 5 };
    struct sim_flow flows[FLOWS], *list[FLOWS];
    uint64_t capacity[RESOURCES];

    (void)state;
    for (uint32_t round = 0; round < 500; round++) {
        uint32_t seed = round;

        for (unsigned r = 0; r < RESOURCES; r++)
            capacity[r] = GB + next_random(&seed);
        make_flows(flows, FLOWS, RESOURCES, round);
        for (unsigned f = 0; f < FLOWS; f++)
            list[f] = &flows[f];
        sim_flow_share(capacity, RESOURCES, list, FLOWS);
        for (unsigned f = 0; f < FLOWS; f++) {
            bool has_one = false;

            for (unsigned u = 0; u < flows[f].use_count && !has_one; u++) {
                unsigned r = flows[f].uses[u].resource;

                has_one = is_bottleneck_of(&flows[f], r, capacity[r], list, FLOWS);
            }
            assert_true(has_one);
        }
    }
}

static void test_model_flow__slower_resource_is_never_faster(void **state)
{
    struct sim_flow flow, other;
    struct sim_flow *flows[] = { &flow, &other };
    uint64_t before = 0;

    (void)state;
    for (uint64_t rate = 0; rate <= 40; rate++) {
        const uint64_t capacity[] = { rate * GB, 20 * GB };

        sim_flow_init(&flow, GB);
        sim_flow_init(&other, GB);
        sim_flow_use(&flow, 0, SIM_WEIGHT_FULL);
        sim_flow_use(&flow, 1, SIM_WEIGHT_FULL);
        sim_flow_use(&other, 1, SIM_WEIGHT_FULL);
        sim_flow_share(capacity, 2, flows, 2);
        assert_true(flow.rate >= before);
        assert_int_equal(flow.rate, (rate < 10 ? rate : 10) * GB);
        before = flow.rate;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_flow__one_flow_gets_everything),
        cmocka_unit_test(test_model_flow__asymmetric_max_min),
        cmocka_unit_test(test_model_flow__weights),
        cmocka_unit_test(test_model_flow__no_capacity_stands_still),
        cmocka_unit_test(test_model_flow__eighty_gigabytes_do_not_overflow),
        cmocka_unit_test(test_model_flow__conservation),
        cmocka_unit_test(test_model_flow__every_flow_has_a_bottleneck),
        cmocka_unit_test(test_model_flow__slower_resource_is_never_faster),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
