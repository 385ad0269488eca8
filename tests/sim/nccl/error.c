/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong, in words. The text of a result is the name of its constant. */
#include "model/enter.h"
#include "model/gang_comm.h"
#include "nccl_prototypes.h"

const char *ncclGetErrorString(ncclResult_t result)
{
    static const char *const NAMES[] = {
#define NAME(name, value) [value] = #name,
        GST_NCCL_RESULTS(NAME)
#undef NAME
    };

    if (result < 0 || (size_t)result >= sizeof NAMES / sizeof NAMES[0])
        return "unknown result";
    return NAMES[result];
}

/* The last words of this process, whichever communicator is meant, as in NCCL. */
const char *ncclGetLastError(ncclComm_t comm)
{
    (void)comm;
    return sim_comm_last_words();
}
