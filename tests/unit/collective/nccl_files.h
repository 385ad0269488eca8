/* SPDX-License-Identifier: Apache-2.0 */
/* The files of tests/fixtures/nccl as text, and files that a test makes itself. */
#ifndef NCCL_FILES_H
#define NCCL_FILES_H

#include <stdio.h>
#include <string.h>

/* Ended by a zero, in one buffer for all. */
static inline const char *nccl_file(const char *name)
{
    static char text[32 << 10];
    char path[512];
    FILE *file;
    size_t size;

    snprintf(path, sizeof(path), "%s%s", NCCL_FIXTURES, name);
    file = fopen(path, "r");
    assert_non_null(file);
    size = fread(text, 1, sizeof(text) - 1, file);
    assert_true(feof(file));
    fclose(file);
    text[size] = '\0';
    return text;
}

/* The folder is there; a file of this name is written anew. */
static inline void put_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

#endif
