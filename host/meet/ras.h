/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL itself knows of a job that hangs: each process of NCCL 2.24 or newer answers on a local
 * TCP port (RAS: reliability, availability, serviceability) which ranks it has lost.
 */
#ifndef GST_MEET_RAS_H
#define GST_MEET_RAS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/status.h"

/* Where it answers unless NCCL_RAS_ADDR says otherwise: NCCL's user guide, "RAS". */
#define GST_RAS_HOST "localhost"
#define GST_RAS_PORT 28028

/* Asks for the status. Fills `text` with printable text ended by a zero; what does not fit, and
 * what has not come after `timeout_s`, is cut off. False with the cause in `st` if nobody answers
 * or what answers is not RAS. */
bool gst_ras_ask(const char *host, int port, double timeout_s, char *text, size_t size,
                 struct gst_status *st);

/* What a status complains of, in one line: what stands below its headings "Errors" and "Warnings",
 * "" if nothing does. Returns `line`. */
const char *gst_ras_complaints(const char *status, char *line, size_t size);

#endif
