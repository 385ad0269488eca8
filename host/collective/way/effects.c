/* SPDX-License-Identifier: Apache-2.0 */
/* One table of variables, and levels of distance; see effects.h. */
#include "collective/way/effects.h"

#include <stdlib.h>
#include <string.h>

enum takes {
    ANY,           /* whatever the value */
    NOT_ZERO,      /* a number other than 0 */
    ZERO,          /* the number 0 */
    LESS_THAN_PXB, /* a class of path nearer than NCCL's own limit */
};

/* Names and meanings: NCCL user guide, environment variables. What is not here says, names a
 * network between machines, or is of the suite. */
static const struct {
    const char *name;
    enum takes takes;
    enum gst_way_effect effect;
} effects[] = {
    { "NCCL_P2P_DISABLE", NOT_ZERO, GST_WAY_EFFECT_PEER },
    { "NCCL_P2P_LEVEL", LESS_THAN_PXB, GST_WAY_EFFECT_PEER },
    { "NCCL_SHM_DISABLE", NOT_ZERO, GST_WAY_EFFECT_SHM },
    { "NCCL_NVLS_ENABLE", ZERO, GST_WAY_EFFECT_NVLS },
    { "NCCL_HOSTID", ANY, GST_WAY_EFFECT_HOST },
    { "NCCL_TOPO_FILE", ANY, GST_WAY_EFFECT_TOPOLOGY },
    { "NCCL_GRAPH_FILE", ANY, GST_WAY_EFFECT_TOPOLOGY },
    { "NCCL_IGNORE_DISABLED_P2P", NOT_ZERO, GST_WAY_EFFECT_TOPOLOGY },
    { "NCCL_ALGO", ANY, GST_WAY_EFFECT_CHOICE },
    { "NCCL_PROTO", ANY, GST_WAY_EFFECT_CHOICE },
    { "NCCL_TUNER_PLUGIN", ANY, GST_WAY_EFFECT_CHOICE },
    { "NCCL_TUNER_CONFIG_FILE", ANY, GST_WAY_EFFECT_CHOICE },
    { "NCCL_MAX_NCHANNELS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MIN_NCHANNELS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MAX_CTAS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MIN_CTAS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MAX_NRINGS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_MIN_NRINGS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_NTHREADS", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_BUFFSIZE", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_P2P_USE_CUDA_MEMCPY", NOT_ZERO, GST_WAY_EFFECT_SPEED },
    { "NCCL_P2P_DIRECT_DISABLE", NOT_ZERO, GST_WAY_EFFECT_SPEED },
    { "NCCL_CUMEM_ENABLE", ZERO, GST_WAY_EFFECT_SPEED },
    { "NCCL_LAUNCH_MODE", ANY, GST_WAY_EFFECT_SPEED },
    { "NCCL_CTA_POLICY", ANY, GST_WAY_EFFECT_SPEED },
};

#define EFFECT_COUNT (sizeof(effects) / sizeof(effects[0]))

/* A class by its word, or by the numbers that older versions had (src/graph/paths.cc); -1: NCCL
 * takes no notice. */
static int level_of(const char *value)
{
    static const enum gst_way_link old[] = { GST_WAY_LINK_LOC, GST_WAY_LINK_PIX, GST_WAY_LINK_PXB,
                                             GST_WAY_LINK_PHB, GST_WAY_LINK_SYS };
    char *end;
    const unsigned long number = strtoul(value, &end, 0);

    if (value[0] >= '0' && value[0] <= '9' && end != value)
        return (int)old[number < 4 ? number : 4];
    for (int link = 0; link <= GST_WAY_LINK_SYS; link++) {
        if (strcmp(value, gst_way_link_word((enum gst_way_link)link)) == 0)
            return link;
    }
    return -1;
}

/* As NCCL reads numbers (src/misc/param.cc): what is none counts as 0. */
static bool is_zero(const char *value)
{
    return strtoll(value, NULL, 0) == 0;
}

static bool has_effect(enum takes takes, const char *value)
{
    switch (takes) {
    case NOT_ZERO:
        return !is_zero(value);
    case ZERO:
        return is_zero(value);
    case LESS_THAN_PXB:
        return level_of(value) >= 0 && level_of(value) < GST_WAY_LINK_PXB;
    case ANY:
        return true;
    }
    return true;
}

enum gst_way_effect gst_way_setting_effect(const struct gst_way_setting *setting)
{
    for (size_t i = 0; i < EFFECT_COUNT && setting->value[0] != '\0'; i++) {
        if (strcmp(setting->name, effects[i].name) == 0)
            return has_effect(effects[i].takes, setting->value) ? effects[i].effect
                                                                : GST_WAY_EFFECT_NONE;
    }
    return GST_WAY_EFFECT_NONE;
}

const char *gst_way_effect_meaning(enum gst_way_effect effect)
{
    switch (effect) {
    case GST_WAY_EFFECT_PEER:
        return "keeps GPUs from copying to each other directly";
    case GST_WAY_EFFECT_SHM:
        return "turns shared memory off";
    case GST_WAY_EFFECT_NVLS:
        return "turns off sums made by NVSwitch";
    case GST_WAY_EFFECT_HOST:
        return "decides which ranks are taken to be on one machine";
    case GST_WAY_EFFECT_TOPOLOGY:
        return "replaces what the machine says of itself";
    case GST_WAY_EFFECT_CHOICE:
        return "chooses the algorithm or the protocol";
    case GST_WAY_EFFECT_SPEED:
        return "changes channels, threads or buffers";
    case GST_WAY_EFFECT_NONE:
        return "changes nothing on one machine";
    }
    return "";
}

/* How far apart GPUs may be by what somebody set; -1: nobody did. */
static int user_level(const struct gst_way_settings *settings,
                      const struct gst_way_setting **setting)
{
    const struct gst_way_setting *disable = gst_way_settings_find(settings, "NCCL_P2P_DISABLE");
    const struct gst_way_setting *level = gst_way_settings_find(settings, "NCCL_P2P_LEVEL");

    *setting = disable;
    if (disable != NULL && !is_zero(disable->value))
        return GST_WAY_LINK_LOC;
    *setting = level;
    return level == NULL ? -1 : level_of(level->value);
}

const struct gst_way_setting *
gst_way_settings_without_peers(const struct gst_way_settings *settings, enum gst_way_link link)
{
    const struct gst_way_setting *setting;
    const int level = user_level(settings, &setting);

    return level >= 0 && level < (int)link ? setting : NULL;
}

bool gst_way_settings_allow_peers(const struct gst_way_settings *settings, enum gst_way_link link)
{
    const struct gst_way_setting *setting;

    return user_level(settings, &setting) >= (int)link;
}

const struct gst_way_setting *gst_way_settings_with(const struct gst_way_settings *settings,
                                                    enum gst_way_effect effect)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (settings->of[i].is_obeyed && gst_way_setting_effect(&settings->of[i]) == effect)
            return &settings->of[i];
    }
    return NULL;
}
