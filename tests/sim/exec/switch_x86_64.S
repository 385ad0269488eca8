/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stack switching for x86-64 (System V): the registers that a call preserves, and the stack
 * pointer. The floating-point control words are left alone; kernels do not change them.
 */
    .text
    .globl  sim_context_switch
    .hidden sim_context_switch
    .type   sim_context_switch, @function
sim_context_switch:
    pushq   %rbp
    pushq   %rbx
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    movq    %rsp, (%rdi)
    movq    (%rsi), %rsp
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %rbx
    popq    %rbp
    ret
    .size   sim_context_switch, . - sim_context_switch

/* Six registers, the return address, and one word that stands for the return address of the call
 * that never was: a function expects to start 8 bytes off the alignment. */
    .section .rodata
    .balign 8
    .globl  sim_switch_frame_words, sim_switch_entry_word
    .hidden sim_switch_frame_words, sim_switch_entry_word
sim_switch_frame_words:
    .quad   8
sim_switch_entry_word:
    .quad   6

    .section .note.GNU-stack, "", @progbits
