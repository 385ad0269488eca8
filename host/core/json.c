/* SPDX-License-Identifier: Apache-2.0 */
/* The report as a tree of JSON values; see json.h. Absent means null, never left out. */
#include "core/json.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "core/utf8.h"

/* Integers up to here are exact in the doubles that most readers of JSON use. */
#define LARGEST_EXACT 9007199254740992.0

static json_t *text_or_null(const char *text)
{
    char fit[3 * GST_CAUSE_SIZE];

    if (text == NULL || text[0] == '\0')
        return json_null();
    gst_utf8_repair(fit, sizeof fit, text);
    return json_string(fit);
}

static json_t *number(double value)
{
    if (!isfinite(value))
        return json_null();
    if (fabs(value) <= LARGEST_EXACT && value == floor(value))
        return json_integer((json_int_t)value);
    return json_real(value);
}

static json_t *gpu_or_null(int gpu)
{
    return gpu < 0 ? json_null() : json_integer(gpu);
}

static json_t *id_or_null(enum gst_finding_id finding)
{
    return text_or_null(gst_finding(finding)->id);
}

static json_t *layer_of(enum gst_finding_id finding)
{
    return json_string(gst_layer_name(gst_finding_layer(finding)));
}

static json_t *word(enum gst_verdict verdict)
{
    return json_string(gst_verdict_word(verdict));
}

static double seconds_between(uint64_t start_ns, uint64_t end_ns)
{
    return end_ns > start_ns ? (double)(end_ns - start_ns) * 1e-9 : 0;
}

/* The path from host/ on: where this was built is nobody's business, and would differ by machine.
 */
static const char *short_where(const char *where)
{
    const char *inside = where == NULL ? NULL : strstr(where, "/host/");

    return inside == NULL ? where : inside + 1;
}

static json_t *headline(const struct gst_report *report)
{
    const struct gst_check *check = gst_report_headline(report);

    if (check == NULL)
        return json_null();
    return json_pack("{so so so so so}", "id", id_or_null(check->finding), "layer",
                     layer_of(check->finding), "gpu", gpu_or_null(check->gpu), "observed",
                     text_or_null(check->observed), "remedy",
                     text_or_null(gst_finding(check->finding)->remedy));
}

static json_t *counts(const struct gst_report *report)
{
    size_t judged, total;

    gst_report_judged(report, &judged, &total);
    return json_pack("{sI sI sI sI sI sI}", "passed",
                     (json_int_t)gst_report_count_all(report, GST_PASS), "failed",
                     (json_int_t)gst_report_count_all(report, GST_FAIL), "skipped",
                     (json_int_t)gst_report_count_all(report, GST_SKIP), "could_not_tell",
                     (json_int_t)gst_report_count_all(report, GST_ERROR), "judged",
                     (json_int_t)judged, "metrics", (json_int_t)total);
}

/* { "memory_total_bytes": { "driver": 1, "nvml": 1 } } of one GPU, or of the machine. */
static json_t *facts_of(const struct gst_report *report, int gpu)
{
    json_t *facts = json_object();

    for (size_t i = 0; i < report->fact_count; i++) {
        const struct gst_fact *fact = &report->facts[i];
        char raw[sizeof fact->key + 16], key[3 * sizeof raw], source[3 * sizeof fact->source];
        json_t *sources;

        if (fact->gpu != gpu)
            continue;
        snprintf(raw, sizeof raw, "%s%s", fact->key,
                 fact->is_number ? gst_unit_suffix(fact->unit) : "");
        gst_utf8_repair(key, sizeof key, raw);
        gst_utf8_repair(source, sizeof source, fact->source);
        sources = json_object_get(facts, key);
        if (sources == NULL) {
            sources = json_object();
            json_object_set_new(facts, key, sources);
        }
        json_object_set_new(sources, source,
                            fact->is_number ? number(fact->number) : text_or_null(fact->text));
    }
    return facts;
}

static json_t *gpus(const struct gst_report *report)
{
    json_t *array = json_array();
    int count = report->gpus_total;

    for (size_t i = 0; i < report->fact_count; i++)
        count = report->facts[i].gpu >= count ? report->facts[i].gpu + 1 : count;
    for (int gpu = 0; gpu < count; gpu++)
        json_array_append_new(array,
                              json_pack("{si so}", "index", gpu, "facts", facts_of(report, gpu)));
    return array;
}

static json_t *workload(const struct gst_item *item)
{
    bool is_skipped = item->verdict == GST_SKIP;

    return json_pack("{so so so so so so so}", "name", text_or_null(item->name), "verdict",
                     word(item->verdict), "reason",
                     is_skipped ? text_or_null(item->reason) : json_null(), "blocked_by",
                     id_or_null(item->blocked_by), "summary", text_or_null(item->summary),
                     "duration_s", number(seconds_between(item->started_ns, item->ended_ns)),
                     "elements_checked", number((double)item->elements_checked));
}

static json_t *check_object(const struct gst_report *report, const struct gst_check *check)
{
    const struct gst_finding *row = gst_finding(check->finding);
    bool has_passed = check->verdict == GST_PASS;

    return json_pack("{so so so so so so so so so so so so so}", "id", id_or_null(check->finding),
                     "layer", layer_of(check->finding), "verdict", word(check->verdict),
                     "blocked_by", id_or_null(check->blocked_by), "workload",
                     text_or_null(gst_report_item_name(report, check->item)), "gpu",
                     gpu_or_null(check->gpu), "call", text_or_null(check->call), "code",
                     check->call[0] == '\0' ? json_null() : json_integer(check->code), "observed",
                     text_or_null(check->observed), "expected", text_or_null(row->expected),
                     "remedy", has_passed ? json_null() : text_or_null(row->remedy), "action",
                     has_passed ? json_null() : json_string(gst_action_name(row->action)), "where",
                     text_or_null(short_where(check->where)));
}

static json_t *samples_of(const struct gst_report *report, const struct gst_metric *metric)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < metric->sample_count; i++)
        json_array_append_new(array, number(report->samples[metric->first_sample + i]));
    return array;
}

static json_t *metric_object(const struct gst_report *report, const struct gst_metric *metric)
{
    const struct gst_stats *stats = &metric->stats;
    const struct gst_bar *bar = &metric->bar;
    const char *suffix = gst_unit_suffix(metric->def->unit);

    return json_pack("{so so so so so so so so so so so so so s{sI so so so so} so}", "name",
                     text_or_null(metric->def->name), "title", text_or_null(metric->def->title),
                     "workload", text_or_null(gst_report_item_name(report, metric->item)),
                     "src_gpu", gpu_or_null(metric->src_gpu), "dst_gpu",
                     gpu_or_null(metric->dst_gpu), "variant", text_or_null(metric->variant), "unit",
                     json_string(suffix[0] == '_' ? suffix + 1 : "none"), "value",
                     number(metric->value), "floor", number(bar->floor), "floor_from",
                     text_or_null(bar->floor_from), "ceiling", number(bar->ceiling), "ceiling_from",
                     text_or_null(bar->ceiling_from), "verdict", word(metric->verdict), "stats",
                     "count", (json_int_t)stats->count, "median", number(stats->median), "mad",
                     number(stats->mad), "min", number(stats->minimum), "max",
                     number(stats->maximum), "samples", samples_of(report, metric));
}

static json_t *top(const struct gst_report *report)
{
    return json_pack(
        "{si s{so so} so si sb so so so so so so so so so so so si si so so}", "schema_version",
        GST_REPORT_SCHEMA_VERSION, "suite", "version", text_or_null(report->version), "commit",
        text_or_null(report->commit), "verdict", word(report->verdict), "exit_code",
        (int)gst_report_exit(report), "simulated", (int)report->is_simulated, "profile",
        text_or_null(report->profile), "host", text_or_null(report->host), "subject",
        text_or_null(report->subject), "told", text_or_null(report->told), "started_utc",
        text_or_null(report->started_utc), "duration_s",
        number(seconds_between(report->started_ns, report->ended_ns)), "plan",
        text_or_null(report->plan), "seed", text_or_null(report->seed_text), "interrupted",
        text_or_null(report->interrupted), "headline", headline(report), "counts", counts(report),
        "gpus_total", report->gpus_total, "gpus_tested", report->gpus_tested, "facts",
        facts_of(report, GST_NO_GPU), "gpus", gpus(report));
}

static json_t *build(const struct gst_report *report)
{
    json_t *root = top(report);
    json_t *workloads = json_array(), *checks = json_array(), *metrics = json_array();

    for (size_t i = 0; i < report->item_count; i++)
        json_array_append_new(workloads, workload(&report->items[i]));
    for (size_t i = 0; i < report->check_count; i++)
        json_array_append_new(checks, check_object(report, &report->checks[i]));
    for (size_t i = 0; i < report->metric_count; i++)
        json_array_append_new(metrics, metric_object(report, &report->metrics[i]));
    json_object_set_new(root, "workloads", workloads);
    json_object_set_new(root, "checks", checks);
    json_object_set_new(root, "metrics", metrics);
    return root;
}

bool gst_json_write(const struct gst_report *report, FILE *out)
{
    json_t *root = build(report);
    bool ok = root != NULL && json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) == 0;

    json_decref(root);
    return ok && fputc('\n', out) != EOF && fflush(out) == 0 && !ferror(out);
}
