/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of each GPU on one page, for people: a fact that all GPUs share stands once, with
 * the sources that said it; what differs between GPUs or sources is spelled out.
 */
#ifndef GST_CORE_TEXT_FACTS_H
#define GST_CORE_TEXT_FACTS_H

#include <stdio.h>

#include "core/report.h"

/* Writes the facts of the machine and of its GPUs; nothing if there are none. */
void gst_text_facts(const struct gst_report *report, FILE *out);

#endif
