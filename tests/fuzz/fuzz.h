/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz target has: the function that libFuzzer (or replay.c) calls with each input, and the
 * claims that hold for every input. A claim that fails is a crash, and found as one.
 */
#ifndef GST_FUZZ_H
#define GST_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define GST_CLAIM(condition)                                                                       \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: claim fails: %s\n", __FILE__, __LINE__, #condition);           \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The input as text that the caller frees: ended by a zero, and cut at the first in it. A copy of
 * just this length, so that a sanitizer sees every byte too far. */
static inline char *gst_fuzz_text(const uint8_t *data, size_t size)
{
    size_t length = size > 0 ? strnlen((const char *)data, size) : 0;
    char *text = malloc(length + 1);

    GST_CLAIM(text != NULL);
    if (length > 0)
        memcpy(text, data, length);
    text[length] = '\0';
    return text;
}

/* True if the text ends within a field of this size. */
static inline int gst_fuzz_ends(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

#endif
