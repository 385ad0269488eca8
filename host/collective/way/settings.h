/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every NCCL_* variable that NCCL will obey, from the environment and from its files, and what each
 * of those that matter does. What somebody set once to get around a fault, and forgot, is a common
 * reason for slow collectives (NVIDIA/nccl-tests issue 228). To be read before the suite sets any
 * of its own.
 *
 * Order, as NCCL has it (src/misc/param.cc): the environment; then NCCL_CONF_FILE, or without it
 * ~/.nccl.conf; then /etc/nccl.conf. The first that names a variable counts. NCCL 2.28 looks for
 * the home in /etc/passwd, 2.30 in HOME: where they are two, both files are read.
 */
#ifndef GST_COLLECTIVE_WAY_SETTINGS_H
#define GST_COLLECTIVE_WAY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "collective/way/graph.h"
#include "core/root.h"

#define GST_WAY_SETTINGS   64
#define GST_WAY_VALUE_SIZE 96

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

struct gst_way_setting {
    char name[48];
    char value[GST_WAY_VALUE_SIZE];
    char from[64];  /* "the environment", "/etc/nccl.conf" */
    bool is_obeyed; /* false: an earlier source names it, too */
};

struct gst_way_settings {
    size_t count;
    struct gst_way_setting of[GST_WAY_SETTINGS];
    size_t left_out_count; /* without room, or too long */
};

/* `environment` as environ; files are looked for below `root`. */
void gst_way_settings_read(struct gst_way_settings *settings, const char *const *environment,
                           const struct gst_root *root);

/* Adds what a file of this text sets. Pure, as all below. */
void gst_way_settings_add_file(struct gst_way_settings *settings, const char *text,
                               const char *from);

/* The setting that counts, NULL if there is none or it is empty, which NCCL takes for unset. */
const struct gst_way_setting *gst_way_settings_find(const struct gst_way_settings *settings,
                                                    const char *name);

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

/* "NCCL_P2P_DISABLE=1 in the environment". Returns `text`. */
const char *gst_way_setting_describe(const struct gst_way_setting *setting, char *text,
                                     size_t size);

#endif
