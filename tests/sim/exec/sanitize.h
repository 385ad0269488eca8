/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the sanitizers about stacks that they did not see being made; without that they take a
 * switch for corruption. CMake picks the file that implements it.
 */
#ifndef SIM_EXEC_SANITIZE_H
#define SIM_EXEC_SANITIZE_H

#include <stddef.h>

struct sim_stack_note {
    const void *stack;
    size_t size;
    void *handle; /* the sanitizer's own */
};

/* For the stack that the scheduler runs on, before it first leaves it. */
void sim_sanitize_adopt(struct sim_stack_note *note);

/* For a fiber's stack, before it is used, and after. */
void sim_sanitize_open(struct sim_stack_note *note, void *stack, size_t size);
void sim_sanitize_close(struct sim_stack_note *note);

/* Around each switch: on the stack that is left, then on the one that was entered. */
void sim_sanitize_leave(struct sim_stack_note *from, const struct sim_stack_note *to);
void sim_sanitize_enter(struct sim_stack_note *entered, struct sim_stack_note *left);

#endif
