/* SPDX-License-Identifier: Apache-2.0 */
/* The page that a person reads at night: the answer, the next step, then the evidence; see text.h.
 * Whatever did not come from this source is made printable first. */
#include "core/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text_facts.h"
#include "core/text_matrix.h"
#include "core/text_table.h"
#include "core/utf8.h"

#define LINE_SIZE   1024
#define EVIDENCE    76 /* column where a duration, or the count of judged numbers, is set */
#define SHORT_TEXT  58 /* an observation up to here fits into the line of its workload */
#define PLACES_TOLD 16 /* of one finding; the reports for machines hold all */

struct line {
    char text[LINE_SIZE];
    size_t length;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *format, ...)
{
    char raw[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    gst_utf8_format(raw, sizeof raw, format, arguments);
    va_end(arguments);
    gst_utf8_printable(line->text + line->length, sizeof line->text - line->length, raw);
    line->length += strlen(line->text + line->length);
}

static void pad(struct line *line, size_t column)
{
    for (size_t at = gst_utf8_columns(line->text); at < column; at++)
        add(line, " ");
}

struct gst_text_style gst_text_style_for(FILE *out)
{
    const char *no_colour = getenv("NO_COLOR");

    return (struct gst_text_style){ .has_colour = isatty(fileno(out))
                                                  && (no_colour == NULL || no_colour[0] == '\0') };
}

static bool is_bad(enum gst_verdict verdict)
{
    return verdict == GST_FAIL || verdict == GST_ERROR;
}

/* " on gpu 2, 5": where this finding was made, empty if on no GPU in particular. */
static void add_places(struct line *line, const struct gst_report *report,
                       enum gst_finding_id finding, const char *before)
{
    int last = GST_NO_GPU;

    /* Ascending and each once, in whatever order they were found. */
    for (;;) {
        int next = GST_NO_GPU;

        for (size_t i = 0; i < report->check_count; i++) {
            const struct gst_check *check = &report->checks[i];

            if (check->finding == finding && is_bad(check->verdict) && check->gpu > last
                && (next == GST_NO_GPU || check->gpu < next))
                next = check->gpu;
        }
        if (next == GST_NO_GPU)
            return;
        add(line, "%s%d", last == GST_NO_GPU ? before : ", ", next);
        last = next;
    }
}

/* NULL for a GPU of which nothing is known: it was not among those tested. */
static const char *name_of_gpu(const struct gst_report *report, int gpu)
{
    const struct gst_fact *fact = gst_report_find_fact(report, gpu, NULL, "name");

    return fact == NULL || fact->text[0] == '\0' ? NULL : fact->text;
}

/* Adds "8x NVIDIA H100 80GB HBM3" if this GPU is the first of its name; false if it has none. */
static bool add_gpu(struct line *line, const struct gst_report *report, int gpu, const char *before)
{
    const char *name = name_of_gpu(report, gpu);
    int count = 0;

    if (name == NULL)
        return false;
    for (int other = 0; other < GST_REPORT_GPUS; other++) {
        const char *others = name_of_gpu(report, other);

        if (others == NULL || strcmp(others, name) != 0)
            continue;
        if (other < gpu)
            return false;
        count++;
    }
    add(line, "%s%dx %s", before, count, name);
    return true;
}

/* "8x NVIDIA H100 80GB HBM3", "2x A, 1x B", "no GPU" */
static void add_gpus(struct line *line, const struct gst_report *report)
{
    const char *comma = "";

    if (report->gpus_total <= 0)
        add(line, "no GPU");
    for (int gpu = 0; gpu < GST_REPORT_GPUS && report->gpus_total > 0; gpu++) {
        if (add_gpu(line, report, gpu, comma))
            comma = ", ";
    }
    if (comma[0] == '\0' && report->gpus_total > 0)
        add(line, "%dx GPU", report->gpus_total);
    if (report->gpus_tested < report->gpus_total)
        add(line, " (tested %d of %d)", report->gpus_tested, report->gpus_total);
}

static void add_machine(struct line *line, const struct gst_report *report)
{
    add(line, "  %s%s", report->host, report->host[0] == '\0' ? "" : "  ");
    add_gpus(line, report);
}

static void add_subject(struct line *line, const struct gst_report *report)
{
    add(line, "  %s%s%s", report->subject, report->told[0] == '\0' ? "" : ": ", report->told);
}

static void write_headline(const struct gst_report *report, FILE *out, struct gst_text_style style)
{
    const struct gst_check *check = gst_report_headline(report);
    struct line line = { "", 0 };
    size_t judged, total;

    gst_report_judged(report, &judged, &total);
    if (report->subject[0] != '\0')
        add_subject(&line, report);
    else
        add_machine(&line, report);
    if (report->is_simulated)
        add(&line, "  SIMULATED %s", report->profile);
    if (report->interrupted[0] != '\0')
        add(&line, "  INTERRUPTED by %s", report->interrupted);
    if (check != NULL) {
        add(&line, "  %s", gst_finding(check->finding)->id);
        add_places(&line, report, check->finding, " on gpu ");
    }
    if (!gst_verdict_counts(report->verdict))
        add(&line, "  nothing was tested");
    if (total > 0) {
        pad(&line, EVIDENCE);
        add(&line, "  speed judged %zu of %zu", judged, total);
    }
    gst_text_word(out, report->verdict, 0, style);
    fprintf(out, "%s\n", line.text);
    if (check != NULL)
        fprintf(out, "      next (%s): %s\n", gst_layer_name(gst_finding_layer(check->finding)),
                gst_finding(check->finding)->remedy);
    fputc('\n', out);
}

/* What is told of a finding, once: its first check stands for all. */
static bool is_first_of_finding(const struct gst_report *report, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (report->checks[i].finding == report->checks[index].finding
            && is_bad(report->checks[i].verdict))
            return false;
    }
    return true;
}

static void observation(struct line *line, const struct gst_check *check)
{
    if (check->gpu != GST_NO_GPU)
        add(line, "gpu %d: ", check->gpu);
    add(line, "%s", check->observed);
}

/* The next place where the same was found in an image; NULL after the last, and on a machine, where
 * places are GPUs. */
static const struct gst_check *next_place(const struct gst_report *report,
                                          const struct gst_check *check)
{
    const struct gst_check *end = report->checks + report->check_count;

    for (const struct gst_check *next = check + 1; report->subject[0] != '\0' && next < end;
         next++) {
        if (next->finding == check->finding && next->item == check->item
            && next->verdict == check->verdict)
            return next;
    }
    return NULL;
}

/* What neighbours may share: "; why, and which layer it is". Empty if there is none. */
static const char *shared_part(const struct gst_check *check)
{
    const char *tail = strstr(check->observed, "; ");

    return tail == NULL ? "" : tail;
}

/* A line per place, and what neighbours share once, behind the last of them. */
static void write_places(const struct gst_report *report, const struct gst_check *check, FILE *out)
{
    size_t told = 0, left = 0;

    for (const struct gst_check *next; check != NULL; check = next) {
        const char *tail = shared_part(check);
        struct line place = { "", 0 }, shared = { "", 0 };
        bool is_last;

        next = next_place(report, check);
        if (told == PLACES_TOLD) {
            left++;
            continue;
        }
        add(&place, "%.*s",
            (int)(tail[0] == '\0' ? strlen(check->observed) : (size_t)(tail - check->observed)),
            check->observed);
        fprintf(out, "         %s   %s\n", told == 0 ? "cause" : "     ", place.text);
        told++;
        is_last = next == NULL || told == PLACES_TOLD || strcmp(tail, shared_part(next)) != 0;
        if (is_last && tail[0] != '\0') {
            add(&shared, "%s", tail + 2);
            fprintf(out, "                   %s\n", shared.text);
        }
    }
    if (left > 0)
        fprintf(out, "                 and %zu more: --json <file> has them all\n", left);
}

/* `is_shown`: the observation already stands in the line above. */
static void write_finding(const struct gst_report *report, const struct gst_check *check,
                          bool is_shown, FILE *out)
{
    const struct gst_finding *row = gst_finding(check->finding);
    struct line cause = { "", 0 }, places = { "", 0 };
    bool has_call = check->call[0] != '\0';

    if (report->subject[0] != '\0' && !is_shown)
        write_places(report, check, out);
    else if (!is_shown)
        observation(&cause, check);
    if (has_call && check->code == 0)
        add(&cause, is_shown ? "in %s" : " (%s)", check->call);
    else if (has_call)
        add(&cause, is_shown ? "%s returned %d" : " (%s, %d)", check->call, check->code);
    if (cause.length > 0)
        fprintf(out, "         cause   %s\n", cause.text);
    add_places(&places, report, check->finding, ", gpu ");
    fprintf(out,
            "         remedy  %s\n         id      %s  (%s%s; explain: gpu-selftest explain %s)\n",
            row->remedy, row->id, gst_layer_name(gst_finding_layer(check->finding)), places.text,
            row->id);
}

/* The worst check of an item, first found among equals; NULL if all is well. */
static const struct gst_check *worst_check(const struct gst_report *report, int item)
{
    const struct gst_check *worst = NULL;

    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->item == item && is_bad(check->verdict)
            && (worst == NULL || check->verdict > worst->verdict))
            worst = check;
    }
    return worst;
}

/* The one line of an item; true if it holds the observation of `check`. */
static bool add_evidence(struct line *line, const struct gst_report *report,
                         const struct gst_item *item, const struct gst_check *check)
{
    struct line seen = { "", 0 };

    if (check == NULL) {
        add(line, "%s",
            item->verdict == GST_SKIP || is_bad(item->verdict) ? item->reason : item->summary);
        return false;
    }
    observation(&seen, check);
    if (gst_utf8_columns(seen.text) <= SHORT_TEXT && next_place(report, check) == NULL) {
        add(line, "%s", seen.text);
        return true;
    }
    add(line, "%s", gst_finding(check->finding)->id);
    add_places(line, report, check->finding, " on gpu ");
    return false;
}

static void write_findings_of(const struct gst_report *report, int item,
                              const struct gst_check *shown, FILE *out)
{
    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->item == item && is_bad(check->verdict) && is_first_of_finding(report, i))
            write_finding(report, check, check == shown, out);
    }
}

static void write_item(const struct gst_report *report, int index, const struct gst_item *item,
                       int name_width, FILE *out, struct gst_text_style style)
{
    const struct gst_check *check = worst_check(report, index);
    struct line line = { "", 0 };
    bool is_shown;

    add(&line, " %-*s  ", name_width, item->name);
    is_shown = add_evidence(&line, report, item, check);
    if (item->ended_ns > item->started_ns && item->verdict != GST_SKIP) {
        pad(&line, EVIDENCE);
        add(&line, "%7.1f s", (double)(item->ended_ns - item->started_ns) * 1e-9);
    }
    gst_text_word(out, item->verdict, 6, style);
    fprintf(out, "%s\n", line.text);
    write_findings_of(report, index, is_shown ? check : NULL, out);
}

static void write_items(const struct gst_report *report, FILE *out, struct gst_text_style style)
{
    const struct gst_check *early = worst_check(report, -1);
    int width = 12;

    for (size_t i = 0; i < report->item_count; i++) {
        int columns = (int)gst_utf8_columns(report->items[i].name);

        width = columns > width ? columns : width;
    }
    if (early != NULL) {
        struct gst_item machine = { .name = "machine", .verdict = early->verdict };

        write_item(report, -1, &machine, width, out, style);
    }
    for (size_t i = 0; i < report->item_count; i++)
        write_item(report, (int)i, &report->items[i], width, out, style);
}

static void write_notes(const struct gst_report *report, FILE *out)
{
    const char *before = "\n";

    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];
        struct line line = { "", 0 };

        if (check->verdict != GST_NOTE)
            continue;
        observation(&line, check);
        fprintf(out, "%snote   %s: %s\n", before, gst_finding(check->finding)->id, line.text);
        before = "";
    }
    if (report->verdict == GST_PASS && gst_report_exit(report) != GST_EXIT_PASSED)
        fprintf(out, "%snote   strict: not everything was judged and tested\n", before);
}

bool gst_text_write(const struct gst_report *report, FILE *out, struct gst_text_style style)
{
    write_headline(report, out, style);
    if (report->shows_facts)
        gst_text_facts(report, out);
    write_items(report, out, style);
    gst_text_table(report, out, style);
    gst_text_matrices(report, out, style);
    write_notes(report, out);
    fprintf(out, "\n%zu passed, %zu failed, %zu skipped, %zu could not tell   exit %d\n",
            gst_report_count_all(report, GST_PASS), gst_report_count_all(report, GST_FAIL),
            gst_report_count_all(report, GST_SKIP), gst_report_count_all(report, GST_ERROR),
            (int)gst_report_exit(report));
    return fflush(out) == 0 && !ferror(out);
}

void gst_text_explain(enum gst_finding_id finding, FILE *out)
{
    const struct gst_finding *row = gst_finding(finding);

    fprintf(out, "%s\n\n", row->id);
    fprintf(out, "  verdict   %s\n", gst_verdict_word(row->verdict));
    fprintf(out, "  layer     %s\n", gst_layer_name(gst_finding_layer(finding)));
    fprintf(out, "  action    %s\n", gst_action_name(row->action));
    fprintf(out, "  expected  %s\n", row->expected);
    fprintf(out, "  remedy    %s\n", row->remedy);
    fprintf(out, "  source    %s\n", row->source);
    for (int other = GST_NO_FINDING + 1; other < GST_FINDING_COUNT; other++) {
        if (gst_finding_blocks((enum gst_finding_id)other, finding))
            fprintf(out, "  moot if   %s\n", gst_finding((enum gst_finding_id)other)->id);
    }
}
