/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stack switching for AArch64 (AAPCS64): x19 to x30, d8 to d15, and the stack pointer.
 */
    .text
    .balign 4
    .globl  sim_context_switch
    .hidden sim_context_switch
    .type   sim_context_switch, %function
sim_context_switch:
    sub     sp, sp, #160
    stp     x19, x20, [sp, #0]
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    stp     d8, d9, [sp, #96]
    stp     d10, d11, [sp, #112]
    stp     d12, d13, [sp, #128]
    stp     d14, d15, [sp, #144]
    mov     x9, sp
    str     x9, [x0]
    ldr     x9, [x1]
    mov     sp, x9
    ldp     x19, x20, [sp, #0]
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     d8, d9, [sp, #96]
    ldp     d10, d11, [sp, #112]
    ldp     d12, d13, [sp, #128]
    ldp     d14, d15, [sp, #144]
    add     sp, sp, #160
    ret
    .size   sim_context_switch, . - sim_context_switch

    .section .rodata
    .balign 8
    .globl  sim_switch_frame_words, sim_switch_entry_word
    .hidden sim_switch_frame_words, sim_switch_entry_word
sim_switch_frame_words:
    .quad   20
sim_switch_entry_word:
    .quad   11

    .section .note.GNU-stack, "", %progbits
