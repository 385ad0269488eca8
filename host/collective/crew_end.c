/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for workers, and killing them; see crew_end.h. */
#include "collective/crew_end.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#include "core/clock.h"

#define NAP_NS 2000000L

/* Between two looks at who outlives SIGKILL. */
#define LOOKS_S 1.0

int gst_crew_running(const struct gst_crew *crew)
{
    int count = 0;

    for (int i = 0; i < crew->board->worker_count; i++)
        count += crew->workers[i] != 0;
    return count;
}

void gst_crew_reap(struct gst_crew *crew)
{
    for (int i = 0; i < crew->board->worker_count; i++) {
        if (crew->workers[i] != 0
            && waitpid(crew->workers[i], &crew->wait_status[i], WNOHANG) == crew->workers[i])
            crew->workers[i] = 0;
    }
}

void gst_crew_nap(void)
{
    const struct timespec pause = { 0, NAP_NS };

    nanosleep(&pause, NULL);
}

void gst_crew_wait(struct gst_crew *crew, double seconds)
{
    const uint64_t end_ns = gst_clock_ns() + (uint64_t)(seconds * 1e9);

    gst_crew_reap(crew);
    while (gst_crew_running(crew) > 0 && gst_clock_ns() < end_ns) {
        gst_crew_nap();
        gst_crew_reap(crew);
    }
}

static void note_survivor(struct gst_crew *crew, int number)
{
    struct gst_crew_survivor *survivor = &crew->survivors[crew->survivor_count++];

    survivor->number = number;
    survivor->pid = crew->workers[number];
    gst_stuck_where("/proc", survivor->pid, survivor->where, sizeof(survivor->where));
}

/* Who comes on, however slowly, is somewhere else, or awake, at the second look. */
static void note_survivors(struct gst_crew *crew)
{
    bool was_stuck[GST_BOARD_SEATS] = { false };

    if (gst_crew_running(crew) == 0)
        return;
    for (int i = 0; i < crew->board->worker_count; i++)
        was_stuck[i] = crew->workers[i] != 0 && crew->state_of("/proc", crew->workers[i]) == 'D';
    gst_crew_wait(crew, LOOKS_S);
    for (int i = 0; i < crew->board->worker_count; i++) {
        if (crew->workers[i] == 0)
            continue;
        if (was_stuck[i] && crew->state_of("/proc", crew->workers[i]) == 'D')
            note_survivor(crew, i);
        else
            crew->slow_count++;
    }
}

void gst_crew_end(struct gst_crew *crew)
{
    /* Those that died cannot be asked any more, but who they shared it with can. */
    for (int i = 0; i < crew->board->worker_count; i++) {
        if (crew->workers[i] != 0)
            gst_remnants_note(&crew->remnants, GST_REMNANTS_FOLDER, crew->workers[i]);
    }
    atomic_store(&crew->board->stop, 1);
    gst_crew_wait(crew, GST_CREW_STOP_GRACE_S);
    for (int i = 0; i < crew->board->worker_count; i++) {
        if (crew->workers[i] != 0)
            crew->kill(crew->workers[i], SIGKILL);
    }
    gst_crew_wait(crew, crew->kill_grace_s);
    note_survivors(crew);
    crew->removed_files = gst_remnants_remove(&crew->remnants, GST_REMNANTS_FOLDER);
}
