/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One child under watch; see watch.h. signalfd and poll rather than pidfd: pidfd_open needs Linux
 * 5.3, and container engines' system call filters of that time refuse it.
 */
#include "run/watch.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "run/memory.h"

#define TICK_NS 100000000ULL

/* Somebody is waiting: docker stop and batch systems kill soon after they asked. Twice this is
 * well under the second in which the report must be complete. */
#define INTERRUPT_GRACE_S 0.3

static uint64_t nanoseconds(double seconds)
{
    return (uint64_t)(seconds * 1e9);
}

static void send_signal(struct gst_watch *watch, int number)
{
    kill(-watch->child.pid, number);
    watch->last_signal = number;
    watch->escalate_ns = gst_clock_ns() + nanoseconds(watch->grace_s);
}

static void end_child(struct gst_watch *watch, enum gst_end_reason reason, int number)
{
    watch->ending.reason = reason;
    watch->grace_s = watch->supervisor->grace_s;
    if (reason == GST_END_INTERRUPTED && watch->grace_s > INTERRUPT_GRACE_S)
        watch->grace_s = INTERRUPT_GRACE_S;
    send_signal(watch, number);
}

/* As the first process of a container, this one inherits whatever its descendants leave behind. */
static void reap_orphans(pid_t child)
{
    siginfo_t info = { 0 };

    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0
           && info.si_pid != child) {
        waitpid(info.si_pid, NULL, WNOHANG);
        info.si_pid = 0;
    }
}

static bool reap(struct gst_watch *watch)
{
    siginfo_t info = { 0 };

    if (getpid() == 1)
        reap_orphans(watch->child.pid);
    if (waitid(P_PID, (id_t)watch->child.pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0
        || info.si_pid == 0)
        return false;
    /* What the libraries started goes, too; before the wait, while the number is surely ours. */
    kill(-watch->child.pid, SIGKILL);
    waitpid(watch->child.pid, &watch->ending.wait_status, 0);
    return true;
}

static void take_signals(struct gst_watch *watch)
{
    struct signalfd_siginfo info;

    while (read(watch->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if ((int)info.ssi_signo == SIGCHLD)
            continue;
        if (watch->ending.reason == GST_END_INTERRUPTED) {
            send_signal(watch, SIGKILL);
            continue;
        }
        gst_signal_name((int)info.ssi_signo, watch->ending.signal_name,
                        sizeof(watch->ending.signal_name));
        end_child(watch, GST_END_INTERRUPTED, SIGTERM);
    }
}

static void take_output(struct gst_watch *watch)
{
    gst_output_drain(&watch->output, watch->child.output, &watch->supervisor->report->progress);
}

static void take_words(struct gst_watch *watch)
{
    char word;

    while (recv(watch->child.control, &word, 1, MSG_DONTWAIT) == 1) {
        take_output(watch);
        watch->mark_ns = gst_clock_ns();
        if (word == GST_CHILD_FINISHED) {
            watch->ending.is_finished = true;
            continue;
        }
        if (word == GST_CHILD_OPENED)
            watch->is_open = true;
        if (word == GST_CHILD_STEP_OVER)
            watch->current++;
        gst_output_note(&watch->output, watch->supervisor->report);
        send(watch->child.control, &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

/* It says that a step is over, and waits for the answer before it begins the next. */
static bool is_in_step(const struct gst_watch *watch)
{
    return watch->current < watch->end
           && watch->supervisor->report->items[watch->current].state == GST_ITEM_RUNNING;
}

/* When the child must have got further, and in *allowed_s how long that is. */
static uint64_t deadline(const struct gst_watch *watch, double *allowed_s)
{
    const struct gst_supervisor *supervisor = watch->supervisor;

    if (is_in_step(watch)) {
        const struct gst_step *step = &supervisor->steps[watch->current];

        *allowed_s = step->timeout_s + step->timeout_per_gpu_s * supervisor->report->gpus_tested;
        return supervisor->report->items[watch->current].started_ns + nanoseconds(*allowed_s);
    }
    *allowed_s = supervisor->open_timeout_s;
    return watch->mark_ns + nanoseconds(*allowed_s);
}

/* Sends what is due. False when the child is to be given up. */
static bool hold_deadlines(struct gst_watch *watch, uint64_t now_ns)
{
    double allowed_s;

    if (watch->escalate_ns == 0) {
        if (now_ns >= deadline(watch, &allowed_s)) {
            watch->ending.allowed_s = allowed_s;
            end_child(watch, GST_END_DEADLINE, SIGTERM);
        }
        return true;
    }
    if (now_ns < watch->escalate_ns)
        return true;
    if (watch->last_signal == SIGKILL) {
        watch->ending.is_stuck = true;
        return false;
    }
    send_signal(watch, SIGKILL);
    return true;
}

static void hold_memory(struct gst_watch *watch)
{
    uint64_t bytes;

    if (watch->memory_limit_bytes == 0 || watch->escalate_ns != 0
        || !gst_memory_of(watch->child.pid, &bytes) || bytes <= watch->memory_limit_bytes)
        return;
    watch->ending.memory_bytes = bytes;
    watch->ending.memory_limit_bytes = watch->memory_limit_bytes;
    /* It may be growing fast: no time for a grace. */
    end_child(watch, GST_END_MEMORY, SIGKILL);
}

static void show_progress(const struct gst_watch *watch)
{
    const struct gst_report *report = watch->supervisor->report;
    char phase[sizeof(report->progress.phase)];

    memcpy(phase, report->progress.phase, sizeof(phase));
    phase[sizeof(phase) - 1] = '\0';
    if (!is_in_step(watch))
        gst_log_progress("%s", phase);
    else
        gst_log_progress("%zu/%zu %s: %s", watch->current + 1, watch->supervisor->step_count,
                         report->items[watch->current].name, phase);
}

static int poll_timeout_ms(const struct gst_watch *watch, uint64_t now_ns, uint64_t tick_ns)
{
    double unused;
    uint64_t due = watch->escalate_ns != 0 ? watch->escalate_ns : deadline(watch, &unused);

    due = due < tick_ns ? due : tick_ns;
    return due <= now_ns ? 0 : (int)((due - now_ns) / 1000000 + 1);
}

void gst_watch(struct gst_watch *watch)
{
    struct pollfd fds[] = { { .fd = watch->signal_fd, .events = POLLIN },
                            { .fd = watch->child.output, .events = POLLIN },
                            { .fd = watch->child.control, .events = POLLIN } };
    uint64_t now_ns = gst_clock_ns(), tick_ns = now_ns;

    watch->mark_ns = now_ns;
    while (!reap(watch)) {
        if (!hold_deadlines(watch, now_ns))
            break;
        if (now_ns >= tick_ns) {
            tick_ns = now_ns + TICK_NS;
            hold_memory(watch);
            show_progress(watch);
        }
        if (poll(fds, 3, poll_timeout_ms(watch, now_ns, tick_ns)) > 0) {
            take_signals(watch);
            take_output(watch);
            take_words(watch);
            /* A closed end is always ready; nothing more will come from it. */
            for (int i = 1; i < 3; i++) {
                if ((fds[i].revents & (POLLHUP | POLLIN)) == POLLHUP)
                    fds[i].fd = -1;
            }
        }
        now_ns = gst_clock_ns();
    }
    take_output(watch);
    take_words(watch);
    gst_log_progress("%s", "");
}
