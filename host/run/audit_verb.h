/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verb audit: which layer keeps this container, or the one below --root, from its GPUs. It
 * loads no library of anybody's itself, so the static program is made of it, too.
 */
#ifndef GST_RUN_AUDIT_VERB_H
#define GST_RUN_AUDIT_VERB_H

#include <stdio.h>

#include "run/settings.h"

/* Audits and writes the report; the exit code. */
int gst_audit_verb(const struct gst_settings *settings, FILE *out);

#endif
