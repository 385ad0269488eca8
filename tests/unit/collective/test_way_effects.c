/* SPDX-License-Identifier: Apache-2.0 */
/* What variables do by their values, and how far apart peers may be by them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "collective/way/effects.h"

static struct gst_way_settings settings;

static const struct {
    const char *line;
    enum gst_way_effect effect;
} known[] = {
    { "NCCL_P2P_DISABLE=1", GST_WAY_EFFECT_PEER },
    { "NCCL_P2P_DISABLE=", GST_WAY_EFFECT_NONE },
    { "NCCL_P2P_DISABLE=0", GST_WAY_EFFECT_NONE },
    { "NCCL_P2P_DISABLE=yes", GST_WAY_EFFECT_NONE }, /* not a number: NCCL reads 0 */
    { "NCCL_P2P_LEVEL=LOC", GST_WAY_EFFECT_PEER },
    { "NCCL_P2P_LEVEL=NVL", GST_WAY_EFFECT_PEER },
    { "NCCL_P2P_LEVEL=PXB", GST_WAY_EFFECT_NONE }, /* as far as NCCL goes by itself */
    { "NCCL_P2P_LEVEL=SYS", GST_WAY_EFFECT_NONE },
    { "NCCL_P2P_LEVEL=0", GST_WAY_EFFECT_PEER },
    { "NCCL_P2P_LEVEL=5", GST_WAY_EFFECT_NONE },
    { "NCCL_P2P_LEVEL=near", GST_WAY_EFFECT_NONE },
    { "NCCL_SHM_DISABLE=1", GST_WAY_EFFECT_SHM },
    { "NCCL_NVLS_ENABLE=0", GST_WAY_EFFECT_NVLS },
    { "NCCL_NVLS_ENABLE=1", GST_WAY_EFFECT_NONE },
    { "NCCL_HOSTID=a", GST_WAY_EFFECT_HOST },
    { "NCCL_TOPO_FILE=/x", GST_WAY_EFFECT_TOPOLOGY },
    { "NCCL_ALGO=Tree", GST_WAY_EFFECT_CHOICE },
    { "NCCL_MAX_NCHANNELS=1", GST_WAY_EFFECT_SPEED },
    { "NCCL_DEBUG=INFO", GST_WAY_EFFECT_NONE },
    { "NCCL_IB_HCA=mlx5_0", GST_WAY_EFFECT_NONE },
};

static void test_way_effects__of_each_variable(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        memset(&settings, 0, sizeof(settings));
        gst_way_settings_add_file(&settings, known[i].line, "x");
        if (gst_way_setting_effect(&settings.of[0]) != known[i].effect)
            print_error("%s\n", known[i].line);
        assert_int_equal(settings.count, 1);
        assert_int_equal(gst_way_setting_effect(&settings.of[0]), known[i].effect);
        assert_int_equal(gst_way_settings_with(&settings, known[i].effect) != NULL, 1);
    }
}

static void test_way_effects__how_far_peers_may_be(void **state)
{
    (void)state;
    memset(&settings, 0, sizeof(settings));
    assert_null(gst_way_settings_without_peers(&settings, GST_WAY_LINK_SYS));
    assert_false(gst_way_settings_allow_peers(&settings, GST_WAY_LINK_PIX));
    gst_way_settings_add_file(&settings, "NCCL_P2P_LEVEL=PIX\n", "x");
    assert_null(gst_way_settings_without_peers(&settings, GST_WAY_LINK_NVL));
    assert_null(gst_way_settings_without_peers(&settings, GST_WAY_LINK_PIX));
    assert_ptr_equal(gst_way_settings_without_peers(&settings, GST_WAY_LINK_PXB), &settings.of[0]);
    assert_true(gst_way_settings_allow_peers(&settings, GST_WAY_LINK_PIX));
    /* Off is off, whatever the level says. */
    gst_way_settings_add_file(&settings, "NCCL_P2P_DISABLE=1\n", "x");
    assert_ptr_equal(gst_way_settings_without_peers(&settings, GST_WAY_LINK_NVL), &settings.of[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_way_effects__of_each_variable),
        cmocka_unit_test(test_way_effects__how_far_peers_may_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
