/* SPDX-License-Identifier: Apache-2.0 */
/* A site's file of floors, refused as a whole if any part is not understood; see bars.h. */
#include "core/bars.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/threshold_lint.h"
#include "core/utf8.h"

struct reader {
    struct gst_bars *bars;
    const char *path;
    const struct gst_metric_def *const *known;
    size_t known_count;
    char *error;
    size_t size;
};

static bool refuse(const struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(const struct reader *reader, const char *format, ...)
{
    char message[400];
    va_list arguments;

    va_start(arguments, format);
    gst_utf8_format(message, sizeof message, format, arguments);
    va_end(arguments);
    snprintf(reader->error, reader->size, "%s: %s", reader->path, message);
    return false;
}

static bool refuse_name(const struct reader *reader, const char *name)
{
    char valid[320] = "";
    size_t length = 0;

    for (size_t i = 0; i < reader->known_count && length < sizeof valid; i++)
        length += (size_t)snprintf(valid + length, sizeof valid - length, "%s%s",
                                   i == 0 ? "" : ", ", reader->known[i]->name);
    return refuse(reader, "unknown metric '%.64s', valid: %s", name, valid);
}

static const struct gst_metric_def *find_metric(const struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->known_count; i++) {
        if (strcmp(reader->known[i]->name, name) == 0)
            return reader->known[i];
    }
    return NULL;
}

/* An example in the metric's own unit says more than the unit's name. */
static bool refuse_floor(const struct reader *reader, const struct gst_metric_def *def)
{
    char example[32];

    gst_format(example, sizeof example, def->unit == GST_UNIT_FRACTION ? 0.5 : 1500, def->unit);
    return refuse(reader, "the floor of '%s' must be a text such as \"%s\"", def->name, example);
}

static bool read_row(const struct reader *reader, const char *name, const json_t *value)
{
    const struct gst_metric_def *def = find_metric(reader, name);
    struct gst_bars *bars = reader->bars;
    const json_t *floor = json_object_get(value, "floor");
    enum gst_unit unit;
    double number;

    if (def == NULL)
        return refuse_name(reader, name);
    if (!json_is_object(value) || floor == NULL || json_object_size(value) != 1)
        return refuse(reader, "'%s' must be an object with the one key \"floor\"", name);
    if (!json_is_string(floor) || !gst_parse_quantity(json_string_value(floor), &unit, &number)
        || unit != def->unit || number <= 0)
        return refuse_floor(reader, def);
    if (bars->count == GST_BARS_MAX)
        return refuse(reader, "more than %d floors", GST_BARS_MAX);
    gst_utf8_copy(bars->rows[bars->count].metric, sizeof bars->rows->metric, name);
    bars->rows[bars->count].floor = number;
    bars->rows[bars->count].unit = unit;
    bars->count++;
    return true;
}

bool gst_bars_read(struct gst_bars *bars, const char *path,
                   const struct gst_metric_def *const *known, size_t known_count, char *error,
                   size_t size)
{
    struct reader reader = { bars, path, known, known_count, error, size };
    json_error_t problem;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);
    const char *name;
    json_t *value;
    bool ok = true;

    memset(bars, 0, sizeof *bars);
    gst_utf8_copy(bars->path, sizeof bars->path, path);
    if (root == NULL && problem.line < 0)
        return refuse(&reader, "%s", problem.text);
    if (root == NULL)
        return refuse(&reader, "line %d: %s", problem.line, problem.text);
    if (!json_is_object(root))
        ok = refuse(&reader, "line 1: must be an object of metrics");
    json_object_foreach(root, name, value)
    {
        ok = ok && read_row(&reader, name, value);
    }
    json_decref(root);
    if (!ok)
        bars->count = 0;
    return ok;
}

/* Held against what every healthy GPU of the class reaches, not against the ceiling: what has no
 * class, such as a copy of pageable memory, may be slow. A latency's limit is left to the site: a
 * virtual machine may well be ten times slower. */
static bool is_too_low(const struct gst_bars *bars, size_t row, const struct gst_bar *bar,
                       char *error, size_t size)
{
    char why[160];

    if (bar->lower_is_better
        || gst_threshold_lint(bars->rows[row].floor, bar->floor, bars->rows[row].unit, why,
                              sizeof(why))
               != GST_THRESHOLD_TOO_LOW)
        return false;
    snprintf(error, size, "%s: floor of '%s': %s (%s)", bars->path, bars->rows[row].metric, why,
             bar->floor_from);
    return true;
}

bool gst_bars_apply(const struct gst_bars *bars, const char *metric, struct gst_bar *bar,
                    char *error, size_t size)
{
    const char *slash = strrchr(bars->path, '/');
    char from[300], floor[32], ceiling[32];

    snprintf(from, sizeof from, "site file %s", slash == NULL ? bars->path : slash + 1);
    for (size_t i = 0; i < bars->count; i++) {
        if (strcmp(bars->rows[i].metric, metric) != 0)
            continue;
        if (is_too_low(bars, i, bar, error, size))
            return false;
        if (gst_bar_override(bar, bars->rows[i].floor, from))
            return true;
        gst_format(floor, sizeof floor, bars->rows[i].floor, bars->rows[i].unit);
        gst_format(ceiling, sizeof ceiling, bar->ceiling, bars->rows[i].unit);
        snprintf(error, size, "%s: floor %s of '%s' lies past the ceiling %s (%s)", bars->path,
                 floor, metric, ceiling, bar->ceiling_from);
        return false;
    }
    return true;
}
