/* SPDX-License-Identifier: Apache-2.0 */
/* Names, groups and levels into a list of workloads; see plan.h. */
#include "run/plan.h"

#include <stdio.h>
#include <string.h>

static bool is_word(const char *name, const char *word, size_t length)
{
    return strlen(name) == length && strncmp(name, word, length) == 0;
}

const struct gst_workload *gst_workload_find(struct gst_workload_list list, const char *name)
{
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.rows[i]->name, name) == 0)
            return list.rows[i];
    }
    return NULL;
}

void gst_plan_groups(struct gst_workload_list list, void (*visit)(const char *group, void *data),
                     void *data)
{
    for (size_t i = 0; i < list.count; i++) {
        bool is_first = true;

        for (size_t k = 0; k < i; k++)
            is_first = is_first && strcmp(list.rows[k]->group, list.rows[i]->group) != 0;
        if (is_first)
            visit(list.rows[i]->group, data);
    }
}

struct names {
    char text[512];
};

static void add_name(const char *name, void *data)
{
    struct names *names = data;
    size_t used = strlen(names->text);

    snprintf(names->text + used, sizeof(names->text) - used, "%s%s", used == 0 ? "" : ", ", name);
}

static bool complain(struct gst_workload_list list, const char *word, size_t length,
                     bool with_verbs, char *error, size_t size)
{
    struct names workloads = { "" }, groups = { "" }, verbs = { "" };

    for (size_t i = 0; i < list.count; i++)
        add_name(list.rows[i]->name, &workloads);
    gst_plan_groups(list, add_name, &groups);
    if (with_verbs)
        gst_settings_each_verb(add_name, &verbs);
    snprintf(error, size, "unknown %sworkload or group '%.*s', workloads: %s; groups: %s%s%s",
             with_verbs ? "verb, " : "", (int)length, word, workloads.text, groups.text,
             with_verbs ? "; verbs: " : "", verbs.text);
    return false;
}

static bool check_words(struct gst_workload_list list, const struct gst_option_list *words,
                        char *error, size_t size)
{
    for (size_t i = 0; i < words->count; i++) {
        bool is_known = false;

        for (size_t k = 0; k < list.count; k++)
            is_known = is_known || is_word(list.rows[k]->name, words->items[i], words->lengths[i])
                       || is_word(list.rows[k]->group, words->items[i], words->lengths[i]);
        if (!is_known)
            return complain(list, words->items[i], words->lengths[i], false, error, size);
    }
    return true;
}

static bool has_name(const struct gst_option_list *words, const char *name)
{
    for (size_t i = 0; i < words->count; i++) {
        if (is_word(name, words->items[i], words->lengths[i]))
            return true;
    }
    return false;
}

bool gst_plan_is_named(const struct gst_settings *settings, const char *name)
{
    return has_name(&settings->words, name) || has_name(&settings->only, name);
}

static bool add(struct gst_plan *plan, const struct gst_workload *row, char *error, size_t size)
{
    size_t at = plan->count;

    for (size_t i = 0; i < plan->count; i++) {
        if (plan->rows[i] == row)
            return true;
    }
    if (plan->count == GST_REPORT_ITEMS) {
        snprintf(error, size, "more than %d workloads", GST_REPORT_ITEMS);
        return false;
    }
    /* Whatever the order in which they were named: GPUs that cannot be opened end all the rest. */
    while (row->is_early && at > 0 && !plan->rows[at - 1]->is_early) {
        plan->rows[at] = plan->rows[at - 1];
        at--;
    }
    plan->rows[at] = row;
    plan->count++;
    return true;
}

static bool is_of_level(const struct gst_workload *row, const struct gst_settings *settings)
{
    return !row->takes_minutes
           && (!row->is_for_compilers || gst_variant_has_compilers(settings->variant))
           && (row->is_quick || settings->level == GST_LEVEL_FULL);
}

/* The rows of the group that the level has; a level that has none of them is no quiet nothing. */
static bool add_group(struct gst_plan *plan, struct gst_workload_list list, const char *group,
                      const struct gst_settings *settings, char *error, size_t size)
{
    struct names others = { "" };
    bool has_any = false;

    for (size_t i = 0; i < list.count; i++) {
        const struct gst_workload *row = list.rows[i];

        if (strcmp(row->group, group) != 0)
            continue;
        add_name(row->name, &others);
        if (!is_of_level(row, settings))
            continue;
        has_any = true;
        if (!add(plan, row, error, size))
            return false;
    }
    if (!has_any)
        snprintf(error, size, "the group '%s' is tested with --level full, or by name: %s", group,
                 others.text);
    return has_any;
}

static bool has_group(struct gst_workload_list list, const char *word)
{
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.rows[i]->group, word) == 0)
            return true;
    }
    return false;
}

static bool plan_word(struct gst_plan *plan, struct gst_workload_list list, const char *word,
                      const struct gst_settings *settings, char *error, size_t size)
{
    const struct gst_workload *row = gst_workload_find(list, word);

    if (row != NULL)
        return add(plan, row, error, size);
    if (has_group(list, word))
        return add_group(plan, list, word, settings, error, size);
    return complain(list, word, strlen(word), true, error, size);
}

static bool plan_words(struct gst_plan *plan, struct gst_workload_list list,
                       const struct gst_settings *settings, char *error, size_t size)
{
    if (settings->only.count > 0 || settings->skip.count > 0) {
        snprintf(error, size,
                 "name workloads and groups, or choose with --only and --skip, not both");
        return false;
    }
    for (size_t i = 0; i < settings->words.count; i++) {
        if (!plan_word(plan, list, settings->words.items[i], settings, error, size))
            return false;
    }
    return true;
}

static bool is_chosen(const struct gst_workload *row, const struct gst_settings *settings)
{
    if (has_name(&settings->skip, row->name) || has_name(&settings->skip, row->group))
        return false;
    if (settings->only.count == 0)
        return is_of_level(row, settings);
    return has_name(&settings->only, row->name)
           || (is_of_level(row, settings) && has_name(&settings->only, row->group));
}

static bool make(struct gst_plan *plan, struct gst_workload_list list,
                 const struct gst_settings *settings, char *error, size_t size)
{
    if (settings->words.count > 0)
        return plan_words(plan, list, settings, error, size);
    if (!check_words(list, &settings->only, error, size)
        || !check_words(list, &settings->skip, error, size))
        return false;
    for (size_t i = 0; i < list.count; i++) {
        if (is_chosen(list.rows[i], settings) && !add(plan, list.rows[i], error, size))
            return false;
    }
    if (plan->count > 0)
        return true;
    snprintf(error, size, "--level, --only and --skip leave no workload; see gpu-selftest list");
    return false;
}

static bool takes_samples(const struct gst_workload *row)
{
    return row->takes_samples;
}

static bool takes_minutes(const struct gst_workload *row)
{
    return row->takes_minutes;
}

static bool takes_pairs(const struct gst_workload *row)
{
    return row->takes_pairs;
}

static bool takes_collectives(const struct gst_workload *row)
{
    return row->takes_collectives;
}

/* An option that changes nothing in this plan would be believed to have changed something. */
static bool check_option(const struct gst_plan *plan, struct gst_workload_list list,
                         const char *option, bool (*takes)(const struct gst_workload *row),
                         char *error, size_t size)
{
    struct names workloads = { "" };

    for (size_t i = 0; i < plan->count; i++) {
        if (takes(plan->rows[i]))
            return true;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (takes(list.rows[i]))
            add_name(list.rows[i]->name, &workloads);
    }
    snprintf(error, size, "'--%s' means nothing to what was chosen; it goes with: %s", option,
             workloads.text);
    return false;
}

bool gst_plan_make(struct gst_plan *plan, struct gst_workload_list list,
                   const struct gst_settings *settings, char *error, size_t size)
{
    plan->count = 0;
    return make(plan, list, settings, error, size)
           && (settings->samples == 0
               || check_option(plan, list, "samples", takes_samples, error, size))
           && (settings->minutes_text == NULL
               || check_option(plan, list, "minutes", takes_minutes, error, size))
           && (settings->pairs.count == 0
               || check_option(plan, list, "pairs", takes_pairs, error, size))
           && (settings->collective_option == NULL
               || check_option(plan, list, settings->collective_option, takes_collectives, error,
                               size));
}

size_t gst_plan_metrics(struct gst_workload_list list, const struct gst_metric_def **metrics,
                        size_t capacity)
{
    size_t count = 0;

    for (size_t i = 0; i < list.count; i++) {
        const struct gst_metric_def *const *row = list.rows[i]->metrics;

        for (; row != NULL && *row != NULL && count < capacity; row++)
            metrics[count++] = *row;
    }
    return count;
}
