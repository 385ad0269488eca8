/* SPDX-License-Identifier: Apache-2.0 */
/* A card of oneself, and two compared; see card.h. */
#include "meet/card.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
#define FNV_OFFSET UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME  UINT64_C(0x100000001b3)

uint64_t gst_card_digest(const char *text)
{
    uint64_t digest = FNV_OFFSET;

    for (; *text != '\0'; text++)
        digest = (digest ^ (uint8_t)*text) * FNV_PRIME;
    return digest;
}

static uint64_t inode_of(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 ? (uint64_t)found.st_ino : 0;
}

static void read_boot_id(char *text, size_t size)
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

    if (fd >= 0)
        close(fd);
    text[length < 0 ? 0 : length] = '\0';
    text[strcspn(text, "\n")] = '\0';
}

struct gst_card gst_card_of_this_process(int rank, int size, const char *version)
{
    struct gst_card card = {
        .rank = rank,
        .size = size,
        .ipc_namespace = inode_of("/proc/self/ns/ipc"),
        .net_namespace = inode_of("/proc/self/ns/net"),
        .pid_namespace = inode_of("/proc/self/ns/pid"),
    };
    struct stat shm;

    snprintf(card.version, sizeof(card.version), "%s", version);
    /* Cut names need not be ended: the last byte stays zero. */
    if (gethostname(card.host, sizeof(card.host) - 1) != 0)
        card.host[0] = '\0';
    read_boot_id(card.boot_id, sizeof(card.boot_id));
    if (stat("/dev/shm", &shm) == 0)
        card.shm_device = (uint64_t)shm.st_dev;
    return card;
}

/* "rank 3 on 'node1'"; a hub that is no rank is the coordinator. */
static void name(const struct gst_card *card, char *text, size_t size)
{
    if (card->rank < 0)
        snprintf(text, size, "the coordinator");
    else
        snprintf(text, size, "rank %d on '%s'", card->rank, card->host);
}

bool gst_card_matches(const struct gst_card *ours, const struct gst_card *theirs,
                      bool *is_of_our_job, char *why, size_t size)
{
    char us[100], them[100];

    name(ours, us, sizeof(us));
    name(theirs, them, sizeof(them));
    *is_of_our_job = ours->job == theirs->job;
    if (!*is_of_our_job)
        snprintf(why, size, "%s is of another job than %s", them, us);
    else if (strcmp(ours->version, theirs->version) != 0)
        snprintf(why, size, "%s is gpu-selftest %s, and %s is %s", them, theirs->version, us,
                 ours->version);
    else if (ours->size != theirs->size)
        snprintf(why, size, "%s is told of %d ranks, and %s of %d", them, theirs->size, us,
                 ours->size);
    else if (theirs->rank < 0 || theirs->rank >= ours->size)
        snprintf(why, size, "rank %d on '%s' is none of 0 to %d", theirs->rank, theirs->host,
                 ours->size - 1);
    else if (ours->plan != theirs->plan)
        snprintf(why, size, "%s was started with other options than %s", them, us);
    else if (ours->nccl[0] != '\0' && theirs->nccl[0] != '\0'
             && strcmp(ours->nccl, theirs->nccl) != 0)
        snprintf(why, size, "%s has NCCL %s, and %s has %s", them, theirs->nccl, us, ours->nccl);
    else
        return true;
    return false;
}
