/* SPDX-License-Identifier: Apache-2.0 */
/* Names in braces; see expect_values.h. */
#include "lint/expect_values.h"

#include <stdio.h>
#include <string.h>

/* How much of "12.4.1" a name stands for. */
enum part { PART_MAJOR = 1, PART_MINOR = 2, PART_ALL = 99, PART_ARCH };

/* `of_11`: SONAMEs of CUDA 11 end in a version of their own, from 12 on in the major alone. */
static const struct value {
    const char *name;
    enum part part;
    const char *of_11;
} values[] = {
    { "{arch}", PART_ARCH, NULL },        { "{cuda}", PART_MINOR, NULL },
    { "{cuda_major}", PART_MAJOR, NULL }, { "{cuda_version}", PART_ALL, NULL },
    { "{cudart}", PART_MAJOR, "11.0" }, /* package cuda-cudart-11-8 */
    { "{nvrtc}", PART_MAJOR, "11.2" },  /* package cuda-nvrtc-11-8 */
};

enum { VALUE_COUNT = sizeof values / sizeof *values };

/* VALUE_COUNT if none begins here. */
static size_t value_at(const char *text)
{
    size_t i = 0;

    while (i < VALUE_COUNT && strncmp(text, values[i].name, strlen(values[i].name)) != 0)
        i++;
    return i;
}

bool gst_expect_values_are_known(const char *text)
{
    for (; (text = strpbrk(text, "{}")) != NULL;) {
        size_t value = value_at(text);

        if (value == VALUE_COUNT)
            return false;
        text += strlen(values[value].name);
    }
    return true;
}

/* The first so many numbers of a version; its length, 0 if it has not as many. */
static size_t first_numbers(const char *version, int count)
{
    size_t length = strcspn(version, ".");

    for (; count > 1 && version[length] == '.'; count--)
        length += 1 + strcspn(version + length + 1, ".");
    return count == 1 || count > PART_MINOR ? length : 0;
}

static const char *value_of(const struct gst_manifest *manifest, const struct value *value,
                            size_t *length, const char **missing)
{
    const enum part part = value->part;
    const char *text = NULL;

    *missing = part == PART_ARCH ? "architecture" : "CUDA_VERSION";
    if (manifest != NULL && part == PART_ARCH)
        text = json_string_value(json_object_get(manifest->config, "architecture"));
    else if (manifest != NULL)
        text = gst_manifest_variable(manifest, "CUDA_VERSION");
    if (text == NULL)
        return NULL;
    *length = part == PART_ARCH ? strlen(text) : first_numbers(text, (int)part);
    if (value->of_11 != NULL && *length == 2 && strncmp(text, "11", 2) == 0) {
        *length = strlen(value->of_11);
        return value->of_11;
    }
    return *length == 0 ? NULL : text;
}

bool gst_expect_values_fill(const char *text, const struct gst_manifest *manifest, char *filled,
                            size_t size, const char **missing)
{
    size_t used = 0;

    *missing = "so long a name";
    while (*text != '\0') {
        size_t value = value_at(text), length = 1;
        const char *from = text;

        if (value < VALUE_COUNT)
            from = value_of(manifest, &values[value], &length, missing);
        if (from == NULL || used + length >= size)
            return false;
        memcpy(filled + used, from, length);
        used += length;
        text += value < VALUE_COUNT ? strlen(values[value].name) : 1;
    }
    filled[used] = '\0';
    return true;
}
