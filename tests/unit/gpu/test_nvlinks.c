/* SPDX-License-Identifier: Apache-2.0 */
/* What is made of the state of NVLinks: how many there should be, who is short of some. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gpu/nvlinks.h"

#define GPUS 4

static struct gst_gpu gpus[GPUS];

/* Identical GPUs, each with all of `there` links up and leading to a switch. */
static struct gst_nvlinks_map switched(unsigned there)
{
    struct gst_nvlinks_map map = { .count = GPUS, .gpus = gpus };

    for (int i = 0; i < GPUS; i++) {
        strcpy(gpus[i].name, "NVIDIA H100 80GB HBM3");
        map.of[i].there = there;
        map.of[i].up = (UINT32_C(1) << there) - 1;
        map.of[i].switched = there;
    }
    return map;
}

/* As many links from GPU to GPU, both ways. */
static void join(struct gst_nvlinks_map *map, int one, int other, unsigned links)
{
    map->of[one].direct[other] = map->of[other].direct[one] = links;
    map->of[one].up = (map->of[one].up << links) | ((UINT32_C(1) << links) - 1);
    map->of[other].up = (map->of[other].up << links) | ((UINT32_C(1) << links) - 1);
}

static struct gst_nvlinks_map unjoined(unsigned there)
{
    struct gst_nvlinks_map map = switched(there);

    for (int i = 0; i < GPUS; i++)
        map.of[i] = (struct gst_nvlinks){ .there = there };
    return map;
}

static void test_switch__all_up_and_nothing_missing(void **state)
{
    const struct gst_nvlinks_map map = switched(18);
    char text[96];

    (void)state;
    assert_true(gst_nvlinks_all_switched(&map));
    for (int i = 0; i < GPUS; i++) {
        assert_int_equal(gst_nvlinks_up(&map, i), 18);
        assert_int_equal(gst_nvlinks_expected(&map, i), 18);
        assert_false(gst_nvlinks_are_missing(&map, i));
    }
    assert_int_equal(gst_nvlinks_between(&map, 0, 3), 18);
    assert_int_equal(gst_nvlinks_expected_between(&map, 0, 3), 18);
    assert_string_equal(gst_nvlinks_describe(&map, 0, text, sizeof(text)),
                        "18 of 18 NVLinks are up");
}

static void test_switch__one_link_down_is_missing_at_that_gpu_alone(void **state)
{
    struct gst_nvlinks_map map = switched(18);
    char text[96];

    (void)state;
    map.of[2].up &= ~(UINT32_C(1) << 5);
    map.of[2].switched = 17;
    assert_true(gst_nvlinks_all_switched(&map));
    for (int i = 0; i < GPUS; i++)
        assert_int_equal(gst_nvlinks_are_missing(&map, i), i == 2);
    assert_int_equal(gst_nvlinks_between(&map, 0, 2), 17);
    assert_int_equal(gst_nvlinks_expected_between(&map, 0, 2), 18);
    assert_int_equal(gst_nvlinks_between(&map, 0, 1), 18);
    assert_string_equal(gst_nvlinks_describe(&map, 2, text, sizeof(text)),
                        "17 of 18 NVLinks are up, down: link 5");
}

static void test_switch__a_gpu_without_any_link_is_missing_all(void **state)
{
    struct gst_nvlinks_map map = switched(18);

    (void)state;
    map.of[1].up = 0;
    map.of[1].switched = 0;
    assert_false(gst_nvlinks_all_switched(&map));
    assert_true(gst_nvlinks_are_missing(&map, 1));
    assert_int_equal(gst_nvlinks_between(&map, 0, 1), 0);
    assert_int_equal(gst_nvlinks_expected_between(&map, 0, 1), 18);
}

/* Another model has another number of links, and is no sibling. */
static void test_switch__other_models_do_not_count(void **state)
{
    struct gst_nvlinks_map map = switched(12);

    (void)state;
    strcpy(gpus[3].name, "NVIDIA H200");
    map.of[3] = (struct gst_nvlinks){ .there = 18, .up = 0x3ffff, .switched = 18 };
    for (int i = 0; i < GPUS; i++)
        assert_false(gst_nvlinks_are_missing(&map, i));
    assert_int_equal(gst_nvlinks_expected_between(&map, 0, 3), 12);
}

/* Boards for bridges: 0 and 1 have one between them, 2 and 3 have none. */
static void test_bridge__boards_without_one_miss_nothing(void **state)
{
    struct gst_nvlinks_map map = unjoined(12);

    (void)state;
    join(&map, 0, 1, 12);
    for (int i = 0; i < GPUS; i++)
        assert_false(gst_nvlinks_are_missing(&map, i));
    assert_false(gst_nvlinks_all_switched(&map));
    assert_int_equal(gst_nvlinks_between(&map, 0, 1), 12);
    assert_int_equal(gst_nvlinks_between(&map, 0, 2), 0);
    assert_int_equal(gst_nvlinks_expected_between(&map, 0, 2), 0);
    assert_int_equal(gst_nvlinks_expected_between(&map, 0, 1), 12);
}

/* As in a mesh, where pairs have different numbers of links by design: each GPU has six. */
static void test_mesh__a_link_that_is_down_is_missing_at_both_of_its_ends(void **state)
{
    struct gst_nvlinks_map map = unjoined(6);

    (void)state;
    join(&map, 0, 1, 1); /* there are two of them */
    join(&map, 2, 3, 2);
    join(&map, 0, 2, 2);
    join(&map, 1, 3, 2);
    join(&map, 0, 3, 2);
    join(&map, 1, 2, 2);
    assert_int_equal(gst_nvlinks_up(&map, 0), 5);
    assert_int_equal(gst_nvlinks_up(&map, 2), 6);
    assert_true(gst_nvlinks_are_missing(&map, 0));
    assert_true(gst_nvlinks_are_missing(&map, 1));
    assert_false(gst_nvlinks_are_missing(&map, 2));
    assert_int_equal(gst_nvlinks_expected_between(&map, 0, 1), 2);
    assert_int_equal(gst_nvlinks_expected_between(&map, 0, 2), 2);
    assert_int_equal(gst_nvlinks_expected_between(&map, 2, 3), 2);
}

/* --- asking NVML --- */

static struct gst_env env;
static int handles[2];

/* As in a machine that hides them: links that are up, and nobody knows where they lead. */
static nvmlReturn_t no_far_end(nvmlDevice_t device, unsigned int link, nvmlPciInfo_t *pci)
{
    (void)device;
    (void)link;
    (void)pci;
    return NVML_ERROR_NOT_SUPPORTED;
}

/* Link 0 leads to the other GPU, 1 to a switch, 2 to somebody else's GPU, 3 is down, and there is
 * no fifth. */
static nvmlReturn_t link_state(nvmlDevice_t device, unsigned int link, nvmlEnableState_t *active)
{
    (void)device;
    if (link > 3)
        return NVML_ERROR_INVALID_ARGUMENT;
    *active = link < 3 ? NVML_FEATURE_ENABLED : NVML_FEATURE_DISABLED;
    return NVML_SUCCESS;
}

static nvmlReturn_t far_end(nvmlDevice_t device, unsigned int link, nvmlPciInfo_t *pci)
{
    static const unsigned buses[] = { 0, 0x07, 0x99 };

    *pci = (nvmlPciInfo_t){ .bus = link == 0 ? (device == (void *)&handles[0] ? 0x43 : 0x1b)
                                             : buses[link] };
    return NVML_SUCCESS;
}

static void test_read__far_ends_are_told_apart(void **state)
{
    static struct gst_progress progress;
    struct gst_nvlinks_map map;

    (void)state;
    env.progress = &progress;
    env.has_nvml = true;
    env.gpu_count = 2;
    env.libs.nvml.nvmlDeviceGetNvLinkState = link_state;
    env.libs.nvml.nvmlDeviceGetNvLinkRemotePciInfo = far_end;
    for (int i = 0; i < 2; i++)
        env.gpus[i].nvml_physical = (nvmlDevice_t)&handles[i];
    strcpy(env.gpus[0].pci_id, "0000:1b:00.0");
    strcpy(env.gpus[1].pci_id, "0000:43:00.0");
    gst_nvlinks_read(&map, &env);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(map.of[i].there, 4);
        assert_int_equal(map.of[i].up, 0x7);
        assert_int_equal(map.of[i].direct[1 - i], 1);
        assert_int_equal(map.of[i].direct[i], 0);
        /* Without sysfs every device that is none of these GPUs may be a switch. */
        assert_int_equal(map.of[i].switched, 2);
    }
    assert_false(gst_nvlinks_are_untold(&map, 0, 1));
    env.libs.nvml.nvmlDeviceGetNvLinkRemotePciInfo = no_far_end;
    gst_nvlinks_read(&map, &env);
    assert_int_equal(gst_nvlinks_up(&map, 0), 3);
    assert_int_equal(gst_nvlinks_between(&map, 0, 1), 0);
    assert_false(gst_nvlinks_all_switched(&map));
    assert_true(gst_nvlinks_are_untold(&map, 0, 1));
    env.gpus[1].is_mig = true;
    gst_nvlinks_read(&map, &env);
    assert_int_equal(map.of[1].there, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switch__all_up_and_nothing_missing),
        cmocka_unit_test(test_switch__one_link_down_is_missing_at_that_gpu_alone),
        cmocka_unit_test(test_switch__a_gpu_without_any_link_is_missing_all),
        cmocka_unit_test(test_switch__other_models_do_not_count),
        cmocka_unit_test(test_bridge__boards_without_one_miss_nothing),
        cmocka_unit_test(test_mesh__a_link_that_is_down_is_missing_at_both_of_its_ends),
        cmocka_unit_test(test_read__far_ends_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
