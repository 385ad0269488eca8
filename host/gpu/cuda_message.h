/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages in which a program names a CUDA result: by number, by name, or in the library's words.
 * What a result means stands in error.c; here is how programs spell it, and what else it may mean
 * where the program is not ours.
 */
#ifndef GST_GPU_CUDA_MESSAGE_H
#define GST_GPU_CUDA_MESSAGE_H

#include "core/message.h"

/* Adds a row for each spelling and each meaning of each result that has one. */
void gst_cuda_messages(struct gst_message_book *book);

#endif
