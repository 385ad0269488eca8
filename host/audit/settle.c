/* SPDX-License-Identifier: Apache-2.0 */
/* See settle.h. */
#include "audit/settle.h"

#include <stdio.h>
#include <string.h>

#include "audit/check.h"

#define MACHINE (-1) /* the item of what was found while the GPUs were opened */

static bool is_bad(enum gst_verdict verdict)
{
    return verdict == GST_FAIL || verdict == GST_ERROR;
}

/* What became of the audit itself, a hang or a crash, is no finding from files. */
static bool is_from_files(enum gst_finding_id finding)
{
    for (size_t i = 0; gst_audit_groups[i] != NULL; i++) {
        const struct gst_audit_group *group = gst_audit_groups[i];

        for (size_t k = 0; k < group->count; k++) {
            const struct gst_audit_check *check = &group->checks[k];

            for (size_t n = 0; n < GST_CHECK_FINDINGS; n++) {
                if (check->stage == GST_STAGE_FILES && check->findings[n] == finding)
                    return true;
            }
        }
    }
    return false;
}

#define CASE(symbol) case symbol:

static bool is_beyond_work(enum gst_finding_id finding)
{
    switch (finding) {
        GST_FINDINGS_BEYOND_WORK(CASE)
        return true;
    default:
        return false;
    }
}

/* Does it say why opening the GPUs did not go well in all respects? */
static bool explains_machine(const struct gst_report *report, enum gst_finding_id finding)
{
    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->item == MACHINE && is_bad(check->verdict)
            && (check->finding == finding || gst_finding_blocks(finding, check->finding)))
            return true;
    }
    return false;
}

static const struct gst_check *find_other(const struct gst_report *report,
                                          const struct gst_check *check)
{
    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *other = &report->checks[i];

        if (other->item != check->item && other->finding == check->finding
            && other->verdict == check->verdict)
            return other;
    }
    return NULL;
}

static void make_note(struct gst_check *check)
{
    size_t used = strlen(check->observed);

    check->verdict = GST_NOTE;
    snprintf(check->observed + used, sizeof check->observed - used,
             ", but the GPUs were opened all the same");
}

static void explain(struct gst_check *check, enum gst_finding_id by)
{
    check->verdict = GST_SKIP;
    check->blocked_by = by;
}

/* Without a library to ask, opening the GPUs has nothing to go by but files. */
static bool is_guess(const struct gst_check *check)
{
    return check->call[0] == '\0'
           && (check->finding == GST_HOST_NO_GPU || check->finding == GST_HOST_MODULE_NOT_LOADED);
}

/* What the audit, which knows platforms that show no PCI bus, has to say instead. */
static enum gst_finding_id better_than_guess(const struct gst_report *report, int item)
{
    for (size_t i = 0; i < report->check_count; i++) {
        const struct gst_check *check = &report->checks[i];

        if (check->item == item && is_bad(check->verdict)
            && gst_finding_blocks(check->finding, GST_RUNTIME_LIBCUDA_MISSING))
            return check->finding;
    }
    return GST_NO_FINDING;
}

static void settle_machine(const struct gst_report *report, int item, struct gst_check *check)
{
    const struct gst_check *other = find_other(report, check);
    enum gst_finding_id better = is_guess(check) ? better_than_guess(report, item) : GST_NO_FINDING;

    if (other != NULL && other->item == item)
        explain(check, check->finding);
    else if (better != GST_NO_FINDING)
        explain(check, better);
}

static bool is_disproved(const struct gst_report *report, const struct gst_check *check)
{
    return is_bad(check->verdict) && report->gpus_tested > 0 && is_from_files(check->finding)
           && !is_beyond_work(check->finding) && !explains_machine(report, check->finding)
           && find_other(report, check) == NULL;
}

void gst_audit_settle(struct gst_report *report, int item)
{
    for (size_t i = 0; i < report->check_count; i++) {
        struct gst_check *check = &report->checks[i];

        if (check->item != item)
            continue;
        if (is_disproved(report, check))
            make_note(check);
        /* Whoever loaded the libraries knows the GPUs by name. */
        else if (check->verdict == GST_NOTE && find_other(report, check) != NULL)
            explain(check, check->finding);
    }
    for (size_t i = 0; i < report->check_count; i++) {
        if (report->checks[i].item == MACHINE && is_bad(report->checks[i].verdict))
            settle_machine(report, item, &report->checks[i]);
    }
}
