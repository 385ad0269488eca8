/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Units: the one list of them, how a person writes a quantity and how we show one. Sizes take
 * binary multiples (64M is 67108864 bytes), rates and frequencies decimal ones (1 GB/s is 1e9).
 */
#ifndef GST_CORE_UNITS_H
#define GST_CORE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* symbol, suffix of JSON keys, base unit as shown, decimal prefixes make sense */
#define GST_UNITS(X)                                                                               \
    X(GST_UNIT_NONE, "", "", 0)                                                                    \
    X(GST_UNIT_BYTES, "_bytes", "B", 1)                                                            \
    X(GST_UNIT_BYTES_PER_S, "_bytes_per_s", "B/s", 1)                                              \
    X(GST_UNIT_SECONDS, "_s", "s", 1)                                                              \
    X(GST_UNIT_HERTZ, "_hz", "Hz", 1)                                                              \
    X(GST_UNIT_WATTS, "_w", "W", 0)                                                                \
    X(GST_UNIT_CELSIUS, "_celsius", "C", 0)                                                        \
    X(GST_UNIT_BITS, "_bits", "bit", 0)                                                            \
    X(GST_UNIT_FRACTION, "_fraction", "%", 0)                                                      \
    X(GST_UNIT_FLOP_PER_S, "_flop_per_s", "FLOP/s", 1)

#define GST_UNIT_ENUM(symbol, suffix, text, scaled) symbol,
enum gst_unit { GST_UNITS(GST_UNIT_ENUM) GST_UNIT_COUNT };
#undef GST_UNIT_ENUM

/* "_bytes_per_s": what a JSON key ends with. */
const char *gst_unit_suffix(enum gst_unit unit);

/* "2.61 TB/s", "4.2 us", "63 %", "79.6 GiB": three significant digits and the unit. Returns text.
 */
const char *gst_format(char *text, size_t size, double value, enum gst_unit unit);

/* "" for one, else "s": "%d GPU%s". */
const char *gst_plural(int64_t count);

/* Each parses all of `text` or fails and leaves *out alone. Negative values, overflow, NaN and
 * anything after the number that is not a known unit are failures. */
bool gst_parse_size(const char *text, uint64_t *bytes);     /* 4096 64M 1.5G 512MiB */
bool gst_parse_duration(const char *text, double *seconds); /* 10 10s 1.5m 250ms 2h */
bool gst_parse_quantity(const char *text, enum gst_unit *unit, double *value); /* "500 GB/s" */
bool gst_parse_unsigned(const char *text, uint64_t *value);

#endif
