/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person may ask for on the command line, as rows and as the struct that they fill.
 */
#ifndef GST_RUN_SETTINGS_H
#define GST_RUN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/options.h"
#include "run/collective_choice.h"
#include "run/pairs.h"
#include "run/variant.h"

enum gst_level { GST_LEVEL_QUICK, GST_LEVEL_FULL };
/* What a report has room for, with a hundred numbers and more. */
#define GST_SAMPLES_MAX 1000

enum gst_exit_map { GST_EXIT_MAP_PLAIN, GST_EXIT_MAP_NAGIOS };

struct gst_settings {
    int level; /* enum gst_level */
    struct gst_option_list only;
    struct gst_option_list skip;
    struct gst_option_list devices;
    const char *profile; /* --simulate, NULL: on the real machine */
    struct gst_option_list faults;
    const char *bars;
    const char *json;
    const char *svg; /* of topology */
    const char *junit;
    const char *prometheus;
    bool is_strict;
    bool isolate;
    const char *timeout_text;
    double timeout_s; /* 0: each workload's own */
    const char *root; /* "/" */
    const char *proc; /* of the audit: what stands for /proc, /sys and /dev; NULL: the root's */
    const char *sys;
    const char *dev;
    bool is_files_only; /* of the audit */
    double watch_s;     /* of the audit, 0: no second look */
    int framework;      /* of the audit: index of the name, -1: none */
    const char *expect; /* of the lint, NULL: nothing */
    uint64_t size_bytes;
    const char *samples_text;
    size_t samples; /* of each number; 0: the level's */
    const char *minutes_text;
    double minutes; /* of burn; 1 if not given */
    struct gst_option_list pair_list;
    struct gst_pairs pairs;
    struct gst_collective_words collective_words;
    struct gst_collective_choice collectives;
    const char *collective_option; /* one of those that were given, NULL: none was */
    const char *seed_text;
    bool has_seed;
    uint64_t seed;
    enum gst_variant variant; /* of GPU_SELFTEST_VARIANT */
    int exit_map;             /* enum gst_exit_map */
    bool is_markdown;
    bool wants_help;
    bool wants_version;
    struct gst_option_list words; /* verb, or workloads; each is terminated */
};

/* Fills `settings` from argv. False with one line in `error`. */
bool gst_settings_parse(struct gst_settings *settings, int argc, char *const argv[], char *error,
                        size_t size);

/* Usage, options with their defaults, verbs and exit codes. */
void gst_settings_help(FILE *out);

/* Both for a program that is the audit alone: no words, and the options that it understands. */
bool gst_settings_parse_audit(struct gst_settings *settings, int argc, char *const argv[],
                              char *error, size_t size);
void gst_settings_help_audit(FILE *out);

/* True unless --root names somebody else's machine: a capture or an unpacked root says nothing of
 * the devices and libraries here; the root of a simulation goes with the libraries that the loader
 * finds. */
bool gst_settings_are_of_this_machine(const struct gst_settings *settings);

/* Calls `visit` with the name of each verb. */
void gst_settings_each_verb(void (*visit)(const char *verb, void *data), void *data);

/* "--level quick --only vector-add": what was chosen, for the report. Returns `text`. */
const char *gst_settings_describe(const struct gst_settings *settings, char *text, size_t size);

#endif
