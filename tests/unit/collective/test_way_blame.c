/* SPDX-License-Identifier: Apache-2.0 */
/* Which link a slow collective is blamed on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "collective/way/blame.h"
#include "core/report.h"

#define RANKS 2
#define LINKS 18

static struct gst_env env;
static struct gst_peers peers;
static const int gpus[RANKS] = { 0, 1 };
static struct gst_way_site site;
static char why[160];
static int gpu;

static int healthy(void **state)
{
    (void)state;
    memset(&env, 0, sizeof(env));
    memset(&peers, 0, sizeof(peers));
    env.gpu_count = peers.count = peers.links.count = RANKS;
    peers.links.gpus = env.gpus;
    for (int i = 0; i < RANKS; i++) {
        env.gpus[i].index = 4 + i;
        peers.links.of[i] =
            (struct gst_nvlinks){ .there = LINKS, .up = (1u << LINKS) - 1, .switched = LINKS };
    }
    site = (struct gst_way_site){ .ranks = RANKS, .machines = 1, .kind = GST_WAY_KIND_NVLINK };
    return 0;
}

static enum gst_finding_id blame(void)
{
    return gst_way_blame(&site, &env, &peers, gpus, &gpu, why, sizeof(why));
}

static void test_way_blame__nvlinks(void **state)
{
    (void)state;
    assert_int_equal(blame(), GST_HARDWARE_NVLINK_SLOW);
    assert_int_equal(gpu, GST_NO_GPU);
    assert_non_null(strstr(why, "peer-copy"));
    peers.links.of[1].up = (1u << (LINKS - 1)) - 1;
    peers.links.of[1].switched = LINKS - 1;
    assert_int_equal(blame(), GST_HARDWARE_NVLINK_DOWN);
    assert_int_equal(gpu, 5);
    assert_string_equal(why, "gpu 5: 17 of 18 NVLinks are up, down: link 17");
}

/* Links between other GPUs say nothing of PCIe. */
static void test_way_blame__pcie(void **state)
{
    (void)state;
    site.kind = GST_WAY_KIND_HOST;
    peers.links.of[1].up = 0;
    assert_int_equal(blame(), GST_HARDWARE_SLOW);
    assert_int_equal(gpu, GST_NO_GPU);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_way_blame__nvlinks, healthy),
        cmocka_unit_test_setup(test_way_blame__pcie, healthy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
