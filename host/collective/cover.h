/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps a GPU busy while the host queues the messages that are timed. A small message takes a
 * GPU less time than NCCL takes on the host to launch it, from a thread of its own where
 * communicators do not block; without something in front, the time between two events would be the
 * host's.
 *
 * It is one thread that reads one word over and over, each load after the one before it: it takes
 * neither memory's rate nor a link's, and all of the GPU but one multiprocessor is free. It ends by
 * itself, so nothing can hang in it; a stream that the host holds is no place for calls of NCCL,
 * which may wait for the GPU. How many loads it takes is each GPU's own affair: behind it all ranks
 * meet in a collective, so the last one to come out of its cover lets all others begin.
 */
#ifndef GST_COLLECTIVE_COVER_H
#define GST_COLLECTIVE_COVER_H

#include <stdbool.h>
#include <stdint.h>

#include "gpu/path.h"

/* So many times what the host took when that was measured: a GPU whose clocks go up later is
 * through sooner, and a host that others use, too, takes longer. At least some naps of a host that
 * waits for NCCL's threads (comm.c), which it takes in one sample and escapes in another; at most
 * what nobody notices in a test of minutes. */
#define GST_COVER_FACTOR  4
#define GST_COVER_LEAST_S 1e-3
#define GST_COVER_MOST_S  10e-3

/* Zeroed when closed. */
struct gst_cover {
    struct gst_lane lane; /* of the kernel; it runs in the stream that it covers */
    uint64_t memory;
    double hop_s;  /* one load, at the clocks of when that was measured */
    double host_s; /* what it is to cover, as that was measured */
    double growth; /* so many times longer than for that: more than 1 once it was too short */
    uint32_t hops;
};

/* How many loads of `hop_s` cover what took the host `host_s`, `growth` times as long as that
 * needs. Pure. */
uint32_t gst_cover_hops(double hop_s, double host_s, double growth);

/* Loads the kernel and measures it, on the GPU of this lane. On failure nothing stays open. */
bool gst_cover_open(struct gst_cover *cover, const struct gst_lane *covered, struct gst_status *st);
void gst_cover_close(struct gst_cover *cover);

/* Finds out how long a load takes at the clocks of now, and makes the cover as short as can be:
 * until it is fitted, to queue it costs what it costs the host. Waits for the GPU. */
bool gst_cover_measure(struct gst_cover *cover, struct gst_status *st);

/* Makes it as long as what is to be covered needs, having taken the host `host_s` once, and as much
 * longer as was found out before. */
void gst_cover_fit(struct gst_cover *cover, double host_s);

/* After the GPU was through before the host was: half as long again, up to the limit, now and
 * whenever it is fitted. */
void gst_cover_grow(struct gst_cover *cover);

/* Queues it in the stream of `covered`. */
bool gst_cover_queue(struct gst_cover *cover, const struct gst_lane *covered,
                     struct gst_status *st);

/* Is the GPU through with what was queued last, or has it failed? After the last message was
 * queued: then what was to be covered may not have been. */
bool gst_cover_has_ended(const struct gst_cover *cover);

#endif
