/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NCCL for the ranks of one process, never blocking: every call returns at once, and what is under
 * way is asked for in one loop with the streams and with whoever may want to stop it. So a peer
 * that died or never came costs a deadline, and not a process that hangs.
 *
 *     if (!GST_NC(comms, st, ncclGroupStart, ())) goto out;
 */
#ifndef GST_COLLECTIVE_COMM_H
#define GST_COLLECTIVE_COMM_H

#include <stdbool.h>

#include "api/nccl_libs.h"
#include "core/status.h"
#include "gpu/env.h"
#include "gpu/error.h"
#include "gpu/path.h"

/* The first release whose communicators need not block (NCCL user guide, ncclConfig_t). */
#define GST_NCCL_VERSION_LEAST 21400

struct gst_comms {
    struct gst_env *env; /* the caller's; calls are noted in its progress */
    struct gst_library library;
    struct gst_nccl nccl;
    int version; /* 22809 for 2.28.9 */
    int count;
    ncclComm_t comms[GST_ENV_GPUS]; /* one per rank of this process */
    /* Asked while it waits: true ends the wait with finding GST_NO_FINDING in `st`. */
    bool (*should_stop)(void *data);
    void *data;
};

/* Opens the library; fails with image.nccl-missing or image.nccl-too-old. */
bool gst_comms_open(struct gst_comms *comms, struct gst_env *env, struct gst_status *st);

/* Joins ranks `ranks` of `world` on these lanes' GPUs, and waits until all ranks of the job have.
 * The communicators are there to be aborted even if it fails. */
bool gst_comms_join(struct gst_comms *comms, const ncclUniqueId *id, int world, const int *ranks,
                    struct gst_lane *lanes, int count, struct gst_status *st);

/* Waits until NCCL has taken all that was asked of it; every call but group calls needs that. */
bool gst_comms_settle(struct gst_comms *comms, struct gst_status *st);

/* Waits until the lanes' streams are empty. */
bool gst_comms_wait(struct gst_comms *comms, struct gst_lane *lanes, struct gst_status *st);

/* Leaves in order, together with the other ranks. */
bool gst_comms_leave(struct gst_comms *comms, struct gst_status *st);

/* Gives up all communicators, whatever state they are in. */
void gst_comms_abort(struct gst_comms *comms);

/* Unloads nothing: NCCL has threads of its own that may still run. A zeroed one is fine. */
void gst_comms_close(struct gst_comms *comms);

#define GST_NC(comms, st, function, arguments)                                                     \
    ((comms)->nccl.function == NULL                                                                \
         ? gst_call_absent(#function, GST_WHERE, st)                                               \
         : (gst_call_enter((comms)->env, #function),                                               \
            gst_nccl_result(comms, (comms)->nccl.function arguments, #function, GST_WHERE, st)))

/* True for success and for "in progress", else fills `st` with the finding that the code stands
 * for and with what NCCL says of it. */
bool gst_nccl_result(struct gst_comms *comms, ncclResult_t result, const char *call,
                     const char *where, struct gst_status *st);

/* The finding of an NCCL result. Pure. */
enum gst_finding_id gst_nccl_finding(ncclResult_t result);

/* "2.28.9" of 22809; releases before 2.9 number otherwise. Returns `text`. Pure. */
const char *gst_nccl_version_text(int version, char *text, size_t size);

#endif
