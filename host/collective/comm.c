/* SPDX-License-Identifier: Apache-2.0 */
/* Communicators that do not block; see comm.h. */
#include "collective/comm.h"

#include <sched.h>
#include <stdio.h>
#include <time.h>

#include "collective/way/errors.h"

/* Most waits are for microseconds: the processor is offered to others so many times before the
 * first nap. A nap is short against any collective that is worth one. */
#define YIELDS 50
#define NAP_NS 50000L

static void give_way(int *turns)
{
    const struct timespec pause = { 0, NAP_NS };

    if ((*turns)++ < YIELDS)
        sched_yield();
    else
        nanosleep(&pause, NULL);
}

const char *gst_nccl_version_text(int version, char *text, size_t size)
{
    const int major = version >= 10000 ? version / 10000 : version / 1000;
    const int rest = version - major * (version >= 10000 ? 10000 : 1000);

    snprintf(text, size, "%d.%d.%d", major, rest / 100, rest % 100);
    return text;
}

enum gst_finding_id gst_nccl_finding(ncclResult_t result)
{
    switch (result) {
    case ncclUnhandledCudaError:
        return GST_HOST_NCCL_CUDA_ERROR;
    case ncclSystemError:
        return GST_RUNTIME_NCCL_SYSTEM_ERROR;
    case ncclInvalidArgument:
    case ncclInvalidUsage:
        return GST_SUITE_NCCL_REFUSED;
    case ncclRemoteError:
        return GST_HOST_RANK_LOST;
    default:
        return GST_IMAGE_NCCL_FAILED;
    }
}

/* What NCCL wrote of the last error of this process; empty if nothing. */
static const char *last_words(const struct gst_comms *comms)
{
    const char *words =
        comms->nccl.ncclGetLastError == NULL ? NULL : comms->nccl.ncclGetLastError(NULL);

    return words == NULL ? "" : words;
}

bool gst_nccl_result(struct gst_comms *comms, ncclResult_t result, const char *call,
                     const char *where, struct gst_status *st)
{
    const char *name, *words;

    comms->env->progress->call[0] = '\0';
    if (result == ncclSuccess || result == ncclInProgress)
        return true;
    name = comms->nccl.ncclGetErrorString(result);
    words = last_words(comms);
    gst_status_fail_call(st, gst_way_error_finding(words, gst_nccl_finding(result)), where, call,
                         result, "%s while '%s': %s%s%s", call, comms->env->progress->phase,
                         name != NULL ? name : "unknown code", words[0] != '\0' ? ": " : "", words);
    /* What NCCL's words explain is no GPU's doing. */
    st->gpu = st->finding == gst_nccl_finding(result) ? comms->env->progress->gpu : GST_NO_GPU;
    return false;
}

bool gst_comms_open(struct gst_comms *comms, struct gst_env *env, struct gst_status *st)
{
    char text[24];

    *comms = (struct gst_comms){ .env = env };
    if (!gst_nccl_open(&comms->library, &comms->nccl))
        return gst_fail(st, GST_IMAGE_NCCL_MISSING, "%s", comms->library.problem);
    if (!GST_NC(comms, st, ncclGetVersion, (&comms->version)))
        return false;
    if (comms->version >= GST_NCCL_VERSION_LEAST)
        return true;
    return gst_fail(st, GST_IMAGE_NCCL_TOO_OLD, "'%s' is NCCL %s", comms->library.path,
                    gst_nccl_version_text(comms->version, text, sizeof(text)));
}

/* The error that a communicator has come to by itself. */
static bool ask(struct gst_comms *comms, int index, ncclResult_t *state, struct gst_status *st)
{
    *state = ncclSuccess;
    return GST_NC(comms, st, ncclCommGetAsyncError, (comms->comms[index], state))
           && gst_nccl_result(comms, *state, "ncclCommGetAsyncError", GST_WHERE, st);
}

static bool are_settled(struct gst_comms *comms, bool *settled, struct gst_status *st)
{
    *settled = true;
    for (int i = 0; i < comms->count; i++) {
        ncclResult_t state;

        if (comms->comms[i] == NULL)
            continue;
        if (!ask(comms, i, &state, st))
            return false;
        *settled = *settled && state != ncclInProgress;
    }
    return true;
}

static bool is_told_to_stop(const struct gst_comms *comms)
{
    return comms->should_stop != NULL && comms->should_stop(comms->data);
}

bool gst_comms_settle(struct gst_comms *comms, struct gst_status *st)
{
    bool settled = false;
    int turns = 0;

    while (are_settled(comms, &settled, st) && !settled) {
        if (is_told_to_stop(comms))
            return false;
        give_way(&turns);
    }
    return settled;
}

bool gst_comms_join(struct gst_comms *comms, const ncclUniqueId *id, int world, const int *ranks,
                    struct gst_lane *lanes, int count, struct gst_status *st)
{
    bool ok = GST_NC(comms, st, ncclGroupStart, ());

    comms->count = count;
    for (int i = 0; i < count && ok; i++) {
        /* NCCL copies it at once. */
        ncclConfig_t config = GST_NCCL_CONFIG_NON_BLOCKING;

        comms->env->progress->gpu = lanes[i].gpu->index;
        ok = gst_gpu_use(comms->env, lanes[i].gpu, st)
             && GST_NC(comms, st, ncclCommInitRankConfig,
                       (&comms->comms[i], world, *id, ranks[i], &config));
    }
    if (count > 1)
        comms->env->progress->gpu = GST_NO_GPU;
    return ok && GST_NC(comms, st, ncclGroupEnd, ()) && gst_comms_settle(comms, st);
}

/* True for an empty stream; false with nothing in `st` while it is busy. */
static bool is_empty(const struct gst_comms *comms, struct gst_lane *lane, struct gst_status *st)
{
    CUresult result;

    if (comms->env->libs.cuda.cuStreamQuery == NULL)
        return gst_call_absent("cuStreamQuery", GST_WHERE, st);
    if (!gst_gpu_use(comms->env, lane->gpu, st))
        return false;
    gst_call_enter(comms->env, "cuStreamQuery");
    result = comms->env->libs.cuda.cuStreamQuery(lane->stream);
    if (result == CUDA_ERROR_NOT_READY) {
        comms->env->progress->call[0] = '\0';
        return false;
    }
    return gst_cuda_result(comms->env, result, "cuStreamQuery", GST_WHERE, st);
}

bool gst_comms_wait(struct gst_comms *comms, struct gst_lane *lanes, struct gst_status *st)
{
    bool settled;
    int done = 0, turns = 0;

    while (done < comms->count) {
        if (is_empty(comms, &lanes[done], st)) {
            done++;
            continue;
        }
        if (st->finding != GST_NO_FINDING || !are_settled(comms, &settled, st)
            || is_told_to_stop(comms))
            return false;
        give_way(&turns);
    }
    return are_settled(comms, &settled, st);
}

bool gst_comms_leave(struct gst_comms *comms, struct gst_status *st)
{
    bool ok = GST_NC(comms, st, ncclGroupStart, ());

    for (int i = 0; i < comms->count && ok; i++)
        ok = GST_NC(comms, st, ncclCommFinalize, (comms->comms[i]));
    ok = ok && GST_NC(comms, st, ncclGroupEnd, ()) && gst_comms_settle(comms, st);
    for (int i = 0; i < comms->count && ok; i++) {
        ok = GST_NC(comms, st, ncclCommDestroy, (comms->comms[i]));
        comms->comms[i] = NULL;
    }
    return ok;
}

void gst_comms_abort(struct gst_comms *comms)
{
    struct gst_status ignored = GST_STATUS_INIT;

    for (int i = 0; i < comms->count; i++) {
        if (comms->comms[i] != NULL)
            GST_NC(comms, &ignored, ncclCommAbort, (comms->comms[i]));
        comms->comms[i] = NULL;
    }
}

void gst_comms_close(struct gst_comms *comms)
{
    *comms = (struct gst_comms){ .env = NULL };
}
