/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What burn says of the first products of identical GPUs: these have the same bits, and where one
 * has not, how it differs from that of most.
 */
#ifndef GST_WORKLOADS_BURN_DIFFERENCES_H
#define GST_WORKLOADS_BURN_DIFFERENCES_H

#include "workloads/burn/inputs.h"
#include "workloads/burn/seat.h"

/* Compares the first products of identical GPUs; where one differs, reads both back. A seat whose
 * product is not that of the majority is reported, unless its inputs are no longer what was sent.
 * `seats` that are not working are left out. */
void gst_burn_report_differences(struct gst_burn_seat *seats, int count,
                                 struct gst_burn_inputs *inputs);

/* "row 5, column 7: 0x3f800001 instead of 0x3f800000", of that word of a product. Returns `text`.
 * Pure. */
const char *gst_burn_tell_word(const struct gst_burn_seat *seat, size_t word, uint32_t found,
                               uint32_t expected, char *text, size_t size);

#endif
