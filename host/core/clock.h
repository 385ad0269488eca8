/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wall clocks, for watchdogs and time stamps only: no verdict about speed ever comes from here.
 */
#ifndef GST_CORE_CLOCK_H
#define GST_CORE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds that never go back; comparable between processes of this machine. */
uint64_t gst_clock_ns(void);

/* "2026-11-23T08:15:00Z", UTC. Returns `text`. */
const char *gst_clock_utc(char *text, size_t size);

#endif
