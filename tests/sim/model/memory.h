/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of the modelled GPUs, and the host memory that the driver hands out. Every block has
 * addresses of its own that are never given out again. Device memory cannot be read or written by
 * the host: it is opened only while an effect runs. What nobody wrote reads as 0xC5. A block costs
 * real memory only where it was written, so that an 80 GB GPU fits a laptop.
 */
#ifndef SIM_MODEL_MEMORY_H
#define SIM_MODEL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_POISON 0xC5

enum sim_block_kind {
    SIM_BLOCK_DEVICE,
    SIM_BLOCK_PINNED, /* host memory that GPUs may address */
};

/* A bit that turns over once, after the byte that it is in was written. */
struct sim_block_flip {
    bool is_armed;
    uint64_t byte;
    unsigned bit;
    unsigned fault; /* whose mark is set when it happens */
};

#define SIM_LOGGED_WRITES 32 /* more than GPUs that write into parts of one block */

/* Which bytes were written last, by the number of the effect that did it; what is too much for the
 * list is remembered as if all had been written by the newest of it. */
struct sim_write_log {
    struct sim_write {
        uint64_t from, to; /* bytes of the block */
        uint64_t number;   /* 0: none */
    } writes[SIM_LOGGED_WRITES];
    uint64_t forgotten;
};

struct sim_block {
    uintptr_t address;
    uint64_t size_bytes;   /* as asked for; nothing beyond may be touched */
    uint64_t mapped_bytes; /* whole pages */
    enum sim_block_kind kind;
    unsigned gpu;        /* of the context that it was made in */
    unsigned generation; /* of that context */
    unsigned flags;      /* of cuMemHostAlloc */
    bool is_alive;
    bool is_guarded; /* closed to the host outside effects */
    bool is_open;
    bool is_blank;      /* gets its poison when it is opened first */
    unsigned in_flight; /* operations that are yet to touch it */
    struct sim_write_log log;
    struct sim_block_flip flip;
};

struct sim_memory {
    struct sim_block **blocks;
    size_t count, room;
    int poison_fd;
    uint64_t poison_bytes;
};

void sim_memory_init(struct sim_memory *memory);
/* Unmaps everything. */
void sim_memory_release(struct sim_memory *memory);

/* NULL if the real machine has no address space left. */
struct sim_block *sim_memory_add(struct sim_memory *memory, enum sim_block_kind kind,
                                 uint64_t size_bytes);
/* The block is dead from now on and its pages are gone. Reports what was written past its end. */
void sim_memory_drop(struct sim_block *block);

/* The living block that holds this address; NULL if none does. */
struct sim_block *sim_memory_find(const struct sim_memory *memory, uintptr_t address);
/* Did this address belong to a block that was freed? */
bool sim_memory_was_freed(const struct sim_memory *memory, uintptr_t address);
/* Does the block reach so far? */
bool sim_block_holds(const struct sim_block *block, uintptr_t address, uint64_t size_bytes);

void sim_block_open(struct sim_block *block);
void sim_memory_close_all(struct sim_memory *memory);

/* The effect of this number, the newest, wrote the range. Was any of it written since another? */
void sim_block_note_write(struct sim_block *block, uintptr_t address, uint64_t size_bytes,
                          uint64_t number);
bool sim_block_changed(const struct sim_block *block, uintptr_t address, uint64_t size_bytes,
                       uint64_t since);

/* The range was written: the armed flip in it happens. True if it did. */
bool sim_block_written(struct sim_block *block, uintptr_t address, uint64_t size_bytes);

#endif
