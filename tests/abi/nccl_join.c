/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rank that NCCL is asked for through our own table, as the workload does it: for what a real
 * library answers where there is no GPU (tests/system/test_real_nccl.py).
 *
 *   nccl_join version                 the number of the release
 *   nccl_join id                      a new job, in hex; stays until standard input ends
 *   nccl_join rank RANK RANKS ID      joins it, without blocking, for at most five seconds
 *
 * Lines of our own go to standard error, so that standard output is NCCL's alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/nccl_libs.h"

#define WAIT_S 5

static struct gst_nccl nccl;

static int tell_version(void)
{
    int version = 0;
    const ncclResult_t result = nccl.ncclGetVersion(&version);

    fprintf(stderr, "version %d %d\n", (int)result, version);
    return 0;
}

static int tell_id(void)
{
    ncclUniqueId id;
    const ncclResult_t result = nccl.ncclGetUniqueId(&id);

    fprintf(stderr, "id %d ", (int)result);
    for (size_t i = 0; i < sizeof(id.internal); i++)
        fprintf(stderr, "%02x", result == ncclSuccess ? (unsigned char)id.internal[i] : 0);
    fprintf(stderr, "\nlast %s\n", nccl.ncclGetLastError(NULL));
    while (getchar() != EOF)
        continue;
    return 0;
}

static int parse_id(const char *hex, ncclUniqueId *id)
{
    for (size_t i = 0; i < sizeof(id->internal); i++) {
        unsigned byte;

        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return -1;
        id->internal[i] = (char)byte;
    }
    return 0;
}

static ncclResult_t wait_for(ncclComm_t comm, ncclResult_t result)
{
    const struct timespec nap = { 0, 2 * 1000 * 1000 };

    for (int i = 0; result == ncclInProgress && comm != NULL && i < WAIT_S * 500; i++) {
        if (nccl.ncclCommGetAsyncError(comm, &result) != ncclSuccess)
            break;
        nanosleep(&nap, NULL);
    }
    return result;
}

static int join(int rank, int ranks, const char *hex)
{
    ncclConfig_t config = GST_NCCL_CONFIG_NON_BLOCKING;
    ncclComm_t comm = NULL;
    ncclUniqueId id;
    ncclResult_t result;

    if (parse_id(hex, &id) != 0)
        return 2;
    result = nccl.ncclCommInitRankConfig(&comm, ranks, id, rank, &config);
    fprintf(stderr, "called %d\n", (int)result);
    result = wait_for(comm, result);
    fprintf(stderr, "joined %d %s\n", (int)result, nccl.ncclGetErrorString(result));
    fprintf(stderr, "last %s\n", nccl.ncclGetLastError(comm));
    if (comm != NULL)
        fprintf(stderr, "abort %d\n", (int)nccl.ncclCommAbort(comm));
    return 0;
}

int main(int argc, char **argv)
{
    struct gst_library library = { 0 };

    if (!gst_nccl_open(&library, &nccl)) {
        fprintf(stderr, "missing %s\n", library.problem);
        return 77;
    }
    if (argc == 2 && strcmp(argv[1], "version") == 0)
        return tell_version();
    if (argc == 2 && strcmp(argv[1], "id") == 0)
        return tell_id();
    if (argc == 5 && strcmp(argv[1], "rank") == 0)
        return join(atoi(argv[2]), atoi(argv[3]), argv[4]);
    return 2;
}
