/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which NVLinks of each tested GPU are up, where they lead, and how many there ought to be. NVML
 * tells of a link that is there whether it is up, and not whether it should be: a board made for
 * bridges has links that lead nowhere. So a GPU is held against its identical siblings.
 */
#ifndef GST_GPU_NVLINKS_H
#define GST_GPU_NVLINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpu/env.h"

/* Of one GPU; GPUs are counted as in env->gpus. */
struct gst_nvlinks {
    unsigned there;                /* 0: the GPU has none, or NVML does not tell */
    uint32_t up;                   /* a bit for each link that is up */
    unsigned switched;             /* that are up and lead to a switch */
    unsigned untold;               /* that are up, and NVML does not say where they lead */
    unsigned direct[GST_ENV_GPUS]; /* that are up and lead to that GPU */
};

/* All of them. */
struct gst_nvlinks_map {
    int count;
    const struct gst_gpu *gpus; /* of the environment, which must stay */
    struct gst_nvlinks of[GST_ENV_GPUS];
};

/* Is the far end of an NVLink, which is none of the GPUs here, a switch? Yes if `root` shows one of
 * NVIDIA's bridges at this address, or nothing at all, as in a virtual machine; any other device is
 * a GPU of somebody else's, or a CPU of IBM's. */
bool gst_nvlinks_is_switch(const struct gst_root *root, const char *address);

/* Asks NVML. Instances (MIG) have no NVLinks: CUDA gives them no peers. */
void gst_nvlinks_read(struct gst_nvlinks_map *map, struct gst_env *env);

/* How many links of GPU `gpu` are up, and how many of its most fortunate identical sibling. Pure,
 * as all below. */
unsigned gst_nvlinks_up(const struct gst_nvlinks_map *map, int gpu);
unsigned gst_nvlinks_expected(const struct gst_nvlinks_map *map, int gpu);

/* Is GPU `gpu` short of links that its siblings have? Not where none of its links is up and those
 * of the siblings do not lead to a switch: then they have bridges between them, and it has none. */
bool gst_nvlinks_are_missing(const struct gst_nvlinks_map *map, int gpu);

/* Links between two GPUs: those that lead from one to the other, and those by which both reach
 * switches. */
unsigned gst_nvlinks_between(const struct gst_nvlinks_map *map, int one, int other);

/* May there be more between them than is told: does NVML not say of either where its links lead? */
bool gst_nvlinks_are_untold(const struct gst_nvlinks_map *map, int one, int other);

/* How many there should be. A link that leads from GPU to GPU is missing at both, so a pair is
 * short of as many as both are short of. */
unsigned gst_nvlinks_expected_between(const struct gst_nvlinks_map *map, int one, int other);

/* True if every NVLink of every GPU leads to a switch, and each GPU has some: then no two pairs
 * share a wire unless they share a GPU. */
bool gst_nvlinks_all_switched(const struct gst_nvlinks_map *map);

/* "17 of 18 NVLinks are up, down: link 17"; "18 of 18 NVLinks are up". Returns `text`. */
const char *gst_nvlinks_describe(const struct gst_nvlinks_map *map, int gpu, char *text,
                                 size_t size);

#endif
