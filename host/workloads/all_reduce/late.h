/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which samples of a case tell of the GPUs: one that a host has not queued in time is longer than
 * the collective was.
 */
#ifndef GST_WORKLOADS_ALL_REDUCE_LATE_H
#define GST_WORKLOADS_ALL_REDUCE_LATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collective/board.h"

/* A collective has ended when its last rank has. */
double gst_collective_slowest_s(const struct gst_board *board, size_t number, uint32_t sample);

/* The host of one rank that is late keeps all waiting. */
bool gst_collective_was_late(const struct gst_board *board, size_t number, uint32_t sample);

/* How many samples do not count: those that a host was late for, unless all are, and long. */
size_t gst_collective_count_lost(const struct gst_board *board, size_t number);

#endif
