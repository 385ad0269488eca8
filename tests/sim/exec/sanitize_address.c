/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AddressSanitizer: fake stacks and stack bounds.
 */
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#include "exec/sanitize.h"

void sim_sanitize_adopt(struct sim_stack_note *note)
{
    /* Its bounds become known when it is first left. */
    *note = (struct sim_stack_note){ 0 };
}

void sim_sanitize_open(struct sim_stack_note *note, void *stack, size_t size)
{
    /* Frames of a thread that never returned left their red zones behind. */
    __asan_unpoison_memory_region(stack, size);
    *note = (struct sim_stack_note){ .stack = stack, .size = size };
}

void sim_sanitize_close(struct sim_stack_note *note)
{
    __asan_unpoison_memory_region(note->stack, note->size);
}

void sim_sanitize_leave(struct sim_stack_note *from, const struct sim_stack_note *to)
{
    __sanitizer_start_switch_fiber(&from->handle, to->stack, to->size);
}

void sim_sanitize_enter(struct sim_stack_note *entered, struct sim_stack_note *left)
{
    __sanitizer_finish_switch_fiber(entered->handle, &left->stack, &left->size);
}
