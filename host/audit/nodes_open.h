/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it means that a node of the driver does not open: a row per errno. The kernel's answers are
 * those of the driver's open function and of what guards it, the device cgroup and the file modes.
 */
#ifndef GST_AUDIT_NODES_OPEN_H
#define GST_AUDIT_NODES_OPEN_H

#include "audit/check.h"

/* The finding that a result of gst_view_open_result stands for, as far as it alone can tell;
 * GST_NO_FINDING for a node that opened or was not tried. */
enum gst_finding_id gst_open_finding(int result);

/* D07 and D16 of group nodes. */
void gst_ask_node_opens(struct gst_asking *asking);
void gst_ask_access_kept(struct gst_asking *asking);

#endif
