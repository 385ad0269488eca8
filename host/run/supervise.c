/* SPDX-License-Identifier: Apache-2.0 */
/* Which child does which steps, and what its end costs; see supervise.h. */
#include "run/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/clock.h"
#include "run/child.h"
#include "run/memory.h"
#include "run/watch.h"

struct signals {
    int fd;
    sigset_t old_mask;
    struct sigaction old_child;
};

/* Signals that the starter chose to ignore (nohup) stay ignored. */
static void add_unless_ignored(sigset_t *set, int number)
{
    struct sigaction action;

    if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sigaddset(set, number);
}

static bool begin_signals(struct signals *signals, struct gst_status *st)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    add_unless_ignored(&set, SIGTERM);
    add_unless_ignored(&set, SIGINT);
    add_unless_ignored(&set, SIGHUP);
    /* Blocked signals reach even process 1, to which the kernel gives no default action. */
    sigprocmask(SIG_BLOCK, &set, &signals->old_mask);
    /* A starter that ignores SIGCHLD would have the kernel throw away how the child ended. */
    sigaction(SIGCHLD, &action, &signals->old_child);
    signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals->fd >= 0)
        return true;
    gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot listen for signals: %s", strerror(errno));
    sigaction(SIGCHLD, &signals->old_child, NULL);
    sigprocmask(SIG_SETMASK, &signals->old_mask, NULL);
    return false;
}

static void end_signals(struct signals *signals)
{
    struct signalfd_siginfo info;

    /* One that came after the last step would otherwise kill before the report is written. */
    while (read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        continue;
    close(signals->fd);
    sigaction(SIGCHLD, &signals->old_child, NULL);
    sigprocmask(SIG_SETMASK, &signals->old_mask, NULL);
}

static uint64_t memory_limit(const struct gst_supervisor *supervisor)
{
    if (supervisor->memory_limit_bytes != 0)
        return supervisor->memory_limit_bytes;
    return gst_memory_left_here() / 4 * 3;
}

/* The step after the last that may share a child with `first`. */
static size_t group_end(const struct gst_supervisor *supervisor, size_t first)
{
    size_t end = first + 1;

    if (supervisor->isolate || supervisor->steps[first].env != NULL)
        return end;
    while (end < supervisor->step_count && supervisor->steps[end].env == NULL)
        end++;
    return end;
}

/* Did the child get to its next step, or was it still opening the GPUs? */
static bool is_at_step(const struct gst_watch *watch)
{
    const struct gst_supervisor *supervisor = watch->supervisor;

    return watch->current < watch->end
           && (watch->is_open || watch->goes_without_gpus
               || (supervisor->steps[watch->current].is_early
                   && supervisor->report->items[watch->current].state != GST_ITEM_PENDING));
}

/* What the end of a child means for the steps. Returns the next step to do. */
static size_t settle(const struct gst_supervisor *supervisor, struct gst_watch *watch)
{
    struct gst_report *report = supervisor->report;
    struct gst_status st = GST_STATUS_INIT;
    const bool is_at = is_at_step(watch);
    size_t next = watch->current;

    gst_output_note(&watch->output, report);
    if (watch->ending.reason == GST_END_INTERRUPTED)
        snprintf(report->interrupted, sizeof(report->interrupted), "%s", watch->ending.signal_name);
    if (!gst_blame(&watch->ending, &report->progress, &st)) {
        /* It could not open the GPUs and has written that down itself, for all that is left. */
        watch->cannot_open = next != watch->end;
        return next;
    }
    gst_report_status(report, &st);
    if (is_at) {
        struct gst_item *item = &report->items[next++];

        /* One that was done keeps its result: the child died on its way to the next. */
        if (item->state != GST_ITEM_DONE) {
            item->verdict = GST_ERROR;
            item->ended_ns = gst_clock_ns();
            item->state = GST_ITEM_DONE;
        }
    }
    if ((next < watch->end && !is_at) || watch->ending.is_stuck
        || watch->ending.reason == GST_END_INTERRUPTED) {
        gst_report_skip_from(supervisor->report, next, st.finding);
        watch->cannot_open = true;
    }
    return next;
}

/* Nobody waits for what is left, or nothing more can be started beside what is stuck. */
static bool is_over(const struct gst_watch *watch)
{
    const struct gst_report *report = watch->supervisor->report;

    return watch->ending.is_stuck || watch->ending.reason == GST_END_INTERRUPTED
           || report->usage_error[0] != '\0';
}

/* The next step from `next` on that needs no GPU, no longer as one that is blocked. */
static size_t unblock(const struct gst_supervisor *supervisor, size_t next)
{
    struct gst_item *item;

    while (next < supervisor->step_count && !supervisor->steps[next].goes_without_gpus)
        next++;
    if (next == supervisor->step_count)
        return next;
    item = &supervisor->report->items[next];
    item->state = GST_ITEM_PENDING;
    item->verdict = GST_NOTE;
    item->blocked_by = GST_NO_FINDING;
    item->reason[0] = '\0';
    return next;
}

static enum gst_child_opening opening(bool is_blocked, bool has_opened)
{
    if (is_blocked)
        return GST_CHILD_OPENS_NONE;
    return has_opened ? GST_CHILD_OPENS_AGAIN : GST_CHILD_OPENS_FIRST;
}

static bool run_children(const struct gst_supervisor *supervisor, int signal_fd,
                         struct gst_status *st)
{
    uint64_t limit = memory_limit(supervisor);
    struct gst_watch watch;
    bool has_opened = false, is_blocked = false;
    size_t next = 0;

    while (next < supervisor->step_count) {
        memset(&watch, 0, sizeof(watch));
        watch.supervisor = supervisor;
        watch.signal_fd = signal_fd;
        watch.memory_limit_bytes = limit;
        watch.current = next;
        watch.end = is_blocked ? next + 1 : group_end(supervisor, next);
        watch.goes_without_gpus = is_blocked;
        if (!gst_child_start(&watch.child, supervisor, next, watch.end,
                             opening(is_blocked, has_opened), st))
            return false;
        gst_watch(&watch);
        gst_child_release(&watch.child);
        has_opened = has_opened || watch.is_open;
        next = settle(supervisor, &watch);
        gst_scratch_remove(supervisor->report->progress.scratch);
        supervisor->report->progress.item = -1;
        supervisor->report->progress.gpu = GST_NO_GPU;
        supervisor->report->progress.phase[0] = '\0';
        supervisor->report->progress.call[0] = '\0';
        if (watch.cannot_open && is_over(&watch))
            return true;
        is_blocked = is_blocked || watch.cannot_open;
        if (is_blocked)
            next = unblock(supervisor, next);
    }
    return true;
}

bool gst_supervise(const struct gst_supervisor *supervisor, struct gst_status *st)
{
    struct signals signals;
    bool ok;

    if (!begin_signals(&signals, st))
        return false;
    ok = run_children(supervisor, signals.fd, st);
    end_signals(&signals);
    return ok;
}
