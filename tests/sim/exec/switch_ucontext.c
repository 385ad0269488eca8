/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stack switching for every machine that has no assembly here.
 */
#include "exec/switch.h"

void sim_context_make(struct sim_context *context, void *stack, size_t size, void (*entry)(void))
{
    getcontext(&context->saved);
    context->saved.uc_stack.ss_sp = stack;
    context->saved.uc_stack.ss_size = size;
    context->saved.uc_link = NULL;
    makecontext(&context->saved, entry, 0);
}

void sim_context_switch(struct sim_context *from, struct sim_context *to)
{
    swapcontext(&from->saved, &to->saved);
}
