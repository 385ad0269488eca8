/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the workers of a crew that are in trouble tells most of why: who went without a word,
 * then who failed by itself, then who only saw another go.
 */
#ifndef GST_COLLECTIVE_CREW_TROUBLE_H
#define GST_COLLECTIVE_CREW_TROUBLE_H

#include <stdbool.h>

#include "collective/crew.h"

/* The number of the worker whose trouble tells most, -1 if all is well. */
int gst_crew_find_trouble(const struct gst_crew *crew);

/* Is all that is known that some rank is gone? Who comes to join one that is gone before they have
 * met is told of a refused connection, as of any trouble with the system. */
bool gst_crew_is_hearsay(const struct gst_crew *crew);

#endif
