/* SPDX-License-Identifier: Apache-2.0 */
/* The option rows, and which verb understands which; see settings_rows.h. */
#include "run/settings_rows.h"

#include <stdio.h>
#include <string.h>

#include "audit/framework_answers.h"

static const char *const levels[] = { "quick", "full", NULL };
static const char *const exit_maps[] = { "plain", "nagios", NULL };

#define AT(field) .offset = offsetof(struct gst_settings, field)

static const struct gst_option rows[] = {
    { .name = "level",
      .value = "quick|full",
      .fallback = "quick",
      .help = "how much to run",
      .kind = GST_OPTION_CHOICE,
      .choices = levels,
      AT(level) },
    { .name = "only",
      .value = "<list>",
      .help = "these workloads or groups alone",
      .kind = GST_OPTION_LIST,
      AT(only) },
    { .name = "skip",
      .value = "<list>",
      .help = "leave out these workloads or groups",
      .kind = GST_OPTION_LIST,
      AT(skip) },
    { .name = "device",
      .letter = 'd',
      .value = "<list>",
      .help = "GPU indices, UUIDs or PCI ids; all if not given",
      .kind = GST_OPTION_LIST,
      AT(devices) },
    { .name = "size",
      .value = "<bytes>",
      .fallback = "0",
      .help = "size of the data, such as 64M; 0 is $GPU_SELFTEST_SIZE or each workload's own",
      .kind = GST_OPTION_SIZE,
      AT(size_bytes) },
    { .name = "samples",
      .value = "<number>",
      .help = "of each number that is measured; 16 or 48 by level if not given",
      .kind = GST_OPTION_TEXT,
      AT(samples_text) },
    { .name = "minutes",
      .value = "<number>",
      .help = "how long burn works, in minutes, such as 0.5 or 60; 1 if not given",
      .kind = GST_OPTION_TEXT,
      AT(minutes_text) },
    { .name = "pairs",
      .value = "<list>",
      .help = "pairs of GPUs, such as 0-1,2-3: both directions of each; all if not given",
      .kind = GST_OPTION_LIST,
      AT(pair_list) },
    { .name = "collective",
      .value = "<list>",
      .fallback = "all-reduce",
      .help = "all-reduce, all-gather, reduce-scatter, broadcast, reduce, send-recv, all-to-all",
      .kind = GST_OPTION_LIST,
      AT(collective_words.collectives) },
    { .name = "data-type",
      .value = "<list>",
      .fallback = "float",
      .help = "of collectives: float, half, bfloat16, int32",
      .kind = GST_OPTION_LIST,
      AT(collective_words.elements) },
    { .name = "op",
      .value = "<list>",
      .fallback = "sum",
      .help = "of collectives that reduce: sum, max, avg, premulsum",
      .kind = GST_OPTION_LIST,
      AT(collective_words.reductions) },
    { .name = "min-bytes",
      .value = "<bytes>",
      .help = "smallest message of collectives; 8 if not given",
      .kind = GST_OPTION_TEXT,
      AT(collective_words.min_bytes) },
    { .name = "max-bytes",
      .value = "<bytes>",
      .help = "largest message of collectives; what fits, or --size, if not given",
      .kind = GST_OPTION_TEXT,
      AT(collective_words.max_bytes) },
    { .name = "process-model",
      .value = "both|per-gpu|one-process",
      .fallback = "both",
      .help = "which processes run the ranks of collectives",
      .kind = GST_OPTION_CHOICE,
      .choices = gst_process_model_names,
      AT(collective_words.processes) },
    { .name = "rendezvous",
      .value = "<address>",
      .help = "where ranks of several machines meet: tcp://<host>:<port> or file:///<path>",
      .kind = GST_OPTION_TEXT,
      AT(collective_words.rendezvous) },
    { .name = "seed",
      .value = "<number>",
      .help = "of the data; a new one for each run if not given",
      .kind = GST_OPTION_TEXT,
      AT(seed_text) },
    { .name = "timeout",
      .value = "<time>",
      .help = "for each workload and for opening the GPUs, such as 90s",
      .kind = GST_OPTION_TEXT,
      AT(timeout_text) },
    { .name = "bars",
      .value = "<file>",
      .help = "the site's own floors, as JSON",
      .kind = GST_OPTION_TEXT,
      AT(bars) },
    { .name = "strict",
      .help = "exit 3 unless everything was tested and judged",
      .kind = GST_OPTION_FLAG,
      AT(is_strict) },
    { .name = "isolate",
      .help = "a process of its own for each workload",
      .kind = GST_OPTION_FLAG,
      AT(isolate) },
    { .name = "json",
      .value = "<file>",
      .help = "write the report as JSON, - for standard output",
      .kind = GST_OPTION_TEXT,
      AT(json) },
    { .name = "svg",
      .value = "<file>",
      .help = "with topology: draw it, too",
      .kind = GST_OPTION_TEXT,
      AT(svg) },
    { .name = "junit",
      .value = "<file>",
      .help = "write the report as JUnit XML",
      .kind = GST_OPTION_TEXT,
      AT(junit) },
    { .name = "prometheus",
      .value = "<file>",
      .help = "write the report for node_exporter's textfile collector",
      .kind = GST_OPTION_TEXT,
      AT(prometheus) },
    { .name = "exit-map",
      .value = "plain|nagios",
      .fallback = "plain",
      .help = "meaning of the exit code",
      .kind = GST_OPTION_CHOICE,
      .choices = exit_maps,
      AT(exit_map) },
    { .name = "root",
      .value = "<folder>",
      .help = "where /proc, /sys and /dev are read; $GPU_SELFTEST_ROOT or / if not given",
      .kind = GST_OPTION_TEXT,
      AT(root) },
    { .name = "proc",
      .value = "<folder>",
      .help = "with audit: stands for /proc of the root",
      .kind = GST_OPTION_TEXT,
      AT(proc) },
    { .name = "sys",
      .value = "<folder>",
      .help = "with audit: stands for /sys of the root",
      .kind = GST_OPTION_TEXT,
      AT(sys) },
    { .name = "dev",
      .value = "<folder>",
      .help = "with audit: stands for /dev of the root",
      .kind = GST_OPTION_TEXT,
      AT(dev) },
    { .name = "files-only",
      .help = "with audit: open no device, load no library",
      .kind = GST_OPTION_FLAG,
      AT(is_files_only) },
    { .name = "watch",
      .value = "<time>",
      .help = "with audit: open the devices again after this time",
      .kind = GST_OPTION_DURATION,
      AT(watch_s) },
    { .name = "framework",
      .value = "torch",
      .help = "with audit: ask this framework of the image, too",
      .kind = GST_OPTION_CHOICE,
      .choices = gst_framework_names,
      AT(framework) },
    { .name = "expect",
      .value = "<file>",
      .help = "with lint: hold the image against the expectations of this YAML file, too",
      .kind = GST_OPTION_TEXT,
      AT(expect) },
    { .name = "simulate",
      .value = "<profile>",
      .help = "run on a simulated machine, such as h100x8",
      .kind = GST_OPTION_TEXT,
      AT(profile) },
    { .name = "fault",
      .value = "<text>",
      .help = "break the simulated machine, such as 'mem 0 flip=0x1000:3'",
      .kind = GST_OPTION_APPEND,
      AT(faults) },
    { .name = "markdown",
      .help = "with list: as the table of the README",
      .kind = GST_OPTION_FLAG,
      AT(is_markdown) },
    { .name = "help",
      .letter = 'h',
      .help = "show this help",
      .kind = GST_OPTION_FLAG,
      AT(wants_help) },
    { .name = "version",
      .help = "show version, commit, kernels and libraries",
      .kind = GST_OPTION_FLAG,
      AT(wants_version) },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

#define OPTIONS_OF_REPORTS "json", "junit", "prometheus", "strict", "exit-map"
#define OPTIONS_OF_AUDIT   "root", "proc", "sys", "dev", "files-only", "watch", "framework", "timeout"
#define OPTIONS_OF_COLLECTIVES                                                                     \
    "collective", "data-type", "op", "min-bytes", "max-bytes", "process-model", "rendezvous"
#define OPTIONS_OF_ALL "help", "version", NULL

/* Which options mean something to a verb; NULL: to a run of workloads. */
static const struct audience {
    const char *verb;
    const char *const names[GST_OPTION_ROWS_MAX];
} audiences[] = {
    { NULL,
      { OPTIONS_OF_REPORTS, "level", "only", "skip", "device", "size", "samples", "minutes",
        "pairs", "seed", OPTIONS_OF_COLLECTIVES, "timeout", "bars", "isolate", "root", "simulate",
        "fault", OPTIONS_OF_ALL } },
    { "audit", { OPTIONS_OF_REPORTS, OPTIONS_OF_AUDIT, "simulate", "fault", OPTIONS_OF_ALL } },
    { "lint", { OPTIONS_OF_REPORTS, "expect", OPTIONS_OF_ALL } },
    { "list", { "markdown", OPTIONS_OF_ALL } },
    { "explain", { "json", OPTIONS_OF_ALL } },
    { "compare", { OPTIONS_OF_ALL } },
    { "topology", { "json", "svg", "root", "timeout", "simulate", "fault", OPTIONS_OF_ALL } },
};

/* Of the program that can do nothing else: there is no simulator beside it. */
static const char *const audit_names[] = { OPTIONS_OF_REPORTS, OPTIONS_OF_AUDIT, OPTIONS_OF_ALL };

static bool is_named(const char *const *names, const char *name)
{
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

size_t gst_settings_rows_of_audit(struct gst_option chosen[GST_OPTION_ROWS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (is_named(audit_names, rows[i].name))
            chosen[count++] = rows[i];
    }
    return count;
}

const char *gst_settings_collective_option(uint64_t given, bool *has_op)
{
    static const char *const names[] = { OPTIONS_OF_COLLECTIVES, NULL };
    const char *found = NULL;

    *has_op = false;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((given >> i & 1) == 0 || !is_named(names, rows[i].name))
            continue;
        found = found == NULL ? rows[i].name : found;
        *has_op = *has_op || strcmp(rows[i].name, "op") == 0;
    }
    return found;
}

static const struct audience *audience_of(const struct gst_settings *settings)
{
    for (size_t i = 1; i < sizeof(audiences) / sizeof(audiences[0]); i++) {
        if (settings->words.count > 0 && strcmp(settings->words.items[0], audiences[i].verb) == 0)
            return &audiences[i];
    }
    return &audiences[0];
}

/* An option that changes nothing would be believed to have changed something. */
bool gst_settings_check_audience(const struct gst_settings *settings, uint64_t given, char *error,
                                 size_t size)
{
    const struct audience *audience = audience_of(settings);

    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((given >> i & 1) == 0 || is_named(audience->names, rows[i].name))
            continue;
        if (audience->verb != NULL) {
            snprintf(error, size, "'--%s' does not go with the verb %s", rows[i].name,
                     audience->verb);
            return false;
        }
        for (size_t k = 1; k < sizeof(audiences) / sizeof(audiences[0]); k++) {
            if (is_named(audiences[k].names, rows[i].name))
                snprintf(error, size, "'--%s' goes with the verb %s", rows[i].name,
                         audiences[k].verb);
        }
        return false;
    }
    return true;
}

const struct gst_option *gst_settings_rows(size_t *count)
{
    *count = ROW_COUNT;
    return rows;
}

const char *gst_settings_level_name(int level)
{
    return levels[level];
}

void gst_settings_each_verb(void (*visit)(const char *verb, void *data), void *data)
{
    for (size_t i = 1; i < sizeof(audiences) / sizeof(audiences[0]); i++)
        visit(audiences[i].verb, data);
}
