/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first product of each GPU of burn, which all later ones are held against: made of fresh
 * numbers, checked by the host, and the comparison tried on it.
 */
#ifndef GST_WORKLOADS_BURN_FIRST_H
#define GST_WORKLOADS_BURN_FIRST_H

#include "workloads/burn/inputs.h"
#include "workloads/burn/seat.h"

/* Sends the inputs, made anew if they are of another kind, and makes the first product: sound
 * within the bound of its arithmetic, or reported. The comparison must find one planted error. Then
 * the seat is ready for rounds. False with the cause in `st`, or with none where what was wrong has
 * been reported. */
bool gst_burn_first(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs,
                    struct gst_status *st);

/* Is what is multiplied still what was sent? What is not is reported: then no product is to blame.
 * The inputs are made anew if they are gone, and the room for a product is overwritten. */
bool gst_burn_check_inputs(struct gst_burn_seat *seat, struct gst_burn_inputs *inputs,
                           bool *is_intact, struct gst_status *st);

#endif
