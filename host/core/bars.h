/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A site's own bars: a JSON file that maps metric names to quantities with their units,
 *   { "vector-add.bandwidth": { "floor": "1500 GB/s" } }
 * It can only move floors; physics still bounds them from above (judge.h), and a tenth of what the
 * class reaches from below (threshold_lint.h).
 */
#ifndef GST_CORE_BARS_H
#define GST_CORE_BARS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/report.h"

#define GST_BARS_MAX 128

struct gst_bars {
    size_t count;
    char path[256];
    struct {
        char metric[GST_NAME_SIZE * 2];
        double floor;
        enum gst_unit unit;
    } rows[GST_BARS_MAX];
};

/* Reads a file. `known` are the metrics that exist: an unknown name, key or unit is refused. False
 * with one line in `error` that names file, line or metric, and the valid choices. */
bool gst_bars_read(struct gst_bars *bars, const char *path,
                   const struct gst_metric_def *const *known, size_t known_count, char *error,
                   size_t size);

/* Moves the floor of `bar` if the site has one for `metric`; false with one line in `error` if that
 * floor lies past the ceiling, or so far below the bar's own that nothing would ever fail it. */
bool gst_bars_apply(const struct gst_bars *bars, const char *metric, struct gst_bar *bar,
                    char *error, size_t size);

#endif
