/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages in which a program names a result of NVML by name or number; what the tools of NVIDIA
 * say in words is in core/message_list.h. What a result means stands in nvml_finding.c.
 */
#ifndef GST_AUDIT_NVML_MESSAGE_H
#define GST_AUDIT_NVML_MESSAGE_H

#include "core/message.h"

/* Adds a row for each spelling of each result that has a cause of its own. */
void gst_nvml_messages(struct gst_message_book *book);

#endif
