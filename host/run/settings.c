/* SPDX-License-Identifier: Apache-2.0 */
/* From argv to settings, and what of it does not go together; see settings.h. */
#include "run/settings.h"

#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "run/settings_rows.h"

static bool read_samples(struct gst_settings *settings, char *error, size_t size)
{
    uint64_t samples = 0;

    if (settings->samples_text == NULL)
        return true;
    if (!gst_parse_unsigned(settings->samples_text, &samples) || samples == 0
        || samples > GST_SAMPLES_MAX) {
        snprintf(error, size, "'%.64s' for '--samples' is no whole number from 1 to %d",
                 settings->samples_text, GST_SAMPLES_MAX);
        return false;
    }
    settings->samples = (size_t)samples;
    return true;
}

/* A day: more is a slip, or wants a test that is watched. */
#define MINUTES_MOST 1440

/* A plain number, read as whoever says 10 for 10 s would. */
static bool read_minutes(struct gst_settings *settings, char *error, size_t size)
{
    const char *text = settings->minutes_text;

    settings->minutes = 1;
    if (text == NULL)
        return true;
    if (text[0] == '\0' || text[strspn(text, "0123456789.")] != '\0'
        || !gst_parse_duration(text, &settings->minutes) || settings->minutes <= 0
        || settings->minutes > MINUTES_MOST) {
        snprintf(error, size, "'%.64s' for '--minutes' is no number above 0 and up to %d", text,
                 MINUTES_MOST);
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
    return read_samples(settings, error, size) && read_minutes(settings, error, size)
           && gst_pairs_read(&settings->pairs, &settings->pair_list, error, size);
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

/* The report's ways out. Two that name one file would leave half of what was asked for. */
static bool check_files(const struct gst_settings *settings, char *error, size_t size)
{
    const struct {
        const char *option;
        const char *path;
    } files[] = {
        { "json", settings->json },
        { "junit", settings->junit },
        { "prometheus", settings->prometheus },
        { "svg", settings->svg },
        { "bars", settings->bars },
    };
    const size_t count = sizeof(files) / sizeof(files[0]);

    for (size_t i = 0; i < count; i++) {
        if (files[i].path == NULL)
            continue;
        if (i > 0 && strcmp(files[i].path, "-") == 0) {
            snprintf(error, size, "'-' is understood by '--json' alone");
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (files[k].path == NULL || strcmp(files[i].path, files[k].path) != 0)
                continue;
            snprintf(error, size, "'--%s' and '--%s' name one file, '%.200s'", files[k].option,
                     files[i].option, files[i].path);
            return false;
        }
    }
    return true;
}

static bool check_together(const struct gst_settings *settings, char *error, size_t size)
{
    if (settings->faults.count > 0 && settings->profile == NULL) {
        snprintf(error, size,
                 "'--fault' needs '--simulate': only a simulated machine is broken "
                 "on purpose");
        return false;
    }
    return check_files(settings, error, size);
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

static bool choose_collectives(struct gst_settings *settings, uint64_t given, char *error,
                               size_t size)
{
    bool has_op;

    settings->collective_option = gst_settings_collective_option(given, &has_op);
    return gst_collective_choose(&settings->collectives, &settings->collective_words, has_op, error,
                                 size);
}

bool gst_settings_parse(struct gst_settings *settings, int argc, char *const argv[], char *error,
                        size_t size)
{
    uint64_t given = 0;
    size_t count;
    const struct gst_option *rows = gst_settings_rows(&count);

    return parse(rows, count, settings, argc, argv, &given, error, size)
           && gst_settings_check_audience(settings, given, error, size)
           && choose_collectives(settings, given, error, size)
           && read_size_of_environment(settings, error, size)
           && gst_variant_read(&settings->variant, getenv("GPU_SELFTEST_VARIANT"), error, size);
}

bool gst_settings_parse_audit(struct gst_settings *settings, int argc, char *const argv[],
                              char *error, size_t size)
{
    struct gst_option chosen[GST_OPTION_ROWS_MAX];

    if (!parse(chosen, gst_settings_rows_of_audit(chosen), settings, argc, argv, NULL, error, size))
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
    size_t count;
    const struct gst_option *rows = gst_settings_rows(&count);

    fputs("usage: gpu-selftest [options] [workload|group...]\n"
          "       gpu-selftest audit [options]\n"
          "       gpu-selftest lint <folder>|<archive>|<image>|- [options]\n"
          "       gpu-selftest topology [options]\n"
          "       gpu-selftest list | explain <id>|- | compare <report> <report>\n\n"
          "Test this container's GPUs and judge the results. audit: why they are not there.\n"
          "lint: what must not be in an image.\n\nOptions:\n",
          out);
    gst_options_help(rows, count, out);
    fputs("\nExit: 0 passed, 1 failed, 2 usage, 3 could not tell, 77 nothing tested.\n"
          "See gpu-selftest list.\n",
          out);
}

void gst_settings_help_audit(FILE *out)
{
    struct gst_option chosen[GST_OPTION_ROWS_MAX];

    fputs("usage: gpu-selftest-audit [options]\n\n"
          "Say which layer keeps this container from its GPUs: host, runtime, image or\n"
          "flags. Keep gpu-selftest-audit-probe beside it: that asks the driver's\n"
          "libraries.\n\nOptions:\n",
          out);
    gst_options_help(chosen, gst_settings_rows_of_audit(chosen), out);
    fputs("\nExit: 0 passed, 1 failed, 2 usage, 3 could not tell.\n", out);
}

bool gst_settings_are_of_this_machine(const struct gst_settings *settings)
{
    return strcmp(settings->root, "/") == 0 || getenv("GPU_SELFTEST_SIM_PROFILE") != NULL;
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

/* Nobody who did not ask for collectives is told of their defaults. */
static void append_collectives(char *text, size_t size, const struct gst_settings *settings)
{
    size_t used = strlen(text);
    char chosen[256];

    if (settings->collective_option != NULL)
        snprintf(text + used, size - used, " (%s)",
                 gst_collective_describe(&settings->collectives, chosen, sizeof(chosen)));
}

const char *gst_settings_describe(const struct gst_settings *settings, char *text, size_t size)
{
    text[0] = '\0';
    if (settings->words.count == 0)
        snprintf(text, size, "--level %s", gst_settings_level_name(settings->level));
    for (size_t i = 0; i < settings->words.count; i++) {
        size_t used = strlen(text);

        snprintf(text + used, size - used, "%s%s", i == 0 ? "" : " ", settings->words.items[i]);
    }
    if (settings->words.count > 0 && settings->level != GST_LEVEL_QUICK) {
        size_t used = strlen(text);

        snprintf(text + used, size - used, " --level %s", gst_settings_level_name(settings->level));
    }
    append_list(text, size, " --only ", &settings->only);
    append_list(text, size, " --skip ", &settings->skip);
    append_list(text, size, " --device ", &settings->devices);
    append_list(text, size, " --pairs ", &settings->pair_list);
    append_collectives(text, size, settings);
    if (settings->minutes_text != NULL) {
        size_t used = strlen(text);

        snprintf(text + used, size - used, " --minutes %s", settings->minutes_text);
    }
    if (settings->samples > 0) {
        size_t used = strlen(text);

        snprintf(text + used, size - used, " --samples %zu", settings->samples);
    }
    return text;
}
