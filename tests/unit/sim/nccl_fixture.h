/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks for tests of the double of NCCL, on the three GPUs of sim_machine.h: rank r on GPU r, all
 * in one process or each in its own. A case is a program that every process runs, made by fork
 * before any call, since a process loads its machine once; it gives 0, or the line that was not as
 * it should. Included by one file per program.
 */
#ifndef TEST_NCCL_FIXTURE_H
#define TEST_NCCL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "cuda_prototypes.h"
#include "nccl_prototypes.h"
#include "sim_machine.h"

#define RANKS 3
#define FAULT 5 /* the number that each case gives its fault */
#define MIB   ((size_t)1 << 20)

struct team {
    unsigned local, first, total; /* ranks of this process, the first of them, of all */
    CUcontext contexts[RANKS];    /* by local rank, like all that follows */
    CUstream streams[RANKS];
    ncclComm_t comms[RANKS];
    CUdeviceptr sources[RANKS], targets[RANKS];
};

typedef int program(struct team *team);

/* What all processes of a case see. */
static struct board {
    _Atomic int has_id;
    ncclUniqueId id;
    _Atomic uint64_t notes[8];
    _Atomic uint32_t fired;
} * board;

static struct sim_spec spec;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__;                                                                       \
    } while (0)

/* No longer than a loaded machine needs for anything that is going to happen. */
#define PATIENCE_MS 20000

static inline void pass_ms(int milliseconds)
{
    poll(NULL, 0, milliseconds);
}

static inline ncclResult_t poll_all(const struct team *team)
{
    ncclResult_t state = ncclSuccess;

    for (unsigned i = 0; i < team->local; i++) {
        ncclResult_t one = ncclInternalError;

        if (ncclCommGetAsyncError(team->comms[i], &one) != ncclSuccess)
            return ncclInternalError;
        if (one != ncclSuccess && one != ncclInProgress)
            return one;
        if (one == ncclInProgress)
            state = one;
    }
    return state;
}

/* Of this process's communicators, once none is in progress, or time is up. */
static inline ncclResult_t settle_for(const struct team *team, int milliseconds)
{
    ncclResult_t state = poll_all(team);

    for (; state == ncclInProgress && milliseconds > 0; milliseconds--) {
        pass_ms(1);
        state = poll_all(team);
    }
    return state;
}

static inline ncclResult_t settle(const struct team *team)
{
    return settle_for(team, PATIENCE_MS);
}

/* Contexts, streams, and communicators that are being made; 0 or a line. */
static inline int join(struct team *team)
{
    EXPECT(cuInit(0) == CUDA_SUCCESS);
    if (team->first == 0) {
        EXPECT(ncclGetUniqueId(&board->id) == ncclSuccess);
        atomic_store(&board->has_id, 1);
    }
    while (!atomic_load(&board->has_id))
        pass_ms(1);
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (unsigned i = 0; i < team->local; i++) {
        struct gst_nccl_config config = GST_NCCL_CONFIG_NON_BLOCKING;

        EXPECT(cuDevicePrimaryCtxRetain(&team->contexts[i], (int)(team->first + i))
               == CUDA_SUCCESS);
        EXPECT(cuCtxSetCurrent(team->contexts[i]) == CUDA_SUCCESS);
        EXPECT(cuStreamCreate(&team->streams[i], CU_STREAM_NON_BLOCKING) == CUDA_SUCCESS);
        EXPECT(ncclCommInitRankConfig(&team->comms[i], (int)team->total, board->id,
                                      (int)(team->first + i), &config)
               == ncclSuccess);
    }
    EXPECT(ncclGroupEnd() != ncclInvalidUsage);
    return 0;
}

static inline int begin(struct team *team)
{
    int line = join(team);

    if (line == 0)
        EXPECT(settle(team) == ncclSuccess);
    return line;
}

/* Two buffers for each rank; what is not written reads as 0xff. */
static inline int allocate(struct team *team, size_t bytes)
{
    for (unsigned i = 0; i < team->local; i++) {
        EXPECT(cuCtxSetCurrent(team->contexts[i]) == CUDA_SUCCESS);
        EXPECT(cuMemAlloc_v2(&team->sources[i], bytes) == CUDA_SUCCESS);
        EXPECT(cuMemAlloc_v2(&team->targets[i], bytes) == CUDA_SUCCESS);
        EXPECT(cuMemsetD8Async(team->sources[i], 0xff, bytes, team->streams[i]) == CUDA_SUCCESS);
        EXPECT(cuMemsetD8Async(team->targets[i], 0xff, bytes, team->streams[i]) == CUDA_SUCCESS);
    }
    return 0;
}

static inline bool put(const struct team *team, unsigned i, CUdeviceptr to, const void *from,
                       size_t bytes)
{
    return cuCtxSetCurrent(team->contexts[i]) == CUDA_SUCCESS
           && cuStreamSynchronize(team->streams[i]) == CUDA_SUCCESS
           && cuMemcpyHtoDAsync_v2(to, from, bytes, team->streams[i]) == CUDA_SUCCESS;
}

static inline bool get(const struct team *team, unsigned i, void *to, CUdeviceptr from,
                       size_t bytes)
{
    return cuCtxSetCurrent(team->contexts[i]) == CUDA_SUCCESS
           && cuMemcpyDtoHAsync_v2(to, from, bytes, team->streams[i]) == CUDA_SUCCESS
           && cuStreamSynchronize(team->streams[i]) == CUDA_SUCCESS;
}

/* Do the streams of this process end in time? Says CUDA's answer. */
static inline CUresult drain(const struct team *team, int milliseconds)
{
    for (unsigned i = 0; i < team->local; i++) {
        CUresult state = cuStreamQuery(team->streams[i]);

        for (; state == CUDA_ERROR_NOT_READY && milliseconds > 0; milliseconds--) {
            pass_ms(1);
            state = cuStreamQuery(team->streams[i]);
        }
        if (state != CUDA_SUCCESS)
            return state;
    }
    return CUDA_SUCCESS;
}

static inline void *at(CUdeviceptr address)
{
    return (void *)(uintptr_t)address;
}

static inline unsigned rank_of(const struct team *team, unsigned i)
{
    return team->first + i;
}

static _Noreturn void be_process(program *body, unsigned process, unsigned processes)
{
    struct team team = { .local = RANKS / processes,
                         .first = process * (RANKS / processes),
                         .total = RANKS };
    int line;

    sim_world_use(&spec);
    line = body(&team);
    if (sim_world.state != NULL && atomic_load(&sim_world.state->fired[FAULT]) != 0)
        atomic_store(&board->fired, 1);
    if (line != 0)
        fprintf(stderr, "process %u of %u: line %d: %s\n", process, processes, line,
                ncclGetLastError(NULL));
    _exit(line != 0);
}

/* How many of the processes did not end well; those that were killed count by 100. */
static inline int run_ranks(program *body, unsigned processes)
{
    pid_t children[RANKS];
    int bad = 0;

    board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(board, MAP_FAILED);
    for (unsigned i = 0; i < processes; i++) {
        children[i] = fork();
        if (children[i] == 0)
            be_process(body, i, processes);
    }
    for (unsigned i = 0; i < processes; i++) {
        int status = 0;

        waitpid(children[i], &status, 0);
        bad += WIFSIGNALED(status) ? 100 : WEXITSTATUS(status) != 0;
    }
    return bad;
}

/* Both ways to have ranks come to the same. */
static inline void run_both(program *body)
{
    assert_int_equal(run_ranks(body, 1), 0);
    assert_int_equal(run_ranks(body, RANKS), 0);
}

static inline int setup_machine(void **state)
{
    (void)state;
    sim_machine_three_gpus(&spec);
    spec.pairs[0][1].nvlinks = spec.pairs[1][0].nvlinks = 1;
    for (unsigned i = 0; i < 2; i++)
        spec.gpus[i].nvlinks = 1;
    return 0;
}

#endif
