/* SPDX-License-Identifier: Apache-2.0 */
/* Deaths, failures and delays in words; see crew_blame.h. */
#include "collective/crew_blame.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "meet/ras.h"

/* A status of hundreds of ranks; errors come after what is long. */
#define RAS_SIZE 65536

const char *gst_crew_name(const struct gst_crew *crew, int number, char *text, size_t size)
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

int gst_crew_gpu(const struct gst_crew *crew, int number)
{
    const struct gst_board_worker *worker = &crew->board->workers[number];

    return worker->seat_count == 1 ? crew->board->seats[worker->first_seat].gpu : GST_NO_GPU;
}

bool gst_crew_blame_death(const struct gst_crew *crew, int number, struct gst_status *st)
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
             gst_crew_name(crew, number, name, sizeof(name)), how, at->phase,
             at->call[0] != '\0' ? " in " : "", at->call);
    st->gpu = gst_crew_gpu(crew, number);
    return false;
}

bool gst_crew_blame_failure(const struct gst_crew *crew, int number, struct gst_status *st)
{
    const struct gst_board_worker *worker = &crew->board->workers[number];
    const bool is_anybodys = gst_finding_layer(worker->finding) == GST_LAYER_IMAGE;
    char name[64];

    gst_crew_name(crew, number, name, sizeof(name));
    gst_status_fail_call(st, worker->finding, GST_WHERE, worker->call, worker->code, "%s%s%.240s",
                         is_anybodys ? "" : name, is_anybodys ? "" : ": ", worker->cause);
    if (worker->seat >= 0 && !is_anybodys)
        st->gpu = crew->board->seats[worker->seat].gpu;
    return false;
}

static bool is_where(const struct gst_crew *crew, int one, int other)
{
    return strcmp(crew->board->workers[one].progress.phase,
                  crew->board->workers[other].progress.phase)
           == 0;
}

/* Where no place is that of most: who took the fewest steps. -1 if all are in one place. */
static int hindmost(const struct gst_crew *crew)
{
    bool is_one_place = true;
    int found = 0;

    for (int i = 1; i < crew->board->worker_count; i++) {
        is_one_place = is_one_place && is_where(crew, 0, i);
        if (atomic_load(&crew->board->workers[i].beats)
            < atomic_load(&crew->board->workers[found].beats))
            found = i;
    }
    return is_one_place ? -1 : found;
}

/* Late: who is not where most are is the one that the others wait for. */
static int straggler(const struct gst_crew *crew)
{
    const int count = crew->board->worker_count;

    for (int i = 0; i < count; i++) {
        int alike = 0;

        for (int k = 0; k < count; k++)
            alike += is_where(crew, i, k);
        if (count > 1 && 2 * alike < count)
            return i;
    }
    return hindmost(crew);
}

/* What NCCL itself says of who is missing, behind what was seen from outside. */
static void add_complaints(const struct gst_crew *crew, struct gst_status *st)
{
    struct gst_status ignored = GST_STATUS_INIT;
    char *status = malloc(RAS_SIZE), line[160];
    const size_t used = strlen(st->cause);

    if (status != NULL && crew->ras_port != 0
        && gst_ras_ask(GST_CREW_RAS_HOST, crew->ras_port, GST_CREW_RAS_S, status, RAS_SIZE,
                       &ignored)
        && gst_ras_complaints(status, line, sizeof(line))[0] != '\0')
        snprintf(st->cause + used, sizeof(st->cause) - used, "; NCCL says: %s", line);
    free(status);
}

/* The only process here: all ranks, or one of several that others drive. */
static bool blame_one(const struct gst_crew *crew, double allowed_s, struct gst_status *st)
{
    const char *phase = crew->board->workers[0].progress.phase;
    char name[64];

    if (strcmp(phase, GST_BOARD_JOINING) == 0)
        return gst_fail(st, GST_HOST_RANK_ABSENT,
                        "not done after %g s: %s waits in '%s', so a rank never came, or they do "
                        "not reach each other",
                        allowed_s, gst_crew_name(crew, 0, name, sizeof(name)), phase);
    if (crew->board->workers[0].seat_count == crew->board->world)
        return gst_fail(st, GST_HARDWARE_COLLECTIVE_HANG,
                        "not done after %g s: all ranks are in '%s'", allowed_s, phase);
    return gst_fail(st, GST_HARDWARE_COLLECTIVE_HANG, "not done after %g s: %s waits in '%s'",
                    allowed_s, gst_crew_name(crew, 0, name, sizeof(name)), phase);
}

static bool blame_delay(const struct gst_crew *crew, double allowed_s, struct gst_status *st)
{
    const int late = straggler(crew);
    const int other = late == 0 ? 1 : 0;
    char name[64];

    if (crew->board->worker_count == 1)
        return blame_one(crew, allowed_s, st);
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
             allowed_s, gst_crew_name(crew, late, name, sizeof(name)),
             crew->board->workers[late].progress.phase,
             crew->board->workers[late].progress.call[0] != '\0' ? ", call " : "",
             crew->board->workers[late].progress.call, crew->board->workers[other].progress.phase);
    st->gpu = gst_crew_gpu(crew, late);
    return false;
}

bool gst_crew_blame_delay(const struct gst_crew *crew, double allowed_s, struct gst_status *st)
{
    blame_delay(crew, allowed_s, st);
    add_complaints(crew, st);
    return false;
}

bool gst_crew_blame_size(const struct gst_crew *crew, double allowed_s, struct gst_status *st)
{
    const struct gst_board *board = crew->board;
    size_t done = 0;

    for (size_t i = 0; i < board->case_count; i++)
        done += gst_board_is_done(board, i);
    return gst_fail(st, GST_SUITE_TIMED_OUT,
                    "%zu of %zu cases done in %g s, and the next ones were coming on: --max-bytes "
                    "makes them fewer, --timeout allows them longer",
                    done, board->case_count, allowed_s);
}
