/* SPDX-License-Identifier: Apache-2.0 */
/* See group.h. */
#include "group.h"

#include "model/enter.h"
#include "nccl_prototypes.h"

/* As many as NCCL allows in a group. */
#define CALLS 2048

enum call_kind { CALL_JOIN, CALL_COLLECTIVE, CALL_MAIL, CALL_DONE };

struct call {
    enum call_kind kind;
    struct sim_comm *comm;
    struct sim_gang_order order;
    void *stream;
    struct sim_mail mail;
};

static _Thread_local unsigned depth, call_count;
static _Thread_local struct call calls[CALLS];

static bool add(const struct call *call)
{
    if (call_count == CALLS) {
        sim_comm_says(ncclInvalidUsage, "more than %d calls in a group", CALLS);
        return false;
    }
    calls[call_count++] = *call;
    return true;
}

bool group_add_join(struct sim_comm *comm)
{
    return add(&(struct call){ .kind = CALL_JOIN, .comm = comm });
}

bool group_add_collective(struct sim_comm *comm, const struct sim_gang_order *order)
{
    return add(&(struct call){ .kind = CALL_COLLECTIVE, .comm = comm, .order = *order });
}

bool group_add_mail(struct sim_comm *comm, void *stream, const struct sim_mail *mail)
{
    return add(&(struct call){ .kind = CALL_MAIL, .comm = comm, .stream = stream, .mail = *mail });
}

void group_begin(void)
{
    depth++;
}

static bool blocks_alike(void)
{
    for (unsigned i = 1; i < call_count; i++) {
        if (calls[i].comm->is_blocking != calls[0].comm->is_blocking)
            return false;
    }
    return true;
}

/* All messages of one communicator in one stream go together. */
static int submit_mails(unsigned first)
{
    static _Thread_local struct sim_mail mails[CALLS];
    unsigned count = 0;

    for (unsigned i = first; i < call_count; i++) {
        if (calls[i].kind != CALL_MAIL || calls[i].comm != calls[first].comm
            || calls[i].stream != calls[first].stream)
            continue;
        mails[count++] = calls[i].mail;
        if (i > first)
            calls[i].kind = CALL_DONE;
    }
    return sim_mail_submit(calls[first].comm, calls[first].stream, mails, count);
}

static int perform(unsigned i)
{
    switch (calls[i].kind) {
    case CALL_JOIN:
        sim_comm_join(calls[i].comm);
        return ncclSuccess;
    case CALL_COLLECTIVE:
        return sim_gang_submit(calls[i].comm, &calls[i].order);
    case CALL_MAIL:
        return submit_mails(i);
    case CALL_DONE:
        break;
    }
    return ncclSuccess;
}

/* How all of it stands; really waits where communicators block. */
static int state_of_all(void)
{
    int state = ncclSuccess;

    for (unsigned i = 0; i < call_count; i++) {
        struct sim_comm *comm = calls[i].comm;
        const int one = comm->is_blocking ? sim_comm_wait(comm) : sim_comm_poll(comm);

        if (one != ncclSuccess && one != ncclInProgress)
            return one;
        if (one == ncclInProgress || comm->is_connecting)
            state = ncclInProgress;
    }
    return state;
}

int group_end(void)
{
    int result = ncclSuccess;

    if (depth == 0)
        return sim_comm_says(ncclInvalidUsage, "ncclGroupEnd without ncclGroupStart");
    if (--depth > 0)
        return ncclSuccess;
    if (!blocks_alike())
        result = sim_comm_says(ncclInvalidUsage, "communicators that block and others in a group");
    for (unsigned i = 0; result == ncclSuccess && i < call_count; i++)
        result = perform(i);
    if (result == ncclSuccess)
        result = state_of_all();
    call_count = 0;
    return result;
}

ncclResult_t ncclGroupStart(void)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    group_begin();
    return ncclSuccess;
}

ncclResult_t ncclGroupEnd(void)
{
    SIM_ENTER(ncclResult_t, SIM_NEEDS_NOTHING);
    return group_end();
}
