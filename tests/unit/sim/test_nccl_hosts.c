/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranks of two launchers are one job: each launcher stands for a machine of its own, and the id
 * comes through a file, as it would come over the network. The program is its own rank process:
 * "test_sim_nccl_hosts FIRST FILE" hosts the ranks FIRST and FIRST + 1 of four, on GPUs 0 and 1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "cuda_prototypes.h"
#include "nccl_prototypes.h"

#define LOCAL       2
#define TOTAL       4
#define PATIENCE_MS 20000

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__;                                                                       \
    } while (0)

/* Under another name first, so that nobody reads half of it. */
static int write_id(const char *path, const ncclUniqueId *id)
{
    char draft[4096];
    FILE *file;

    snprintf(draft, sizeof draft, "%s.draft", path);
    file = fopen(draft, "w");
    EXPECT(file != NULL);
    EXPECT(fwrite(id, sizeof *id, 1, file) == 1);
    EXPECT(fclose(file) == 0 && rename(draft, path) == 0);
    return 0;
}

static int read_id(const char *path, ncclUniqueId *id)
{
    FILE *file = NULL;

    for (int i = 0; i < PATIENCE_MS && (file = fopen(path, "r")) == NULL; i++)
        poll(NULL, 0, 1);
    EXPECT(file != NULL);
    EXPECT(fread(id, sizeof *id, 1, file) == 1);
    EXPECT(fclose(file) == 0);
    return 0;
}

static ncclResult_t settle(const ncclComm_t *comms)
{
    ncclResult_t state = ncclInProgress;

    for (int i = 0; i < PATIENCE_MS && state == ncclInProgress; i++) {
        state = ncclSuccess;
        for (int r = 0; r < LOCAL; r++) {
            ncclResult_t one = ncclInternalError;

            ncclCommGetAsyncError(comms[r], &one);
            if (one != ncclSuccess)
                state = one;
        }
        if (state == ncclInProgress)
            poll(NULL, 0, 1);
    }
    return state;
}

/* Rank r brings r + 1, and all get 10. */
static int be_ranks(int first, const char *path)
{
    struct gst_nccl_config config = GST_NCCL_CONFIG_NON_BLOCKING;
    CUcontext contexts[LOCAL];
    CUstream streams[LOCAL];
    CUdeviceptr words[LOCAL];
    ncclComm_t comms[LOCAL];
    ncclUniqueId id;

    EXPECT(cuInit(0) == CUDA_SUCCESS);
    EXPECT(first > 0 || ncclGetUniqueId(&id) == ncclSuccess);
    EXPECT((first > 0 ? read_id(path, &id) : write_id(path, &id)) == 0);
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (int r = 0; r < LOCAL; r++) {
        const uint32_t brought = (uint32_t)(first + r) + 1;

        EXPECT(cuDevicePrimaryCtxRetain(&contexts[r], r) == CUDA_SUCCESS);
        EXPECT(cuCtxSetCurrent(contexts[r]) == CUDA_SUCCESS);
        EXPECT(cuStreamCreate(&streams[r], CU_STREAM_NON_BLOCKING) == CUDA_SUCCESS);
        EXPECT(cuMemAlloc_v2(&words[r], sizeof brought) == CUDA_SUCCESS);
        EXPECT(cuMemcpyHtoDAsync_v2(words[r], &brought, sizeof brought, streams[r])
               == CUDA_SUCCESS);
        EXPECT(ncclCommInitRankConfig(&comms[r], TOTAL, id, first + r, &config) == ncclSuccess);
    }
    EXPECT(ncclGroupEnd() != ncclInvalidUsage && settle(comms) == ncclSuccess);
    EXPECT(ncclGroupStart() == ncclSuccess);
    for (int r = 0; r < LOCAL; r++)
        EXPECT(ncclAllReduce((void *)words[r], (void *)words[r], 1, ncclUint32, ncclSum, comms[r],
                             (cudaStream_t)streams[r])
               == ncclSuccess);
    EXPECT(ncclGroupEnd() != ncclInvalidUsage && settle(comms) == ncclSuccess);
    for (int r = 0; r < LOCAL; r++) {
        uint32_t sum = 0;

        EXPECT(cuCtxSetCurrent(contexts[r]) == CUDA_SUCCESS);
        EXPECT(cuMemcpyDtoHAsync_v2(&sum, words[r], sizeof sum, streams[r]) == CUDA_SUCCESS);
        EXPECT(cuStreamSynchronize(streams[r]) == CUDA_SUCCESS && sum == 10);
        EXPECT(ncclCommDestroy(comms[r]) == ncclSuccess);
    }
    return 0;
}

static pid_t launch(const char *host, const char *first, const char *path)
{
    const pid_t child = fork();

    if (child != 0)
        return child;
    setenv("NCCL_HOSTID", host, 1);
    execl(GST_TEST_LAUNCHER, GST_TEST_LAUNCHER, "--profile", "h100x8", "--", GST_TEST_SELF, first,
          path, (char *)NULL);
    _exit(127);
}

static void expect_job(const char *one, const char *other, int code)
{
    char folder[] = "/tmp/test_nccl_hosts.XXXXXX", path[64];
    int status;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/id", folder);
    const pid_t children[] = { launch(one, "0", path), launch(other, "2", path) };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), code);
    }
    unlink(path);
    rmdir(folder);
}

static void test_nccl_hosts__two_machines_are_one_job(void **state)
{
    (void)state;
    expect_job("one", "other", 0);
}

/* What NCCL takes for one host has each GPU once. */
static void test_nccl_hosts__one_machine_has_each_gpu_once(void **state)
{
    (void)state;
    expect_job("same", "same", 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nccl_hosts__two_machines_are_one_job),
        cmocka_unit_test(test_nccl_hosts__one_machine_has_each_gpu_once),
    };

    if (argc == 3) {
        const int line = be_ranks(atoi(argv[1]), argv[2]);
        const bool is_duplicate = strstr(ncclGetLastError(NULL), "Duplicate GPU") != NULL;

        if (line != 0 && !is_duplicate)
            fprintf(stderr, "rank %s: line %d: %s\n", argv[1], line, ncclGetLastError(NULL));
        return line != 0 ? (is_duplicate ? 1 : 2) : 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
