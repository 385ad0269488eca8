/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPUs that were asked for against those whose nodes came: how many they are, and, where they were
 * named by UUID or by their place on the bus, whether they are these.
 */
#ifndef GST_AUDIT_NODES_ASKED_H
#define GST_AUDIT_NODES_ASKED_H

#include "audit/check.h"

/* D03 of group nodes. */
void gst_ask_gpus_asked(struct gst_asking *asking);

#endif
