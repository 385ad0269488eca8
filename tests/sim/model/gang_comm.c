/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_comm.h. Every rank looks at the seats by itself; nobody is in charge. */
#include "model/gang_comm.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/nccl_abi.h"
#include "model/device.h"
#include "model/fault.h"
#include "model/gang_connect.h"
#include "model/gang_fault.h"
#include "model/gang_log.h"
#include "model/gang_ras.h"
#include "model/handle.h"

/* The dead are looked for at every so many-th question that had no answer. */
#define PATIENCE 64

static char last_words[512];

int sim_comm_says(int result, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(last_words, sizeof last_words, format, arguments);
    va_end(arguments);
    return result;
}

const char *sim_comm_last_words(void)
{
    return last_words;
}

static struct sim_gang_board *board_of(const struct sim_comm *comm)
{
    return sim_gang_board(comm->gang);
}

static int fail(struct sim_comm *comm, int result)
{
    comm->phase = SIM_COMM_FAILED;
    comm->error = result;
    return result;
}

/* The first to come says how many there are. */
static int take_seat(struct sim_gang *gang, unsigned count, unsigned rank)
{
    struct sim_gang_board *board = sim_gang_board(gang);
    uint32_t is_free = SIM_SEAT_FREE, nobody = 0;

    if (!atomic_compare_exchange_strong(&board->count, &nobody, count) && nobody != count)
        return sim_comm_says(ncclInvalidUsage,
                             "rank %u says that there are %u ranks, others say %u", rank, count,
                             nobody);
    if (!atomic_compare_exchange_strong(&board->seats[rank].state, &is_free, SIM_SEAT_TAKEN))
        return sim_comm_says(ncclInvalidUsage, "there are two of rank %u", rank);
    return ncclSuccess;
}

int sim_comm_new(struct sim_context *context, const unsigned char id[SIM_GANG_ID_BYTES],
                 unsigned count, unsigned rank, bool is_blocking, struct sim_comm **comm)
{
    struct sim_gang *gang;
    int result;

    *comm = NULL;
    if (count == 0 || count > SIM_GANG_RANKS || rank >= count)
        return sim_comm_says(ncclInvalidArgument, "no rank %u of %u", rank, count);
    gang = sim_gang_open(id);
    if (gang == NULL)
        /* Nobody listens at the id's address: tried again and again, and given up. */
        return sim_comm_says(ncclRemoteError,
                             "socketPollConnect: connect to 127.0.0.1<40000> returned Connection "
                             "refused, exceeded error retry count after 35 attempts");
    result = take_seat(gang, count, rank);
    if (result != ncclSuccess) {
        sim_gang_close(gang);
        return result;
    }
    *comm = calloc(1, sizeof **comm);
    if (*comm == NULL)
        abort();
    (*comm)->gang = gang;
    (*comm)->context = context;
    (*comm)->rank = rank;
    (*comm)->count = count;
    (*comm)->is_blocking = is_blocking;
    (*comm)->holders = 1;
    (*comm)->handle = sim_handle_new(SIM_HANDLE_COMM, *comm);
    sim_world.is_rank = true;
    sim_gang_ras_join(board_of(*comm));
    return ncclSuccess;
}

void sim_comm_join(struct sim_comm *comm)
{
    struct sim_gang_board *board = board_of(comm);
    struct sim_gang_seat *seat = &board->seats[comm->rank];
    const struct sim_gang_self self = { comm->rank, sim_device_ordinal(comm->context->device) };

    comm->phase = SIM_COMM_JOINING;
    sim_gang_log_begin(&sim_world.spec, &self);
    if (sim_fault_rank_is_absent(comm->rank))
        return;
    /* That comes before it looks for the others. */
    if (sim_world.spec.nccl_is_compiling) {
        sim_fault_fired((unsigned)sim_world.spec.nccl_compile_fault);
        return;
    }
    if (sim_fault_rank_dies(comm->rank, SIM_RANK_AT_INIT))
        raise(SIGKILL);
    seat->rank = (struct sim_gang_rank){ .gpu = comm->context->device->gpu,
                                         .host = sim_gang_host(sim_gang_env()),
                                         .process = (int32_t)getpid() };
    if (comm->rank == 0)
        board->env = *sim_gang_env();
    sim_gang_log_start(&sim_world.spec, &seat->rank, comm->count, &self);
    atomic_store(&seat->state, SIM_SEAT_JOINED);
}

static bool all_have_joined(const struct sim_comm *comm)
{
    const struct sim_gang_board *board = board_of(comm);

    for (unsigned i = 0; i < comm->count; i++) {
        if (atomic_load(&board->seats[i].state) < SIM_SEAT_JOINED)
            return false;
    }
    return true;
}

/* Two ranks on one GPU of one host. */
static bool has_duplicate(const struct sim_comm *comm)
{
    const struct sim_gang_seat *seats = board_of(comm)->seats;

    for (unsigned i = 0; i < comm->count; i++) {
        for (unsigned k = i + 1; k < comm->count; k++) {
            if (seats[i].rank.host != seats[k].rank.host || seats[i].rank.gpu != seats[k].rank.gpu)
                continue;
            sim_comm_says(ncclInvalidUsage,
                          "Duplicate GPU detected : rank %u and rank %u both on CUDA device %x", i,
                          k, sim_world.spec.gpus[seats[i].rank.gpu].pci_bus << 4);
            return true;
        }
    }
    return false;
}

void sim_comm_ranks(const struct sim_comm *comm, struct sim_gang_rank ranks[SIM_GANG_RANKS])
{
    for (unsigned i = 0; i < comm->count; i++)
        ranks[i] = board_of(comm)->seats[i].rank;
}

static int connect_all(struct sim_comm *comm)
{
    struct sim_gang_rank ranks[SIM_GANG_RANKS];
    char words[sizeof last_words] = "";
    int result = ncclSuccess;

    if (has_duplicate(comm))
        return fail(comm, ncclInvalidUsage);
    sim_comm_ranks(comm, ranks);
    for (unsigned i = 1; i < comm->count; i++)
        comm->spans_processes |=
            ranks[i].process != ranks[0].process || ranks[i].host != ranks[0].host;
    if (!sim_gang_connect(&sim_world.spec, &board_of(comm)->env, ranks, comm->count, comm->rank,
                          &result, words, sizeof words))
        return fail(comm, sim_comm_says(result, "%s", words));
    comm->phase = SIM_COMM_READY;
    return ncclSuccess;
}

void sim_comm_look_for_dead(struct sim_comm *comm)
{
    const struct sim_gang_board *board = board_of(comm);

    if (comm->asked_in_vain++ % PATIENCE != PATIENCE - 1)
        return;
    for (unsigned i = 0; i < comm->count; i++) {
        const struct sim_gang_seat *seat = &board->seats[i];
        const uint32_t state = atomic_load(&seat->state);

        if (state != SIM_SEAT_ABORTED
            && (state != SIM_SEAT_JOINED || kill(seat->rank.process, 0) == 0 || errno != ESRCH))
            continue;
        comm->error = sim_comm_says(ncclRemoteError, "rank %u of %u, process %d, is gone", i,
                                    comm->count, seat->rank.process);
        if (comm->phase == SIM_COMM_JOINING)
            comm->phase = SIM_COMM_FAILED;
    }
}

int sim_comm_poll(struct sim_comm *comm)
{
    if (comm->phase == SIM_COMM_JOINING) {
        if (all_have_joined(comm))
            return connect_all(comm);
        sim_comm_look_for_dead(comm);
    }
    if (comm->phase < SIM_COMM_READY)
        return ncclInProgress;
    if (comm->is_finalised && !sim_op_done(comm->last))
        return ncclInProgress;
    return comm->error;
}

int sim_comm_wait(struct sim_comm *comm)
{
    struct sim_patience patience = { 0 };
    char what[96];
    int result;

    while ((result = sim_comm_poll(comm)) == ncclInProgress) {
        const struct sim_gang_board *board = board_of(comm);
        unsigned missing = 0;

        while (missing + 1 < comm->count
               && atomic_load(&board->seats[missing].state) >= SIM_SEAT_JOINED)
            missing++;
        snprintf(what, sizeof what, "rank %u of %u waits for rank %u to join", comm->rank,
                 comm->count, missing);
        sim_world_wait_tick(&patience, true, what);
    }
    return result;
}

int sim_comm_need(struct sim_comm *comm)
{
    int result;

    if (comm->is_aborted || comm->is_finalised)
        return sim_comm_says(ncclInvalidUsage, "the communicator was %s",
                             comm->is_aborted ? "aborted" : "finalised");
    result = sim_comm_poll(comm);
    if (result == ncclInProgress || (comm->is_connecting && !comm->is_blocking))
        return sim_comm_says(ncclInvalidArgument,
                             "the communicator was used before its last call was through");
    return result;
}

struct sim_comm *sim_comm_get(const void *handle)
{
    return sim_handle_get(SIM_HANDLE_COMM, handle);
}

int sim_comm_finalise(struct sim_comm *comm)
{
    int result = sim_comm_need(comm);

    if (result != ncclSuccess)
        return result;
    comm->is_finalised = true;
    if (!comm->is_blocking)
        return sim_comm_poll(comm);
    sim_world_wait(comm->last);
    return ncclSuccess;
}

void sim_comm_hold(struct sim_comm *comm)
{
    comm->holders++;
}

void sim_comm_release(struct sim_comm *comm)
{
    if (--comm->holders > 0)
        return;
    sim_gang_ras_leave(board_of(comm));
    sim_gang_close(comm->gang);
    free(comm);
}

/* A seat that was never joined stays as it is: the others wait for it, as they should. */
static void leave(struct sim_comm *comm, uint32_t state)
{
    uint32_t joined = SIM_SEAT_JOINED;

    atomic_compare_exchange_strong(&board_of(comm)->seats[comm->rank].state, &joined, state);
    sim_handle_drop(SIM_HANDLE_COMM, comm->handle);
    sim_comm_release(comm);
}

void sim_comm_destroy(struct sim_comm *comm)
{
    leave(comm, SIM_SEAT_LEFT);
}

void sim_comm_abort(struct sim_comm *comm)
{
    comm->is_aborted = true;
    /* Its operations end now; those that follow them in their streams go on. */
    sim_engine_run(&sim_world.engine, sim_world.host_now);
    leave(comm, SIM_SEAT_ABORTED);
}
