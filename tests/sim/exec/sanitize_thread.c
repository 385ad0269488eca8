/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ThreadSanitizer: one of its fibers for each of ours.
 */
#include <sanitizer/tsan_interface.h>

#include "exec/sanitize.h"

void sim_sanitize_adopt(struct sim_stack_note *note)
{
    note->handle = __tsan_get_current_fiber();
}

void sim_sanitize_open(struct sim_stack_note *note, void *stack, size_t size)
{
    *note = (struct sim_stack_note){ stack, size, __tsan_create_fiber(0) };
}

void sim_sanitize_close(struct sim_stack_note *note)
{
    __tsan_destroy_fiber(note->handle);
}

void sim_sanitize_leave(struct sim_stack_note *from, const struct sim_stack_note *to)
{
    (void)from;
    __tsan_switch_to_fiber(to->handle, 0);
}

void sim_sanitize_enter(struct sim_stack_note *entered, struct sim_stack_note *left)
{
    (void)entered, (void)left;
}
