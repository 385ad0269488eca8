/* SPDX-License-Identifier: Apache-2.0 */
/* Reading values; see value.h. Integers throughout, so that all machines read the same. */
#include "script/value.h"

#include <stdint.h>
#include <string.h>

#define WHOLE_LIMIT 1000000000000000ull

struct unit {
    const char *name;
    uint64_t scale;
};

/* A kind's units, and what it takes: scale 1 with a fraction would lose it. */
static const struct kind {
    const char *help;
    struct unit units[4];
    uint64_t least, most;
} KINDS[] = {
    [SIM_KIND_TEXT] = { "a text", { { NULL, 0 } }, 0, 0 },
    [SIM_KIND_COUNT] = { "a number such as 16", { { "", 1 } }, 0, 1000000000 },
    [SIM_KIND_NUMBER] = { "a number such as 12345 or 0x1000", { { "", 1 } }, 0, UINT64_MAX },
    [SIM_KIND_HEX] = { "a number such as 0x10de", { { NULL, 0 } }, 0, UINT32_MAX },
    [SIM_KIND_BYTES] = { "a size such as 50MiB",
                         { { "B", 1 }, { "KiB", 1024 }, { "MiB", 1048576 }, { "GiB", 1073741824 } },
                         0,
                         UINT64_MAX },
    [SIM_KIND_MHZ] = { "a frequency such as 1980MHz", { { "MHz", 1 } }, 1, 100000 },
    [SIM_KIND_WATTS] = { "a power such as 700W", { { "W", 1000 } }, 0, 100000000 },
    [SIM_KIND_CELSIUS] = { "a temperature such as 35C", { { "C", 1 } }, 0, 200 },
    [SIM_KIND_SHARE] = { "a share between 0.001 and 1", { { "", 1000 } }, 1, 1000 },
    [SIM_KIND_FACTOR] = { "a factor between 0.001 and 2", { { "", 1000 } }, 1, 2000 },
    [SIM_KIND_RATE] = { "a rate such as 26.562GB/s", { { "GB/s", 1000 } }, 1, 100000000 },
    [SIM_KIND_CAPABILITY] = { "a compute capability such as 9.0", { { "", 10 } }, 10, 999 },
    [SIM_KIND_VERSION] = { "a version such as 13.0", { { NULL, 0 } }, 1000, 99990 },
    [SIM_KIND_TIME] = { "a time such as 40ms",
                        { { "s", 1000000000000 }, { "ms", 1000000000 }, { "us", 1000000 } },
                        0,
                        UINT64_MAX },
    [SIM_KIND_NODE] = { "a NUMA node or -1", { { "", 1 } }, 0, 1023 },
    [SIM_KIND_YES] = { "yes or no", { { NULL, 0 } }, 0, 0 },
    [SIM_KIND_FLAG] = { "a word that takes no value", { { NULL, 0 } }, 0, 0 },
};

const char *sim_value_help(enum sim_kind kind)
{
    return KINDS[kind].help;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_digits(const char **text, uint64_t *value)
{
    if (!is_digit(**text))
        return false;
    for (*value = 0; is_digit(**text); (*text)++) {
        *value = *value * 10 + (uint64_t)(**text - '0');
        if (*value > WHOLE_LIMIT)
            return false;
    }
    return true;
}

/* Up to six digits after the point, as millionths. */
static bool take_fraction(const char **text, uint64_t *millionths)
{
    uint64_t weight = 100000;

    *millionths = 0;
    if (**text != '.')
        return true;
    (*text)++;
    if (!is_digit(**text))
        return false;
    for (; is_digit(**text); (*text)++, weight /= 10) {
        if (weight == 0)
            return false;
        *millionths += (uint64_t)(**text - '0') * weight;
    }
    return true;
}

static bool read_scaled(const struct kind *kind, const char *text, uint64_t *value)
{
    uint64_t whole, millionths;

    if (!take_digits(&text, &whole) || !take_fraction(&text, &millionths))
        return false;
    for (unsigned i = 0; i < 4 && kind->units[i].name != NULL; i++) {
        uint64_t scale = kind->units[i].scale;

        if (strcmp(kind->units[i].name, text) != 0)
            continue;
        if (whole >= UINT64_MAX / 2 / scale || (scale == 1 && millionths != 0))
            return false;
        *value = whole * scale + millionths * (scale % 1000000) / 1000000
                 + millionths * (scale / 1000000);
        return *value >= kind->least && *value <= kind->most;
    }
    return false;
}

static bool read_hex(const char *text, uint64_t *value)
{
    if (strncmp(text, "0x", 2) != 0 || text[2] == '\0' || strlen(text) > 18)
        return false;
    *value = 0;
    for (text += 2; *text != '\0'; text++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, *text);

        if (digit == NULL)
            return false;
        *value = *value * 16 + (uint64_t)(digit - digits);
    }
    return true;
}

/* 12.4 -> 12040: two numbers, not a fraction. */
static bool read_version(const char *text, uint64_t *value)
{
    uint64_t major, minor;

    if (!take_digits(&text, &major) || *text++ != '.' || !take_digits(&text, &minor)
        || *text != '\0' || major > 99 || minor > 99)
        return false;
    *value = major * 1000 + minor * 10;
    return true;
}

static bool read_number(const struct sim_field *field, const char *text, uint64_t *value)
{
    const struct kind *kind = &KINDS[field->kind];
    bool is_hex = strncmp(text, "0x", 2) == 0;

    if (field->kind == SIM_KIND_HEX || (field->kind == SIM_KIND_NUMBER && is_hex))
        return read_hex(text, value) && *value <= kind->most;
    if (field->kind == SIM_KIND_VERSION)
        return read_version(text, value) && *value >= kind->least && *value <= kind->most;
    return read_scaled(kind, text, value);
}

static bool set_text(const struct sim_field *field, void *target, const char *text)
{
    if (text[0] == '\0' || strlen(text) >= field->size)
        return false;
    memset(target, 0, field->size);
    memcpy(target, text, strlen(text));
    return true;
}

static bool set_yes(void *target, const char *text)
{
    bool is_yes = strcmp(text, "yes") == 0;

    if (!is_yes && strcmp(text, "no") != 0)
        return false;
    memcpy(target, &is_yes, sizeof is_yes);
    return true;
}

bool sim_value_set(const struct sim_field *field, void *base, const char *text)
{
    char *target = (char *)base + field->offset;
    uint64_t value;

    if (field->kind == SIM_KIND_TEXT)
        return set_text(field, target, text);
    if (field->kind == SIM_KIND_YES)
        return set_yes(target, text);
    if (field->kind == SIM_KIND_NODE && strcmp(text, "-1") == 0) {
        memcpy(target, &(int){ -1 }, sizeof(int));
        return true;
    }
    if (!read_number(field, text, &value))
        return false;
    if (field->size == sizeof(uint64_t))
        memcpy(target, &value, sizeof value);
    else
        memcpy(target, &(unsigned){ (unsigned)value }, sizeof(unsigned));
    return true;
}
