/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked by a verb; see verbs.h. */
#include "run/verbs.h"

#include <string.h>

#include "core/compare.h"
#include "core/finding.h"
#include "core/log.h"
#include "core/text.h"
#include "run/audit_verb.h"
#include "run/explain.h"
#include "run/lint_verb.h"
#include "run/list.h"
#include "run/topology_verb.h"

static int usage(const char *error)
{
    gst_log("%s", error);
    return GST_EXIT_USAGE;
}

static int explain(const struct gst_settings *settings, struct gst_workload_list list, FILE *out)
{
    const char *names[GST_FINDING_COUNT], *word, *near;
    enum gst_finding_id finding;

    (void)list;
    if (settings->words.count != 2)
        return usage(
            "usage: gpu-selftest explain <id>, or - to read an error message [--json <file>]");
    word = settings->words.items[1];
    if (strcmp(word, "-") == 0)
        return gst_explain(stdin, settings->json, out);
    finding = gst_finding_by_name(word);
    if (finding != GST_NO_FINDING)
        return gst_explain_id(finding, settings->json, out);
    for (enum gst_finding_id id = 1; id < GST_FINDING_COUNT; id++)
        names[id - 1] = gst_finding(id)->id;
    near = gst_nearest(word, names, GST_FINDING_COUNT - 1);
    if (near != NULL)
        gst_log("unknown finding '%s', did you mean '%s'?", word, near);
    else
        gst_log("unknown finding '%s', ids look like '%s'", word, gst_finding(GST_HOST_NO_GPU)->id);
    return GST_EXIT_USAGE;
}

static int compare(const struct gst_settings *settings, struct gst_workload_list list, FILE *out)
{
    char error[512];
    bool same = false;

    (void)list;
    if (settings->words.count != 3)
        return usage("usage: gpu-selftest compare <report.json> <report.json>");
    if (!gst_compare(settings->words.items[1], settings->words.items[2], out, &same, error,
                     sizeof(error)))
        return usage(error);
    return same ? 0 : 1;
}

static int list_all(const struct gst_settings *settings, struct gst_workload_list list, FILE *out)
{
    if (settings->words.count != 1)
        return usage("usage: gpu-selftest list [--markdown]");
    if (settings->is_markdown)
        gst_list_write_markdown(list, out);
    else
        gst_list_write(list, out);
    return GST_EXIT_PASSED;
}

static int audit(const struct gst_settings *settings, struct gst_workload_list list, FILE *out)
{
    (void)list;
    if (settings->words.count != 1)
        return usage("usage: gpu-selftest audit [options]");
    /* -1: a simulated machine is made first, as for a test. */
    return settings->profile != NULL ? -1 : gst_audit_verb(settings, out);
}

static int lint(const struct gst_settings *settings, struct gst_workload_list list, FILE *out)
{
    (void)list;
    return gst_lint_verb(settings, out);
}

static int topology(const struct gst_settings *settings, struct gst_workload_list list, FILE *out)
{
    (void)list;
    if (settings->words.count != 1)
        return usage("usage: gpu-selftest topology [--json <file>] [--root <folder>]");
    /* -1: a simulated machine is made first, as for a test. */
    return settings->profile != NULL ? -1 : gst_topology_verb(settings, out);
}

static const struct verb {
    const char *name;
    int (*act)(const struct gst_settings *settings, struct gst_workload_list list, FILE *out);
} verbs[] = {
    { "audit", audit },     { "lint", lint },       { "list", list_all },
    { "explain", explain }, { "compare", compare }, { "topology", topology },
};

static const struct verb *asked(const struct gst_settings *settings)
{
    const char *word = settings->words.count > 0 ? settings->words.items[0] : "";

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(word, verbs[i].name) == 0)
            return &verbs[i];
    }
    return NULL;
}

bool gst_verb_is_asked(const struct gst_settings *settings)
{
    return asked(settings) != NULL;
}

int gst_verb(const struct gst_settings *settings, struct gst_workload_list list, FILE *out)
{
    const struct verb *verb = asked(settings);

    return verb == NULL ? -1 : verb->act(settings, list, out);
}
