/* SPDX-License-Identifier: Apache-2.0 */
/* From a board to its outcomes; see worker.h. */
#include "collective/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "collective/board.h"
#include "collective/round.h"
#include "core/clock.h"

#define NAP_NS 200000L

/* Not the coordinator's fault, and nobody is there to read more. */
#define EXIT_NO_BOARD 97

struct worker {
    struct gst_board *board;
    struct gst_board_worker *own;
    struct gst_report *report; /* of no use but that an environment needs one */
    struct gst_root root;
    struct gst_env env;
    struct gst_ranks ranks;
};

bool gst_worker_is_wanted(void)
{
    return getenv(GST_BOARD_VARIABLE) != NULL;
}

static void enter(struct worker *worker, const char *phase)
{
    snprintf(worker->own->progress.phase, sizeof(worker->own->progress.phase), "%s", phase);
    worker->own->progress.gpu = GST_NO_GPU;
    atomic_fetch_add(&worker->own->beats, 1);
}

static bool should_stop(void *data)
{
    const struct worker *worker = data;

    return atomic_load(&worker->board->stop) != 0;
}

static struct gst_gpu *gpu_of(struct worker *worker, const char *uuid)
{
    for (int i = 0; i < worker->env.gpu_count; i++) {
        if (strcmp(worker->env.gpus[i].uuid, uuid) == 0)
            return &worker->env.gpus[i];
    }
    return NULL;
}

static bool open_env(struct worker *worker, struct gst_status *st)
{
    const struct gst_board *board = worker->board;
    const char *uuids[GST_BOARD_SEATS];
    const struct gst_env_request request = {
        .devices = uuids,
        .device_count = (size_t)worker->own->seat_count,
        .root = &worker->root,
    };

    for (int i = 0; i < worker->own->seat_count; i++)
        uuids[i] = board->seats[worker->own->first_seat + i].uuid;
    enter(worker, "open the GPUs");
    worker->report = gst_report_map();
    if (worker->report == NULL)
        return gst_fail(st, GST_SUITE_NO_HOST_MEMORY, "no memory for a rank's report");
    if (!gst_root_open(&worker->root, board->root, st)
        || !gst_env_open(&worker->env, &request, worker->report, st))
        return false;
    /* From here on the coordinator sees where it is. */
    worker->env.progress = &worker->own->progress;
    return true;
}

static uint64_t most_bytes(const struct gst_board *board,
                           size_t (*elements)(const struct gst_collective_case *, int),
                           bool counts_in_place)
{
    uint64_t most = 0;

    for (size_t i = 0; i < board->case_count; i++) {
        const struct gst_collective_case *c = &board->cases[i];
        const uint64_t bytes = elements(c, board->world) * gst_element_bytes(c->element);

        if ((counts_in_place || !c->is_in_place) && bytes > most)
            most = bytes;
    }
    return most > 0 ? most : 1;
}

static bool open_ranks(struct worker *worker, struct gst_status *st)
{
    const struct gst_board *board = worker->board;
    struct gst_ranks *ranks = &worker->ranks;
    struct gst_gpu *gpus[GST_BOARD_SEATS];

    enter(worker, "allocate");
    ranks->env = &worker->env;
    ranks->world = board->world;
    ranks->seed = board->seed;
    ranks->beats = &worker->own->beats;
    for (int i = 0; i < worker->own->seat_count; i++) {
        const struct gst_board_seat *seat = &board->seats[worker->own->first_seat + i];

        gpus[i] = gpu_of(worker, seat->uuid);
        if (gpus[i] == NULL)
            return gst_fail(st, GST_HARDWARE_GPU_LOST, "the driver no longer shows GPU %s",
                            seat->uuid);
        ranks->ranks[i].rank = seat->rank;
    }
    ranks->count = worker->own->seat_count;
    return gst_ranks_open(ranks, gpus, most_bytes(board, gst_collective_input_elements, false),
                          most_bytes(board, gst_collective_output_elements, true), st);
}

/* Rank 0 makes the id; it is the same bytes for all. */
static bool get_id(struct worker *worker, struct gst_status *st)
{
    struct gst_board *board = worker->board;
    const struct timespec pause = { 0, NAP_NS };

    if (worker->ranks.ranks[0].rank == 0) {
        enter(worker, "make the job's id");
        if (!GST_NC(&worker->ranks.comms, st, ncclGetUniqueId, (&board->id)))
            return false;
        atomic_store(&board->has_id, 1);
        return true;
    }
    enter(worker, "wait for the job's id");
    while (atomic_load(&board->has_id) == 0) {
        if (should_stop(worker))
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static bool join(struct worker *worker, struct gst_status *st)
{
    struct gst_ranks *ranks = &worker->ranks;
    int numbers[GST_BOARD_SEATS];
    const uint64_t begun_ns = gst_clock_ns();

    for (int i = 0; i < ranks->count; i++)
        numbers[i] = ranks->ranks[i].rank;
    enter(worker, GST_BOARD_JOINING);
    if (!gst_comms_join(&ranks->comms, &worker->board->id, ranks->world, numbers, ranks->lanes,
                        ranks->count, st))
        return false;
    worker->own->joined_s = (double)(gst_clock_ns() - begun_ns) * 1e-9;
    atomic_store(&worker->own->has_joined, 1);
    return true;
}

static bool open_nccl(struct worker *worker, struct gst_status *st)
{
    struct gst_board *board = worker->board;
    struct gst_comms *comms = &worker->ranks.comms;

    enter(worker, "open NCCL");
    if (!gst_comms_open(comms, &worker->env, st))
        return false;
    comms->should_stop = should_stop;
    comms->data = worker;
    if (worker->own->first_seat == 0) {
        board->nccl_version = comms->version;
        snprintf(board->nccl_path, sizeof(board->nccl_path), "%s%s", comms->library.path,
                 comms->library.is_double ? " (double)" : "");
    }
    return true;
}

static bool run_cases(struct worker *worker, struct gst_status *st)
{
    struct gst_board *board = worker->board;

    for (size_t i = 0; i < board->case_count; i++) {
        worker->own->progress.item = (int)i;
        if (should_stop(worker)
            || !gst_round(&worker->ranks, &board->cases[i],
                          &board->outcomes[i][worker->own->first_seat], st))
            return false;
    }
    enter(worker, "leave the other ranks");
    atomic_store(&worker->own->state, GST_WORKER_LEAVING);
    return gst_comms_leave(&worker->ranks.comms, st);
}

static bool work(struct worker *worker, struct gst_status *st)
{
    return open_env(worker, st) && open_nccl(worker, st) && open_ranks(worker, st)
           && get_id(worker, st) && join(worker, st) && run_cases(worker, st);
}

/* Which seat a GPU of this process belongs to. */
static int seat_of(const struct worker *worker, int gpu)
{
    for (int i = 0; i < worker->ranks.count; i++) {
        if (worker->ranks.lanes[i].gpu != NULL && worker->ranks.lanes[i].gpu->index == gpu)
            return worker->own->first_seat + i;
    }
    return -1;
}

/* The cause first, the word last: whoever sees the word may read all. */
static void tell_failure(struct worker *worker, const struct gst_status *st)
{
    struct gst_board_worker *own = worker->own;

    own->finding = st->finding;
    own->code = st->code;
    own->seat = seat_of(worker, st->gpu);
    memcpy(own->call, st->call, sizeof(own->call));
    memcpy(own->cause, st->cause, sizeof(own->cause));
    atomic_store(&own->state,
                 st->finding == GST_NO_FINDING ? GST_WORKER_STOPPED : GST_WORKER_FAILED);
}

static bool attach(struct worker *worker)
{
    int descriptor = -1, number = -1;

    if (sscanf(getenv(GST_BOARD_VARIABLE), "%d:%d", &descriptor, &number) != 2 || number < 0
        || number >= GST_BOARD_SEATS)
        return false;
    worker->board = gst_board_attach(descriptor);
    if (worker->board == NULL || number >= worker->board->worker_count)
        return false;
    worker->own = &worker->board->workers[number];
    close(descriptor);
    /* What libraries start must not take itself for a worker. */
    unsetenv(GST_BOARD_VARIABLE);
    return true;
}

int gst_worker_main(void)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    struct gst_status st = GST_STATUS_INIT;

    if (worker == NULL || !attach(worker)) {
        free(worker);
        return EXIT_NO_BOARD;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* The kernel's usual 50 us on top would double each nap while NCCL's threads queue. */
    prctl(PR_SET_TIMERSLACK, 1UL);
    if (getppid() != worker->board->coordinator) {
        free(worker);
        return EXIT_NO_BOARD;
    }
    if (work(worker, &st)) {
        gst_ranks_close(&worker->ranks);
        atomic_store(&worker->own->state, GST_WORKER_DONE);
    } else {
        /* Told first: giving up may hang, and the coordinator then ends this process. */
        tell_failure(worker, &st);
        gst_comms_abort(&worker->ranks.comms);
    }
    fflush(NULL);
    /* Exit handlers of vendor libraries can hang, and nothing is left for them to do. */
    _exit(0);
}
