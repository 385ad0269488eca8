/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit and the lint want to know of a shared library, read with libelf. */
#ifndef GST_API_ELF_H
#define GST_API_ELF_H

#include <stdbool.h>
#include <stddef.h>

struct gst_elf {
    bool is_64_bit;
    bool is_shared;    /* ET_DYN */
    bool is_double;    /* exports the marker of the simulated stack */
    unsigned machine;  /* e_machine: EM_X86_64, EM_AARCH64 ... */
    char soname[64];   /* DT_SONAME, "" if none */
    char compat[1024]; /* text of the note in .note.cuda.fwd_compatibility, "" if there is none */
};

/* Reads from a file, parts of it at a time, or from memory that need not stay. False, with one line
 * in `error`, if it is no ELF file or is cut off. */
bool gst_elf_read_file(struct gst_elf *elf, int fd, char *error, size_t size);
bool gst_elf_read_memory(struct gst_elf *elf, const void *data, size_t length, char *error,
                         size_t size);

/* The e_machine of programs built like this one. */
unsigned gst_elf_machine(void);

#endif
