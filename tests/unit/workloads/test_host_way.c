/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of several reasons why copies are slow, the one that is named: links first, and of those the one
 * that leaves least; the GPU's own state last.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "gpu/clock_reasons.h"
#include "workloads/host_copy/way.h"

/* A GPU of PCIe 4.0 x16 that shares the link above it, of 4.0 x16 at most, with another. */
struct scene {
    struct gst_env env;
    struct gst_uplinks uplinks;
    struct gst_host_way way;
};

static void set(struct scene *scene, unsigned own_lanes, unsigned uplink_lanes, bool is_far,
                unsigned long long reasons)
{
    const struct gst_condition_reading reading = {
        .sm_mhz = 1410, .memory_mhz = 1215, .has_reasons = true, .reasons = reasons
    };

    *scene = (struct scene){ .env = { .gpu_count = 2 } };
    scene->env.gpus[1].index = 1;
    scene->uplinks = (struct gst_uplinks){
        .is_told = true,
        .count = 1,
        .links = { { .upper = "0000:10:00.0",
                     .lower = "0000:11:00.0",
                     .generation = 4,
                     .width = uplink_lanes,
                     .generation_max = 4,
                     .width_max = 16,
                     .below = 3 } },
        .ways = { { .count = 1, .shares = { 0.5 } }, { .count = 1, .shares = { 0.5 } } },
    };
    scene->way = (struct gst_host_way){
        .env = &scene->env,
        .gpu = &scene->env.gpus[0],
        .is_behind_pcie = true,
        .near = { .node = 0, .is_far = is_far, .may_use = "memory of NUMA node 1" },
        .link = { .generation = 4,
                  .width = own_lanes,
                  .generation_max = 4,
                  .width_max = 16,
                  .pstate = 0 },
        .condition = { .load = { .pstate = -1 }, .sm_max_mhz = 1410, .memory_max_mhz = 1215 },
        .uplinks = &scene->uplinks,
    };
    gst_condition_add(&scene->way.condition, &reading);
    gst_condition_add(&scene->way.condition, &reading);
}

#define HEAT  nvmlClocksThrottleReasonHwThermalSlowdown
#define POWER nvmlClocksThrottleReasonSwPowerCap

static void test_host_way__names_one_reason(void **state)
{
    static const struct {
        unsigned own_lanes, uplink_lanes;
        bool is_far;
        unsigned long long reasons;
        enum gst_finding_id alone, at_once;
    } rows[] = {
        { 16, 16, false, 0, GST_HARDWARE_SLOW, GST_HARDWARE_SLOW },
        { 8, 16, false, 0, GST_HARDWARE_PCIE_LINK_NARROW, GST_HARDWARE_PCIE_LINK_NARROW },
        { 16, 8, false, 0, GST_HARDWARE_PCIE_UPLINK_NARROW, GST_HARDWARE_PCIE_UPLINK_NARROW },
        /* eight lanes of its own, and half of eight where both copy */
        { 8, 8, false, 0, GST_HARDWARE_PCIE_LINK_NARROW, GST_HARDWARE_PCIE_UPLINK_NARROW },
        { 4, 8, false, 0, GST_HARDWARE_PCIE_LINK_NARROW, GST_HARDWARE_PCIE_LINK_NARROW },
        { 8, 4, false, 0, GST_HARDWARE_PCIE_UPLINK_NARROW, GST_HARDWARE_PCIE_UPLINK_NARROW },
        { 16, 16, true, 0, GST_USER_MEMORY_FAR, GST_USER_MEMORY_FAR },
        { 16, 16, true, POWER, GST_USER_MEMORY_FAR, GST_USER_MEMORY_FAR },
        { 16, 16, true, HEAT, GST_HARDWARE_THROTTLED, GST_HARDWARE_THROTTLED },
        { 16, 16, false, POWER, GST_HOST_CLOCKS_LIMITED, GST_HOST_CLOCKS_LIMITED },
        { 16, 8, true, HEAT, GST_HARDWARE_PCIE_UPLINK_NARROW, GST_HARDWARE_PCIE_UPLINK_NARROW },
    };
    struct scene scene;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        set(&scene, rows[i].own_lanes, rows[i].uplink_lanes, rows[i].is_far, rows[i].reasons);
        assert_int_equal(gst_host_way_explain(&scene.way, true), rows[i].alone);
        assert_int_equal(gst_host_way_explain(&scene.way, false), rows[i].at_once);
    }
}

static void test_host_way__says_what_was_seen(void **state)
{
    struct scene scene;
    char text[512];

    (void)state;
    set(&scene, 8, 8, false, 0);
    gst_host_way_describe(&scene.way, false, text, sizeof(text));
    assert_non_null(strstr(text, "under load: PCIe 4.0 x8 of 4.0 x16 between 0000:10:00.0 and "
                                 "0000:11:00.0, above gpu 0, 1; its own PCIe 4.0 x8, GPU and slot "
                                 "can do 4.0 x16, P0; host memory of any NUMA node"));
    gst_host_way_describe(&scene.way, true, text, sizeof(text));
    assert_non_null(strstr(text, "under load: PCIe 4.0 x8, GPU and slot can do 4.0 x16, P0; host "
                                 "memory of any NUMA node"));
}

/* Instances share the links of their GPU with others, and what is not behind PCIe has none. */
static void test_host_way__links_of_others_are_not_blamed(void **state)
{
    struct scene scene;

    (void)state;
    set(&scene, 16, 8, false, 0);
    scene.env.gpus[0].is_mig = true;
    assert_int_equal(gst_host_way_explain(&scene.way, false), GST_HARDWARE_SLOW);
    set(&scene, 16, 8, false, 0);
    scene.way.is_behind_pcie = false;
    assert_int_equal(gst_host_way_explain(&scene.way, false), GST_HARDWARE_SLOW);
    scene.way.link.generation = 0;
    assert_true(isnan(gst_host_way_bar(&scene.way).ceiling));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_way__names_one_reason),
        cmocka_unit_test(test_host_way__says_what_was_seen),
        cmocka_unit_test(test_host_way__links_of_others_are_not_blamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
