/* SPDX-License-Identifier: Apache-2.0 */
/* The option rows; see settings.h. */
#include "run/settings.h"

#include <stdlib.h>
#include <string.h>

#include "audit/framework_answers.h"
#include "core/units.h"

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
#define OPTIONS_OF_ALL     "help", "version", NULL

/* Which options mean something to a verb; NULL: to a run of workloads. */
static const struct audience {
    const char *verb;
    const char *const names[GST_OPTION_ROWS_MAX];
} audiences[] = {
    { NULL,
      { OPTIONS_OF_REPORTS, "level", "only", "skip", "device", "size", "seed", "timeout", "bars",
        "isolate", "root", "simulate", "fault", OPTIONS_OF_ALL } },
    { "audit", { OPTIONS_OF_REPORTS, OPTIONS_OF_AUDIT, "simulate", "fault", OPTIONS_OF_ALL } },
    { "lint", { OPTIONS_OF_REPORTS, OPTIONS_OF_ALL } },
    { "list", { "markdown", OPTIONS_OF_ALL } },
    { "explain", { OPTIONS_OF_ALL } },
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

static size_t audit_rows(struct gst_option chosen[ROW_COUNT])
{
    size_t count = 0;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (is_named(audit_names, rows[i].name))
            chosen[count++] = rows[i];
    }
    return count;
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
static bool check_audience(const struct gst_settings *settings, uint64_t given, char *error,
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

static bool read_numbers(struct gst_settings *settings, char *error, size_t size)
{
    if (settings->seed_text != NULL) {
        settings->has_seed = gst_parse_unsigned(settings->seed_text, &settings->seed);
        if (!settings->has_seed) {
            snprintf(error, size, "'%s' for '--seed' is no whole number from 0 to 2^64 - 1",
                     settings->seed_text);
            return false;
        }
    }
    if (settings->timeout_text != NULL
        && (!gst_parse_duration(settings->timeout_text, &settings->timeout_s)
            || settings->timeout_s <= 0)) {
        snprintf(error, size, "'%s' for '--timeout' is no time such as 10s, 1.5m or 250ms",
                 settings->timeout_text);
        return false;
    }
    return true;
}

/* What a container's environment can say in place of --size: a simulation is small by it. */
static bool read_size_of_environment(struct gst_settings *settings, char *error, size_t size)
{
    const char *text = getenv("GPU_SELFTEST_SIZE");

    if (settings->size_bytes != 0 || text == NULL || text[0] == '\0'
        || gst_parse_size(text, &settings->size_bytes))
        return true;
    snprintf(error, size, "'%.64s' in GPU_SELFTEST_SIZE is no size such as 4096, 64M or 1.5G",
             text);
    return false;
}

static bool check_together(const struct gst_settings *settings, char *error, size_t size)
{
    const char *const files[] = { settings->bars, settings->svg, settings->junit,
                                  settings->prometheus };

    if (settings->faults.count > 0 && settings->profile == NULL) {
        snprintf(error, size,
                 "'--fault' needs '--simulate': only a simulated machine is broken "
                 "on purpose");
        return false;
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (files[i] != NULL && strcmp(files[i], "-") == 0) {
            snprintf(error, size, "'-' is understood by '--json' alone");
            return false;
        }
    }
    return true;
}

static bool parse(const struct gst_option *options, size_t count, struct gst_settings *settings,
                  int argc, char *const argv[], uint64_t *given, char *error, size_t size)
{
    memset(settings, 0, sizeof(*settings));
    if (!gst_options_parse(options, count, argc, argv, settings, &settings->words, given, error,
                           size)
        || !read_numbers(settings, error, size) || !check_together(settings, error, size))
        return false;
    if (settings->root == NULL)
        settings->root = getenv("GPU_SELFTEST_ROOT");
    if (settings->root == NULL || settings->root[0] == '\0')
        settings->root = "/";
    return true;
}

bool gst_settings_parse(struct gst_settings *settings, int argc, char *const argv[], char *error,
                        size_t size)
{
    uint64_t given = 0;

    return parse(rows, ROW_COUNT, settings, argc, argv, &given, error, size)
           && check_audience(settings, given, error, size)
           && read_size_of_environment(settings, error, size);
}

bool gst_settings_parse_audit(struct gst_settings *settings, int argc, char *const argv[],
                              char *error, size_t size)
{
    struct gst_option chosen[ROW_COUNT];

    if (!parse(chosen, audit_rows(chosen), settings, argc, argv, NULL, error, size))
        return false;
    if (settings->words.count > 0) {
        snprintf(error, size, "unexpected word '%.64s': there are options alone; try --help",
                 settings->words.items[0]);
        return false;
    }
    /* So that the report says what was run. */
    settings->words =
        (struct gst_option_list){ .count = 1, .items = { "audit" }, .lengths = { 5 } };
    return true;
}

void gst_settings_help(FILE *out)
{
    fputs("usage: gpu-selftest [options] [workload...]\n"
          "       gpu-selftest audit [options]\n"
          "       gpu-selftest lint <folder>|<archive>|<image>|- [options]\n"
          "       gpu-selftest topology [options]\n"
          "       gpu-selftest list | explain <id>|- | compare <report> <report>\n\n"
          "Test this container's GPUs and judge the results. audit: why they are not there. lint: "
          "what must not\nbe in an image.\n\nOptions:\n",
          out);
    gst_options_help(rows, ROW_COUNT, out);
    fputs("\nExit: 0 passed, 1 failed, 2 usage, 3 could not tell, 77 nothing tested. "
          "See gpu-selftest list.\n",
          out);
}

void gst_settings_help_audit(FILE *out)
{
    struct gst_option chosen[ROW_COUNT];

    fputs(
        "usage: gpu-selftest-audit [options]\n\n"
        "Say which layer keeps this container from its GPUs: host, runtime, image or flags. Keep\n"
        "gpu-selftest-audit-probe beside it: that asks the driver's libraries.\n\nOptions:\n",
        out);
    gst_options_help(chosen, audit_rows(chosen), out);
    fputs("\nExit: 0 passed, 1 failed, 2 usage, 3 could not tell.\n", out);
}

bool gst_settings_are_of_this_machine(const struct gst_settings *settings)
{
    return strcmp(settings->root, "/") == 0 || getenv("GPU_SELFTEST_SIM_PROFILE") != NULL;
}

void gst_settings_each_verb(void (*visit)(const char *verb, void *data), void *data)
{
    for (size_t i = 1; i < sizeof(audiences) / sizeof(audiences[0]); i++)
        visit(audiences[i].verb, data);
}

static void append_list(char *text, size_t size, const char *option,
                        const struct gst_option_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        size_t used = strlen(text);

        snprintf(text + used, size - used, "%s%.*s", i == 0 ? option : ",", (int)list->lengths[i],
                 list->items[i]);
    }
}

const char *gst_settings_describe(const struct gst_settings *settings, char *text, size_t size)
{
    text[0] = '\0';
    if (settings->words.count == 0)
        snprintf(text, size, "--level %s", levels[settings->level]);
    for (size_t i = 0; i < settings->words.count; i++) {
        size_t used = strlen(text);

        snprintf(text + used, size - used, "%s%s", i == 0 ? "" : " ", settings->words.items[i]);
    }
    if (settings->words.count > 0 && settings->level != GST_LEVEL_QUICK) {
        size_t used = strlen(text);

        snprintf(text + used, size - used, " --level %s", levels[settings->level]);
    }
    append_list(text, size, " --only ", &settings->only);
    append_list(text, size, " --skip ", &settings->skip);
    append_list(text, size, " --device ", &settings->devices);
    return text;
}
