/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the audit: every check on every fixture of tests/fixtures/roots. A fixture says what
 * must be found, and nothing else may be. A check that can fail needs a fixture that trips it, and
 * a finding one in which nothing else is wrong.
 *
 *     test_audit_fixtures [FIXTURE...]    these alone, without asking whether all is covered
 *     test_audit_fixtures --table         the table, as Markdown
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "core/log.h"

#define LINES_MAX  64
#define CHECKS_MAX 256

struct line {
    enum { MUST_FIND, MUST_BLOCK, MUST_TELL } kind;
    enum gst_finding_id finding;
    char key[64];
    char value[160];
    bool is_met;
};

struct fixture {
    char name[128];
    size_t count;
    struct line lines[LINES_MAX];
};

/* What came of all fixtures so far. */
static struct {
    bool has_failed[CHECKS_MAX];      /* the check of this number */
    bool is_alone[GST_FINDING_COUNT]; /* the only bad finding of some fixture */
    char trippers[CHECKS_MAX][4096];  /* names, for the table */
    char finders[CHECKS_MAX][GST_CHECK_FINDINGS][2048];
} seen;

static const struct gst_audit_check *checks[CHECKS_MAX];
static size_t check_count;

static bool is_bad(enum gst_verdict verdict)
{
    return verdict == GST_FAIL || verdict == GST_ERROR;
}

static bool complain(const struct fixture *fixture, const char *what, const char *detail)
{
    printf("%s: %s: %s\n", fixture->name, what, detail);
    return false;
}

static bool parse_line(struct fixture *fixture, char *text)
{
    struct line *line = &fixture->lines[fixture->count];
    const char *id = text;

    if (fixture->count == LINES_MAX)
        return complain(fixture, "too many lines in 'expect'", text);
    *line = (struct line){ .kind = MUST_FIND };
    if (sscanf(text, "fact %63s %159[^\n]", line->key, line->value) == 2) {
        line->kind = MUST_TELL;
    } else {
        if (strncmp(text, "blocked ", 8) == 0) {
            line->kind = MUST_BLOCK;
            id = text + 8;
        }
        line->finding = gst_finding_by_name(id);
        if (line->finding == GST_NO_FINDING)
            return complain(fixture, "'expect' names no finding", text);
    }
    fixture->count++;
    return true;
}

static bool read_fixture(struct fixture *fixture, const char *name)
{
    char path[512], text[512];
    bool ok = true;
    FILE *file;

    *fixture = (struct fixture){ .count = 0 };
    snprintf(fixture->name, sizeof fixture->name, "%s", name);
    snprintf(path, sizeof path, GST_FIXTURES "/roots/%s/expect", name);
    file = fopen(path, "re");
    if (file == NULL)
        return complain(fixture, "cannot read", path);
    while (ok && fgets(text, sizeof text, file) != NULL) {
        text[strcspn(text, "\n")] = '\0';
        if (text[0] != '\0' && text[0] != '#')
            ok = parse_line(fixture, text);
    }
    fclose(file);
    return ok;
}

static bool expects(struct fixture *fixture, int kind, enum gst_finding_id finding)
{
    for (size_t i = 0; i < fixture->count; i++) {
        if ((int)fixture->lines[i].kind == kind && fixture->lines[i].finding == finding)
            return fixture->lines[i].is_met = true;
    }
    return false;
}

static bool judge_check(struct fixture *fixture, const struct gst_check *check)
{
    const char *id = gst_finding(check->finding)->id;

    if (check->verdict == GST_PASS)
        return true;
    if (check->verdict == GST_SKIP)
        return expects(fixture, MUST_BLOCK, check->finding)
               || complain(fixture, "blocked, unexpectedly", id);
    if (expects(fixture, MUST_FIND, check->finding))
        return true;
    printf("%s: found, unexpectedly: %s: %s\n", fixture->name, id, check->observed);
    return false;
}

static bool judge_facts(struct fixture *fixture, const struct gst_report *report)
{
    bool ok = true;

    for (size_t i = 0; i < fixture->count; i++) {
        struct line *line = &fixture->lines[i];
        const struct gst_fact *fact;

        if (line->kind == MUST_TELL) {
            fact = gst_report_find_fact(report, GST_NO_GPU, "audit", line->key);
            line->is_met = fact != NULL && strcmp(fact->text, line->value) == 0;
            if (!line->is_met)
                printf("%s: fact '%s' is '%s', expected '%s'\n", fixture->name, line->key,
                       fact != NULL ? fact->text : "(none)", line->value);
            ok = ok && line->is_met;
        } else if (!line->is_met) {
            ok = complain(fixture,
                          line->kind == MUST_BLOCK ? "not blocked, or not made" : "not found",
                          gst_finding(line->finding)->id);
        }
    }
    return ok;
}

static void add_name(char *names, size_t size, const char *name)
{
    size_t length = strlen(names);

    snprintf(names + length, size - length, "%s%s", length > 0 ? ", " : "", name);
}

/* Which check made which finding, after what is blocked has been taken out. */
static void note_check(const struct fixture *fixture, size_t number,
                       const struct gst_report *report, size_t first, size_t last)
{
    const struct gst_audit_check *row = checks[number];
    bool is_noted = false;

    for (size_t i = first; i < last; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->verdict == GST_PASS || check->verdict == GST_SKIP)
            continue;
        seen.has_failed[number] = seen.has_failed[number] || is_bad(check->verdict);
        for (size_t k = 0; k < GST_CHECK_FINDINGS && row->findings[k] != GST_NO_FINDING; k++) {
            if (row->findings[k] == check->finding && !is_noted)
                add_name(seen.finders[number][k], sizeof seen.finders[number][k], fixture->name);
        }
        is_noted = true;
    }
    if (is_noted)
        add_name(seen.trippers[number], sizeof seen.trippers[number], fixture->name);
}

static void note_alone(const struct gst_report *report)
{
    enum gst_finding_id only = GST_NO_FINDING;

    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->verdict == GST_PASS || check->verdict == GST_SKIP)
            continue;
        if (only != GST_NO_FINDING && only != check->finding)
            return;
        only = check->finding;
    }
    seen.is_alone[only] = true;
}

static bool audit(struct fixture *fixture, struct gst_scene *scene, struct gst_report *report)
{
    static size_t ends[CHECKS_MAX + 1];
    bool ok = true;

    gst_audit_tell(scene, report);
    ends[0] = report->check_count;
    for (size_t i = 0; i < check_count; i++) {
        gst_audit_ask(checks[i], scene, report);
        ends[i + 1] = report->check_count;
    }
    gst_report_conclude(report);
    for (size_t i = 0; i < report->check_count; i++)
        ok = judge_check(fixture, &report->checks[i]) && ok;
    for (size_t i = 0; i < check_count; i++)
        note_check(fixture, i, report, ends[i], ends[i + 1]);
    note_alone(report);
    return judge_facts(fixture, report) && ok;
}

static bool try_fixture(const char *name)
{
    static struct gst_scene scene;
    struct gst_status st = GST_STATUS_INIT;
    struct fixture fixture;
    char root[512];
    struct gst_view_request request = { .root = root };
    struct gst_report *report = gst_report_map();
    struct gst_view *view;
    bool ok;

    snprintf(root, sizeof root, GST_FIXTURES "/roots/%s", name);
    ok = report != NULL && read_fixture(&fixture, name);
    view = ok ? gst_view_open(&request, &st) : NULL;
    if (ok && (view == NULL || !gst_scene_read(&scene, view, &st)))
        ok = complain(&fixture, "cannot be read", st.cause);
    if (ok) {
        gst_scene_read_answers(&scene);
        ok = audit(&fixture, &scene, report);
        gst_scene_release(&scene);
    }
    gst_view_close(view);
    gst_report_unmap(report);
    return ok;
}

/* Each check that can fail has failed somewhere, each finding was made alone somewhere. */
static bool is_covered(void)
{
    bool ok = true;

    for (size_t i = 0; i < check_count; i++) {
        const struct gst_audit_check *row = checks[i];
        bool can_fail = false;

        for (size_t k = 0; k < GST_CHECK_FINDINGS && row->findings[k] != GST_NO_FINDING; k++) {
            bool is_made = seen.finders[i][k][0] != '\0';

            can_fail = can_fail || is_bad(gst_finding(row->findings[k])->verdict);
            if (!seen.is_alone[row->findings[k]] || !is_made) {
                printf("%s: no fixture %s '%s'\n", row->id,
                       is_made ? "in which nothing is wrong but" : "in which it finds",
                       gst_finding(row->findings[k])->id);
                ok = false;
            }
        }
        if (can_fail && !seen.has_failed[i]) {
            printf("%s can fail, and no fixture trips it\n", row->id);
            ok = false;
        }
    }
    return ok;
}

static void write_table(void)
{
    printf("| Check | Question | Finding | Fixtures |\n|---|---|---|---|\n");
    for (size_t i = 0; i < check_count; i++) {
        const struct gst_audit_check *row = checks[i];

        if (row->findings[0] == GST_NO_FINDING)
            printf("| %s | %s | a fact | |\n", row->id, row->question);
        for (size_t k = 0; k < GST_CHECK_FINDINGS && row->findings[k] != GST_NO_FINDING; k++)
            printf("| %s | %s | %s `%s` | %s |\n", k == 0 ? row->id : "",
                   k == 0 ? row->question : "",
                   gst_verdict_word(gst_finding(row->findings[k])->verdict),
                   gst_finding(row->findings[k])->id, seen.finders[i][k]);
    }
}

static int is_name(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool try_all(void)
{
    struct dirent **entries;
    int count = scandir(GST_FIXTURES "/roots", &entries, is_name, alphasort);
    int good = 0;

    for (int i = 0; i < count; i++) {
        good += try_fixture(entries[i]->d_name) ? 1 : 0;
        free(entries[i]);
    }
    if (count > 0)
        free(entries);
    fprintf(stderr, "%d of %d fixtures as expected, %zu checks\n", good, count, check_count);
    return count > 0 && good == count;
}

int main(int argc, char *argv[])
{
    bool is_table = argc == 2 && strcmp(argv[1], "--table") == 0;
    bool ok = true;

    for (size_t i = 0; gst_audit_groups[i] != NULL; i++) {
        for (size_t k = 0; k < gst_audit_groups[i]->count && check_count < CHECKS_MAX; k++)
            checks[check_count++] = &gst_audit_groups[i]->checks[k];
    }
    if (argc > 1 && !is_table) {
        for (int i = 1; i < argc; i++)
            ok = try_fixture(argv[i]) && ok;
        return ok ? 0 : 1;
    }
    ok = try_all();
    if (is_table)
        write_table();
    else
        ok = is_covered() && ok;
    return ok ? 0 : 1;
}
