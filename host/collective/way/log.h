/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NCCL says that it does, from the lines of its log (NCCL_DEBUG_FILE), old formats and new.
 * Lines are for people and change with versions: they are a second source beside the dumps, and the
 * only one for the transports of each channel. Connections are made by the first collective, so a
 * log that is read before it has none.
 */
#ifndef GST_COLLECTIVE_WAY_LOG_H
#define GST_COLLECTIVE_WAY_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding.h"

/* X(name, words after "via", is_peer_to_peer): in the order of NCCL's preference. */
#define GST_WAY_TRANSPORTS(X)                                                                      \
    X(DIRECT, "P2P/direct pointer", true)                                                          \
    X(CUMEM, "P2P/CUMEM", true)                                                                    \
    X(MNNVL, "P2P/MNNVL", true)                                                                    \
    X(IPC, "P2P/IPC", true)                                                                        \
    X(INDIRECT, "P2P/indirect", true)                                                              \
    X(SHM, "SHM", false)                                                                           \
    X(SHM_OLD, "direct shared memory", false)                                                      \
    X(NET, "NET", false)

enum gst_way_transport {
#define GST_WAY_TRANSPORT_ROW(name, words, is_peer) GST_WAY_VIA_##name,
    GST_WAY_TRANSPORTS(GST_WAY_TRANSPORT_ROW)
#undef GST_WAY_TRANSPORT_ROW
        GST_WAY_TRANSPORT_COUNT
};

#define GST_WAY_LOG_PAIRS    1024
#define GST_WAY_LOG_CHOICES  32
#define GST_WAY_LOG_WARNINGS 4
#define GST_WAY_LINE_SIZE    160

/* Channels from one rank to another over one transport. */
struct gst_way_connection {
    int from, to;
    enum gst_way_transport transport;
    unsigned channels;
};

/* What was chosen for a size: "AllReduce: 4194304 Bytes -> Algo RING proto SIMPLE ...". */
struct gst_way_choice {
    char collective[16];
    unsigned long long bytes;
    char algorithm[16]; /* "RING", or a number of older versions */
    char protocol[16];
};

struct gst_way_log {
    size_t line_count; /* that were NCCL's */
    size_t connection_count;
    struct gst_way_connection connections[GST_WAY_LOG_PAIRS];
    size_t choice_count; /* the last ones */
    struct gst_way_choice choices[GST_WAY_LOG_CHOICES];
    size_t left_out_count; /* connections and choices without room */

    unsigned nvls_available, nvls_unavailable; /* ranks that said so */
    unsigned nvls_failures;                    /* "Proceeding without NVLS support" */
    unsigned collective_channels, nvls_channels;
    unsigned started;                    /* ranks that said "Init START" */
    unsigned completed;                  /* ranks that said "Init COMPLETE" */
    double init_total_s, init_kernels_s; /* the longest of any rank; 0: not said */
    unsigned topology_unread;            /* "Topology detection : could not read ..." */
    unsigned peer_access_off;            /* "P2P is disabled between connected GPUs" */
    unsigned host_memory_fallbacks;      /* "cuMem host allocations do not appear to be working" */
    char network[GST_WAY_LINE_SIZE];     /* "Socket" */
    char version[32];                    /* "2.28.9+cuda13.0" */
    size_t warning_count;                /* all of them */
    char warnings[GST_WAY_LOG_WARNINGS][GST_WAY_LINE_SIZE]; /* the first */
    enum gst_finding_id cause; /* GST_NO_FINDING, or what a warning stands for: the first that
                                  says why, else the first that is known */
    char cause_text[GST_WAY_LINE_SIZE]; /* that warning */
};

/* Zeroes it. */
void gst_way_log_start(struct gst_way_log *log);

/* Adds the text of one file of a log; several processes write one each. What is not NCCL's is
 * passed over. Pure but for *log, as all below. */
void gst_way_log_add(struct gst_way_log *log, const char *text, size_t size);

/* Has no rank come past its kernels, as far as NCCL of this version tells? From 2.23 on a rank says
 * "Init START" when they are there and before it looks for the others (src/init.cc of 2.23.4; up to
 * 2.22.3 they met first). Without native code for the GPU the driver compiles them until then.
 * `version` as ncclGetVersion has it. */
bool gst_way_log_waits_for_kernels(const struct gst_way_log *log, int version);

bool gst_way_transport_is_peer(enum gst_way_transport transport);
bool gst_way_transport_is_shm(enum gst_way_transport transport);

/* "P2P/CUMEM". */
const char *gst_way_transport_words(enum gst_way_transport transport);

/* What leads from rank `from` to rank `to`: the least of the transports of its channels, as that
 * decides the speed. False if there is none. */
bool gst_way_log_between(const struct gst_way_log *log, int from, int to,
                         enum gst_way_transport *transport);

/* What was chosen for the largest size of a collective ("AllReduce"); NULL: not said. */
const struct gst_way_choice *gst_way_log_choice(const struct gst_way_log *log,
                                                const char *collective);

/* "16 of P2P/CUMEM, 2 of SHM": pairs of ranks by transport. "none" without any. Returns `text`. */
const char *gst_way_log_describe(const struct gst_way_log *log, char *text, size_t size);

#endif
