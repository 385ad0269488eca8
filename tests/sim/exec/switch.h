/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaving one stack for another. In assembly where we have it: ucontext makes two system calls per
 * switch, which costs ten times as much, and a kernel with barriers does little else.
 */
#ifndef SIM_EXEC_SWITCH_H
#define SIM_EXEC_SWITCH_H

#include <stddef.h>

#ifdef SIM_SWITCH_UCONTEXT
#include <ucontext.h>
struct sim_context {
    ucontext_t saved;
};
#else
struct sim_context {
    void *stack_pointer;
};
#endif

/* Makes a context that calls `entry` on the given stack when first switched to; `entry` must not
 * return. The stack's end is 16-byte aligned. */
void sim_context_make(struct sim_context *context, void *stack, size_t size, void (*entry)(void));

/* Saves the running context in `from` and goes on with `to`. */
void sim_context_switch(struct sim_context *from, struct sim_context *to);

#endif
