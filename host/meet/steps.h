/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a meeting waits and how it fails: the deadline of what is under way, who is asked meanwhile
 * whether to go on, and the one place where a failure is kept and told to the others.
 */
#ifndef GST_MEET_STEPS_H
#define GST_MEET_STEPS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "meet/link.h"
#include "meet/meet.h"

/* What is under way: a step, or the meeting itself. */
struct gst_step {
    struct gst_meet *meet;
    const char *name; /* NULL: the ranks are still to arrive, or are between two steps */
    double timeout_s;
    uint64_t deadline_ns; /* of the clock of core/clock.h */
    struct gst_status *st;
};

struct gst_step gst_step_begin(struct gst_meet *meet, const char *name, double timeout_s,
                               struct gst_status *st);

/* Waits until one of the sockets is ready, for at most `most_s`. False if the watch ended the step,
 * which then has failed; true also when nothing is ready. */
bool gst_step_poll(struct gst_step *step, struct pollfd *polls, size_t count, double most_s);

/* From here on the hub is waited for. It gets more time than was given: it knows who is missing,
 * and says so when its own time is over. */
void gst_step_be_patient(struct gst_step *step);

bool gst_step_is_late(const struct gst_step *step);

/* Fails the meeting: keeps the cause, tells the others, closes all. Returns false. */
bool gst_step_fail(struct gst_step *step, enum gst_finding_id finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "rank 3 of 8 on 'node1'", "the coordinator": who is at the other end. Returns `text`. */
const char *gst_step_who(const struct gst_step *step, int link, char *text, size_t size);

/* The usual failures: a link that is closed; one that says why it ends; deadline passed for those
 * that are not done. Each returns false. */
bool gst_step_lose(struct gst_step *step, int link);
bool gst_step_heed(struct gst_step *step, int link);
bool gst_step_miss(struct gst_step *step);

/* Links of this meeting: one per rank at the hub, else one. */
int gst_step_links(const struct gst_meet *meet);

#endif
