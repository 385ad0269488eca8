/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes that only some containers need: those of MIG instances, of IMEX channels, of features that
 * a variable asks for, and of graphics.
 */
#ifndef GST_AUDIT_NODES_FEATURES_H
#define GST_AUDIT_NODES_FEATURES_H

#include "audit/check.h"

/* D11 to D14 of group nodes. */
void gst_ask_mig(struct gst_asking *asking);
void gst_ask_imex(struct gst_asking *asking);
void gst_ask_features(struct gst_asking *asking);
void gst_ask_render_nodes(struct gst_asking *asking);

#endif
