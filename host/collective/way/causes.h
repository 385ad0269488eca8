/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why ranks exchange data in shared memory or over the network where their GPUs could copy to each
 * other. First it is decided whether NCCL would have copied directly by its own rules, so that
 * shared memory is only called a fault where it is one; then the first cause that explains it is
 * named, what somebody set before what the machine does. Pure.
 */
#ifndef GST_COLLECTIVE_WAY_CAUSES_H
#define GST_COLLECTIVE_WAY_CAUSES_H

#include <stdbool.h>
#include <stddef.h>

#include "collective/way/effects.h"
#include "collective/way/graph.h"
#include "collective/way/log.h"
#include "collective/way/settings.h"
#include "collective/way/site.h"
#include "collective/way/topology.h"
#include "core/finding.h"
#include "meet/card.h"

/* All that is known of one run of collectives; what is NULL is not. */
struct gst_way_evidence {
    int ranks;
    const struct gst_way_pair *pairs; /* ranks x ranks, as gst_way_pairs_read() tells them */
    const struct gst_card *cards;     /* of each rank; NULL: all live in one container */
    const struct gst_way_settings *settings;
    const struct gst_way_log *log;
    const struct gst_way_graphs *graphs;
    const struct gst_way_topology *topology;
    int nccl_version;  /* 22809 for 2.28.9; 0: not known */
    bool is_small_amd; /* the CPU is AMD's and at most two GPUs take part: NCCL lets them copy
                          however far apart they are (src/graph/paths.cc) */
};

/* Connections that are worse than they could be, with one cause. */
struct gst_way_loss {
    enum gst_finding_id finding;
    size_t count;                     /* of ordered pairs of ranks */
    int from, to;                     /* the first of them */
    enum gst_way_transport transport; /* that it takes */
    char why[288];                    /* "NCCL_P2P_DISABLE=1 in the environment" */
};

#define GST_WAY_LOSSES 8

/* Fills `losses` with at most GST_WAY_LOSSES entries, one for each finding, and returns how many;
 * *seen is the number of connections that the log told of, *peers that of direct ones. */
size_t gst_way_losses(const struct gst_way_evidence *evidence, struct gst_way_loss *losses,
                      size_t *seen, size_t *peers);

/* Would NCCL let GPUs that are so far apart copy directly, if nobody had set anything? */
bool gst_way_is_near(const struct gst_way_evidence *evidence, enum gst_way_link link);

/* Should switches make sums for these ranks, by what the site is: compute capability 9.0 and
 * NVSwitch with at least three GPUs (NCCL user guide, NCCL_NVLS_ENABLE; src/transport/nvls.cc). */
bool gst_way_should_have_nvls(const struct gst_way_site *site);

/* Did they, as far as was told? Of a release that cannot, nothing is; and of one that can and dumps
 * no graph for it, what the log says is all (src/init.cc: the first has 2.17.1, a graph 2.18.1). */
enum gst_way_nvls { GST_WAY_NVLS_NOT_TOLD, GST_WAY_NVLS_USED, GST_WAY_NVLS_MISSING };
enum gst_way_nvls gst_way_nvls_of(const struct gst_way_evidence *evidence);

/* Do the dump and the log tell the same of how GPUs are joined? `text` says what differs. True,
 * with an empty text, if one of them says nothing. */
bool gst_way_sources_agree(const struct gst_way_evidence *evidence, char *text, size_t size);

#endif
