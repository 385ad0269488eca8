/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs somebody else's code in a process of its own, with a deadline, and keeps what it prints: the
 * code may crash, hang, print without end or start further processes, and this one goes on.
 */
#ifndef GST_AUDIT_PROGRAM_H
#define GST_AUDIT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

enum gst_program_end_kind {
    GST_PROGRAM_EXITED,       /* `code` is its exit status */
    GST_PROGRAM_SIGNALLED,    /* `code` is the signal */
    GST_PROGRAM_HANGS,        /* it was ended at the deadline */
    GST_PROGRAM_NOT_FOUND,    /* there is no such file */
    GST_PROGRAM_NO_LOADER,    /* `words` names the loader or interpreter that is not there */
    GST_PROGRAM_NOT_RUNNABLE, /* `words` is what the kernel said */
};

struct gst_program_end {
    enum gst_program_end_kind kind;
    int code;
    char words[256]; /* of one that ran: its last line on standard error, "" if it printed none */
};

/* Runs `arguments` (NULL-terminated; the first is a path, or looked for on PATH) with the caller's
 * environment, nothing on standard input and a process group of its own, which is killed when it
 * ends and at the deadline. `text` gets its standard output, cut to the lines that fit. False only
 * if no process or descriptor is to be had. */
bool gst_program_run(const char *const *arguments, double deadline_s, char *text, size_t size,
                     struct gst_program_end *end, struct gst_status *st);

#endif
