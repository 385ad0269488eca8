/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each of NCCL's variables that matters on one machine does. What somebody set once to get
 * around a fault, and forgot, is a common reason for slow collectives (NVIDIA/nccl-tests issue
 * 228). Pure.
 */
#ifndef GST_COLLECTIVE_WAY_EFFECTS_H
#define GST_COLLECTIVE_WAY_EFFECTS_H

#include <stdbool.h>

#include "collective/way/graph.h"
#include "collective/way/settings.h"

/* What a variable takes away or changes. */
enum gst_way_effect {
    GST_WAY_EFFECT_NONE, /* it tells, or concerns networks between machines: says nothing here */
    GST_WAY_EFFECT_PEER, /* copies from GPU to GPU */
    GST_WAY_EFFECT_SHM,  /* shared memory between GPUs that cannot */
    GST_WAY_EFFECT_NVLS, /* sums made by NVSwitch */
    GST_WAY_EFFECT_HOST, /* which ranks are taken to be on one machine */
    GST_WAY_EFFECT_TOPOLOGY, /* what the machine is taken to be */
    GST_WAY_EFFECT_CHOICE,   /* algorithm and protocol */
    GST_WAY_EFFECT_SPEED,    /* channels, threads and buffers */
};

/* What the variable does with this value. */
enum gst_way_effect gst_way_setting_effect(const struct gst_way_setting *setting);

/* "what it does", one clause. */
const char *gst_way_effect_meaning(enum gst_way_effect effect);

/* The setting that keeps GPUs so far apart from copying to each other directly; NULL: none does.
 * NVL stands for those that NVLinks join. */
const struct gst_way_setting *
gst_way_settings_without_peers(const struct gst_way_settings *settings, enum gst_way_link link);

/* May they go further than NCCL would by itself? */
bool gst_way_settings_allow_peers(const struct gst_way_settings *settings, enum gst_way_link link);

/* The setting with this effect that counts, NULL if there is none. */
const struct gst_way_setting *gst_way_settings_with(const struct gst_way_settings *settings,
                                                    enum gst_way_effect effect);

#endif
