/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing, launched to time the launch.
 */
#include "kernels/device.h"
#include "kernels/empty.h"

static_assert(sizeof(struct gst_empty_args) == 8, "host and device see one layout");

GST_KERNEL(empty, struct gst_empty_args)
{
    (void)args;
}
