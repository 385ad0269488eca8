/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages in which a program names a CUDA result: by number, by name, or in the library's words.
 * What a result means stands in error.c; here is how programs spell it, and what else it may mean
 * where the program is not ours.
 */
#ifndef GST_GPU_CUDA_MESSAGE_H
#define GST_GPU_CUDA_MESSAGE_H

#include "core/message.h"

#define GST_CUDA_MESSAGES_MAX 1024

struct gst_cuda_messages {
    struct gst_message rows[GST_CUDA_MESSAGES_MAX];
    char patterns[GST_CUDA_MESSAGES_MAX][48]; /* of those rows that name a number */
    size_t count;
};

/* Fills in a row for each spelling of each result that has a meaning. */
void gst_cuda_messages_make(struct gst_cuda_messages *messages);

#endif
