/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the workers of a crew that are in trouble tells most of why: who went without a word,
 * then who failed by itself and says at what, then who only says that NCCL failed, then who only
 * saw another go.
 */
#ifndef GST_COLLECTIVE_CREW_TROUBLE_H
#define GST_COLLECTIVE_CREW_TROUBLE_H

#include <stdbool.h>

#include "collective/crew.h"

/* The number of the worker whose trouble tells most, -1 if all is well. */
int gst_crew_find_trouble(const struct gst_crew *crew);

/* Is all that is known that some rank is gone? Whoever lost a connection is told so by NCCL's code
 * or by its words, which way/errors.c knows; any other failure is a rank's own, which nobody else
 * can tell of. */
bool gst_crew_is_hearsay(const struct gst_crew *crew);

#endif
