/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs: audit and lint, which look for what is wrong, and topology, list, explain
 * and compare, which test nothing.
 */
#ifndef GST_RUN_VERBS_H
#define GST_RUN_VERBS_H

#include <stdbool.h>
#include <stdio.h>

#include "run/settings.h"
#include "run/workload.h"

/* Is the first word a verb? */
bool gst_verb_is_asked(const struct gst_settings *settings);

/* Does what the first word asks for and returns the exit code; -1 if that word is no verb. */
int gst_verb(const struct gst_settings *settings, struct gst_workload_list list, FILE *out);

#endif
