/* SPDX-License-Identifier: Apache-2.0 */
/* The helper's lines; see answers.h. It may have died in the middle of one. */
#include "audit/answers.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "core/utf8.h"

#define LINE_MAX_BYTES 1024

static bool copy_word(char *field, size_t size, const char *word)
{
    if (word == NULL || word[0] == '\0' || strlen(word) >= size)
        return false;
    memcpy(field, word, strlen(word) + 1);
    return true;
}

static bool parse_unsigned(const char *text, unsigned long long most, unsigned long long *number)
{
    uint64_t value;

    if (!gst_parse_unsigned(text, &value) || value > most)
        return false;
    *number = value;
    return true;
}

static bool parse_int(const char *text, int *number)
{
    bool is_negative = text[0] == '-';
    unsigned long long value;

    if (!parse_unsigned(text + is_negative, INT_MAX, &value))
        return false;
    *number = is_negative ? -(int)value : (int)value;
    return true;
}

/* "254:0" */
static bool parse_device(char *text, struct gst_answer *answer)
{
    char *colon = strchr(text, ':');
    unsigned long long major, minor;

    if (colon == NULL)
        return false;
    *colon = '\0';
    if (!parse_unsigned(text, UINT_MAX, &major) || !parse_unsigned(colon + 1, UINT_MAX, &minor))
        return false;
    answer->major = (unsigned)major;
    answer->minor = (unsigned)minor;
    return true;
}

/* Takes "KEY=value" off the end, where no path with blanks is in the way; NULL if it is not there.
 */
static char *take_last(char *rest, const char *key)
{
    char *blank = strrchr(rest, ' ');
    size_t length = strlen(key);

    if (blank == NULL || strncmp(blank + 1, key, length) != 0 || blank[1 + length] != '=')
        return NULL;
    *blank = '\0';
    return blank + 1 + length + 1;
}

/* path=P dev=MAJOR:MINOR ino=N double=yes|no */
static bool parse_loaded(char *rest, struct gst_answer *answer)
{
    static const char path[] = "path=";
    const char *is_double = take_last(rest, "double"), *inode;
    char *device;

    if (is_double == NULL || (inode = take_last(rest, "ino")) == NULL
        || (device = take_last(rest, "dev")) == NULL)
        return false;
    answer->is_ok = true;
    answer->is_double = strcmp(is_double, "yes") == 0;
    return (answer->is_double || strcmp(is_double, "no") == 0)
           && parse_unsigned(inode, ULLONG_MAX, &answer->inode) && parse_device(device, answer)
           && strncmp(rest, path, sizeof(path) - 1) == 0
           && copy_word(answer->text, sizeof(answer->text), rest + sizeof(path) - 1);
}

/* NAME path=... or NAME failed WORDS */
static bool parse_library(char *rest, struct gst_answer *answer)
{
    static const char failed[] = "failed";

    answer->kind = GST_ANSWER_LIBRARY;
    if (!copy_word(answer->name, sizeof(answer->name), strsep(&rest, " ")) || rest == NULL)
        return false;
    if (strncmp(rest, failed, sizeof(failed) - 1) != 0)
        return parse_loaded(rest, answer);
    rest += sizeof(failed) - 1;
    if (*rest != ' ' && *rest != '\0')
        return false;
    gst_utf8_copy(answer->text, sizeof(answer->text), rest + (*rest == ' '));
    return true;
}

/* NAME missing or NAME CODE [VALUE] */
static bool parse_call(char *rest, struct gst_answer *answer)
{
    const char *code;

    answer->kind = GST_ANSWER_CALL;
    if (!copy_word(answer->name, sizeof(answer->name), strsep(&rest, " "))
        || (code = strsep(&rest, " ")) == NULL)
        return false;
    answer->is_missing = strcmp(code, "missing") == 0;
    if (answer->is_missing)
        return rest == NULL;
    if (!parse_int(code, &answer->code))
        return false;
    answer->is_ok = answer->code == 0;
    gst_utf8_copy(answer->text, sizeof(answer->text), rest != NULL ? rest : "");
    return true;
}

static bool set_gpu_word(struct gst_answer_gpu *gpu, const char *key, const char *value)
{
    if (strcmp(key, "uuid") == 0)
        return copy_word(gpu->uuid, sizeof(gpu->uuid), value);
    if (strcmp(key, "pci") == 0)
        return copy_word(gpu->pci_id, sizeof(gpu->pci_id), value);
    if (strcmp(key, "cc") == 0)
        return copy_word(gpu->capability, sizeof(gpu->capability), value);
    if (strcmp(key, "minor") == 0)
        return parse_int(value, &gpu->minor);
    if (strcmp(key, "mig") == 0) {
        gpu->is_mig = strcmp(value, "enabled") == 0;
        return true;
    }
    return false;
}

/* INDEX KEY=value... */
static bool parse_gpu(char *rest, struct gst_answer_gpu *gpu)
{
    const char *index = strsep(&rest, " ");
    char *word;

    *gpu = (struct gst_answer_gpu){ .minor = -1 };
    if (index == NULL || !parse_int(index, &gpu->index) || gpu->index < 0)
        return false;
    while ((word = strsep(&rest, " ")) != NULL) {
        char *equals = strchr(word, '=');

        if (equals == NULL)
            return false;
        *equals = '\0';
        if (!set_gpu_word(gpu, word, equals + 1))
            return false;
    }
    return true;
}

static bool add_gpu(char *rest, struct gst_answer_gpu *gpus, int *count)
{
    if (*count >= GST_ANSWER_GPUS || !parse_gpu(rest, &gpus[*count]))
        return false;
    (*count)++;
    return true;
}

static bool add_answer(struct gst_answers *answers, char *rest,
                       bool (*parse)(char *rest, struct gst_answer *answer))
{
    struct gst_answer *answer;

    if (answers->count >= GST_ANSWERS_MAX)
        return false;
    answer = &answers->items[answers->count];
    *answer = (struct gst_answer){ 0 };
    if (!parse(rest, answer))
        return false;
    answers->count++;
    return true;
}

static bool parse_line(struct gst_answers *answers, char *line)
{
    char *rest = line;
    const char *word = strsep(&rest, " ");

    if (strcmp(word, "done") == 0) {
        answers->is_done = rest == NULL;
        return answers->is_done;
    }
    if (strcmp(word, "framework") == 0) /* somebody else's */
        return true;
    if (rest == NULL)
        return false;
    if (strcmp(word, "enter") == 0)
        return copy_word(answers->last_enter, sizeof(answers->last_enter), rest);
    if (strcmp(word, "library") == 0)
        return add_answer(answers, rest, parse_library);
    if (strcmp(word, "call") == 0)
        return add_answer(answers, rest, parse_call);
    if (strcmp(word, "nvml-gpu") == 0)
        return add_gpu(rest, answers->nvml_gpus, &answers->nvml_gpu_count);
    if (strcmp(word, "cuda-gpu") == 0)
        return add_gpu(rest, answers->cuda_gpus, &answers->cuda_gpu_count);
    if (strcmp(word, "problem") == 0) {
        gst_utf8_copy(answers->problem, sizeof(answers->problem), rest);
        return true;
    }
    return false;
}

/* A last line without its end may be half of one, which reads as something else ("call cuInit 10"
 * of 100); only these two are what they seem. */
static bool is_whole(const char *line, bool has_end)
{
    return has_end || strcmp(line, "done") == 0 || strncmp(line, "problem ", 8) == 0;
}

void gst_answers_parse(struct gst_answers *answers, const char *text)
{
    memset(answers, 0, sizeof(*answers));
    while (*text != '\0') {
        char line[LINE_MAX_BYTES];
        size_t length = strcspn(text, "\n");
        bool has_end = text[length] == '\n';

        if (length > 0 && text[0] != '#') {
            answers->is_asked = true;
            if (length >= sizeof(line)) {
                answers->is_damaged = true;
            } else {
                memcpy(line, text, length);
                line[length] = '\0';
                if (is_whole(line, has_end) && !parse_line(answers, line))
                    answers->is_damaged = true;
            }
        }
        text += length + has_end;
    }
}

static const struct gst_answer *find(const struct gst_answers *answers, enum gst_answer_kind kind,
                                     const char *name)
{
    for (size_t i = 0; i < answers->count; i++) {
        if (answers->items[i].kind == kind && strcmp(answers->items[i].name, name) == 0)
            return &answers->items[i];
    }
    return NULL;
}

const struct gst_answer *gst_answers_library(const struct gst_answers *answers, const char *name)
{
    return find(answers, GST_ANSWER_LIBRARY, name);
}

const struct gst_answer *gst_answers_call(const struct gst_answers *answers, const char *name)
{
    return find(answers, GST_ANSWER_CALL, name);
}
