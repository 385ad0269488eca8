/* SPDX-License-Identifier: Apache-2.0 */
/* Standard streams, made safe at the start of a program. */
#ifndef GST_RUN_STREAMS_H
#define GST_RUN_STREAMS_H

#include <stdio.h>

/* The report's own way out, which no library knows; NULL if standard output is closed. First of
 * all: its number must not become that of something else. */
FILE *gst_streams_private_stdout(void);

/* Opens what is closed of the three: it would give its number to the next file opened, and
 * strangers would print into that. */
void gst_streams_fill(void);

#endif
