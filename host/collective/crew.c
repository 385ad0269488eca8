/* SPDX-License-Identifier: Apache-2.0 */
/* Starting, watching and ending rank workers; see crew.h. */
#include "collective/crew.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collective/crew_blame.h"
#include "collective/crew_end.h"
#include "collective/crew_trouble.h"
#include "collective/pace.h"
#include "core/clock.h"
#include "meet/address.h"

/* From the first trouble until it is known who began. */
#define SETTLE_S 0.2

/* A worker that lost a rank: that rank's end, or its coordinator elsewhere, tells why within this,
 * for which that one may have to end a worker that hangs. */
#define HEARING_S 5.0

/* After SIGKILL: eight contexts with kernels that spin and tens of GB each take a healthy driver
 * several seconds to take apart. */
#define KILL_GRACE_S 15.0

/* From the last case until all have left: communicators and contexts are taken apart. */
#define LEAVING_S 10.0

/* Where each launch waits for its end, one thread that drives several ranks waits for the kernel of
 * the first, and that one for those of the others: NCCL launches GPU by GPU. */
static char no_blocking[] = "CUDA_LAUNCH_BLOCKING=0";

extern char **environ;

/* NCCL's own port is the same for every job of a machine, and any of them may answer: this crew
 * gets one for itself, unless somebody chose. It was free a moment ago; if it is not any more,
 * nobody answers. */
static int choose_ras_port(void)
{
    bool is_taken;
    char why[160];
    int listener, port;

    if (getenv("NCCL_RAS_ADDR") != NULL || getenv("NCCL_RAS_ENABLE") != NULL)
        return 0;
    listener = gst_address_listen(GST_CREW_RAS_HOST, 0, &is_taken, why, sizeof(why));
    if (listener < 0)
        return 0;
    port = gst_address_port(listener);
    close(listener);
    return port;
}

bool gst_crew_init(struct gst_crew *crew, struct gst_status *st)
{
    *crew = (struct gst_crew){ .descriptor = -1,
                               .ras_port = choose_ras_port(),
                               .hearing_s = HEARING_S,
                               .kill = kill,
                               .kill_grace_s = KILL_GRACE_S,
                               .state_of = gst_stuck_state };
    crew->board = gst_board_make(&crew->descriptor, st);
    return crew->board != NULL;
}

/* --- start --- */

static size_t count_of(const char *const *list)
{
    size_t count = 0;

    while (list != NULL && list[count] != NULL)
        count++;
    return count;
}

static bool start_one(struct gst_crew *crew, int number, struct gst_status *st)
{
    const size_t own = count_of((const char *const *)environ), more = count_of(crew->variables);
    const size_t first = crew->ras_port != 0 ? 3 : 2;
    char **env = calloc(first + more + own + 1, sizeof(*env));
    char program[] = "gpu-selftest";
    char *const argv[] = { program, NULL };
    char variable[64], ras[64];
    int problem;

    if (env == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate an environment");
    snprintf(variable, sizeof(variable), GST_BOARD_VARIABLE "=%d:%d", crew->descriptor, number);
    snprintf(ras, sizeof(ras), "NCCL_RAS_ADDR=" GST_CREW_RAS_HOST ":%d", crew->ras_port);
    /* Whichever is first is found: ours before what the user set. */
    env[0] = variable;
    env[1] = no_blocking;
    if (crew->ras_port != 0)
        env[2] = ras;
    for (size_t i = 0; i < more; i++)
        env[first + i] = (char *)(uintptr_t)crew->variables[i];
    memcpy(env + first + more, environ, own * sizeof(*env));
    problem = posix_spawn(&crew->workers[number], "/proc/self/exe", NULL, NULL, argv, env);
    free(env);
    if (problem == 0)
        return true;
    crew->workers[number] = 0;
    return gst_fail_to_start(st, "a rank worker", problem);
}

/* --- watch --- */

static void show(struct gst_crew *crew)
{
    if (crew->progress != NULL)
        memcpy(crew->progress->phase, crew->board->workers[0].progress.phase,
               sizeof(crew->progress->phase));
}

/* What the workers have come through, by when. */
struct course {
    uint64_t begun_ns, step_ns, leaving_ns; /* leaving_ns 0: somebody has work left */
    unsigned beats;
    enum gst_pace pace;
};

static double seconds_since(uint64_t then_ns)
{
    return (double)(gst_clock_ns() - then_ns) * 1e-9;
}

/* All results are on the board. */
static bool are_leaving(const struct gst_crew *crew)
{
    for (int i = 0; i < crew->board->worker_count; i++) {
        const int state = atomic_load(&crew->board->workers[i].state);

        if (state != GST_WORKER_LEAVING && state != GST_WORKER_DONE)
            return false;
    }
    return true;
}

static void look(const struct gst_crew *crew, struct course *course)
{
    unsigned beats = 0;

    for (int i = 0; i < crew->board->worker_count; i++)
        beats += atomic_load(&crew->board->workers[i].beats);
    if (beats != course->beats)
        course->step_ns = gst_clock_ns();
    course->beats = beats;
    if (course->leaving_ns == 0 && are_leaving(crew))
        course->leaving_ns = gst_clock_ns();
}

static bool is_slow_to_leave(const struct course *course)
{
    return course->leaving_ns != 0 && seconds_since(course->leaving_ns) >= LEAVING_S;
}

static enum gst_pace pace_of(const struct gst_crew *crew, const struct course *course,
                             double allowed_s)
{
    bool have_joined = true;

    for (int i = 0; i < crew->board->worker_count; i++)
        have_joined = have_joined && atomic_load(&crew->board->workers[i].has_joined) != 0;
    return gst_pace_judge(seconds_since(course->begun_ns), allowed_s,
                          seconds_since(course->step_ns), have_joined);
}

/* Until all have ended, one is in trouble, or they hang or are late, which `course` says; false:
 * the caller wants no more. */
static bool watch(struct gst_crew *crew, double allowed_s, struct course *course,
                  struct gst_status *st)
{
    course->step_ns = course->begun_ns = gst_clock_ns();
    do {
        if (crew->go_on != NULL && !crew->go_on(crew->go_on_data, st))
            return false;
        gst_crew_nap();
        gst_crew_reap(crew);
        show(crew);
        look(crew, course);
        course->pace = pace_of(crew, course, allowed_s);
    } while (gst_crew_running(crew) > 0 && gst_crew_find_trouble(crew) < 0
             && course->pace == GST_PACE_GOES_ON && !is_slow_to_leave(course));
    return true;
}

/* After trouble: who sees a peer go may say so before the system tells of its end, since a crash
 * takes its time; and if that peer is elsewhere, its coordinator knows why. False once the caller
 * knows more, with the cause in `st`. */
static bool settle(struct gst_crew *crew, struct gst_status *st)
{
    const uint64_t end_ns = gst_clock_ns() + (uint64_t)(crew->hearing_s * 1e9);

    if (gst_crew_find_trouble(crew) >= 0)
        gst_crew_wait(crew, SETTLE_S);
    if (crew->knows_why != NULL && gst_crew_is_hearsay(crew)
        && crew->knows_why(crew->knows_why_data))
        return true;
    while (gst_crew_is_hearsay(crew) && gst_clock_ns() < end_ns) {
        if (crew->go_on == NULL && gst_crew_running(crew) == 0)
            break;
        if (crew->go_on != NULL && !crew->go_on(crew->go_on_data, st))
            return false;
        gst_crew_nap();
        gst_crew_reap(crew);
    }
    return true;
}

bool gst_crew_run(struct gst_crew *crew, double allowed_s, struct gst_status *st)
{
    struct course course = { .pace = GST_PACE_GOES_ON };
    int trouble;
    bool was_late;

    crew->board->coordinator = getpid();
    for (int i = 0; i < crew->board->worker_count; i++) {
        if (!start_one(crew, i, st)) {
            gst_crew_end(crew);
            return false;
        }
    }
    if (!watch(crew, allowed_s, &course, st) || !settle(crew, st)) {
        gst_crew_end(crew);
        return false;
    }
    trouble = gst_crew_find_trouble(crew);
    crew->had_to_end_workers = trouble < 0 && gst_crew_running(crew) > 0 && are_leaving(crew);
    was_late = trouble < 0 && gst_crew_running(crew) > 0 && !crew->had_to_end_workers;
    if (was_late && course.pace == GST_PACE_IS_LATE)
        gst_crew_blame_size(crew, allowed_s, st);
    else if (was_late)
        gst_crew_blame_delay(crew, fmin(allowed_s, ceil(seconds_since(course.begun_ns))), st);
    gst_crew_end(crew);
    if (was_late)
        return false;
    if (trouble < 0)
        return true;
    return atomic_load(&crew->board->workers[trouble].state) == GST_WORKER_FAILED
               ? gst_crew_blame_failure(crew, trouble, st)
               : gst_crew_blame_death(crew, trouble, st);
}

void gst_crew_release(struct gst_crew *crew)
{
    if (crew->board == NULL)
        return;
    gst_board_release(crew->board);
    close(crew->descriptor);
    *crew = (struct gst_crew){ .descriptor = -1 };
}
