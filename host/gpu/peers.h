/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which GPUs reach each other's memory. Three things are told apart: what CUDA says can be, what
 * the driver then allows, and by which way the data go. A copy between GPUs that do not reach each
 * other still works: the driver stages it through host memory, at a fraction of the rate, without a
 * word.
 */
#ifndef GST_GPU_PEERS_H
#define GST_GPU_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "gpu/env.h"
#include "gpu/nvlinks.h"

enum gst_peer_path {
    GST_PEER_STAGED,   /* through host memory: no access in at least one direction */
    GST_PEER_PCIE,     /* directly, over PCIe */
    GST_PEER_NVLINK,   /* over NVLinks from one GPU to the other */
    GST_PEER_NVSWITCH, /* over NVLinks and a switch */
};

/* From one GPU to another: may the first reach the second's memory? */
struct gst_peer {
    bool can_access;   /* CUDA says that it can */
    bool is_enabled;   /* the driver has allowed it */
    bool is_ours;      /* it had not been before */
    int refusal;       /* the code of a driver that does not answer, or not keep its word; else 0 */
    char problem[160]; /* of the same, in words */
    int performance_rank; /* CU_DEVICE_P2P_ATTRIBUTE_...; -1: not told */
    int has_native_atomics;
};

/* GPUs are counted as in env->gpus. */
struct gst_peers {
    int count;
    struct gst_nvlinks_map links;
    struct gst_peer of[GST_ENV_GPUS][GST_ENV_GPUS];
};

/* Asks what can be and how GPUs are joined, and allows nothing: no GPU needs a context for that. */
void gst_peers_ask(struct gst_peers *peers, struct gst_env *env);

/* Retains every GPU's context, asks, and allows access in every direction in which it can be; what
 * is refused (205, 217 or 711, or any other code) leaves that pair staged, with the reason in it.
 * False with the cause in `st`, and st->gpu set, if a GPU cannot be used at all; what was allowed
 * until then stays until gst_peers_close(). Leaves the last GPU's context current. */
bool gst_peers_open(struct gst_peers *peers, struct gst_env *env, struct gst_status *st);

/* Takes back what gst_peers_open() allowed, so that it slows no later allocation down. A zeroed
 * struct is fine. */
void gst_peers_close(struct gst_peers *peers, struct gst_env *env);

/* True if neither needs the host to reach the other. Copies between them are direct, whichever of
 * the two queues them. Pure, as all below. */
bool gst_peers_are_direct(const struct gst_peers *peers, int one, int other);

/* The way of a copy. NVLinks count only where CUDA gives access. */
enum gst_peer_path gst_peers_path(const struct gst_peers *peers, int one, int other);

/* Why the pair is staged: "CUDA gives no peer access", or what the driver said. Constant, or in
 * *peers; NULL if it is not. */
const char *gst_peers_why_staged(const struct gst_peers *peers, int one, int other);

/* The number of ordered pairs that are direct. */
size_t gst_peers_direct_count(const struct gst_peers *peers);

/* "NVLink x18 by switches", "NVLink x4", "PCIe", "staged through the host: ...". With what CUDA
 * tells beside it: ", performance rank 1, native atomics". Returns `text`. */
const char *gst_peers_describe(const struct gst_peers *peers, int one, int other, char *text,
                               size_t size);

#endif
