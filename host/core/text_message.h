/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pasted message means, for people: the likeliest cause and what to do first, then what was
 * read, then what else it may be and how to tell.
 */
#ifndef GST_CORE_TEXT_MESSAGE_H
#define GST_CORE_TEXT_MESSAGE_H

#include <stdio.h>

#include "core/message.h"
#include "core/text.h"

/* Writes what the messages mean; `hits` must hold one at least. */
void gst_text_message(const struct gst_message_hits *hits, FILE *out, struct gst_text_style style);

#endif
