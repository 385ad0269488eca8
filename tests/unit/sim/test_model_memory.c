/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks: poison, closed to the host, sizes to the byte, addresses used once, flips, canaries. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "model/memory.h"
#include "model/strict.h"

static int setup(void **state)
{
    static struct sim_memory memory;

    sim_memory_init(&memory);
    *state = &memory;
    return 0;
}

static int teardown(void **state)
{
    sim_memory_release(*state);
    return 0;
}

static void test_model_memory__starts_as_poison(void **state)
{
    struct sim_block *block = sim_memory_add(*state, SIM_BLOCK_DEVICE, 100001);
    const unsigned char *bytes = (const unsigned char *)block->address;

    sim_block_open(block);
    for (size_t i = 0; i < 100001; i++)
        assert_int_equal(bytes[i], 0xC5);
}

static void test_model_memory__large_blocks_start_as_poison_everywhere(void **state)
{
    const uint64_t size = ((uint64_t)40 << 20) + 4097;
    struct sim_block *block = sim_memory_add(*state, SIM_BLOCK_DEVICE, size);
    const unsigned char *bytes = (const unsigned char *)block->address;

    sim_block_open(block);
    assert_int_equal(bytes[0], 0xC5);
    assert_int_equal(bytes[(16 << 20) - 1], 0xC5);
    assert_int_equal(bytes[16 << 20], 0xC5);
    assert_int_equal(bytes[size - 1], 0xC5);
}

static void test_model_memory__eighty_gigabytes_cost_nothing(void **state)
{
    struct sim_block *block = sim_memory_add(*state, SIM_BLOCK_DEVICE, (uint64_t)80 << 30);
    volatile unsigned char *bytes;

    assert_non_null(block);
    sim_block_open(block);
    bytes = (volatile unsigned char *)block->address;
    bytes[((uint64_t)79 << 30) + 5] = 1;
    assert_int_equal(bytes[((uint64_t)79 << 30) + 5], 1);
    assert_int_equal(bytes[((uint64_t)79 << 30) + 6], 0xC5);
}

static void test_model_memory__the_host_cannot_read_it(void **state)
{
    struct sim_block *block = sim_memory_add(*state, SIM_BLOCK_DEVICE, 4096);
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* the test framework's handler would go on */
        _exit(*(volatile unsigned char *)block->address == 0 ? 1 : 2);
    }
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
}

static void test_model_memory__size_is_exact(void **state)
{
    struct sim_block *block = sim_memory_add(*state, SIM_BLOCK_DEVICE, 1000);

    assert_true(sim_block_holds(block, block->address, 1000));
    assert_true(sim_block_holds(block, block->address + 999, 1));
    assert_true(sim_block_holds(block, block->address + 1000, 0));
    assert_false(sim_block_holds(block, block->address, 1001));
    assert_false(sim_block_holds(block, block->address + 1, 1000));
    assert_false(sim_block_holds(block, block->address - 1, 1));
    assert_false(sim_block_holds(block, block->address + 1, UINT64_MAX));
    assert_ptr_equal(sim_memory_find(*state, block->address + 999), block);
    assert_null(sim_memory_find(*state, block->address + 1000));
}

static void test_model_memory__addresses_are_used_once(void **state)
{
    uintptr_t seen[50];

    for (unsigned i = 0; i < 50; i++) {
        struct sim_block *block = sim_memory_add(*state, SIM_BLOCK_DEVICE, 5000);

        seen[i] = block->address;
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal(seen[k], seen[i]);
        sim_memory_drop(block);
        assert_null(sim_memory_find(*state, seen[i]));
        assert_true(sim_memory_was_freed(*state, seen[i]));
    }
}

static void test_model_memory__writing_past_the_end_is_reported(void **state)
{
    struct sim_block *good = sim_memory_add(*state, SIM_BLOCK_PINNED, 10);
    struct sim_block *bad = sim_memory_add(*state, SIM_BLOCK_PINNED, 10);
    unsigned before = sim_strict_count();

    memset((void *)good->address, 0, 10);
    memset((void *)bad->address, 0, 11);
    sim_memory_drop(good);
    assert_int_equal(sim_strict_count(), before);
    sim_memory_drop(bad);
    assert_int_equal(sim_strict_count(), before + 1);
}

static void test_model_memory__flip_happens_once_after_a_write(void **state)
{
    struct sim_block *block = sim_memory_add(*state, SIM_BLOCK_DEVICE, 100);
    unsigned char *bytes = (unsigned char *)block->address;

    block->flip = (struct sim_block_flip){ .is_armed = true, .byte = 40, .bit = 3 };
    sim_block_open(block);
    memset(bytes, 0, 100);
    assert_false(sim_block_written(block, block->address, 40));
    assert_false(sim_block_written(block, block->address + 41, 59));
    assert_int_equal(bytes[40], 0);
    assert_true(sim_block_written(block, block->address + 40, 1));
    assert_int_equal(bytes[40], 8);
    assert_false(sim_block_written(block, block->address, 100));
    assert_int_equal(bytes[40], 8);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* What is too much for the list counts as written all over, by the newest that left it. */
static void test_model_memory__writes_are_remembered(void **state)
{
    struct sim_block block = { .address = 4096, .size_bytes = 4096 };

    (void)state;
    assert_false(sim_block_changed(&block, 4096, 4096, 0));
    sim_block_note_write(&block, 4096 + 100, 50, 7);
    assert_true(sim_block_changed(&block, 4096, 101, 6));
    assert_false(sim_block_changed(&block, 4096, 100, 6));
    assert_false(sim_block_changed(&block, 4096 + 150, 100, 6));
    assert_false(sim_block_changed(&block, 4096, 4096, 7));
    for (uint64_t i = 0; i < 100; i++)
        sim_block_note_write(&block, 4096 + 100, 50, 8 + i); /* the same: takes one place */
    assert_false(sim_block_changed(&block, 4096, 100, 6));
    for (uint64_t i = 0; i < SIM_LOGGED_WRITES; i++)
        sim_block_note_write(&block, 4096 + 1000 + i, 1, 200 + i);
    assert_true(sim_block_changed(&block, 4096, 1, 106)); /* 107 was pushed out */
    assert_false(sim_block_changed(&block, 4096, 1, 107));
    assert_true(sim_block_changed(&block, 4096 + 1000, 1, 107));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_model_memory__starts_as_poison),
        CASE(test_model_memory__large_blocks_start_as_poison_everywhere),
        CASE(test_model_memory__eighty_gigabytes_cost_nothing),
        CASE(test_model_memory__the_host_cannot_read_it),
        CASE(test_model_memory__size_is_exact),
        CASE(test_model_memory__addresses_are_used_once),
        CASE(test_model_memory__writing_past_the_end_is_reported),
        CASE(test_model_memory__flip_happens_once_after_a_write),
        CASE(test_model_memory__writes_are_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
