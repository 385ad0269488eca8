/* SPDX-License-Identifier: Apache-2.0 */
/* The framework's lines; see framework_answers.h. */
#include "audit/framework_answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/ask_program.h"
#include "audit/program.h"
#include "audit/torch_probe.h"
#include "core/utf8.h"

#define PREFIX        "framework torch "
#define LINE_SIZE     1024
#define ROOM_FOR_EACH 1024

const char *const gst_framework_names[] = { "torch", NULL };

static bool has_python(const char *lines)
{
    return strstr(lines, PREFIX "problem not-found ") == NULL;
}

bool gst_framework_ask(const char *name, double deadline_s, char *text, size_t size,
                       struct gst_status *st)
{
    static const char *const pythons[] = { "python3", "python" };
    size_t length = strlen(text);

    /* There is one so far: a second brings a table of scripts. */
    (void)name;
    if (size - length < ROOM_FOR_EACH)
        return true;
    for (size_t i = 0; i < sizeof(pythons) / sizeof(pythons[0]); i++) {
        const char *const arguments[] = { pythons[i], "-c", torch_probe, NULL };

        if (!gst_ask_program(arguments, PREFIX, deadline_s, text + length, size - length, st))
            return false;
        if (has_python(text + length))
            break;
    }
    return true;
}

/* What follows "WORD " or "WORD=" in the line; NULL if it does not begin so. */
static const char *after(const char *line, const char *start)
{
    size_t length = strlen(start);

    return strncmp(line, start, length) == 0 ? line + length : NULL;
}

/* The value of "key=" up to a blank, or to the end of the line if `is_rest`. */
static void take(const char *line, const char *key, bool is_rest, char *value, size_t size)
{
    char text[LINE_SIZE];
    const char *at = strstr(line, key);

    if (at == NULL)
        return;
    snprintf(text, sizeof(text), "%.*s", is_rest ? LINE_SIZE - 1 : (int)strcspn(at, " "),
             at + strlen(key));
    if (!is_rest)
        text[strcspn(text, " ")] = '\0';
    gst_utf8_printable(value, size, text);
}

static struct gst_framework_gpu *gpu_at(struct gst_framework *framework, const char *number)
{
    char *end;
    long index = strtol(number, &end, 10);

    if (end == number || index < 0 || index >= GST_FRAMEWORK_GPUS)
        return NULL;
    return &framework->gpus[index];
}

static void take_product(struct gst_framework *framework, const char *rest)
{
    const char *number = after(rest, "gpu=");
    struct gst_framework_gpu *gpu = number != NULL ? gpu_at(framework, number) : NULL;
    const char *word = strchr(rest, ' '), *words;

    if (gpu == NULL || word == NULL)
        return;
    word++;
    if (after(word, "ok") != NULL) {
        gpu->product = GST_PRODUCT_OK;
    } else if ((words = after(word, "differs ")) != NULL) {
        gpu->product = GST_PRODUCT_DIFFERS;
        gst_utf8_printable(gpu->words, sizeof(gpu->words), words);
    } else if ((words = after(word, "failed ")) != NULL) {
        gpu->product = GST_PRODUCT_FAILED;
        gst_utf8_printable(gpu->words, sizeof(gpu->words), words);
    }
}

static void take_gpu(struct gst_framework *framework, const char *rest)
{
    struct gst_framework_gpu *gpu = gpu_at(framework, rest);
    const char *capability = strstr(rest, "cc=");
    int major, minor;

    if (gpu == NULL || capability == NULL || sscanf(capability, "cc=%3d.%2d", &major, &minor) != 2)
        return;
    gpu->major = major;
    gpu->minor = minor;
}

static void take_available(struct gst_framework *framework, const char *rest)
{
    char count[16] = "";

    framework->is_told = true;
    framework->is_available = after(rest, "yes") != NULL;
    take(rest, "count=", false, count, sizeof(count));
    framework->count = (int)strtol(count, NULL, 10);
    take(rest, "error=", true, framework->error, sizeof(framework->error));
}

static void take_line(struct gst_framework *framework, const char *line)
{
    const char *rest;

    framework->is_asked = true;
    if (strcmp(line, "done") == 0) {
        framework->is_done = true;
    } else if (after(line, "version=") != NULL) {
        take(line, "version=", false, framework->version, sizeof(framework->version));
        take(line, "built_for=", false, framework->built_for, sizeof(framework->built_for));
    } else if ((rest = after(line, "available=")) != NULL) {
        take_available(framework, rest);
    } else if ((rest = after(line, "missing ")) != NULL) {
        gst_utf8_printable(framework->missing, sizeof(framework->missing), rest);
    } else if ((rest = after(line, "arch ")) != NULL) {
        gst_utf8_printable(framework->architectures, sizeof(framework->architectures), rest);
    } else if ((rest = after(line, "gpu ")) != NULL) {
        take_gpu(framework, rest);
    } else if ((rest = after(line, "product ")) != NULL) {
        take_product(framework, rest);
    } else if ((rest = after(line, "problem ")) != NULL) {
        gst_utf8_printable(framework->problem, sizeof(framework->problem), rest);
    }
}

void gst_framework_parse(struct gst_framework *framework, const char *text)
{
    char line[LINE_SIZE];

    *framework = (struct gst_framework){ .is_asked = false };
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        const char *rest = after(text, PREFIX);

        /* A last line without its end may be half of one. */
        if (rest != NULL && text[length] == '\n') {
            snprintf(line, sizeof(line), "%.*s", (int)(length - strlen(PREFIX)), rest);
            take_line(framework, line);
        }
        text += length + (text[length] == '\n');
    }
}

/* "sm_90a" */
static bool runs_on(const char *word, size_t length, int major, int minor)
{
    bool is_text = strncmp(word, "compute_", 8) == 0;
    const char *digits = word + (is_text ? 8 : 3);
    char *end;
    long number;

    if (!is_text && strncmp(word, "sm_", 3) != 0)
        return false;
    number = strtol(digits, &end, 10);
    if (end == digits || end > word + length)
        return false;
    if (end < word + length && *end == 'a')
        return number == major * 10 + minor;
    if (is_text)
        return number <= major * 10 + minor;
    return number / 10 == major && number % 10 <= minor;
}

bool gst_framework_runs_on(const char *architectures, int major, int minor)
{
    while (*architectures != '\0') {
        size_t length = strcspn(architectures, " ");

        if (runs_on(architectures, length, major, minor))
            return true;
        architectures += length + strspn(architectures + length, " ");
    }
    return false;
}
