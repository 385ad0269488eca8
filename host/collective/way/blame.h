/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a collective is slow, as far as links tell: it waits for its slowest one, and no number of
 * its own says which that is.
 */
#ifndef GST_COLLECTIVE_WAY_BLAME_H
#define GST_COLLECTIVE_WAY_BLAME_H

#include <stddef.h>

#include "collective/way/site.h"
#include "core/finding.h"

/* The finding for a number below its floor, with one clause of evidence in `why`: NVLinks that are
 * down, a PCIe link that lacks lanes (the generation says something under load alone), else
 * NVLinks or the hardware in general. *gpu is what reports call the GPU at fault, GST_NO_GPU if
 * none is known. `gpus` as in env->gpus. */
enum gst_finding_id gst_way_blame(const struct gst_way_site *site, struct gst_env *env,
                                  const struct gst_peers *peers, const int *gpus, int *gpu,
                                  char *why, size_t size);

#endif
