/* SPDX-License-Identifier: Apache-2.0 */
/* Asking, allowing, taking back; see peers.h. */
#include "gpu/peers.h"

#include <stdio.h>

#include "gpu/error.h"

static int attribute_of(struct gst_env *env, CUdevice_P2PAttribute which, int from, int to)
{
    struct gst_status ignored = GST_STATUS_INIT;
    int value = 0;

    return GST_CU(env, &ignored, cuDeviceGetP2PAttribute,
                  (&value, which, env->gpus[from].device, env->gpus[to].device))
               ? value
               : -1;
}

/* Whatever is refused, copies go on working by way of the host: nothing to stop for. */
static void note_refusal(struct gst_peer *peer, const struct gst_status *st)
{
    peer->refusal = st->code;
    snprintf(peer->problem, sizeof(peer->problem), "%.150s", st->cause);
}

static void ask(struct gst_peer *peer, struct gst_env *env, int from, int to)
{
    struct gst_status st = GST_STATUS_INIT;
    int can = 0;

    *peer = (struct gst_peer){
        .performance_rank = attribute_of(env, CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK, from, to),
        .has_native_atomics =
            attribute_of(env, CU_DEVICE_P2P_ATTRIBUTE_NATIVE_ATOMIC_SUPPORTED, from, to),
    };
    if (!GST_CU(env, &st, cuDeviceCanAccessPeer,
                (&can, env->gpus[from].device, env->gpus[to].device)))
        note_refusal(peer, &st);
    peer->can_access = can != 0;
}

/* In the current context, which is that of the GPU that wants access. */
static void allow(struct gst_peer *peer, struct gst_env *env, CUcontext context)
{
    struct gst_status st = GST_STATUS_INIT;

    peer->is_ours = GST_CU(env, &st, cuCtxEnablePeerAccess, (context, 0));
    peer->is_enabled = peer->is_ours || st.code == CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED;
    if (!peer->is_enabled)
        note_refusal(peer, &st);
}

void gst_peers_ask(struct gst_peers *peers, struct gst_env *env)
{
    *peers = (struct gst_peers){ .count = env->gpu_count };
    gst_nvlinks_read(&peers->links, env);
    for (int i = 0; i < env->gpu_count; i++) {
        for (int k = 0; k < env->gpu_count; k++) {
            if (i != k)
                ask(&peers->of[i][k], env, i, k);
        }
    }
}

bool gst_peers_open(struct gst_peers *peers, struct gst_env *env, struct gst_status *st)
{
    *peers = (struct gst_peers){ .count = 0 };
    for (int i = 0; i < env->gpu_count; i++) {
        if (!gst_gpu_use(env, &env->gpus[i], st))
            return false;
    }
    gst_peers_ask(peers, env);
    for (int i = 0; i < env->gpu_count; i++) {
        if (!gst_gpu_use(env, &env->gpus[i], st))
            return false;
        for (int k = 0; k < env->gpu_count; k++) {
            if (peers->of[i][k].can_access)
                allow(&peers->of[i][k], env, env->gpus[k].context);
        }
    }
    return true;
}

void gst_peers_close(struct gst_peers *peers, struct gst_env *env)
{
    struct gst_status ignored = GST_STATUS_INIT;

    for (int i = 0; i < peers->count; i++) {
        bool is_used = false;

        for (int k = 0; k < peers->count; k++) {
            if (!peers->of[i][k].is_ours)
                continue;
            is_used = is_used || gst_gpu_use(env, &env->gpus[i], &ignored);
            if (is_used)
                GST_CU(env, &ignored, cuCtxDisablePeerAccess, (env->gpus[k].context));
        }
    }
    *peers = (struct gst_peers){ .count = 0 };
}

bool gst_peers_are_direct(const struct gst_peers *peers, int one, int other)
{
    return peers->of[one][other].is_enabled && peers->of[other][one].is_enabled;
}

enum gst_peer_path gst_peers_path(const struct gst_peers *peers, int one, int other)
{
    if (!gst_peers_are_direct(peers, one, other))
        return GST_PEER_STAGED;
    if (peers->links.of[one].direct[other] > 0)
        return GST_PEER_NVLINK;
    return gst_nvlinks_between(&peers->links, one, other) > 0 ? GST_PEER_NVSWITCH : GST_PEER_PCIE;
}

const char *gst_peers_why_staged(const struct gst_peers *peers, int one, int other)
{
    const struct gst_peer *there = &peers->of[one][other];
    const struct gst_peer *back = &peers->of[other][one];

    if (gst_peers_are_direct(peers, one, other))
        return NULL;
    if (there->refusal != 0)
        return there->problem;
    if (back->refusal != 0)
        return back->problem;
    return "CUDA gives no peer access";
}

size_t gst_peers_direct_count(const struct gst_peers *peers)
{
    size_t count = 0;

    for (int i = 0; i < peers->count; i++) {
        for (int k = 0; k < peers->count; k++)
            count += i != k && gst_peers_are_direct(peers, i, k);
    }
    return count;
}

static int write_way(const struct gst_peers *peers, int one, int other, char *text, size_t size)
{
    const unsigned links = gst_nvlinks_between(&peers->links, one, other);

    switch (gst_peers_path(peers, one, other)) {
    case GST_PEER_NVSWITCH:
        return snprintf(text, size, "NVLink x%u by switches", links);
    case GST_PEER_NVLINK:
        return snprintf(text, size, "NVLink x%u", links);
    case GST_PEER_PCIE:
        return snprintf(text, size, "PCIe%s",
                        gst_nvlinks_are_untold(&peers->links, one, other)
                            ? " or NVLinks, whose ends NVML does not tell"
                            : "");
    case GST_PEER_STAGED:
        break;
    }
    return snprintf(text, size, "staged through the host: %s",
                    gst_peers_why_staged(peers, one, other));
}

const char *gst_peers_describe(const struct gst_peers *peers, int one, int other, char *text,
                               size_t size)
{
    const struct gst_peer *peer = &peers->of[one][other];
    size_t at = (size_t)write_way(peers, one, other, text, size);

    if (peer->is_enabled && peer->performance_rank >= 0 && at < size)
        at +=
            (size_t)snprintf(text + at, size - at, ", performance rank %d", peer->performance_rank);
    if (peer->is_enabled && peer->has_native_atomics > 0 && at < size)
        snprintf(text + at, size - at, ", native atomics");
    return text;
}
