/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in the kernel a process waits that cannot be killed, as far as the kernel tells this user.
 */
#ifndef GST_COLLECTIVE_STUCK_H
#define GST_COLLECTIVE_STUCK_H

#include <stddef.h>
#include <sys/types.h>

#define GST_STUCK_SIZE 128

/* 'D' while one of its threads waits in the kernel and nothing can wake it (proc(5)); 0 if there is
 * no such process. `proc` is the folder "/proc". */
char gst_stuck_state(const char *proc, pid_t pid);

/* "state D, in nv_lock_rmapi+0x1f/0x80 [nvidia]": the state of that thread, and the innermost
 * function of the stack or, where that may not be read, what it waits in. Empty if there is no such
 * process. Nothing of this waits for the process: its memory is not looked at. */
void gst_stuck_where(const char *proc, pid_t pid, char *text, size_t size);

#endif
