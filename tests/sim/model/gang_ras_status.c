/* SPDX-License-Identifier: Apache-2.0 */
/* The text of gang_ras.h: one job, one communicator. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "model/gang_log.h"
#include "model/gang_ras.h"
#include "model/world.h"

struct summary {
    unsigned count, missing, processes, hosts, aborted;
    bool is_missing[SIM_GANG_RANKS];
    uint64_t operations[SIM_GANG_RANKS], most;
};

/* A rank that never came, or whose process is gone. */
static bool is_missing(const struct sim_gang_seat *seat)
{
    const uint32_t state = atomic_load(&seat->state);

    if (state == SIM_SEAT_FREE || state == SIM_SEAT_TAKEN)
        return true;
    return kill(seat->rank.process, 0) != 0 && errno == ESRCH;
}

static uint64_t operations_of(const struct sim_gang_seat *seat)
{
    uint64_t most = 0;

    for (unsigned i = 0; i < SIM_GANG_PLACES; i++) {
        const uint64_t number = atomic_load(&seat->posts[i].number);

        most = number > most ? number : most;
    }
    return most;
}

/* Is it the first of its process, of its host? */
static bool is_first(const struct sim_gang_board *board, const struct summary *summary,
                     unsigned rank, bool of_host)
{
    for (unsigned i = 0; i < rank; i++) {
        const struct sim_gang_rank *one = &board->seats[i].rank, *other = &board->seats[rank].rank;

        if (!summary->is_missing[i] && one->host == other->host
            && (of_host || one->process == other->process))
            return false;
    }
    return true;
}

static struct summary sum_up(const struct sim_gang_board *board)
{
    struct summary summary = { .count = atomic_load(&board->count) };

    for (unsigned i = 0; i < summary.count; i++) {
        const struct sim_gang_seat *seat = &board->seats[i];

        summary.is_missing[i] = is_missing(seat);
        summary.missing += summary.is_missing[i];
        if (summary.is_missing[i])
            continue;
        summary.aborted += atomic_load(&seat->state) == SIM_SEAT_ABORTED;
        summary.operations[i] = operations_of(seat);
        if (summary.operations[i] > summary.most)
            summary.most = summary.operations[i];
        summary.processes += is_first(board, &summary, i, false);
        summary.hosts += is_first(board, &summary, i, true);
    }
    return summary;
}

static const char *plural(unsigned count)
{
    return count == 1 ? "rank" : "ranks";
}

static void write_missing(FILE *file, const struct sim_gang_board *board,
                          const struct summary *summary)
{
    const char *between = "";

    fputs("\nErrors\n======\n\n", file);
    if (summary->missing == 0)
        return;
    fprintf(file,
            "#0-0 (%016" PRIx64 ") INCOMPLETE\n  Missing communicator data from %u %s\n"
            "  The missing %s: ",
            board->nonce, summary->missing, plural(summary->missing), plural(summary->missing));
    for (unsigned i = 0; i < summary->count; i++) {
        if (!summary->is_missing[i])
            continue;
        fprintf(file, "%s%u", between, i);
        between = " ";
    }
    fputs("\n\n", file);
}

static unsigned late_ranks(const struct summary *summary)
{
    unsigned late = 0;

    for (unsigned i = 0; i < summary->count; i++)
        late += !summary->is_missing[i] && summary->operations[i] < summary->most;
    return late;
}

static void write_late(FILE *file, const struct sim_gang_board *board,
                       const struct summary *summary)
{
    const unsigned late = late_ranks(summary), rest = summary->count - summary->missing - late;
    char host[64] = "";

    fputs("\nWarnings\n========\n\n", file);
    if (late == 0)
        return;
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    fprintf(file,
            "#0-0 (%016" PRIx64 ") MISMATCH\n"
            "  Communicator ranks have different collective operation counts\n"
            "  %u %s launched up to operation %" PRIu64 "\n",
            board->nonce, rest, rest == 1 ? "rank has" : "ranks have", summary->most);
    for (unsigned i = 0; i < summary->count; i++) {
        if (!summary->is_missing[i] && summary->operations[i] < summary->most)
            fprintf(file,
                    "  Rank %u has launched up to operation %" PRIu64
                    " -- GPU %u managed by process %d on node %s\n",
                    i, summary->operations[i], board->seats[i].rank.gpu,
                    (int)board->seats[i].rank.process, host);
    }
}

void sim_gang_ras_write(FILE *file, const struct sim_gang_board *board)
{
    const struct summary summary = sum_up(board);
    const unsigned here = summary.count - summary.missing;
    const unsigned hosts = summary.hosts > 0 ? summary.hosts : 1;
    const unsigned processes = summary.processes > 0 ? summary.processes : 1;

    char release[64];

    sim_gang_release(&sim_world.spec, release, sizeof release);
    fprintf(file, "NCCL version %s\n\nJob summary\n===========\n\n", release);
    fprintf(file,
            "  Nodes  Processes         GPUs  Processes     GPUs\n"
            "(total)   per node  per process    (total)  (total)\n"
            "%7u%11u%13u%11u%9u\n\n",
            hosts, summary.processes / hosts, here / processes, summary.processes, here);
    fprintf(file,
            "Communicators... (0.00s)\n=============\n\n"
            "Group     Comms     Nodes     Ranks     Ranks     Ranks    Status  Errors\n"
            "    #  in group  per comm  per node  per comm  in group\n"
            "    0%10u%10u%10u%10u%10u%10s  %6s\n",
            1u, hosts, here / hosts, summary.count, summary.count,
            summary.aborted > 0   ? "ABORT"
            : summary.missing > 0 ? "INIT"
                                  : "RUNNING",
            summary.missing > 0        ? "INCOMPLETE"
            : late_ranks(&summary) > 0 ? "MISMATCH"
                                       : "OK");
    write_missing(file, board, &summary);
    write_late(file, board, &summary);
}
