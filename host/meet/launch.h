/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a launcher says in variables of the environment: which rank of how many this process is, and
 * where rank 0 can be reached. Pure: the environment is asked through a function.
 */
#ifndef GST_MEET_LAUNCH_H
#define GST_MEET_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/rendezvous.h"
#include "meet/card.h"

struct gst_launch {
    const char *launcher; /* "torchrun"; NULL: nobody launched it as one of several */
    int rank;
    int size;
    int local_rank; /* which of the machine's GPUs it takes; -1: not told */
    int local_size; /* ranks on this machine; 0: not told */
    struct gst_rendezvous where;
    uint64_t job; /* digest of what names the job, so that another job's ranks are told apart */
};

/* A variable's value, NULL if it is not set. */
typedef const char *(*gst_launch_get)(const char *name, void *data);

/* Reads them. `given` is --rendezvous, and takes the place of the launcher's address; kind
 * GST_RENDEZVOUS_NONE if it was not given. Zeroed with local_rank -1 if no launcher's variables are
 * set, or if they tell of one rank alone and `given` is none: that is no rank of several. False
 * with one line in `error` if some are missing, or say what cannot be. */
bool gst_launch_read(struct gst_launch *launch, const struct gst_rendezvous *given,
                     gst_launch_get get, void *data, char *error, size_t size);

/* A variable that is set and makes this process a rank, NULL: there is none. */
const char *gst_launch_is_set(gst_launch_get get, void *data);

/* The variables tell of one rank alone, which is no launch without --rendezvous. */
bool gst_launch_is_alone(gst_launch_get get, void *data);

/* A gst_launch_get for the process's own environment; `data` is not used. */
const char *gst_launch_getenv(const char *name, void *data);

#endif
