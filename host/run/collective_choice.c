/* SPDX-License-Identifier: Apache-2.0 */
/* Words into a choice of collectives; see collective_choice.h. */
#include "run/collective_choice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"

/* One of the options that take several names. */
struct list {
    const char *option;
    const char *const *names;
    const struct gst_option_list *words;
    bool *has; /* as many as there are names */
};

static void append(char *text, size_t size, const char *separator, const char *word)
{
    size_t used = strlen(text);

    snprintf(text + used, size - used, "%s%s", used == 0 ? "" : separator, word);
}

/* Index of the name, -1 if there is none. */
static int find(const char *const *names, const char *word, size_t length)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (strlen(names[i]) == length && strncmp(names[i], word, length) == 0)
            return i;
    }
    return -1;
}

static bool take_names(const struct list *list, char *error, size_t size)
{
    for (size_t i = 0; i < list->words->count; i++) {
        const char *word = list->words->items[i];
        const size_t length = list->words->lengths[i];
        const int index = find(list->names, word, length);
        char valid[200] = "";

        if (index >= 0) {
            list->has[index] = true;
            continue;
        }
        for (int k = 0; list->names[k] != NULL; k++)
            append(valid, sizeof(valid), ", ", list->names[k]);
        snprintf(error, size, "unknown value '%.*s' for '--%s', valid: %s",
                 length < 64 ? (int)length : 64, word, list->option, valid);
        return false;
    }
    return true;
}

static bool take_size(uint64_t *bytes, const char *option, const char *text,
                      const struct gst_collective_choice *choice, char *error, size_t size)
{
    if (text == NULL)
        return true;
    if (!gst_parse_size(text, bytes) || *bytes == 0) {
        snprintf(error, size, "'%.64s' for '--%s' is no size above 0 such as 8, 64M or 1.5G", text,
                 option);
        return false;
    }
    for (int i = 0; i < GST_ELEMENT_COUNT; i++) {
        const size_t element = gst_element_bytes((enum gst_element)i);

        if (!choice->has_element[i] || *bytes % element == 0)
            continue;
        snprintf(error, size, "'%.64s' for '--%s' is no multiple of %s %s of %zu bytes", text,
                 option, i == GST_ELEMENT_INT32 ? "an" : "a", gst_element_names[i], element);
        return false;
    }
    return true;
}

static bool take_sizes(struct gst_collective_choice *choice,
                       const struct gst_collective_words *words, char *error, size_t size)
{
    if (!take_size(&choice->min_bytes, "min-bytes", words->min_bytes, choice, error, size)
        || !take_size(&choice->max_bytes, "max-bytes", words->max_bytes, choice, error, size))
        return false;
    if (choice->max_bytes == 0 || choice->min_bytes <= choice->max_bytes)
        return true;
    snprintf(error, size, "'--min-bytes %.64s' is above '--max-bytes %.64s'", words->min_bytes,
             words->max_bytes);
    return false;
}

/* An option that changes nothing would be believed to have changed something. */
static bool check_reductions(const struct gst_collective_choice *choice, bool is_given, char *error,
                             size_t size)
{
#define REDUCES(symbol, name, reduces) [symbol] = reduces,
    static const bool reduces[GST_COLLECTIVE_COUNT] = { GST_COLLECTIVES(REDUCES) };
#undef REDUCES
    char valid[200] = "";

    for (int i = 0; i < GST_COLLECTIVE_COUNT; i++) {
        if (choice->has_collective[i] && reduces[i])
            is_given = false;
        if (reduces[i])
            append(valid, sizeof(valid), ", ", gst_collective_names[i]);
    }
    if (is_given)
        snprintf(error, size, "'--op' means nothing to the collectives chosen; it goes with: %s",
                 valid);
    return !is_given;
}

/* NCCL cuts the average of whole numbers, and does not say towards what: there is nothing that it
 * could be compared with. */
static bool check_average(const struct gst_collective_choice *choice, char *error, size_t size)
{
#define AVERAGES(symbol, name, bytes, averages) [symbol] = averages,
    static const bool averages[GST_ELEMENT_COUNT] = { GST_ELEMENTS(AVERAGES) };
#undef AVERAGES

    for (int i = 0; i < GST_ELEMENT_COUNT; i++) {
        if (!choice->has_reduction[GST_REDUCTION_AVG] || !choice->has_element[i] || averages[i])
            continue;
        snprintf(error, size,
                 "'--op avg' does not go with '--data-type %s': the average of whole numbers is "
                 "cut",
                 gst_element_names[i]);
        return false;
    }
    return true;
}

static bool take_rendezvous(struct gst_rendezvous *meet, const char *text, char *error, size_t size)
{
    char why[160];

    if (text == NULL || gst_rendezvous_parse(meet, text, why, sizeof(why)))
        return true;
    snprintf(error, size, "'--rendezvous': %s", why);
    return false;
}

bool gst_collective_choose(struct gst_collective_choice *choice,
                           const struct gst_collective_words *words, bool has_reductions_given,
                           char *error, size_t size)
{
    struct gst_collective_choice made = { .processes = (enum gst_process_model)words->processes };
    const struct list lists[] = {
        { "collective", gst_collective_names, &words->collectives, made.has_collective },
        { "data-type", gst_element_names, &words->elements, made.has_element },
        { "op", gst_reduction_names, &words->reductions, made.has_reduction },
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (!take_names(&lists[i], error, size))
            return false;
    }
    if (!take_sizes(&made, words, error, size)
        || !check_reductions(&made, has_reductions_given, error, size)
        || !check_average(&made, error, size)
        || !take_rendezvous(&made.rendezvous, words->rendezvous, error, size))
        return false;
    *choice = made;
    return true;
}

static void append_names(char *text, size_t size, const char *before, const char *const *names,
                         const bool *has)
{
    size_t used = strlen(text);
    char list[160] = "";

    for (int i = 0; names[i] != NULL; i++) {
        if (has[i])
            append(list, sizeof(list), ",", names[i]);
    }
    snprintf(text + used, size - used, "%s%s", before, list);
}

const char *gst_collective_describe(const struct gst_collective_choice *choice, char *text,
                                    size_t size)
{
    size_t used;

    text[0] = '\0';
    append_names(text, size, "", gst_collective_names, choice->has_collective);
    append_names(text, size, " of ", gst_element_names, choice->has_element);
    append_names(text, size, " by ", gst_reduction_names, choice->has_reduction);
    used = strlen(text);
    snprintf(text + used, size - used, ", %" PRIu64 " to %" PRIu64 " B, %s", choice->min_bytes,
             choice->max_bytes, gst_process_model_names[choice->processes]);
    return text;
}
