/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting and failing; see steps.h. */
#include "meet/steps.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/clock.h"
#include "core/utf8.h"
#include "meet/notice.h"

/* How long a watch may go unasked. */
#define WATCH_S 0.1

/* For whoever waits for the hub; less where less was given for all. */
#define PATIENCE_S 2.0

#define NS_PER_S 1e9

struct gst_step gst_step_begin(struct gst_meet *meet, const char *name, double timeout_s,
                               struct gst_status *st)
{
    return (struct gst_step){
        .meet = meet,
        .name = name,
        .timeout_s = timeout_s,
        .deadline_ns = gst_clock_ns() + (uint64_t)(timeout_s * NS_PER_S),
        .st = st,
    };
}

int gst_step_links(const struct gst_meet *meet)
{
    return meet->is_hub ? meet->size : 1;
}

void gst_step_be_patient(struct gst_step *step)
{
    const double more_s = step->timeout_s < PATIENCE_S ? step->timeout_s : PATIENCE_S;

    step->deadline_ns += (uint64_t)(more_s * NS_PER_S);
}

bool gst_step_is_late(const struct gst_step *step)
{
    return gst_clock_ns() >= step->deadline_ns;
}

bool gst_step_poll(struct gst_step *step, struct pollfd *polls, size_t count, double most_s)
{
    const struct gst_meet *meet = step->meet;
    const uint64_t now_ns = gst_clock_ns();
    double left_s = 0;
    const char *reason;

    if (step->deadline_ns > now_ns)
        left_s = (double)(step->deadline_ns - now_ns) / NS_PER_S;
    if (left_s > most_s)
        left_s = most_s;
    if (meet->watch != NULL && left_s > WATCH_S)
        left_s = WATCH_S;
    /* Rounded up: a wait of less than a millisecond would be none, and turn in circles. */
    if (poll(polls, (nfds_t)count, (int)(left_s * 1e3) + 1) < 0) {
        /* What a failed poll leaves in them is of no meaning. */
        for (size_t i = 0; i < count; i++)
            polls[i].revents = 0;
    }
    reason = meet->watch != NULL ? meet->watch(meet->watch_data) : NULL;
    return reason == NULL || gst_step_fail(step, GST_HOST_RANK_LOST, "%s", reason);
}

static void dismiss_all(struct gst_meet *meet)
{
    for (int i = 0; i < gst_step_links(meet); i++) {
        struct gst_meet_link *link = &meet->links[i];

        gst_link_dismiss(link, GST_WIRE_ABORT, meet->finding, meet->failure);
    }
}

bool gst_step_fail(struct gst_step *step, enum gst_finding_id finding, const char *format, ...)
{
    struct gst_meet *meet = step->meet;
    va_list arguments;

    if (meet->finding == GST_NO_FINDING) {
        meet->finding = finding;
        va_start(arguments, format);
        gst_utf8_format(meet->failure, sizeof(meet->failure), format, arguments);
        va_end(arguments);
        if (meet->links != NULL)
            dismiss_all(meet);
    }
    return gst_fail(step->st, meet->finding, "%s", meet->failure);
}

const char *gst_step_who(const struct gst_step *step, int link, char *text, size_t size)
{
    const struct gst_meet *meet = step->meet;
    const struct gst_card *card = &meet->cards[link];

    if (!meet->is_hub && card->rank < 0)
        snprintf(text, size, "the coordinator");
    else if (card->host[0] == '\0')
        snprintf(text, size, "rank %d of %d", meet->is_hub ? link : 0, meet->size);
    else
        snprintf(text, size, "rank %d of %d on '%s'", meet->is_hub ? link : 0, meet->size,
                 card->host);
    return text;
}

/* " at 'init'", or that not all had arrived. */
static const char *at(const struct gst_step *step, char *text, size_t size)
{
    text[0] = '\0';
    if (step->name != NULL)
        snprintf(text, size, " at '%.*s'", GST_MEET_STEP_SIZE - 1, step->name);
    return text;
}

bool gst_step_lose(struct gst_step *step, int link)
{
    char who[120], where[80];

    step->meet->links[link].is_missing = true;
    return gst_step_fail(step, GST_HOST_RANK_LOST, "%s is gone%s",
                         gst_step_who(step, link, who, sizeof(who)),
                         at(step, where, sizeof(where)));
}

bool gst_step_heed(struct gst_step *step, int link)
{
    char who[120], cause[GST_CAUSE_SIZE];
    enum gst_finding_id finding = gst_link_take_reason(step->meet->links[link].small, cause);

    /* The hub tells what is wrong with all, a rank what is wrong with itself. */
    if (!step->meet->is_hub)
        return gst_step_fail(step, finding, "%s", cause);
    step->meet->links[link].is_missing = true;
    return gst_step_fail(step, finding, "%s: %s", gst_step_who(step, link, who, sizeof(who)),
                         cause);
}

bool gst_step_miss(struct gst_step *step)
{
    struct gst_meet *meet = step->meet;
    bool is_missing[GST_MEET_RANKS_MAX] = { false };
    char who[200], where[80] = "";
    int count;

    if (step->name != NULL)
        at(step, where, sizeof(where));
    if (!meet->is_hub) {
        meet->links[0].is_missing = true;
        return gst_step_fail(step, GST_HOST_RANK_LOST, "%s has not answered%s after %g s",
                             gst_step_who(step, 0, who, sizeof(who)), where, step->timeout_s);
    }
    for (int i = 0; i < meet->size; i++) {
        is_missing[i] = i != meet->rank && !meet->links[i].is_done;
        meet->links[i].is_missing = is_missing[i];
    }
    count = gst_notice_count(is_missing, meet->size);
    return gst_step_fail(step, step->name == NULL ? GST_USER_RANKS_MISSING : GST_HOST_RANK_LOST,
                         "%s %s not arrived%s after %g s",
                         gst_notice_ranks(is_missing, meet->size, who, sizeof(who)),
                         count == 1 ? "has" : "have", where, step->timeout_s);
}
