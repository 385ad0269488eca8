/* SPDX-License-Identifier: Apache-2.0 */
/* One page of facts; see text_facts.h. */
#include "core/text_facts.h"

#include <string.h>

#include "core/utf8.h"

#define KEY_COLUMNS   34
#define VALUE_COLUMNS 44
#define LIST_SIZE     256

static void format_value(const struct gst_fact *fact, char *text, size_t size)
{
    char raw[GST_TEXT_SIZE];

    if (fact->is_number)
        gst_format(raw, sizeof(raw), fact->number, fact->unit);
    else
        snprintf(raw, sizeof(raw), "%s", fact->text);
    gst_utf8_printable(text, size, raw);
}

static bool same_value(const struct gst_fact *a, const struct gst_fact *b)
{
    char one[GST_TEXT_SIZE];
    char other[GST_TEXT_SIZE];

    format_value(a, one, sizeof(one));
    format_value(b, other, sizeof(other));
    return strcmp(one, other) == 0;
}

static bool is_same_key(const struct gst_fact *a, const struct gst_fact *b)
{
    return strcmp(a->key, b->key) == 0;
}

/* The first fact with this key, in the order of the report, decides where the key is shown. */
static bool is_first_of_key(const struct gst_report *report, size_t index)
{
    const struct gst_fact *fact = &report->facts[index];

    for (size_t i = 0; i < index; i++) {
        if ((report->facts[i].gpu == GST_NO_GPU) == (fact->gpu == GST_NO_GPU)
            && is_same_key(&report->facts[i], fact))
            return false;
    }
    return true;
}

static bool is_shared(const struct gst_report *report, const struct gst_fact *fact)
{
    for (size_t i = 0; i < report->fact_count; i++) {
        const struct gst_fact *other = &report->facts[i];

        if (other->gpu != GST_NO_GPU && is_same_key(other, fact) && !same_value(other, fact))
            return false;
    }
    return true;
}

static void append_once(char *list, size_t size, const char *word)
{
    const size_t used = strlen(list);

    if (strstr(list, word) == NULL)
        snprintf(list + used, size - used, "%s%s", used > 0 ? ", " : "", word);
}

static void write_label(const char *key, FILE *out)
{
    char label[sizeof(((struct gst_fact *)0)->key)];

    snprintf(label, sizeof(label), "%s", key);
    for (char *at = label; *at != '\0'; at++) {
        if (*at == '_')
            *at = ' ';
    }
    fprintf(out, "  %-*s", KEY_COLUMNS, label);
}

static void write_row(const char *key, const char *value, const char *sources, FILE *out)
{
    write_label(key, out);
    fprintf(out, "%-*s %s\n", VALUE_COLUMNS, value, sources);
}

static void write_shared(const struct gst_report *report, const struct gst_fact *fact, FILE *out)
{
    char value[GST_TEXT_SIZE];
    char sources[LIST_SIZE] = "";

    format_value(fact, value, sizeof(value));
    for (size_t i = 0; i < report->fact_count; i++) {
        if (report->facts[i].gpu != GST_NO_GPU && is_same_key(&report->facts[i], fact))
            append_once(sources, sizeof(sources), report->facts[i].source);
    }
    write_row(fact->key, value, sources, out);
}

/* All that was said of one GPU under this key: "79.2 GiB (driver), 79.6 GiB (nvml)". */
static void write_of_gpu(const struct gst_report *report, const struct gst_fact *first, FILE *out)
{
    char key[sizeof(first->key) + 16];
    char value[GST_TEXT_SIZE];
    char sources[LIST_SIZE] = "";

    format_value(first, value, sizeof(value));
    for (size_t i = 0; i < report->fact_count; i++) {
        const struct gst_fact *fact = &report->facts[i];
        char other[GST_TEXT_SIZE];
        char told[GST_TEXT_SIZE + 32];

        if (fact->gpu != first->gpu || !is_same_key(fact, first))
            continue;
        if (same_value(fact, first)) {
            append_once(sources, sizeof(sources), fact->source);
            continue;
        }
        format_value(fact, other, sizeof(other));
        snprintf(told, sizeof(told), "%s: %s", fact->source, other);
        append_once(sources, sizeof(sources), told);
    }
    snprintf(key, sizeof(key), "%s gpu %d", first->key, first->gpu);
    write_row(key, value, sources, out);
}

static void write_each(const struct gst_report *report, const struct gst_fact *fact, FILE *out)
{
    for (int gpu = 0; gpu < GST_REPORT_GPUS; gpu++) {
        const struct gst_fact *first = gst_report_find_fact(report, gpu, NULL, fact->key);

        if (first != NULL)
            write_of_gpu(report, first, out);
    }
}

static void write_machine(const struct gst_report *report, FILE *out)
{
    for (size_t i = 0; i < report->fact_count; i++) {
        const struct gst_fact *fact = &report->facts[i];
        char value[GST_TEXT_SIZE];

        if (fact->gpu != GST_NO_GPU)
            continue;
        format_value(fact, value, sizeof(value));
        write_row(fact->key, value, fact->source, out);
    }
}

void gst_text_facts(const struct gst_report *report, FILE *out)
{
    if (report->fact_count == 0)
        return;
    fputs("machine\n", out);
    write_machine(report, out);
    fputs("\nGPUs\n", out);
    for (size_t i = 0; i < report->fact_count; i++) {
        const struct gst_fact *fact = &report->facts[i];

        if (fact->gpu == GST_NO_GPU || !is_first_of_key(report, i))
            continue;
        if (is_shared(report, fact))
            write_shared(report, fact, out);
        else
            write_each(report, fact, out);
    }
    fputs("\n", out);
}
