/* SPDX-License-Identifier: Apache-2.0 */
/* Starting, watching and ending rank workers; see crew.h. */
#include "collective/crew.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"

#define NAP_NS 2000000L

/* Who sees a peer go may say so before the system tells of the end. */
#define SETTLE_S 0.2

/* From being told to stop until it is killed: enough to notice and to give up a communicator. */
#define STOP_GRACE_S 2.0

/* After SIGKILL: who then still is there sits in the driver. */
#define KILL_GRACE_S 5.0

extern char **environ;

bool gst_crew_init(struct gst_crew *crew, struct gst_status *st)
{
    *crew = (struct gst_crew){ .descriptor = -1 };
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
    char **env = calloc(own + more + 2, sizeof(*env));
    char program[] = "gpu-selftest";
    char *const argv[] = { program, NULL };
    char variable[64];
    int problem;

    if (env == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot allocate an environment");
    snprintf(variable, sizeof(variable), GST_BOARD_VARIABLE "=%d:%d", crew->descriptor, number);
    env[0] = variable;
    /* Whichever is first is found: ours before what the user set. */
    for (size_t i = 0; i < more; i++)
        env[1 + i] = (char *)(uintptr_t)crew->variables[i];
    memcpy(env + 1 + more, environ, own * sizeof(*env));
    problem = posix_spawn(&crew->workers[number], "/proc/self/exe", NULL, NULL, argv, env);
    free(env);
    if (problem == 0)
        return true;
    crew->workers[number] = 0;
    return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "cannot start a rank worker: %s",
                    strerror(problem));
}

/* --- watch --- */

static int running(const struct gst_crew *crew)
{
    int count = 0;

    for (int i = 0; i < crew->board->worker_count; i++)
        count += crew->workers[i] != 0;
    return count;
}

static void reap(struct gst_crew *crew)
{
    for (int i = 0; i < crew->board->worker_count; i++) {
        if (crew->workers[i] != 0
            && waitpid(crew->workers[i], &crew->wait_status[i], WNOHANG) == crew->workers[i])
            crew->workers[i] = 0;
    }
}

static bool is_settled(const struct gst_board_worker *worker)
{
    return atomic_load(&worker->state) != GST_WORKER_STARTING;
}

/* How much a worker's end tells of the cause: nothing if it is well, least if it saw another go,
 * most if it ended without a word. */
static int trouble_of(const struct gst_crew *crew, int number)
{
    const struct gst_board_worker *worker = &crew->board->workers[number];

    if (atomic_load(&worker->state) == GST_WORKER_FAILED)
        return worker->finding == GST_HOST_RANK_LOST ? 1 : 2;
    return crew->workers[number] == 0 && !is_settled(worker) ? 3 : 0;
}

/* The number of the worker whose trouble tells most, -1 if all is well. */
static int find_trouble(const struct gst_crew *crew)
{
    int most = 0, found = -1;

    for (int i = 0; i < crew->board->worker_count; i++) {
        const int trouble = trouble_of(crew, i);

        if (trouble > most) {
            most = trouble;
            found = i;
        }
    }
    return found;
}

static void nap(void)
{
    const struct timespec pause = { 0, NAP_NS };

    nanosleep(&pause, NULL);
}

static void show(struct gst_crew *crew)
{
    if (crew->progress != NULL)
        memcpy(crew->progress->phase, crew->board->workers[0].progress.phase,
               sizeof(crew->progress->phase));
}

/* Until all have ended, one is in trouble, or the time is over; false: the caller wants no more. */
static bool watch(struct gst_crew *crew, uint64_t deadline_ns, struct gst_status *st)
{
    do {
        if (crew->go_on != NULL && !crew->go_on(crew->go_on_data, st))
            return false;
        nap();
        reap(crew);
        show(crew);
    } while (running(crew) > 0 && find_trouble(crew) < 0 && gst_clock_ns() < deadline_ns);
    return true;
}

static void wait_for_end(struct gst_crew *crew, double seconds)
{
    const uint64_t end_ns = gst_clock_ns() + (uint64_t)(seconds * 1e9);

    reap(crew);
    while (running(crew) > 0 && gst_clock_ns() < end_ns) {
        nap();
        reap(crew);
    }
}

static void end_all(struct gst_crew *crew)
{
    atomic_store(&crew->board->stop, 1);
    wait_for_end(crew, STOP_GRACE_S);
    for (int i = 0; i < crew->board->worker_count; i++) {
        if (crew->workers[i] != 0)
            kill(crew->workers[i], SIGKILL);
    }
    wait_for_end(crew, KILL_GRACE_S);
}

/* --- blame --- */

/* "rank 3 (gpu 3)", or "the process of ranks 0 to 7". */
static const char *name_of(const struct gst_crew *crew, int number, char *text, size_t size)
{
    const struct gst_board_worker *worker = &crew->board->workers[number];
    const struct gst_board_seat *seat = &crew->board->seats[worker->first_seat];

    if (worker->seat_count == 1)
        snprintf(text, size, "rank %d", seat->rank);
    else
        snprintf(text, size, "the process of ranks %d to %d", seat->rank,
                 seat[worker->seat_count - 1].rank);
    return text;
}

static int gpu_of(const struct gst_crew *crew, int number)
{
    const struct gst_board_worker *worker = &crew->board->workers[number];

    return worker->seat_count == 1 ? crew->board->seats[worker->first_seat].gpu : GST_NO_GPU;
}

static bool blame_death(const struct gst_crew *crew, int number, struct gst_status *st)
{
    const struct gst_progress *at = &crew->board->workers[number].progress;
    const int status = crew->wait_status[number];
    char name[64], how[48];

    if (WIFSIGNALED(status))
        snprintf(how, sizeof(how), "was killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(how, sizeof(how), "ended itself with exit status %d", WEXITSTATUS(status));
    gst_fail(st, GST_HOST_RANK_DIED, "%s %s, phase '%s'%s%s",
             name_of(crew, number, name, sizeof(name)), how, at->phase,
             at->call[0] != '\0' ? " in " : "", at->call);
    st->gpu = gpu_of(crew, number);
    return false;
}

static bool blame_failure(const struct gst_crew *crew, int number, struct gst_status *st)
{
    const struct gst_board_worker *worker = &crew->board->workers[number];
    const bool is_anybodys = gst_finding_layer(worker->finding) == GST_LAYER_IMAGE;
    char name[64];

    name_of(crew, number, name, sizeof(name));
    gst_status_fail_call(st, worker->finding, GST_WHERE, worker->call, worker->code, "%s%s%.240s",
                         is_anybodys ? "" : name, is_anybodys ? "" : ": ", worker->cause);
    if (worker->seat >= 0 && !is_anybodys)
        st->gpu = crew->board->seats[worker->seat].gpu;
    return false;
}

/* Late: who is not where most are is the one that the others wait for. */
static int straggler(const struct gst_crew *crew)
{
    const int count = crew->board->worker_count;

    for (int i = 0; i < count; i++) {
        int alike = 0;

        for (int k = 0; k < count; k++)
            alike += strcmp(crew->board->workers[i].progress.phase,
                            crew->board->workers[k].progress.phase)
                     == 0;
        if (count > 1 && 2 * alike < count)
            return i;
    }
    return -1;
}

static bool blame_delay(const struct gst_crew *crew, double allowed_s, struct gst_status *st)
{
    const int late = straggler(crew);
    const int other = late == 0 ? 1 : 0;
    char name[64];

    if (late < 0 && strcmp(crew->board->workers[0].progress.phase, GST_BOARD_JOINING) == 0)
        return gst_fail(st, GST_HOST_RANK_ABSENT,
                        "not done after %g s: all %d processes wait in '%s', so a rank never came, "
                        "or they do not reach each other",
                        allowed_s, crew->board->worker_count, GST_BOARD_JOINING);
    if (late < 0) {
        return gst_fail(st, GST_HARDWARE_COLLECTIVE_HANG,
                        "not done after %g s: all ranks are in '%s'", allowed_s,
                        crew->board->workers[0].progress.phase);
    }
    gst_fail(st, GST_HOST_RANK_ABSENT, "not done after %g s: %s is in '%s'%s%s, others in '%s'",
             allowed_s, name_of(crew, late, name, sizeof(name)),
             crew->board->workers[late].progress.phase,
             crew->board->workers[late].progress.call[0] != '\0' ? ", call " : "",
             crew->board->workers[late].progress.call, crew->board->workers[other].progress.phase);
    st->gpu = gpu_of(crew, late);
    return false;
}

bool gst_crew_run(struct gst_crew *crew, double allowed_s, struct gst_status *st)
{
    const uint64_t deadline_ns = gst_clock_ns() + (uint64_t)(allowed_s * 1e9);
    int trouble;
    bool was_late;

    crew->board->coordinator = getpid();
    for (int i = 0; i < crew->board->worker_count; i++) {
        if (!start_one(crew, i, st)) {
            end_all(crew);
            return false;
        }
    }
    if (!watch(crew, deadline_ns, st)) {
        end_all(crew);
        return false;
    }
    if (find_trouble(crew) >= 0)
        wait_for_end(crew, SETTLE_S);
    trouble = find_trouble(crew);
    was_late = trouble < 0 && running(crew) > 0;
    if (was_late)
        blame_delay(crew, allowed_s, st);
    end_all(crew);
    if (was_late)
        return false;
    if (trouble < 0)
        return true;
    return atomic_load(&crew->board->workers[trouble].state) == GST_WORKER_FAILED
               ? blame_failure(crew, trouble, st)
               : blame_death(crew, trouble, st);
}

void gst_crew_release(struct gst_crew *crew)
{
    if (crew->board == NULL)
        return;
    gst_board_release(crew->board);
    close(crew->descriptor);
    *crew = (struct gst_crew){ .descriptor = -1 };
}
