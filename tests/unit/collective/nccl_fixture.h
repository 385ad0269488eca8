/* SPDX-License-Identifier: Apache-2.0 */
/* The files of tests/fixtures/nccl as text. */
#ifndef NCCL_FIXTURE_H
#define NCCL_FIXTURE_H

#include <stdio.h>
#include <string.h>

/* Ended by a zero, in one buffer for all. */
static inline const char *nccl_fixture(const char *name)
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

#endif
