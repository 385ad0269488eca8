/* SPDX-License-Identifier: Apache-2.0 */
/* Images that a container engine of this machine has, by name. */
#ifndef GST_LINT_ENGINE_H
#define GST_LINT_ENGINE_H

#include <stdbool.h>

#include "core/status.h"

/* The docker archive of `image` in a temporary file, from whichever of docker and podman has it. -1
 * with the reason in `st`; `is_none` if neither program is on PATH. */
int gst_engine_save(const char *image, bool *is_none, struct gst_status *st);

#endif
