/* SPDX-License-Identifier: Apache-2.0 */
/* The verb topology: how GPUs and network adapters hang together. */
#ifndef GST_RUN_TOPOLOGY_VERB_H
#define GST_RUN_TOPOLOGY_VERB_H

#include <stdio.h>

#include "run/settings.h"

/* Reads the root of the settings and writes text and, where asked for, JSON. The exit code: 0, 77
 * if there is no GPU, 3 if the bus cannot be read or a file not be written. */
int gst_topology_verb(const struct gst_settings *settings, FILE *out);

#endif
