/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks are private mappings of one small file full of poison, repeated: reading what nobody wrote
 * gives poison, and only pages that are written become real memory. Those that are closed most of
 * the time and several pages of 2 MiB large are made of such pages, and filled when they are opened
 * first: opening, closing and touching them for the first time then takes a fraction.
 */
#include "model/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/strict.h"

#define PAGE         ((uint64_t)4096)
#define POISON_BYTES ((uint64_t)16 << 20) /* fewer mappings for large blocks */
#define GUARD_UP_TO  ((uint64_t)64 << 20) /* closing more than this would take too long */
#define FIRST_ROOM   64

/* Where the machine has them for who asks (transparent_hugepage: madvise or always). */
#define HUGE_PAGE ((uint64_t)2 << 20)

void sim_memory_init(struct sim_memory *memory)
{
    memset(memory, 0, sizeof *memory);
    memory->poison_fd = -1;
}

void sim_memory_release(struct sim_memory *memory)
{
    for (size_t i = 0; i < memory->count; i++) {
        munmap((void *)memory->blocks[i]->address, memory->blocks[i]->mapped_bytes + PAGE);
        free(memory->blocks[i]);
    }
    free(memory->blocks);
    if (memory->poison_fd >= 0)
        close(memory->poison_fd);
    sim_memory_init(memory);
}

/* The poison grows to what the largest block can use, so that small runs stay quick. */
static bool provide_poison(struct sim_memory *memory, uint64_t wanted_bytes)
{
    uint64_t target = wanted_bytes < POISON_BYTES ? wanted_bytes : POISON_BYTES;

    if (memory->poison_fd < 0)
        memory->poison_fd = memfd_create("gpu-selftest-poison", MFD_CLOEXEC);
    if (memory->poison_fd < 0)
        return false;
    if (target <= memory->poison_bytes)
        return true;
    if (ftruncate(memory->poison_fd, (off_t)target) != 0)
        return false;
    void *fill = mmap(NULL, target, PROT_READ | PROT_WRITE, MAP_SHARED, memory->poison_fd, 0);
    if (fill == MAP_FAILED)
        return false;
    memset((char *)fill + memory->poison_bytes, SIM_POISON, target - memory->poison_bytes);
    munmap(fill, target);
    memory->poison_bytes = target;
    return true;
}

/* One page more than asked for stays closed for good: running off the end is seen at once. */
static bool map_poison(struct sim_memory *memory, struct sim_block *block, int protection)
{
    uint64_t step = memory->poison_bytes;
    char *base = mmap(NULL, block->mapped_bytes + PAGE, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (base == MAP_FAILED)
        return false;
    for (uint64_t at = 0; at < block->mapped_bytes; at += step) {
        uint64_t left = block->mapped_bytes - at;

        if (mmap(base + at, left < step ? left : step, protection,
                 MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, memory->poison_fd, 0)
            == MAP_FAILED) {
            munmap(base, block->mapped_bytes + PAGE);
            return false;
        }
    }
    block->address = (uintptr_t)base;
    return true;
}

/* Of whole pages of 2 MiB and a rest; what is left before and after is given back, but for the page
 * at the end. */
static bool map_blank(struct sim_block *block)
{
    const uint64_t room_bytes = block->mapped_bytes + HUGE_PAGE;
    char *room = mmap(NULL, room_bytes + PAGE, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint64_t before;

    if (room == MAP_FAILED)
        return false;
    before = (HUGE_PAGE - (uintptr_t)room % HUGE_PAGE) % HUGE_PAGE;
    if (before > 0)
        munmap(room, before);
    munmap(room + before + block->mapped_bytes + PAGE, HUGE_PAGE - before);
    block->address = (uintptr_t)room + before;
    block->is_blank = true;
    madvise((void *)block->address, block->mapped_bytes, MADV_HUGEPAGE);
    return true;
}

static bool map_block(struct sim_memory *memory, struct sim_block *block)
{
    if (block->is_guarded && block->mapped_bytes >= 2 * HUGE_PAGE)
        return map_blank(block);
    return provide_poison(memory, block->mapped_bytes)
           && map_poison(memory, block, block->is_guarded ? PROT_NONE : PROT_READ | PROT_WRITE);
}

static void remember(struct sim_memory *memory, struct sim_block *block)
{
    if (memory->count == memory->room) {
        memory->room = memory->room != 0 ? 2 * memory->room : FIRST_ROOM;
        memory->blocks = realloc(memory->blocks, memory->room * sizeof(struct sim_block *));
        if (memory->blocks == NULL)
            abort();
    }
    memory->blocks[memory->count++] = block;
}

struct sim_block *sim_memory_add(struct sim_memory *memory, enum sim_block_kind kind,
                                 uint64_t size_bytes)
{
    uint64_t mapped_bytes = (size_bytes + PAGE - 1) / PAGE * PAGE;
    struct sim_block *block = calloc(1, sizeof *block);

    if (block == NULL)
        abort();
    block->kind = kind;
    block->size_bytes = size_bytes;
    block->mapped_bytes = mapped_bytes;
    block->is_guarded = kind == SIM_BLOCK_DEVICE && mapped_bytes <= GUARD_UP_TO;
    block->is_open = !block->is_guarded;
    block->is_alive = true;
    if (!map_block(memory, block)) {
        free(block);
        return NULL;
    }
    remember(memory, block);
    return block;
}

/* Does the rest of the last page still hold what was put there? */
static void check_canary(struct sim_block *block)
{
    const unsigned char *base = (const unsigned char *)block->address;

    sim_block_open(block);
    for (uint64_t i = block->size_bytes; i < block->mapped_bytes; i++) {
        if (base[i] != SIM_POISON) {
            sim_strict_report("byte %llu was written in a block of %llu bytes",
                              (unsigned long long)i, (unsigned long long)block->size_bytes);
            return;
        }
    }
}

void sim_memory_drop(struct sim_block *block)
{
    check_canary(block);
    block->is_alive = false;
    block->is_open = false;
    mmap((void *)block->address, block->mapped_bytes, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
}

static struct sim_block *find(const struct sim_memory *memory, uintptr_t address, bool is_alive)
{
    for (size_t i = memory->count; i-- > 0;) {
        struct sim_block *block = memory->blocks[i];

        if (block->is_alive == is_alive && address >= block->address
            && address - block->address < block->mapped_bytes)
            return block;
    }
    return NULL;
}

struct sim_block *sim_memory_find(const struct sim_memory *memory, uintptr_t address)
{
    struct sim_block *block = find(memory, address, true);

    return block != NULL && address - block->address < block->size_bytes ? block : NULL;
}

bool sim_memory_was_freed(const struct sim_memory *memory, uintptr_t address)
{
    return find(memory, address, false) != NULL;
}

bool sim_block_holds(const struct sim_block *block, uintptr_t address, uint64_t size_bytes)
{
    return address >= block->address && address - block->address <= block->size_bytes
           && size_bytes <= block->size_bytes - (address - block->address);
}

void sim_block_open(struct sim_block *block)
{
    if (block->is_open)
        return;
    mprotect((void *)block->address, block->mapped_bytes, PROT_READ | PROT_WRITE);
    block->is_open = true;
    if (block->is_blank)
        memset((void *)block->address, SIM_POISON, block->mapped_bytes);
    block->is_blank = false;
}

void sim_memory_close_all(struct sim_memory *memory)
{
    for (size_t i = 0; i < memory->count; i++) {
        struct sim_block *block = memory->blocks[i];

        if (block->is_alive && block->is_guarded && block->is_open) {
            mprotect((void *)block->address, block->mapped_bytes, PROT_NONE);
            block->is_open = false;
        }
    }
}

bool sim_block_written(struct sim_block *block, uintptr_t address, uint64_t size_bytes)
{
    uintptr_t victim = block->address + block->flip.byte;

    if (!block->flip.is_armed || victim < address || victim - address >= size_bytes)
        return false;
    sim_block_open(block);
    *(unsigned char *)victim ^= (unsigned char)(1u << block->flip.bit);
    block->flip.is_armed = false;
    return true;
}

/* The place of the same range, else a free one, else that of the oldest. */
static struct sim_write *place_of(struct sim_write_log *log, uint64_t from, uint64_t to)
{
    struct sim_write *oldest = &log->writes[0];

    for (unsigned i = 0; i < SIM_LOGGED_WRITES; i++) {
        struct sim_write *write = &log->writes[i];

        if (write->from == from && write->to == to)
            return write;
        if (write->number < oldest->number)
            oldest = write;
    }
    if (oldest->number > log->forgotten)
        log->forgotten = oldest->number;
    return oldest;
}

void sim_block_note_write(struct sim_block *block, uintptr_t address, uint64_t size_bytes,
                          uint64_t number)
{
    const uint64_t from = address - block->address;

    *place_of(&block->log, from, from + size_bytes) =
        (struct sim_write){ from, from + size_bytes, number };
}

bool sim_block_changed(const struct sim_block *block, uintptr_t address, uint64_t size_bytes,
                       uint64_t since)
{
    const uint64_t from = address - block->address;

    if (block->log.forgotten > since)
        return true;
    for (unsigned i = 0; i < SIM_LOGGED_WRITES; i++) {
        const struct sim_write *write = &block->log.writes[i];

        if (write->number > since && write->from < from + size_bytes && from < write->to)
            return true;
    }
    return false;
}
