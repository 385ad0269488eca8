/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every NCCL_* variable that NCCL will obey, from the environment and from its files. To be read
 * before the suite sets any of its own. What they do: effects.h.
 *
 * Order, as NCCL has it (src/misc/param.cc): the environment; then NCCL_CONF_FILE, or without it
 * ~/.nccl.conf; then /etc/nccl.conf. The first that names a variable counts. NCCL 2.28 looks for
 * the home in /etc/passwd, 2.30 in HOME: where they are two, both files are read.
 */
#ifndef GST_COLLECTIVE_WAY_SETTINGS_H
#define GST_COLLECTIVE_WAY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/root.h"

#define GST_WAY_SETTINGS   64
#define GST_WAY_VALUE_SIZE 96

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

/* "NCCL_P2P_DISABLE=1 in the environment". Returns `text`. */
const char *gst_way_setting_describe(const struct gst_way_setting *setting, char *text,
                                     size_t size);

#endif
