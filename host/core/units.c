/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities in and out; see units.h. Numbers are plain decimals: no sign, exponent or hex. */
#include "core/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GST_UNIT_ROW(symbol, end, shown, prefixes)                                                 \
    [symbol] = { .suffix = end, .text = shown, .is_scaled = prefixes },

static const struct {
    const char *suffix, *text;
    bool is_scaled;
} rows[GST_UNIT_COUNT] = { GST_UNITS(GST_UNIT_ROW) };

struct prefix {
    const char *text;
    double factor;
};

/* Each in rising order; the last row has no text. */
static const struct prefix binary[] = {
    { "", 1 },
    { "Ki", 1024.0 },
    { "Mi", 1048576.0 },
    { "Gi", 1073741824.0 },
    { "Ti", 1099511627776.0 },
    { "Pi", 1125899906842624.0 },
    { NULL, 0 },
};
static const struct prefix decimal[] = {
    { "", 1 }, { "k", 1e3 }, { "M", 1e6 }, { "G", 1e9 }, { "T", 1e12 }, { "P", 1e15 }, { NULL, 0 },
};
static const struct prefix small[] = {
    { "n", 1e-9 }, { "u", 1e-6 }, { "m", 1e-3 }, { "", 1 }, { NULL, 0 },
};
static const struct prefix alone[] = { { "", 1 }, { NULL, 0 } };

static const struct prefix *prefixes_of(enum gst_unit unit)
{
    if (!rows[unit].is_scaled)
        return alone;
    if (unit == GST_UNIT_BYTES)
        return binary;
    return unit == GST_UNIT_SECONDS ? small : decimal;
}

const char *gst_unit_suffix(enum gst_unit unit)
{
    return rows[unit].suffix;
}

/* Three significant digits, all digits of larger integers, no trailing zeros. */
static void print_short(char *text, size_t size, double value)
{
    if (fabs(value) >= 99.95)
        snprintf(text, size, "%.0f", value);
    else
        snprintf(text, size, "%.3g", value);
}

const char *gst_plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

const char *gst_format(char *text, size_t size, double value, enum gst_unit unit)
{
    const struct prefix *prefix = prefixes_of(unit);
    /* What the next prefix shows as 1 must not be shown as 1000 (or 1024) of this one. */
    double limit = prefix == binary ? 1023.5 : 999.5;
    char digits[400];

    if (!isfinite(value)) {
        snprintf(text, size, "n/a");
        return text;
    }
    if (unit == GST_UNIT_FRACTION)
        value *= 100;
    while (prefix[1].text != NULL && fabs(value) / prefix->factor >= limit)
        prefix++;
    if (value == 0 && unit == GST_UNIT_SECONDS)
        prefix = alone;
    print_short(digits, sizeof digits, value / prefix->factor);
    if (rows[unit].text[0] == '\0')
        snprintf(text, size, "%s", digits);
    else
        snprintf(text, size, "%s %s%s", digits, prefix->text, rows[unit].text);
    return text;
}

static const char *skip_digits(const char *at)
{
    while (*at >= '0' && *at <= '9')
        at++;
    return at;
}

/* The end of the plain decimal that `text` begins with, NULL if there is none. */
static const char *end_of_number(const char *text)
{
    const char *end = skip_digits(text);

    if (end == text)
        return NULL;
    if (*end != '.')
        return end;
    return skip_digits(end + 1) > end + 1 ? skip_digits(end + 1) : NULL;
}

/* Reads a number; *unit is what follows it, after at most one space. */
static bool read_number(const char *text, double *value, const char **unit)
{
    const char *end = end_of_number(text);

    if (end == NULL)
        return false;
    *value = strtod(text, NULL);
    *unit = end[0] == ' ' && end[1] != '\0' ? end + 1 : end;
    return isfinite(*value);
}

bool gst_parse_unsigned(const char *text, uint64_t *value)
{
    uint64_t sum = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        unsigned digit = (unsigned)(*text - '0');

        if (*text < '0' || *text > '9' || sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

/* 0 if `suffix` is none: "", B, K, KiB, M, MiB, ... in either case of the letter. */
static uint64_t size_factor(const char *suffix)
{
    static const char letters[] = "KMGTP";
    const char *letter;
    char upper = suffix[0];

    if (strcmp(suffix, "") == 0 || strcmp(suffix, "B") == 0)
        return 1;
    if (upper >= 'a' && upper <= 'z')
        upper = (char)(upper - 'a' + 'A');
    letter = strchr(letters, upper);
    if (letter == NULL || (suffix[1] != '\0' && strcmp(suffix + 1, "iB") != 0))
        return 0;
    return UINT64_C(1) << (10 * (letter - letters + 1));
}

bool gst_parse_size(const char *text, uint64_t *bytes)
{
    char digits[32] = "";
    size_t whole_length = strspn(text, "0123456789");
    uint64_t whole, factor;
    double fraction = 0, value;
    const char *suffix;

    if (!read_number(text, &value, &suffix) || whole_length >= sizeof digits)
        return false;
    memcpy(digits, text, whole_length);
    factor = size_factor(suffix);
    if (factor == 0 || !gst_parse_unsigned(digits, &whole) || whole > UINT64_MAX / factor)
        return false;
    /* The whole part stays an integer: a double cannot hold every 64-bit number. */
    if (text[whole_length] == '.') {
        fraction = strtod(text + whole_length, NULL);
        if (factor == 1)
            return false;
    }
    whole *= factor;
    if (whole > UINT64_MAX - (uint64_t)(fraction * (double)factor))
        return false;
    *bytes = whole + (uint64_t)(fraction * (double)factor);
    return true;
}

/* A generation, and few enough that a deadline in nanoseconds cannot wrap around. */
#define LONGEST_S 1e9

bool gst_parse_duration(const char *text, double *seconds)
{
    static const struct prefix units[] = {
        { "", 1 }, { "s", 1 }, { "ms", 1e-3 }, { "us", 1e-6 }, { "m", 60 }, { "h", 3600 },
    };
    const char *suffix;
    double value;

    if (!read_number(text, &value, &suffix))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(suffix, units[i].text) == 0 && value * units[i].factor <= LONGEST_S) {
            *seconds = value * units[i].factor;
            return true;
        }
    }
    return false;
}

/* The factor of "GB/s" in `unit`, 0 if `suffix` is not a way to write that unit. */
static double factor_in(const char *suffix, enum gst_unit unit)
{
    const struct prefix *prefix = prefixes_of(unit);

    if (unit == GST_UNIT_FRACTION)
        return strcmp(suffix, "%") == 0 ? 0.01 : 0;
    for (; prefix->text != NULL; prefix++) {
        size_t length = strlen(prefix->text);

        if (strncmp(suffix, prefix->text, length) == 0
            && strcmp(suffix + length, rows[unit].text) == 0)
            return prefix->factor;
    }
    return 0;
}

bool gst_parse_quantity(const char *text, enum gst_unit *unit, double *value)
{
    const char *suffix;
    double number;

    if (!read_number(text, &number, &suffix))
        return false;
    for (int i = 0; i < GST_UNIT_COUNT; i++) {
        double factor = factor_in(suffix, (enum gst_unit)i);

        if (factor == 0 || !isfinite(number * factor))
            continue;
        *unit = (enum gst_unit)i;
        *value = number * factor;
        return true;
    }
    return false;
}
