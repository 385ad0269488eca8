/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that all take together; see meet.h. */
#include "meet/meet.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "meet/steps.h"

/* What each link carries in this step, and where its data are. */
struct load {
    enum gst_wire_kind kind;
    uint8_t *data;
    size_t stride; /* from one rank's data to the next one's; 0: the same for all */
    size_t bytes;
};

static void put_name(uint8_t name[GST_MEET_STEP_SIZE], const char *text)
{
    memset(name, 0, GST_MEET_STEP_SIZE);
    gst_utf8_copy((char *)name, GST_MEET_STEP_SIZE, text);
}

static uint8_t *data_of(const struct load *load, int link)
{
    return load->data == NULL ? NULL : load->data + (size_t)link * load->stride;
}

/* Sets every open link to work; returns how many. */
static int begin(struct gst_step *step, const struct load *load, bool gives)
{
    struct gst_meet *meet = step->meet;
    uint8_t name[GST_MEET_STEP_SIZE];
    int open = 0;

    put_name(name, step->name);
    for (int i = 0; i < gst_step_links(meet); i++) {
        struct gst_meet_link *link = &meet->links[i];

        link->is_done = link->fd < 0;
        if (link->is_done)
            continue;
        open++;
        if (gives)
            gst_link_prepare(link, load->kind, meet->steps, name, sizeof(name), data_of(load, i),
                             load->bytes);
        else
            gst_link_expect(link, data_of(load, i), load->bytes);
    }
    return open;
}

/* The other side is at the same step, with as many bytes. */
static bool check(struct gst_step *step, int i, const struct load *load)
{
    const struct gst_meet_link *link = &step->meet->links[i];
    uint8_t name[GST_MEET_STEP_SIZE];
    char who[120];

    if (link->header.kind == GST_WIRE_ABORT || link->header.kind == GST_WIRE_REFUSE)
        return gst_step_heed(step, i);
    put_name(name, step->name);
    if (link->header.kind != load->kind || link->header.step != step->meet->steps
        || memcmp(name, link->small, sizeof(name)) != 0)
        return gst_step_fail(step, GST_HOST_RANK_LOST, "%s is at another step than '%s'",
                             gst_step_who(step, i, who, sizeof(who)), (const char *)name);
    if (link->header.bytes - sizeof(name) != load->bytes)
        return gst_step_fail(step, GST_HOST_RANK_LOST, "%s has %zu bytes at '%s', not %zu",
                             gst_step_who(step, i, who, sizeof(who)),
                             (size_t)link->header.bytes - sizeof(name), (const char *)name,
                             load->bytes);
    return true;
}

static bool take(struct gst_step *step, int i, const struct load *load)
{
    struct gst_meet_link *link = &step->meet->links[i];

    switch (gst_link_take(link)) {
    case GST_LINK_AGAIN:
        return true;
    case GST_LINK_DONE:
        link->is_done = true;
        return check(step, i, load);
    case GST_LINK_GONE:
    case GST_LINK_OTHER_VERSION:
    case GST_LINK_FOREIGN:
        break;
    }
    return gst_step_lose(step, i);
}

/* Its socket is shut although nothing more is expected from it in this step: what it left behind is
 * a reason, or it is gone. */
static bool look_back(struct gst_step *step, int i)
{
    struct gst_meet_link *link = &step->meet->links[i];

    gst_link_expect(link, NULL, 0);
    if (gst_link_take(link) == GST_LINK_DONE && link->header.kind == GST_WIRE_ABORT)
        return gst_step_heed(step, i);
    return gst_step_lose(step, i);
}

static bool give(struct gst_step *step, int i)
{
    struct gst_meet_link *link = &step->meet->links[i];

    switch (gst_link_give(link)) {
    case GST_LINK_AGAIN:
        return true;
    case GST_LINK_DONE:
        link->is_done = true;
        return true;
    case GST_LINK_GONE:
    case GST_LINK_OTHER_VERSION:
    case GST_LINK_FOREIGN:
        break;
    }
    return look_back(step, i);
}

static bool serve(struct gst_step *step, const struct pollfd *polls, const struct load *load,
                  bool gives, int *left)
{
    for (int i = 0; i < gst_step_links(step->meet); i++) {
        struct gst_meet_link *link = &step->meet->links[i];
        bool was_done = link->is_done, ok = true;

        if (link->fd < 0 || polls[i].revents == 0)
            continue;
        if (was_done)
            ok = look_back(step, i);
        else
            ok = gives ? give(step, i) : take(step, i, load);
        if (!ok)
            return false;
        *left -= !was_done && link->is_done;
    }
    return true;
}

/* The same with every link: gives or takes until all are done. */
static bool exchange(struct gst_step *step, const struct load *load, bool gives)
{
    struct gst_meet *meet = step->meet;
    const int count = gst_step_links(meet);
    int left = begin(step, load, gives);
    struct pollfd *polls = calloc((size_t)count, sizeof(*polls));

    if (polls == NULL)
        return gst_step_fail(step, GST_SUITE_NO_HOST_MEMORY, "no memory to wait for %d ranks",
                             count);
    while (left > 0) {
        for (int i = 0; i < count; i++) {
            const struct gst_meet_link *link = &meet->links[i];
            const short wanted = gives ? POLLOUT : POLLIN;

            polls[i] =
                (struct pollfd){ .fd = link->fd, .events = link->is_done ? POLLRDHUP : wanted };
        }
        if (!gst_step_poll(step, polls, (size_t)count, step->timeout_s)
            || !serve(step, polls, load, gives, &left))
            break;
        if (left > 0 && gst_step_is_late(step)) {
            gst_step_miss(step);
            break;
        }
    }
    free(polls);
    return left == 0;
}

/* A failed meeting stays failed: others were told, and are at no step any more. */
static bool may_step(struct gst_step *step)
{
    if (step->meet->finding == GST_NO_FINDING)
        return true;
    return gst_fail(step->st, step->meet->finding, "%s", step->meet->failure);
}

static bool give_all(struct gst_step *step, struct load load)
{
    return exchange(step, &load, true);
}

static bool take_all(struct gst_step *step, struct load load)
{
    if (!step->meet->is_hub)
        gst_step_be_patient(step);
    return exchange(step, &load, false);
}

bool gst_meet_barrier(struct gst_meet *meet, const char *name, double timeout_s,
                      struct gst_status *st)
{
    struct gst_step step = gst_step_begin(meet, name, timeout_s, st);
    const struct load arrive = { .kind = GST_WIRE_ARRIVE }, go = { .kind = GST_WIRE_GO };
    bool ok = may_step(&step)
              && (meet->is_hub ? take_all(&step, arrive) && give_all(&step, go)
                               : give_all(&step, arrive) && take_all(&step, go));

    meet->steps++;
    return ok;
}

/* From the hub to the others. */
static bool spread(struct gst_meet *meet, const char *name, const struct load *load,
                   double timeout_s, struct gst_status *st)
{
    struct gst_step step = gst_step_begin(meet, name, timeout_s, st);
    bool ok = may_step(&step) && (meet->is_hub ? give_all(&step, *load) : take_all(&step, *load));

    meet->steps++;
    return ok;
}

bool gst_meet_broadcast(struct gst_meet *meet, const char *name, void *data, size_t bytes,
                        double timeout_s, struct gst_status *st)
{
    const struct load load = { .kind = GST_WIRE_DATA, .data = data, .bytes = bytes };

    return spread(meet, name, &load, timeout_s, st);
}

bool gst_meet_scatter(struct gst_meet *meet, const char *name, const void *all, void *own,
                      size_t bytes, double timeout_s, struct gst_status *st)
{
    /* Of the hub's data nothing is written. */
    const struct load load = {
        .kind = GST_WIRE_DATA,
        .data = meet->is_hub ? (uint8_t *)(uintptr_t)all : own,
        .stride = bytes,
        .bytes = bytes,
    };

    if (meet->is_hub && meet->rank >= 0)
        memcpy(own, load.data + (size_t)meet->rank * bytes, bytes);
    return spread(meet, name, &load, timeout_s, st);
}

bool gst_meet_gather(struct gst_meet *meet, const char *name, const void *own, void *all,
                     size_t bytes, double timeout_s, struct gst_status *st)
{
    struct gst_step step = gst_step_begin(meet, name, timeout_s, st);
    const struct load load = {
        .kind = GST_WIRE_DATA,
        .data = meet->is_hub ? all : (uint8_t *)(uintptr_t)own,
        .stride = bytes,
        .bytes = bytes,
    };
    bool ok = may_step(&step) && (meet->is_hub ? take_all(&step, load) : give_all(&step, load));

    if (ok && meet->is_hub && meet->rank >= 0)
        memcpy((uint8_t *)all + (size_t)meet->rank * bytes, own, bytes);
    meet->steps++;
    return ok;
}

bool gst_meet_has_come(const struct gst_meet *meet)
{
    struct pollfd ready = { .fd = -1, .events = POLLIN };

    if (!meet->is_hub && meet->links != NULL)
        ready.fd = meet->links[0].fd;
    return poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) != 0;
}

bool gst_meet_check(struct gst_meet *meet, struct gst_status *st)
{
    struct gst_step step = gst_step_begin(meet, NULL, 0, st);

    if (!may_step(&step))
        return false;
    for (int i = 0; meet->links != NULL && i < gst_step_links(meet); i++) {
        struct pollfd shut = { .fd = meet->links[i].fd, .events = POLLRDHUP };

        if (poll(&shut, 1, 0) > 0 && shut.revents != 0)
            return look_back(&step, i);
    }
    return true;
}

void gst_meet_abort(struct gst_meet *meet, enum gst_finding_id finding, const char *reason)
{
    struct gst_status ignored = GST_STATUS_INIT;
    struct gst_step step = gst_step_begin(meet, NULL, 0, &ignored);

    gst_step_fail(&step, finding, "%s", reason);
}

bool gst_meet_is_missing(const struct gst_meet *meet, int rank)
{
    return meet->is_hub && meet->links != NULL && rank >= 0 && rank < meet->size
           && meet->links[rank].is_missing;
}

void gst_meet_release(struct gst_meet *meet)
{
    if (meet->links != NULL) {
        for (int i = 0; i < gst_step_links(meet); i++)
            gst_link_close(&meet->links[i]);
    }
    free(meet->links);
    free(meet->cards);
    *meet = (struct gst_meet){ .size = 0 };
}
