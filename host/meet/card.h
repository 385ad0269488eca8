/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rank tells of itself when it arrives: who it is, what it is about to run, and where it
 * lives, since NCCL chooses its transports by the latter.
 */
#ifndef GST_MEET_CARD_H
#define GST_MEET_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GST_CARD_HOST_SIZE    64 /* HOST_NAME_MAX of Linux, and a zero */
#define GST_CARD_BOOT_SIZE    40 /* a UUID */
#define GST_CARD_GPU_SIZE     48 /* "GPU-" or "MIG-" and a UUID */
#define GST_CARD_VERSION_SIZE 32

struct gst_card {
    int rank;
    int size;                            /* ranks altogether */
    uint64_t job;                        /* gst_card_digest of what names the job */
    uint64_t plan;                       /* gst_card_digest of what is going to be run */
    char version[GST_CARD_VERSION_SIZE]; /* of the suite */
    char nccl[GST_CARD_VERSION_SIZE];    /* of the library; empty: not known yet */
    char gpu[GST_CARD_GPU_SIZE];         /* UUID; empty: not known yet, or several */
    char host[GST_CARD_HOST_SIZE];
    char boot_id[GST_CARD_BOOT_SIZE]; /* of the kernel: one machine has one, whatever its
                                         containers are called; empty: cannot be read */
    uint64_t ipc_namespace;           /* inodes of /proc/self/ns; 0: cannot be read */
    uint64_t net_namespace;
    uint64_t pid_namespace;
    uint64_t shm_device; /* st_dev of /dev/shm, 0: there is none */
};

/* A card of this process with its host, boot id, namespaces and /dev/shm; the rest is the
 * caller's. */
struct gst_card gst_card_of_this_process(int rank, int size, const char *version);

/* FNV-1a of the text: equal texts have equal digests, and others next to never. */
uint64_t gst_card_digest(const char *text);

/* True if `theirs` can take part in what `ours` is about to run. If not, *is_ours_job tells
 * whether it is of the same job at all, and `why` says what differs: "rank 3 on 'node1' has world
 * size 4, and rank 0 on 'node0' has 8". */
bool gst_card_matches(const struct gst_card *ours, const struct gst_card *theirs,
                      bool *is_of_our_job, char *why, size_t size);

#endif
