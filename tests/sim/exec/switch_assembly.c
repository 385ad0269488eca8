/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first frame of a stack, laid out as the assembly's switch will pop it.
 */
#include <string.h>

#include "exec/switch.h"

/* From the assembly file, which knows what it saves: the frame in words (an even number, so that
 * stacks stay aligned), and which of them is the address to return to. */
extern const size_t sim_switch_frame_words;
extern const size_t sim_switch_entry_word;

void sim_context_make(struct sim_context *context, void *stack, size_t size, void (*entry)(void))
{
    void **frame = (void **)((char *)stack + size) - sim_switch_frame_words;

    memset(frame, 0, sim_switch_frame_words * sizeof(*frame));
    memcpy(&frame[sim_switch_entry_word], &entry, sizeof(entry));
    context->stack_pointer = frame;
}
