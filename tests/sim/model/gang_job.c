/* SPDX-License-Identifier: Apache-2.0 */
/* See gang_job.h. A memfd, reached by other processes through /proc/PID/fd of its maker. */
#include "model/gang_job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MAGIC 0x31474e4147534721u /* changes with the layout */
/* One room after the other; only pages that are written cost memory. */
#define ROOM_BYTES   ((uint64_t)4 << 30)
#define FIRST_RESULT (SIM_GANG_RANKS * SIM_GANG_ROOMS)
#define FIRST_MAIL   (FIRST_RESULT + SIM_GANG_ROOMS)
#define ROOMS        (FIRST_MAIL + SIM_GANG_RANKS * SIM_GANG_RANKS * SIM_GANG_PLACES)
#define BOARD_BYTES  ((sizeof(struct sim_gang_board) + 0xffff) / 0x10000 * 0x10000)

/* What the 128 bytes of an id hold; the rest is 0. */
struct id {
    uint64_t magic, nonce;
    int32_t pid, fd;
};

struct mapping {
    unsigned room;
    uint64_t size_bytes;
    void *bytes;
};

struct sim_gang {
    struct sim_gang *next;
    struct sim_gang_board *board;
    int fd;
    unsigned users; /* communicators of this process */
    struct mapping *mappings;
    size_t mapping_count;
};

static struct sim_gang *gangs;

/* Unlike every other job's of this machine: what is not this job's memory any more is seen. */
static uint64_t make_nonce(void)
{
    static uint64_t made;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec << 34 ^ (uint64_t)now.tv_nsec << 4 ^ (uint64_t)getpid() << 40)
           + ++made;
}

static struct sim_gang *keep(int fd)
{
    struct sim_gang *gang = calloc(1, sizeof *gang);
    void *board = mmap(NULL, BOARD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (gang == NULL)
        abort();
    if (board == MAP_FAILED) {
        free(gang);
        return NULL;
    }
    gang->board = board;
    gang->fd = fd;
    gang->next = gangs;
    gangs = gang;
    return gang;
}

bool sim_gang_new_id(unsigned char id[SIM_GANG_ID_BYTES])
{
    const int fd = memfd_create("gpu-selftest simulated job", MFD_CLOEXEC);
    struct id in = { .magic = MAGIC, .nonce = make_nonce(), .pid = (int32_t)getpid(), .fd = fd };
    struct sim_gang *gang;

    if (fd < 0)
        return false;
    if (ftruncate(fd, (off_t)(BOARD_BYTES + ROOMS * ROOM_BYTES)) != 0
        || (gang = keep(fd)) == NULL) {
        close(fd);
        return false;
    }
    gang->board->nonce = in.nonce;
    gang->board->magic = MAGIC;
    memset(id, 0, SIM_GANG_ID_BYTES);
    memcpy(id, &in, sizeof in);
    return true;
}

static struct sim_gang *find(uint64_t nonce)
{
    struct sim_gang *gang = gangs;

    while (gang != NULL && gang->board->nonce != nonce)
        gang = gang->next;
    return gang;
}

static void drop(struct sim_gang *gang)
{
    struct sim_gang **link = &gangs;

    while (*link != gang)
        link = &(*link)->next;
    *link = gang->next;
    for (size_t i = 0; i < gang->mapping_count; i++)
        munmap(gang->mappings[i].bytes, gang->mappings[i].size_bytes);
    munmap(gang->board, BOARD_BYTES);
    close(gang->fd);
    free(gang->mappings);
    free(gang);
}

static struct sim_gang *visit(const struct id *in)
{
    struct sim_gang *gang;
    char path[64];
    int fd;

    snprintf(path, sizeof path, "/proc/%d/fd/%d", in->pid, in->fd);
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    /* Behind the number may be any other file by now. */
    if (lseek(fd, 0, SEEK_END) != (off_t)(BOARD_BYTES + ROOMS * ROOM_BYTES)
        || (gang = keep(fd)) == NULL) {
        close(fd);
        return NULL;
    }
    if (gang->board->magic == MAGIC && gang->board->nonce == in->nonce)
        return gang;
    drop(gang);
    return NULL;
}

struct sim_gang *sim_gang_open(const unsigned char id[SIM_GANG_ID_BYTES])
{
    struct sim_gang *gang;
    struct id in;

    memcpy(&in, id, sizeof in);
    if (in.magic != MAGIC)
        return NULL;
    gang = find(in.nonce);
    if (gang == NULL)
        gang = visit(&in);
    if (gang != NULL)
        gang->users++;
    return gang;
}

/* Whoever has yet to come finds the job through its maker, so that one keeps it until then. */
static bool is_expected(const struct sim_gang_board *board)
{
    const uint32_t count = atomic_load(&board->count);

    for (uint32_t i = 0; i < count; i++) {
        if (atomic_load(&board->seats[i].state) == SIM_SEAT_FREE)
            return true;
    }
    return false;
}

void sim_gang_close(struct sim_gang *gang)
{
    if (--gang->users == 0 && !is_expected(gang->board))
        drop(gang);
}

struct sim_gang_board *sim_gang_board(struct sim_gang *gang)
{
    return gang->board;
}

static struct mapping *mapping_of(struct sim_gang *gang, unsigned room)
{
    for (size_t i = 0; i < gang->mapping_count; i++) {
        if (gang->mappings[i].room == room)
            return &gang->mappings[i];
    }
    gang->mappings = realloc(gang->mappings, (gang->mapping_count + 1) * sizeof *gang->mappings);
    if (gang->mappings == NULL)
        abort();
    gang->mappings[gang->mapping_count] = (struct mapping){ .room = room };
    return &gang->mappings[gang->mapping_count++];
}

static void *map_room(struct sim_gang *gang, unsigned room, uint64_t size_bytes)
{
    struct mapping *mapping = mapping_of(gang, room);

    if (size_bytes == 0 || size_bytes > ROOM_BYTES)
        return NULL;
    if (mapping->size_bytes >= size_bytes)
        return mapping->bytes;
    void *bytes = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, gang->fd,
                       (off_t)(BOARD_BYTES + room * ROOM_BYTES));
    if (bytes == MAP_FAILED)
        return NULL;
    if (mapping->bytes != NULL)
        munmap(mapping->bytes, mapping->size_bytes);
    mapping->bytes = bytes;
    mapping->size_bytes = size_bytes;
    return bytes;
}

void *sim_gang_contribution(struct sim_gang *gang, unsigned rank, unsigned room,
                            uint64_t size_bytes)
{
    return map_room(gang, rank * SIM_GANG_ROOMS + room, size_bytes);
}

void *sim_gang_result(struct sim_gang *gang, unsigned room, uint64_t size_bytes)
{
    return map_room(gang, FIRST_RESULT + room, size_bytes);
}

void *sim_gang_message(struct sim_gang *gang, unsigned from, unsigned to, unsigned place,
                       uint64_t size_bytes)
{
    return map_room(gang, FIRST_MAIL + (from * SIM_GANG_RANKS + to) * SIM_GANG_PLACES + place,
                    size_bytes);
}
