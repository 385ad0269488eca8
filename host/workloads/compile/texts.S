/* SPDX-License-Identifier: Apache-2.0 */
/* The sources that are compiled, as text; each ends in a zero. */
    .section .rodata
    .globl gst_compile_kernels
    .hidden gst_compile_kernels
gst_compile_kernels:
    .incbin "compile/kernels.cu"
    .byte 0
    .globl gst_compile_program
    .hidden gst_compile_program
gst_compile_program:
    .incbin "compile/program.cu"
    .byte 0
    .section .note.GNU-stack,"",%progbits
