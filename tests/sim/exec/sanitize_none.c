/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No sanitizer needs to know.
 */
#include "exec/sanitize.h"

void sim_sanitize_adopt(struct sim_stack_note *note)
{
    (void)note;
}

void sim_sanitize_open(struct sim_stack_note *note, void *stack, size_t size)
{
    (void)note, (void)stack, (void)size;
}

void sim_sanitize_close(struct sim_stack_note *note)
{
    (void)note;
}

void sim_sanitize_leave(struct sim_stack_note *from, const struct sim_stack_note *to)
{
    (void)from, (void)to;
}

void sim_sanitize_enter(struct sim_stack_note *entered, struct sim_stack_note *left)
{
    (void)entered, (void)left;
}
